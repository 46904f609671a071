"""Signing in, out, and as a witness; guessing is slowed down without locking the clinic out.

Waits double with each wrong try of one account at one terminal. A terminal of ours is never held up by what strangers try
from elsewhere, and one person's mistakes never hold up another.
"""

import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.services import audit, kept_forms
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import SignInAttempt, Staff, StaffSession
from models.enums import AuditKind

FREE_TRIES = 3
LONGEST_WAIT = timedelta(minutes=10)
MEMORY = timedelta(hours=1)
KEPT = timedelta(days=1)
"""How long a try is kept at all; what lasts stands in the audit."""


def wait_until(session: Session, account: str, terminal: str, at: datetime) -> datetime | None:
    """Return until when this account must wait at this terminal, or None if it may try now."""
    table = SignInAttempt.__table__.c
    mine = (table.account == account, table.terminal == terminal, table.at > at - MEMORY)
    last_good = select(func.max(table.id)).where(*mine, table.succeeded.is_(True)).scalar_subquery()
    tries, last = session.execute(
        select(func.count(), func.max(table.at)).where(
            *mine, table.succeeded.is_(False), (last_good.is_(None)) | (table.id > last_good)
        )
    ).one()
    if tries < FREE_TRIES or last is None:
        return None
    until: datetime = last + min(LONGEST_WAIT, timedelta(seconds=2 ** (tries - FREE_TRIES + 1)))
    return until if until > at else None


def check_password(hasher: PasswordHasher, staff: Staff | None, password: str) -> bool:
    """Return whether the password is this person's; takes as long for nobody as for somebody."""
    stored = staff.password_hash if staff and staff.ended_at is None else None
    try:
        return hasher.verify(stored or _nobodys_hash(hasher), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_urlsafe())


def find_staff(session: Session, username: str) -> Staff | None:
    """Return the account with this sign-in name, whatever its case."""
    return session.scalar(select(Staff).where(Staff.username == username.strip().casefold()))


def begin_attempt(session: Session, *, account: str, terminal: str, at: datetime, field: str) -> SignInAttempt:
    """Note a try as wrong before it is checked, so that many sent at once cannot slip past the wait together.

    Raises:
        Refused: this account must wait at this terminal.
    """
    session.execute(select(Staff.id).where(Staff.username == account).with_for_update(key_share=True))
    refuse_while_waiting(wait_until(session, account, terminal, at), field)
    return note_attempt(session, account=account, terminal=terminal, at=at, succeeded=False)


def mark_succeeded(session: Session, *, attempt_id: int) -> None:
    """Mark a try as right after all, and forget tries so old that they slow nobody down."""
    attempt = session.get_one(SignInAttempt, attempt_id)
    attempt.succeeded = True
    session.flush()
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < attempt.at - KEPT))


def note_attempt(session: Session, *, account: str, terminal: str, at: datetime, succeeded: bool) -> SignInAttempt:
    """Remember a try, so that the next one can be slowed down."""
    attempt = SignInAttempt(account=account, terminal=terminal, at=at, succeeded=succeeded)
    session.add(attempt)
    session.flush()
    return attempt


def begin_sitting(session: Session, *, staff: Staff, act: Act) -> StaffSession:
    """Begin a sitting of somebody whose password was right."""
    kept_forms.forget_ended(session, act.at)
    sitting = StaffSession(
        code=secrets.token_urlsafe(24),
        staff_id=staff.id,
        site_id=act.site_id,
        terminal_id=act.terminal_id,
        started_at=act.at,
    )
    session.add(sitting)
    session.flush()
    audit.record(session, AuditKind.SIGNED_IN, sitting, act)
    return sitting


def end_sitting(session: Session, *, sitting_id: int, act: Act) -> None:
    """End a sitting; its cookie opens nothing any more."""
    sitting = session.get_one(StaffSession, sitting_id)
    if sitting.ended_at is None:
        sitting.ended_at = act.at
        session.flush()
        kept_forms.forget_ended(session, act.at)
        audit.record(session, AuditKind.SIGNED_OUT, sitting, act)


def lock_sitting(session: Session, *, sitting_id: int, at: datetime) -> None:
    """Lock a sitting at once, as somebody does who steps away; only the same person opens it again."""
    sitting = session.get_one(StaffSession, sitting_id)
    if sitting.locked_at is None:
        sitting.locked_at = at
        session.flush()


def unlock_sitting(session: Session, *, sitting_id: int) -> None:
    """Open a locked sitting for its own person, who was just proven."""
    session.get_one(StaffSession, sitting_id).locked_at = None
    session.flush()


def end_all_sittings(session: Session, *, staff: Staff, at: datetime, but_for: int | None = None) -> None:
    """End every sitting of a person at once, as on dismissal, or all but one, as when they change their password."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff.id, StaffSession.ended_at.is_(None), StaffSession.id != (but_for or 0))
        .values(ended_at=at)
    )
    kept_forms.forget_ended(session, at)


def note_failure(session: Session, *, staff: Staff | None, act: Act) -> None:
    """Put a failed sign-in on the audit, about the account that was tried, if there is one."""
    about = staff or session.get_one(Staff, act.by_id)
    audit.record(session, AuditKind.SIGN_IN_FAILED, about, act, known=int(staff is not None))


def note_refusal(session: Session, *, endpoint: str, act: Act) -> None:
    """Put on the audit that somebody asked for a page their role does not include."""
    audit.record(session, AuditKind.PERMISSION_REFUSED, session.get_one(Staff, act.by_id), act, page=endpoint)


def refuse_while_waiting(until: datetime | None, field: str) -> None:
    """Refuse a try that comes too early.

    Raises:
        Refused: this account must wait at this terminal.
    """
    if until is not None:
        raise Refused(
            say(N_("Too many wrong tries here. Try again at %(at)s."), at=until),
            code="too_many_tries",
            field=field,
        )
