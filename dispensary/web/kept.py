"""What was keyed into a page when its terminal locked: taken in, and put back on its page for the same person.

Nothing is ever recorded by this: a page is opened again as it is now, with its own tokens, and only what somebody
had typed or chosen is filled in.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, before_render_template, current_app, flash, g, request, session
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from dispensary.queries import kept_forms as records
from dispensary.rules.kept_fields import Pair
from dispensary.rules.names import printable
from dispensary.services import kept_forms, sign_in
from dispensary.services.kept_forms import Kept
from dispensary.web import edge
from dispensary.web.database import db, unit_of_work
from dispensary.web.forms import Form

WAITING = "kept"
"""Key of the cookie: whether something is kept for this sitting, so that no other page asks the database."""
LONGEST_ADDRESS = 500


@dataclass(frozen=True)
class PutBack:
    """What a page says of what was put back on it."""

    left: list[Pair]
    """What found no place."""
    takes_focus: bool
    """Whether a key pressed once too often could send the form."""


def address() -> str:
    """Return the address of this page, with the day or page it asks for."""
    return request.full_path.rstrip("?")


def opens(wanted: str) -> bool:
    """Return whether this is an address of a page of ours that the person signed in may open."""
    parts = urlsplit(wanted)
    if parts.scheme or parts.netloc or not wanted.startswith("/"):
        return False
    try:
        endpoint, _values = current_app.url_map.bind("").match(parts.path, method="GET")
    except HTTPException:
        return False
    view = current_app.view_functions[endpoint]
    for_people = not any(getattr(view, mark, False) for mark in ("quiet", "background", "public"))
    return for_people and getattr(view, "requires", frozenset()) <= edge.sitting().permissions


def lock(page: str, fields: list[Pair]) -> Kept:
    """Lock this sitting at once, and keep what was keyed into a page until the same person is back."""
    who, page = edge.sitting(), printable(page)[:LONGEST_ADDRESS]
    sane = [(printable(name), printable(value)) for name, value in fields]
    with unit_of_work() as work:
        kept = kept_forms.keep(work, sitting_id=who.id, path=page, fields=sane, at=edge.now())
        sign_in.lock_sitting(work, sitting_id=who.id, at=edge.now())
    session["next"] = page
    if kept is Kept.TOO_LONG:
        flash(_("What was keyed is too long to be kept, and is lost. Nothing was recorded."), "warning")
    return kept


def lock_with_sent_form() -> None:
    """Keep a form that was sent from a terminal that had locked; it is not carried out."""
    said = _("The terminal was locked, and nothing was recorded. Unlock it and do it again.")
    if request.form.get("signed_in_as") == str(edge.sitting().staff_id):
        kept = lock(_page_of_form(), list(request.form.items(multi=True)))
        if kept is Kept.WHOLE:
            said = _("The terminal was locked, and nothing was recorded. What was keyed comes back after unlocking.")
        if request.files:
            said += " " + _("A chosen file is not kept: choose it again.")
    flash(said, "warning")


def _page_of_form() -> str:
    """Return the page on which a sent form stood: its own address, or the page it was sent from."""
    left = urlsplit(request.referrer or "")
    before = f"{left.path}?{left.query}" if left.query else left.path
    if not opens(request.path) and left.netloc == request.host and opens(before):
        return before
    return address()


def keyed() -> list[Pair]:
    """Return what the script read from the page's fields as it left; nothing of what is not names with values."""
    try:
        pairs = json.loads(request.form.get("keyed", "[]"))
    except (ValueError, RecursionError):
        return []
    if not isinstance(pairs, list):
        return []
    return [
        (pair[0], pair[1])
        for pair in pairs
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)  # noqa: PLR2004
    ]


def take_up(belongs: Callable[[str], bool]) -> list[Pair]:
    """Return what was keyed into this page in fields that no form holds, for a view that reads rows of its own.

    Args:
        belongs: whether a field of this name is one of those rows; the view shows them again.
    """
    waiting = _waiting()
    taken = [pair for pair in waiting.fields if belongs(pair[0])] if waiting else []
    g.kept_taken = {pair[0] for pair in taken}
    return taken


def _waiting() -> records.KeptFields | None:
    if request.method != "GET" or not session.get(WAITING) or not current_user.is_authenticated or "kept_shown" in g:
        return None
    return records.of_page(db.session(), edge.sitting().id, address())


def expect_back() -> None:
    """Look, once the sitting is open again, whether anything is kept for its pages."""
    session[WAITING] = bool(records.of_sitting(db.session(), edge.sitting().id))


def without_a_page() -> list[records.KeptFields]:
    """Return what was keyed on pages that cannot be opened again."""
    return [kept for kept in records.of_sitting(db.session(), edge.sitting().id) if not opens(kept.path)]


def shown(kept: list[records.KeptFields]) -> None:
    """Forget, once this page has gone out, what it shows."""
    g.kept_shown = [one.id for one in kept]


def _put_back(app: Flask, context: dict[str, Any], **other: Any) -> None:
    """Fill what was keyed into the form of a page that is about to be drawn, after its view has filled in its own."""
    kept = _waiting()
    if kept is None:
        return
    shown([kept])
    fields = MultiDict(kept.fields)
    form = max(_forms(context), key=lambda form: len(form.names() & set(fields)), default=None)
    if form is not None and not form.names() & set(fields):
        form = None
    left = (form.put_back(fields) if form else set(fields)) - g.get("kept_taken", set())
    context["put_back"] = PutBack(
        left=[(name, value) for name, value in fields.items(multi=True) if name in left and value.strip()],
        takes_focus=form is None or not form.keeps_focus,
    )


def _forms(context: dict[str, Any]) -> list[Form]:
    """Return every form that a page is drawn with."""
    found: list[Form] = []
    for value in context.values():
        values = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else [value]
        found += [one for one in values if isinstance(one, Form)]
    return found


def _forget_shown(response: Response) -> Response:
    """Forget what is back on its page; if that cannot be done now, it comes back once more."""
    if ids := g.pop("kept_shown", None):
        with suppress(OperationalError), unit_of_work() as work:
            for kept_id in ids:
                kept_forms.forget(work, kept_id=kept_id)
        expect_back()
    return response


def init_app(app: Flask) -> None:
    """Put back what is kept whenever its page is drawn."""
    before_render_template.connect(_put_back, app)
    app.after_request(_forget_shown)
