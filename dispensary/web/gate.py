"""The gate: nothing is reached that is not marked, and nothing marked is reached without the permission it names.

The mark is data on the view, not a wrapper, so a test can walk the URL map and read it.
"""

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user, logout_user
from werkzeug.wrappers import Response as BaseResponse

from dispensary.errors import Conflict, NotPermitted
from dispensary.permissions import Permission
from dispensary.queries import sittings
from dispensary.queries.sittings import Sitting
from dispensary.services import sign_in
from dispensary.web import edge, here, kept
from dispensary.web.database import db, unit_of_work
from dispensary.wording import N_, Words, say

View = TypeVar("View", bound=Callable[..., Any])

login = LoginManager()


class SignedIn(UserMixin):
    """A sitting, as Flask-Login wants to see it."""

    def __init__(self, sitting: Sitting) -> None:
        """Wrap a sitting."""
        self.sitting = sitting

    def get_id(self) -> str:
        """Return the sitting's random code, which the cookie carries."""
        return self.sitting.code

    def may(self, permission: str) -> bool:
        """Return whether this person holds the permission, for templates."""
        return Permission(permission) in self.sitting.permissions


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Mark a view as open to those who hold all these permissions; with none, to anyone signed in."""

    def mark(view: View) -> View:
        view.requires = frozenset(permissions)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as open to everyone: sign-in, styles, health."""
    view.public = True  # type: ignore[attr-defined]
    return view


def while_locked(view: View) -> View:
    """Mark a view as reachable while the terminal is locked: unlocking and signing out."""
    view.while_locked = True  # type: ignore[attr-defined]
    return view


def quiet(view: View) -> View:
    """Mark a view whose polling does not count as somebody using the terminal."""
    view.quiet = True  # type: ignore[attr-defined]
    return view


def background(view: View) -> View:
    """Mark a view that only a script asks for: never a page to come back to."""
    view.background = True  # type: ignore[attr-defined]
    return view


def of_any_site(view: View) -> View:
    """Mark a view that looks by itself at which site its record is, on the path of an ordinary dose."""
    view.of_any_site = True  # type: ignore[attr-defined]
    return view


@login.user_loader
def load(code: str) -> SignedIn | None:
    """Return who is signed in by the code in the cookie, for Flask-Login."""
    sitting = sittings.sitting(db.session(), code, edge.now().date())
    return SignedIn(sitting) if sitting else None


def guard() -> BaseResponse | None:
    """Decide, before each request, whether it may go on."""
    g.request_id = secrets.token_hex(8)
    if request.endpoint is None:
        return None
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "public", False):
        return None
    needed = getattr(view, "requires", None)
    if needed is None:
        abort(404)
    if not current_user.is_authenticated:
        return _to_sign_in()
    if not getattr(view, "while_locked", False) and _is_locked():
        return _to_unlock()
    _check_same_person()
    if not needed <= edge.sitting().permissions:
        _refuse()
    _check_same_site(view)
    if not getattr(view, "quiet", False):
        session["seen_at"] = int(edge.now().timestamp())
    return None


def _to_sign_in() -> BaseResponse:
    if request.method == "POST":
        flash(_("You were signed out, and nothing was recorded. Sign in and do it again."), "warning")
    elif _is_a_page():
        session["next"] = kept.address()
    return redirect(url_for("sign_in.enter"), 303)


def _is_a_page() -> bool:
    """Return whether somebody, and not a script, asked for this."""
    view = current_app.view_functions[request.endpoint or ""]
    return not (getattr(view, "quiet", False) or getattr(view, "background", False))


def _is_locked() -> bool:
    idle = int(edge.now().timestamp()) - int(session.get("seen_at", 0))
    return edge.sitting().locked_at is not None or idle > edge.settings().idle_minutes * 60


def _to_unlock() -> BaseResponse:
    if request.method == "GET" and _is_a_page():
        session["next"] = kept.address()
    elif request.method == "POST":
        kept.lock_with_sent_form()
    return redirect(url_for("sign_in.locked"), 303)


def _check_same_person() -> None:
    """Refuse a page that was opened by somebody else who sat here before."""
    if request.method != "POST":
        return
    if request.form.get("signed_in_as") != str(edge.sitting().staff_id):
        raise Conflict(opened_by_somebody_else(), code="opened_by_somebody_else")


def _check_same_site(view: Callable[..., Any]) -> None:
    if not getattr(view, "of_any_site", False):
        here.refuse_elsewhere(request.view_args or {})


def opened_by_somebody_else() -> Words:
    """Return what is said of a page that was opened by whoever sat here before."""
    words = N_("This page was opened by somebody else. Nothing was recorded; open it again as %(name)s.")
    return say(words, name=edge.sitting().name)


def _refuse() -> None:
    with unit_of_work() as db_session:
        sign_in.note_refusal(db_session, endpoint=request.endpoint or "", act=edge.act())
    raise NotPermitted(
        say(N_("Your role does not include this page. Ask the clinic head if it should.")), code="not_permitted"
    )


def end_browser_session() -> None:
    """Empty the cookie, so that nothing of one person's sitting is left for the next."""
    logout_user()
    session.clear()


def init_app(app: Flask) -> None:
    """Stand before every request of this app."""
    login.init_app(app)
    login.session_protection = None
    app.before_request(guard)
    kept.init_app(app)
    app.after_request(_harden)


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def _harden(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint not in ("static", "bootstrap.static"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
