"""From what went wrong to a page: the one place where errors become HTTP."""

import logging

from flask import Flask, g, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response

from dispensary.errors import Conflict, DomainError, NotFound, NotPermitted, Refused, Unavailable
from dispensary.web import edge, gate
from dispensary.web.once import SentBefore
from dispensary.wording import N_

STATUS: dict[type[DomainError], int] = {
    Refused: 422,
    Conflict: 409,
    NotFound: 404,
    NotPermitted: 403,
    Unavailable: 503,
}

log = logging.getLogger("dispensary")


def _page(title: str, text: str, status: int, reasons: list[tuple[str, str]] | None = None) -> tuple[str, int]:
    return render_template("errors/error.html", title=title, text=text, reasons=reasons or []), status


def domain_error(error: DomainError) -> tuple[str, int]:
    """Show a refusal that no form could show."""
    status = STATUS[type(error)]
    speak = edge.speaker()
    reasons = error.reasons if isinstance(error, Refused) else ()
    lines = [(speak(r.message), speak(r.next_step)) for r in reasons]
    return _page(_("This cannot be done"), speak(error.words), status, lines)


def sent_before(error: SentBefore) -> Response:
    """Lead a second press of the same button to the first result."""
    return redirect(error.result, 303)


def csrf_error(error: CSRFError) -> tuple[str, int]:
    """Explain a page that lost its session, or a form that is not ours.

    A page left open by whoever sat here before says so; that is as safe, since a page of another place comes without the
    cookie and so finds nobody signed in.
    """
    opened_by = request.form.get("signed_in_as", "")
    if current_user.is_authenticated and opened_by.isdecimal() and opened_by != str(edge.sitting().staff_id):
        return _page(_("This page is no longer valid"), edge.speaker()(gate.opened_by_somebody_else()), 409)
    return _page(
        _("This page is no longer valid"),
        _("Nothing was recorded. Go back, open the page again, and do it once more."),
        400,
    )


def busy(error: Exception) -> tuple[str, int]:
    """Say that nothing was recorded; needs no database."""
    log.error("unavailable request=%s %s", g.get("request_id", ""), type(error).__name__)
    return (
        render_template("errors/bare.html", title=_("Busy"), request_id=g.get("request_id", "")),
        503,
    )


HTTP_WORDS = {
    400: N_("The request was not understood. Nothing was recorded."),
    404: N_("There is no such page or record."),
    405: N_("This address cannot be used in this way."),
    413: N_("This is too large. Nothing was recorded; send less at once."),
    415: N_("This kind of file is not understood."),
}
"""What a browser's number means; any other only says that it cannot be done."""


def http_error(error: HTTPException) -> tuple[str, int] | HTTPException:
    """Say in plain words what the browser was told by a number."""
    if error.code is None or error.code < 400:  # noqa: PLR2004 - redirects are no errors
        return error
    text = HTTP_WORDS.get(error.code, N_("This cannot be done."))
    return _page(_("This cannot be done"), _(text), error.code)


def foreign_host(error: SecurityError) -> Response:
    """Answer a request under a name that is none of the clinic's; no page can be drawn, since no address is right."""
    return Response("This clinic does not answer under that name.\n", 400, mimetype="text/plain")


def mistake(error: Exception) -> tuple[str, int]:
    """Admit a mistake of ours: no detail on the page or in the log that could name a person."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    where = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
    log.error("mistake request=%s %s at %s", g.get("request_id", ""), type(error).__name__, where)
    return (
        render_template("errors/bare.html", title=_("A mistake of ours"), request_id=g.get("request_id", "")),
        500,
    )


def init_app(app: Flask) -> None:
    """Register the pages; unexpected mistakes are shown bare, except where tests want to see them raised."""
    app.register_error_handler(DomainError, domain_error)
    app.register_error_handler(SentBefore, sent_before)
    app.register_error_handler(CSRFError, csrf_error)
    app.register_error_handler(OperationalError, busy)
    app.register_error_handler(PoolTimeout, busy)
    app.register_error_handler(SecurityError, foreign_host)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, mistake)
