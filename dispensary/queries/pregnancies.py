"""Pregnancies of a person with who cares for them beside the clinic, and newborns whose follow-up is due."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from dispensary.queries import health
from dispensary.queries.health import HealthRecord
from models import Agency, HealthFact, Person, PregnancyCare, Staff, Task, TaskReason
from models.enums import Desk, HealthFactKind, TaskReasonKind
from models.person import root_of

_CARE, _FACT = PregnancyCare.__table__.c, HealthFact.__table__.c


@dataclass(frozen=True)
class CareFacts:
    """Who cares for a pregnancy, as last written down."""

    health_fact_id: int
    turn: int
    agency_id: int | None
    agency: str | None
    phone: str | None
    contact: str
    born_on: date | None
    newborn_follow_up_on: date | None
    note: str
    recorded_at: datetime
    by: str


@dataclass(frozen=True)
class Pregnancy:
    """A pregnancy on record, and who cares for it."""

    record: HealthRecord
    care: CareFacts | None

    @property
    def stands(self) -> bool:
        """Whether nobody has ended the entry."""
        return self.record.ended_on is None


def of_person(session: Session, person_id: int) -> list[Pregnancy]:
    """Return a person's pregnancies, the newest first."""
    found = [r for r in health.records(session, person_id) if r.fact.kind is HealthFactKind.PREGNANCY]
    care = _newest(session, _CARE.health_fact_id.in_([record.fact.id for record in found]))
    return [Pregnancy(record, care.get(record.fact.id)) for record in found]


def newest(session: Session, health_fact_id: int) -> CareFacts | None:
    """Return what was last written down of a pregnancy, or None."""
    return _newest(session, _CARE.health_fact_id == health_fact_id).get(health_fact_id)


def _newest(session: Session, wanted: ColumnElement[bool]) -> dict[int, CareFacts]:
    query = (
        select(
            _CARE.health_fact_id,
            _CARE.turn,
            _CARE.agency_id,
            Agency.name,
            Agency.phone,
            _CARE.contact,
            _CARE.born_on,
            _CARE.newborn_follow_up_on,
            _CARE.note,
            _CARE.recorded_at,
            Staff.name,
        )
        .select_from(PregnancyCare)
        .join(Staff, Staff.id == _CARE.recorded_by_id)
        .outerjoin(Agency, Agency.id == _CARE.agency_id)
        .where(wanted)
        .order_by(_CARE.turn)
    )
    return {row.health_fact_id: CareFacts(*row) for row in session.execute(query)}


def newborns_due(session: Session, site_id: int, on: date) -> list[int]:
    """Return of whom a newborn's follow-up is due by a day and the counselling desk was not told, by surviving record."""
    other, root = PregnancyCare.__table__.alias(), root_of(Person)
    last: Any = select(func.max(other.c.turn)).where(other.c.health_fact_id == _CARE.health_fact_id).scalar_subquery()
    told = (
        select(TaskReason.id)
        .join(Task, Task.id == TaskReason.task_id)
        .where(
            Task.person_id == root,
            Task.desk == Desk.COUNSELLING,
            TaskReason.kind == TaskReasonKind.HEALTH,
            TaskReason.noted_at >= _CARE.recorded_at,
        )
        .correlate(Person, PregnancyCare)
        .exists()
    )
    query = (
        select(root)
        .select_from(PregnancyCare)
        .join(HealthFact, _FACT.id == _CARE.health_fact_id)
        .join(Person, Person.id == _FACT.person_id)
        .where(_CARE.site_id == site_id, _CARE.turn == last, _CARE.newborn_follow_up_on <= on, ~told)
        .distinct()
    )
    return sorted(session.scalars(query))
