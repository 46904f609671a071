"""The cross-index of a period: whose number is whose, with name and address, for whoever was given anything in it.

A programme whose log names people by number keeps it up to date for an inspection (DEA guideline for narcotic treatment
programs, part 6). Telephone numbers and everything clinical stay out.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session, aliased

from dispensary.queries.people import full_name
from models import Dose, Person, TakeHomeIssue
from models.enums import DoseOutcome, Origin


@dataclass(frozen=True)
class Indexed:
    """One number with whose it is."""

    person_id: int
    number: str
    name: str
    address: str
    now: str
    """The number under which the person is kept now, where records were linked; empty otherwise."""
    first_on: date
    last_on: date
    """The first and the last day of the period on which anything was given under this number."""


def cross_index(session: Session, site_id: int, first: date, last: date) -> list[Indexed]:
    """Return every number under which a site gave a dose or a bottle in a period, by number."""
    doses = select(Dose.person_id, Dose.clinic_day).where(
        Dose.site_id == site_id,
        Dose.clinic_day.between(first, last),
        Dose.origin != Origin.IMPORT,
        Dose.outcome != DoseOutcome.ELSEWHERE,
    )
    bottles = select(TakeHomeIssue.person_id, TakeHomeIssue.clinic_day).where(
        TakeHomeIssue.site_id == site_id, TakeHomeIssue.clinic_day.between(first, last)
    )
    given = union_all(doses, bottles).subquery()
    now = aliased(Person)
    query = (
        select(
            Person,
            func.coalesce(now.number, "").label("now"),
            func.min(given.c.clinic_day).label("first_on"),
            func.max(given.c.clinic_day).label("last_on"),
        )
        .join(given, given.c.person_id == Person.id)
        .outerjoin(now, now.id == Person.root_id)
        .group_by(Person.id, now.number)
        .order_by(Person.number)
    )
    return [
        Indexed(
            row.Person.id,
            row.Person.number,
            full_name(row.Person.family_name, row.Person.given_name),
            row.Person.address,
            row.now,
            row.first_on,
            row.last_on,
        )
        for row in session.execute(query)
    ]
