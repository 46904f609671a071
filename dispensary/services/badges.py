"""Badge and PIN: the short way back to one's own locked terminal. They never begin a sitting; a password does.

A PIN is guessed at sooner than a password, so its wrong tries count wherever they are made, and after five only the
password opens until it has been typed.
"""

import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound, Refused
from dispensary.rules import cards
from dispensary.services import audit, sign_in
from dispensary.services.act import Act
from dispensary.wording import N_, Words, say
from models import SignInAttempt, Staff
from models.enums import AuditKind

MOST_TRIES = 5
SHIFT = timedelta(hours=14)
"""How long after the password that began a sitting its PIN opens it again."""
EVERYWHERE = "*"
"""Where a PIN was tried does not matter: all terminals count together."""


def change_pin(session: Session, *, staff_id: int, pin_hash: str, act: Act) -> Staff:
    """Set or change somebody's PIN.

    Raises:
        Refused: the account has ended, or is one that never signs in.
    """
    staff = _signing_in(session, staff_id)
    staff.pin_hash = pin_hash
    session.flush()
    audit.record(session, AuditKind.PIN_CHANGED, staff, act)
    return staff


def issue_badge(session: Session, *, staff_id: int, act: Act) -> Staff:
    """Issue a badge with a new random code; the one before opens nothing any more.

    Raises:
        NotFound: there is no such account.
        Refused: the account has ended, or is one that never signs in.
    """
    staff = _signing_in(session, staff_id)
    staff.badge_code = cards.BADGE_PREFIX + "".join(secrets.choice(cards.LETTERS) for _ in range(cards.LENGTH))
    session.flush()
    audit.record(session, AuditKind.BADGE_ISSUED, staff, act)
    return staff


def _signing_in(session: Session, staff_id: int) -> Staff:
    _lock(session, staff_id)
    staff = session.get(Staff, staff_id, populate_existing=True)
    if staff is None:
        raise NotFound(say(N_("There is no such account.")), code="no_such_account")
    if staff.ended_at is not None or staff.password_hash is None:
        raise Refused(say(N_("This account cannot sign in.")), code="no_sign_in")
    return staff


def _lock(session: Session, staff_id: int) -> None:
    session.execute(select(Staff.id).where(Staff.id == staff_id).with_for_update(key_share=True))


def wrong_pins(session: Session, staff_id: int, at: datetime) -> int:
    """Return how often this person's PIN was typed wrongly since it, or the password, was last right."""
    table = SignInAttempt.__table__.c
    mine = (table.account == _account(staff_id), table.terminal == EVERYWHERE, table.at > at - sign_in.KEPT)
    last_good = select(func.max(table.id)).where(*mine, table.succeeded.is_(True)).scalar_subquery()
    query = select(func.count()).where(
        *mine, table.succeeded.is_(False), (last_good.is_(None)) | (table.id > last_good)
    )
    return session.scalar(query) or 0


def why_password_only(session: Session, *, staff: Staff, started_at: datetime, at: datetime) -> Words | None:
    """Return why badge and PIN do not open somebody's sitting now, or None if they do.

    Args:
        started_at: when the password that began this sitting was typed.
    """
    if staff.badge_code is None or staff.pin_hash is None:
        return say(N_("With a badge and a PIN of your own you come back faster: see Password and PIN above."))
    if at - started_at > SHIFT:
        return say(N_("The password opens once a shift, and this sitting began longer ago."))
    if wrong_pins(session, staff.id, at) >= MOST_TRIES:
        return say(N_("After five wrong PINs only the password opens."))
    return None


def begin_pin_attempt(session: Session, *, staff_id: int, started_at: datetime, at: datetime) -> SignInAttempt:
    """Note a PIN as wrong before it is checked, so that many sent at once cannot slip past the limit together.

    Raises:
        Refused: only the password opens now, or this PIN must wait a moment.
    """
    _lock(session, staff_id)
    staff = session.get_one(Staff, staff_id, populate_existing=True)
    why_not = why_password_only(session, staff=staff, started_at=started_at, at=at)
    if why_not is not None:
        raise Refused(why_not, code="password_only", field="password")
    account = _account(staff_id)
    sign_in.refuse_while_waiting(sign_in.wait_until(session, account, EVERYWHERE, at), "pin")
    return sign_in.note_attempt(session, account=account, terminal=EVERYWHERE, at=at, succeeded=False)


def note_pin_failure(session: Session, *, staff_id: int, act: Act) -> None:
    """Put a wrong PIN on the audit."""
    audit.record(session, AuditKind.SIGN_IN_FAILED, session.get_one(Staff, staff_id), act, known=1, pin=1)


def forgive_pins(session: Session, *, staff_id: int, at: datetime) -> None:
    """Let the PIN be typed again, now that its owner's password was right."""
    if wrong_pins(session, staff_id, at):
        sign_in.note_attempt(session, account=_account(staff_id), terminal=EVERYWHERE, at=at, succeeded=True)


def check_pin(hasher: PasswordHasher, staff: Staff, pin: str) -> bool:
    """Return whether the PIN is this person's."""
    try:
        return staff.pin_hash is not None and hasher.verify(staff.pin_hash, pin)
    except (VerificationError, InvalidHashError):
        return False


def _account(staff_id: int) -> str:
    """Return under what the tries of a PIN are counted; no sign-in name holds a colon."""
    return f"pin:{staff_id}"
