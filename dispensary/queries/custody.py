"""What is known of somebody in custody: who doses there, when they come out, and whose release is near."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from dispensary.queries import orders
from dispensary.queries.absences import Stay, stays_of
from dispensary.queries.deaths import has_died
from dispensary.queries.signs import same_person
from models import Absence, AbsenceEnd, CustodyPlan, Person, Staff, Task, TaskReason
from models.enums import AbsenceKind, Desk, ReleaseKind, TaskReasonKind
from models.person import root_of

_PLAN, _AWAY, _END = CustodyPlan.__table__.c, Absence.__table__.c, AbsenceEnd.__table__.c


@dataclass(frozen=True)
class CustodyFacts:
    """What is known of one custody, as last written down."""

    absence_id: int
    turn: int
    release_on: date | None
    release_kind: ReleaseKind
    contact: str
    """Who doses there, and how they are reached."""
    slot_at: datetime | None
    last_dose_told: bool
    recorded_at: datetime
    by: str


@dataclass(frozen=True)
class Custody:
    """A custody of a person, with its plan if one was made."""

    stay: Stay
    plan: CustodyFacts | None
    ordered: bool
    """Whether an order holds on the day of release; without a day, whether one holds today."""


def of_person(session: Session, person_id: int, today: date) -> list[Custody]:
    """Return a person's custodies, one that lasts first, then the newest."""
    plans = _newest(session, same_person(_AWAY.person_id, person_id))
    return [
        Custody(stay, plan := plans.get(stay.id), _ordered(session, person_id, (plan and plan.release_on) or today))
        for stay in stays_of(session, person_id)
        if stay.kind is AbsenceKind.CUSTODY
    ]


def newest(session: Session, absence_id: int) -> CustodyFacts | None:
    """Return what was last written down of a custody, or None."""
    return _newest(session, _PLAN.absence_id == absence_id).get(absence_id)


def _ordered(session: Session, person_id: int, on: date) -> bool:
    return orders.active_order(session, person_id, on) is not None


def _newest(session: Session, wanted: Any) -> dict[int, CustodyFacts]:
    query = (
        select(
            _PLAN.absence_id,
            _PLAN.turn,
            _PLAN.release_on,
            _PLAN.release_kind,
            _PLAN.contact,
            _PLAN.slot_at,
            _PLAN.last_dose_told,
            _PLAN.recorded_at,
            Staff.name,
        )
        .join(Absence, _AWAY.id == _PLAN.absence_id)
        .join(Staff, Staff.id == _PLAN.recorded_by_id)
        .where(wanted)
        .order_by(_PLAN.turn)
    )
    return {row.absence_id: CustodyFacts(*row) for row in session.execute(query)}


def to_prepare(session: Session, site_id: int, on: date, before: timedelta) -> list[int]:
    """Return the custodies of a site whose release is near on a day and of which no desk was told since it was planned."""
    told = _told()
    query = (
        select(_AWAY.id)
        .join(CustodyPlan, _PLAN.absence_id == _AWAY.id)
        .outerjoin(AbsenceEnd, _END.absence_id == _AWAY.id)
        .where(
            _AWAY.site_id == site_id,
            _END.id.is_(None),
            _PLAN.turn == _last_turn(),
            _PLAN.release_on <= on + before,
            ~has_died(_AWAY.person_id),
            ~told,
        )
        .order_by(_AWAY.id)
    )
    return list(session.scalars(query))


def _last_turn() -> Any:
    other = CustodyPlan.__table__.alias()
    return select(func.max(other.c.turn)).where(other.c.absence_id == _AWAY.id).scalar_subquery()


def _told() -> Any:
    own = Person.__table__.alias()
    return (
        exists()
        .where(
            own.c.id == _AWAY.person_id,
            Task.person_id == root_of(own.c),
            TaskReason.task_id == Task.id,
            Task.desk == Desk.PRESCRIBER,
            TaskReason.kind == TaskReasonKind.RELEASE_DAY,
            TaskReason.noted_at >= _PLAN.recorded_at,
        )
        .correlate(Absence.__table__, CustodyPlan.__table__)
    )
