"""Visits and prescriptions elsewhere that we know of, and whether a factual letter is to be offered."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.policy.agencies import agency_rules
from dispensary.queries.signs import same_person
from models import OutsideVisit, Staff


@dataclass(frozen=True)
class KnownVisit:
    """A visit or prescription elsewhere, with its source."""

    id: int
    seen_on: date
    where: str
    prescriber: str
    medicine: str
    source: str
    recorded_at: datetime
    by: str


def visits_of(session: Session, person_id: int) -> list[KnownVisit]:
    """Return what is known of a person's visits elsewhere, the newest first."""
    row = OutsideVisit.__table__.c
    query = (
        select(row.id, row.seen_on, row.where, row.prescriber, row.medicine, row.source, row.recorded_at, Staff.name)
        .join(Staff, Staff.id == row.recorded_by_id)
        .where(same_person(row.person_id, person_id))
        .order_by(row.seen_on.desc(), row.id.desc())
    )
    return [KnownVisit(*found) for found in session.execute(query)]


def letter_is_due(visits: list[KnownVisit], today: date) -> bool:
    """Return whether so many visits elsewhere are known lately that a factual letter is offered. Source: house.toml."""
    rules = agency_rules()
    lately = [visit for visit in visits if visit.seen_on > today - rules.factual_letter_days]
    return len(lately) >= rules.factual_letter_from
