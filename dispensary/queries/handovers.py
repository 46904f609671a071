"""Bottles handed over at one time: to whom, by whom, who collected them, and how often their labels were printed."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from models import Collector, CollectorEnd, LabelPrint, Person, Staff, TakeHomeIssue


@dataclass(frozen=True)
class Issue:
    """One handover of bottles."""

    id: int
    person_id: int
    number: str
    name: str
    """Family name first."""
    issued_at: datetime
    clinic_day: date
    by: str
    collector: str
    """Empty where the person took them."""
    identity_seen: str
    printings: int
    """How often its labels were printed."""


def issue(session: Session, issue_id: int, site_id: int) -> Issue | None:
    """Return one handover of a site, or None."""
    printed = select(func.count()).where(LabelPrint.issue_id == TakeHomeIssue.id).scalar_subquery()
    query = (
        select(TakeHomeIssue, Person, Staff.name, func.coalesce(Collector.name, ""), printed)
        .join(Person, Person.id == TakeHomeIssue.person_id)
        .join(Staff, Staff.id == TakeHomeIssue.recorded_by_id)
        .outerjoin(Collector, Collector.id == TakeHomeIssue.collector_id)
        .where(TakeHomeIssue.id == issue_id, TakeHomeIssue.site_id == site_id)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    made, who, by, collector, printings = row
    return Issue(
        made.id, who.id, who.number, full_name(who.family_name, who.given_name), made.issued_at, made.clinic_day, by,
        collector, made.identity_seen or "", printings,
    )  # fmt: skip


def issues_of(session: Session, person_id: int, on: date) -> list[int]:
    """Return what was handed over to a person on a clinic day."""
    query = select(TakeHomeIssue.id).where(
        same_person(TakeHomeIssue.__table__.c.person_id, person_id), TakeHomeIssue.clinic_day == on
    )
    return list(session.scalars(query.order_by(TakeHomeIssue.id)))


def collectors_of(session: Session, person_id: int, on: date) -> list[tuple[int, str]]:
    """Return who may collect for a person on a clinic day: id, and name with what they are to the person."""
    ended = select(CollectorEnd.collector_id)
    query = select(Collector).where(
        same_person(Collector.__table__.c.person_id, person_id),
        Collector.from_on <= on,
        Collector.until_on >= on,
        Collector.id.not_in(ended),
    )
    return [(one.id, f"{one.name} ({one.relation})") for one in session.scalars(query.order_by(Collector.id))]
