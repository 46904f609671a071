"""Doses said to have been given elsewhere, and what their sources said of them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from models import Dose, ElsewhereDose, ElsewhereVerdict, Person, Staff
from models.enums import ElsewhereSource, Medication
from models.units import Mg


@dataclass(frozen=True)
class ElsewhereReport:
    """One report, with the verdict of its source if there is one."""

    id: int
    person_id: int
    number: str
    family_name: str
    given_name: str
    clinic_day: date
    part: int
    source: ElsewhereSource
    source_name: str
    medication: Medication
    amount_mg: Mg | None
    taken_at: datetime
    told_by: str
    reported_at: datetime
    by: str
    verified: bool | None
    """None: not decided yet."""
    verifier: str | None
    decided_at: datetime | None
    decided_by: str | None
    confirmed_mg: Mg | None
    """What the source says that it gave, if it gave any."""

    @property
    def name(self) -> str:
        """Family name first."""
        return full_name(self.family_name, self.given_name)


@dataclass(frozen=True)
class Decided:
    """When a report was decided, and by whom."""

    decided_at: datetime
    by: str


def report(session: Session, elsewhere_dose_id: int, site_id: int) -> ElsewhereReport | None:
    """Return one report of a site, or None."""
    query = _reports().where(ElsewhereDose.id == elsewhere_dose_id, ElsewhereDose.site_id == site_id)
    row = session.execute(query).mappings().one_or_none()
    return ElsewhereReport(**row) if row else None


def undecided_of(session: Session, person_id: int) -> list[ElsewhereReport]:
    """Return the reports about a person whose source has not spoken yet, oldest first."""
    query = _reports().where(same_person(ElsewhereDose.__table__.c.person_id), ElsewhereVerdict.id.is_(None))
    rows = session.execute(query.order_by(ElsewhereDose.id), {"person_id": person_id})
    return [ElsewhereReport(**row) for row in rows.mappings()]


def reports_of_stop(session: Session, stop_id: int) -> list[ElsewhereReport]:
    """Return the reports for which a stop stands, oldest first, whether or not their source has spoken."""
    query = _reports().where(ElsewhereDose.stop_id == stop_id).order_by(ElsewhereDose.id)
    return [ElsewhereReport(**row) for row in session.execute(query).mappings()]


def verdict(session: Session, elsewhere_dose_id: int) -> Decided | None:
    """Return when and by whom a report was decided, or None."""
    query = (
        select(ElsewhereVerdict.decided_at, Staff.name)
        .join(Staff, Staff.id == ElsewhereVerdict.recorded_by_id)
        .where(ElsewhereVerdict.elsewhere_dose_id == elsewhere_dose_id)
    )
    row = session.execute(query).one_or_none()
    return Decided(*row) if row else None


def _reports() -> Select[*tuple[Any, ...]]:
    by, decider = aliased(Staff), aliased(Staff)
    return (
        select(
            ElsewhereDose.id,
            ElsewhereDose.person_id,
            Person.number,
            Person.family_name,
            Person.given_name,
            ElsewhereDose.clinic_day,
            ElsewhereDose.part,
            ElsewhereDose.source,
            ElsewhereDose.source_name,
            ElsewhereDose.medication,
            ElsewhereDose.amount_mg,
            ElsewhereDose.taken_at,
            ElsewhereDose.told_by,
            ElsewhereDose.recorded_at.label("reported_at"),
            by.name.label("by"),
            ElsewhereVerdict.verified,
            ElsewhereVerdict.verifier,
            ElsewhereVerdict.decided_at,
            decider.name.label("decided_by"),
            Dose.taken_mg.label("confirmed_mg"),
        )
        .join(Person, Person.id == ElsewhereDose.person_id)
        .join(by, by.id == ElsewhereDose.recorded_by_id)
        .outerjoin(ElsewhereVerdict, ElsewhereVerdict.elsewhere_dose_id == ElsewhereDose.id)
        .outerjoin(decider, decider.id == ElsewhereVerdict.recorded_by_id)
        .outerjoin(Dose, Dose.id == ElsewhereVerdict.dose_id)
    )
