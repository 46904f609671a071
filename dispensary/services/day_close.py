"""Closing the clinic day: its heads are sealed, and what comes later for that day is seen to have come later."""

from datetime import date, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.queries.reconciliation import reconciliation
from dispensary.rules.names import is_blank
from dispensary.rules.reconciliation import Reconciliation, digest_of, written
from dispensary.services import audit, guests, seals
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import DayClose, DayCloseDifference, Dose
from models.enums import AuditKind, SealOccasion

A_DAY = timedelta(days=1)


def close_day(
    session: Session,
    *,
    clinic_day: date,
    key: Ed25519PrivateKey,
    act: Act,
    note: str = "",
    witnessed_by_id: int | None = None,
    seen: str | None = None,
) -> DayClose:
    """Close a clinic day and seal the heads of every chain of the site; closing again after late entries is turn 2.

    The day is reconciled first. One that does not agree is closed with a reason and before a second person only; what
    differed is kept with the closing. Guests whose last day lies before it are guests no more.

    Args:
        note: why a day that does not reconcile is closed all the same.
        witnessed_by_id: the second person then, who has signed in.
        seen: `digest_of` what differed as the page showed it; None where nobody was shown anything.

    Raises:
        Refused: the day has not begun yet, or does not reconcile and there is no reason, or no second person.
        Conflict: what differs is no longer what was shown; or, by way of the unique rule, somebody closed the day at the
            same moment.
    """
    if clinic_day > act.clinic_day:
        raise Refused(say(N_("%(day)s has not begun yet."), day=clinic_day), code="day_not_begun", field="clinic_day")
    found = reconciliation(session, act.site_id, clinic_day, clinic_day)
    if not found.reconciles:
        _check_signed(found, note, witnessed_by_id, seen, act)
    mine = (DayClose.site_id == act.site_id, DayClose.clinic_day == clinic_day)
    turn = (session.scalar(select(func.max(DayClose.turn)).where(*mine)) or 0) + 1
    closed = DayClose(clinic_day=clinic_day, turn=turn, closed_at=act.at, **act.stamp)
    session.add(closed)
    session.flush()
    doses = session.scalar(
        select(func.count()).select_from(Dose).where(Dose.site_id == act.site_id, Dose.clinic_day == clinic_day)
    )
    guests.end_stays_over(session, clinic_day=clinic_day, act=act)
    audit.record(session, AuditKind.DAY_CLOSED, closed, act, day=clinic_day, turn=turn, doses=doses)
    if not found.reconciles:
        _keep_differences(session, closed, found, note, witnessed_by_id, act)
    seals.seal_heads(session, occasion=SealOccasion.DAY_CLOSE, key=key, act=act)
    return closed


def _check_signed(found: Reconciliation, note: str, witnessed_by_id: int | None, seen: str | None, act: Act) -> None:
    if seen is not None and seen != digest_of(found):
        words = N_("What does not agree has changed since this page was shown. Read it again, then close the day.")
        raise Conflict(say(words), code="changed_since_shown")
    if is_blank(note):
        words = N_("This day does not reconcile. Say why it is closed all the same, or find the difference first.")
        raise Refused(say(words), code="does_not_reconcile", field="note")
    if witnessed_by_id is None:
        raise Refused(say(N_("A second person must sign here.")), code="witness_needed", field="witness_username")
    if witnessed_by_id == act.by_id:
        raise Refused(say(N_("You cannot witness your own act.")), code="witness_is_self", field="witness_username")


def _keep_differences(
    session: Session, closed: DayClose, found: Reconciliation, note: str, witnessed_by_id: int | None, act: Act
) -> None:
    kept = DayCloseDifference(
        day_close_id=closed.id, differences=written(found), note=note, witnessed_by_id=witnessed_by_id, **act.stamp
    )
    session.add(kept)
    session.flush()
    audit.record(
        session,
        AuditKind.DAY_CLOSED_DIFFERING,
        kept,
        act,
        day=closed.clinic_day,
        turn=closed.turn,
        witness=witnessed_by_id,
        count=sum(len(product.differences) for product in found.products),
    )


def end_day(session: Session, *, clinic_day: date, key: Ed25519PrivateKey, act: Act) -> None:
    """Do what a day that is over asks for without a person: guests whose last day it was leave, and the heads are sealed.

    A day that nobody closed stays open for a nurse to sign off; until then what is on record cannot change unseen either.
    """
    guests.end_stays_over(session, clinic_day=clinic_day + A_DAY, act=act)
    seals.seal_heads(session, occasion=SealOccasion.NIGHT, key=key, act=act)
