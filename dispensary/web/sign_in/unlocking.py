"""Who may go on at a locked terminal: nobody but the person whose sitting it is, by badge and PIN or by password."""

from dataclasses import dataclass

from flask import current_app, session

from dispensary.errors import Refused
from dispensary.queries import accounts
from dispensary.services import badges, sign_in
from dispensary.web import edge
from dispensary.web.database import db, unit_of_work
from dispensary.web.proof import Wrong, prove
from dispensary.web.sign_in.forms import UnlockForm
from dispensary.wording import N_, say
from models import Staff, StaffSession

READ = "badge_read"
"""Key of the cookie: when this person's badge was read, so that its code need not wait on the page for the PIN."""
BADGE_WAITS_SECONDS = 120
WRONG = Wrong(say(N_("The password is not right. Try again.")), "wrong_password", "password")


@dataclass(frozen=True)
class WayBack:
    """How the person whose sitting this is can open it."""

    by_badge: bool
    """They have a badge and a PIN that open it now."""
    why_not: str
    """A sentence, where it is not so."""
    badge_read: bool

    @property
    def focus(self) -> str:
        """The field to begin with."""
        return "password" if not self.by_badge else "pin" if self.badge_read else "badge"


def way_back() -> WayBack:
    """Return how this sitting can be opened now."""
    who = edge.sitting()
    staff, began = _staff(), db.session.get_one(StaffSession, who.id).started_at
    why_not = badges.why_password_only(db.session(), staff=staff, started_at=began, at=edge.now())
    return WayBack(why_not is None, edge.speaker()(why_not) if why_not else "", _badge_is_read())


def prove_owner(form: UnlockForm) -> bool:
    """Return whether the person whose sitting this is has shown that they are back; not yet, while only the badge is read.

    Raises:
        Refused: the badge is somebody else's or unknown, or the PIN or password is wrong or comes too soon.
    """
    if form.password.data:
        prove(_staff().username, form.password.data, wrong=WRONG, failed_act=lambda _: edge.act())
        with unit_of_work() as work:
            badges.forgive_pins(work, staff_id=edge.sitting().staff_id, at=edge.now())
        return True
    if form.badge.data:
        _read_badge(form.badge.data)
    if not _badge_is_read():
        raise Refused(say(N_("Scan your badge, or type your password.")), code="no_badge", field=way_back().focus)
    if not form.pin.data:
        return False
    _prove_pin(form.pin.data)
    return True


def _staff() -> Staff:
    return db.session.get_one(Staff, edge.sitting().staff_id)


def _read_badge(code: str) -> None:
    who = edge.sitting()
    holder = accounts.badge_holder(db.session(), code)
    if holder == who.staff_id:
        session[READ] = int(edge.now().timestamp())
        return
    session.pop(READ, None)
    if holder is None:
        raise Refused(say(N_("This badge is not known here.")), code="unknown_badge", field="badge")
    words = N_("This is the sitting of %(name)s, and only %(name)s can open it. Sign %(name)s out below to sit down.")
    raise Refused(say(words, name=who.name), code="badge_of_somebody_else", field="badge")


def _badge_is_read() -> bool:
    return int(edge.now().timestamp()) - int(session.get(READ, 0)) <= BADGE_WAITS_SECONDS


def _prove_pin(pin: str) -> None:
    who, act = edge.sitting(), edge.act()
    began = db.session.get_one(StaffSession, who.id).started_at
    with unit_of_work() as work:
        attempt_id = badges.begin_pin_attempt(work, staff_id=who.staff_id, started_at=began, at=act.at).id
    good = badges.check_pin(current_app.extensions["hasher"], _staff(), pin)
    with unit_of_work() as work:
        if good:
            sign_in.mark_succeeded(work, attempt_id=attempt_id)
        else:
            badges.note_pin_failure(work, staff_id=who.staff_id, act=act)
    if not good:
        raise Refused(say(N_("The PIN is not right. Try again.")), code="wrong_pin", field="pin")
