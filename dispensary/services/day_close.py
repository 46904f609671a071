"""Closing the clinic day: its heads are sealed, and what comes later for that day is seen to have come later."""

from datetime import date, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.services import audit, guests, seals
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import DayClose, Dose
from models.enums import AuditKind, SealOccasion

A_DAY = timedelta(days=1)


def close_day(session: Session, *, clinic_day: date, key: Ed25519PrivateKey, act: Act) -> DayClose:
    """Close a clinic day and seal the heads of every chain of the site; closing again after late entries is turn 2.

    Guests whose last day lies before it are guests no more.

    Raises:
        Refused: the day has not begun yet.
        Conflict: by way of the unique rule, when somebody closed it at the same moment.
    """
    if clinic_day > act.clinic_day:
        raise Refused(say(N_("%(day)s has not begun yet."), day=clinic_day), code="day_not_begun", field="clinic_day")
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
    seals.seal_heads(session, occasion=SealOccasion.DAY_CLOSE, key=key, act=act)
    return closed


def end_day(session: Session, *, clinic_day: date, key: Ed25519PrivateKey, act: Act) -> None:
    """Do what a day that is over asks for without a person: guests whose last day it was leave, and the heads are sealed.

    A day that nobody closed stays open for a nurse to sign off; until then what is on record cannot change unseen either.
    """
    guests.end_stays_over(session, clinic_day=clinic_day + A_DAY, act=act)
    seals.seal_heads(session, occasion=SealOccasion.NIGHT, key=key, act=act)
