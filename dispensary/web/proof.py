"""A password typed on a page proves who somebody is, whatever the page is for: the one door to the throttle.

A try is noted as wrong before it is checked, so that many sent at once cannot slip past the wait together.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app

from dispensary.errors import Refused
from dispensary.services import sign_in
from dispensary.services.act import Act
from dispensary.web import edge
from dispensary.web.database import db, unit_of_work
from dispensary.web.sign_in.terminal import this_terminal, throttle_key
from dispensary.wording import Words
from models import Staff


@dataclass(frozen=True)
class Wrong:
    """What to say of a wrong password, and at which field."""

    words: Words
    code: str
    field: str | None = None


def prove(username: str, password: str, *, wrong: Wrong, failed_act: Callable[[Staff | None], Act | None]) -> Staff:
    """Return whose password this is; the try stays on record whatever becomes of the rest of the page.

    Args:
        username: as typed, or of whoever must be proven.
        password: as typed; kept nowhere.
        wrong: what to say if it is not right.
        failed_act: the act under which a failure stands on the audit; None where it cannot be told.

    Raises:
        Refused: wrong, or too many wrong tries of this account at this terminal.
    """
    account = username.strip().casefold()
    key = throttle_key(this_terminal(db.session()))
    with unit_of_work() as work:
        attempt = sign_in.begin_attempt(
            work, account=account, terminal=key, at=edge.now(), field=wrong.field or "password"
        )
    staff = sign_in.find_staff(db.session(), account)
    good = sign_in.check_password(current_app.extensions["hasher"], staff, password)
    act = None if good else failed_act(staff)
    with unit_of_work() as work:
        if good:
            sign_in.mark_succeeded(work, attempt_id=attempt.id)
        elif act is not None:
            sign_in.note_failure(work, staff=staff, act=act)
    if not good or staff is None:
        raise Refused(wrong.words, code=wrong.code, field=wrong.field)
    return staff
