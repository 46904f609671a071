"""What is on record about people's health: what stands, for the window, and all of it, for the person's page."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.signs import same_person
from dispensary.rules.alerts import HealthSeen
from models import Dose, HealthFact, HealthFactEnd, Staff
from models.enums import DoseOutcome

HERE = (DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN, DoseOutcome.REPLACEMENT)
"""Outcomes of a dose that somebody gave at a window of ours, with this person's page open."""

_FACT, _END, _DOSE = HealthFact.__table__.c, HealthFactEnd.__table__.c, Dose.__table__.c
_LAST_DOSE = (
    select(func.max(_DOSE.recorded_at)).where(same_person(_DOSE.person_id), _DOSE.outcome.in_(HERE)).scalar_subquery()
)
_STANDING = (
    select(
        _FACT.id,
        _FACT.kind,
        _FACT.item,
        _FACT.text,
        _FACT.qtc_ms,
        _FACT.noted_on,
        _FACT.until_on,
        or_(_LAST_DOSE.is_(None), _FACT.recorded_at > _LAST_DOSE).label("new"),
    )
    .outerjoin(HealthFactEnd.__table__, _END.health_fact_id == _FACT.id)
    .where(same_person(_FACT.person_id), _END.id.is_(None))
    .order_by(_FACT.noted_on, _FACT.id)
)


def standing(session: Session, person_id: int) -> tuple[HealthSeen, ...]:
    """Return what nothing has ended, oldest first, whichever of a person's records it was entered on; one read."""
    return tuple(HealthSeen(**row._mapping) for row in session.execute(_STANDING, {"person_id": person_id}))


@dataclass(frozen=True)
class HealthRecord:
    """One entry about a person's health, and how it ended if it did."""

    fact: HealthSeen
    entered_at: datetime
    entered_by: str
    ended_on: date | None
    ended_by: str | None
    reason: str | None


def records(session: Session, person_id: int) -> list[HealthRecord]:
    """Return everything that was ever entered about a person's health, newest first; what ended stays legible."""
    ender = aliased(Staff)
    query = (
        select(
            HealthFact,
            Staff.name.label("entered_by"),
            HealthFactEnd.ended_on,
            HealthFactEnd.reason,
            ender.name.label("ended_by"),
        )
        .join(Staff, Staff.id == HealthFact.recorded_by_id)
        .outerjoin(HealthFactEnd, HealthFactEnd.health_fact_id == HealthFact.id)
        .outerjoin(ender, ender.id == HealthFactEnd.recorded_by_id)
        .where(same_person(_FACT.person_id))
        .order_by(HealthFact.recorded_at.desc(), HealthFact.id.desc())
    )
    return [
        HealthRecord(
            _seen(row.HealthFact), row.HealthFact.recorded_at, row.entered_by, row.ended_on, row.ended_by, row.reason
        )
        for row in session.execute(query, {"person_id": person_id})
    ]


def _seen(fact: HealthFact) -> HealthSeen:
    return HealthSeen(fact.id, fact.kind, fact.item, fact.text, fact.qtc_ms, fact.noted_on, fact.until_on, new=False)


def person_of_fact(session: Session, health_fact_id: int) -> int | None:
    """Return whom an entry is about, or None if there is no such entry."""
    return session.scalar(select(HealthFact.person_id).where(HealthFact.id == health_fact_id))
