"""What the re-entry gate knows of a person: the days of the ledger, and what was said at the window today."""

from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from dispensary.queries.ledger import RECENT, person_days
from dispensary.queries.signs import same_person
from dispensary.rules.ledger import reaches_back
from dispensary.rules.re_entry import ReEntryInputs, Said, inputs_of
from models import ReEntryAnswer

_ANSWER = ReEntryAnswer.__table__.c
_SAID = (
    select(
        _ANSWER.id,
        _ANSWER.turn,
        _ANSWER.as_recorded,
        _ANSWER.last_dose_on,
        _ANSWER.last_dose_mg,
        _ANSWER.used_full_agonist,
    )
    .where(same_person(_ANSWER.person_id), _ANSWER.clinic_day == bindparam("clinic_day"))
    .order_by(_ANSWER.turn.desc(), _ANSWER.id.desc())
    .limit(1)
)


def said_on(session: Session, person_id: int, clinic_day: date) -> Said | None:
    """Return what somebody said at the window on a day, the last time they were asked; None if nobody asked."""
    row = session.execute(_SAID, {"person_id": person_id, "clinic_day": clinic_day}).one_or_none()
    return Said(*row) if row else None


def inputs(session: Session, person_id: int, site_id: int, clinic_day: date) -> ReEntryInputs:
    """Return what the gate decides on: the days of the ledger before a day, and what was said on it."""
    days = person_days(session, person_id, site_id, until=clinic_day, since=clinic_day - RECENT)
    if not reaches_back(days, clinic_day):
        days = person_days(session, person_id, site_id, until=clinic_day)
    return inputs_of(days, clinic_day, said_on(session, person_id, clinic_day))
