"""Who else may collect somebody's doses, and the talks about keeping them safely."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries.signs import same_person
from dispensary.wording import N_, say
from models import Collector, CollectorEnd, SafetyCheck, Staff
from models.enums import NaloxoneOffer


@dataclass(frozen=True)
class CollectorLine:
    """A named other person who may collect doses."""

    id: int
    name: str
    relation: str
    authority: str
    from_on: date
    until_on: date
    named_by: str
    end_reason: str | None


def collectors_of(session: Session, person_id: int) -> list[CollectorLine]:
    """Return everybody who was ever named to collect a person's doses, the newest first."""
    query = (
        select(
            Collector.id,
            Collector.name,
            Collector.relation,
            Collector.authority,
            Collector.from_on,
            Collector.until_on,
            Staff.name.label("by"),
            CollectorEnd.reason,
        )
        .join(Staff, Staff.id == Collector.recorded_by_id)
        .outerjoin(CollectorEnd, CollectorEnd.collector_id == Collector.id)
        .where(same_person(Collector.__table__.c.person_id, person_id))
        .order_by(Collector.id.desc())
    )
    return [CollectorLine(*row) for row in session.execute(query)]


@dataclass(frozen=True)
class SafetyLine:
    """One talk about storing doses safely."""

    clinic_day: date
    locked_storage: bool
    taught: bool
    child_resistant: bool
    naloxone: NaloxoneOffer
    note: str
    by: str

    @property
    def complete(self) -> bool:
        """Whether nothing was missing, so that doses may go home on it; naloxone is offered, never demanded."""
        return self.locked_storage and self.taught and self.child_resistant


def safety_checks_of(session: Session, person_id: int) -> list[SafetyLine]:
    """Return the talks with a person about storing doses safely, the newest first."""
    query = (
        select(
            SafetyCheck.clinic_day,
            SafetyCheck.locked_storage,
            SafetyCheck.taught,
            SafetyCheck.child_resistant,
            SafetyCheck.naloxone,
            SafetyCheck.note,
            Staff.name,
        )
        .join(Staff, Staff.id == SafetyCheck.recorded_by_id)
        .where(same_person(SafetyCheck.__table__.c.person_id, person_id))
        .order_by(SafetyCheck.clinic_day.desc(), SafetyCheck.id.desc())
    )
    return [SafetyLine(*row) for row in session.execute(query)]


def safety_holds_until(checks: list[SafetyLine], days: int) -> date | None:
    """Return the last day on which the newest complete talk holds; None if there was none."""
    newest = next((check for check in checks if check.complete), None)
    return newest.clinic_day + timedelta(days=days - 1) if newest else None


def person_of_collector(session: Session, collector_id: int) -> int:
    """Return for whom somebody may collect, or raise NotFound."""
    person_id = session.scalar(select(Collector.person_id).where(Collector.id == collector_id))
    if person_id is None:
        raise NotFound(say(N_("There is no such entry on record.")), code="no_such_entry")
    return person_id
