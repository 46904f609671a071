"""Dosing incidents: who swallowed what, what was seen of them since, and which are still being watched."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from models import (
    Dose,
    DoseReversal,
    DosingIncident,
    IncidentObservation,
    Person,
    Staff,
    StopRelease,
)
from models.enums import Alertness, DoseOutcome, IncidentKind, Medication
from models.units import Mg

_INCIDENT, _WHO = DosingIncident.__table__.c, Person.__table__.c


@dataclass(frozen=True)
class IncidentCard:
    """One dosing incident, as its page shows it."""

    id: int
    dose_id: int
    person_id: int
    number: str
    family_name: str
    given_name: str
    kind: IncidentKind
    intended_number: str | None
    """The number of the person it was meant for."""
    outcome: DoseOutcome
    medication: Medication
    taken_mg: Mg
    amount_certain: bool
    taken_at: datetime
    clinic_day: date
    noticed_at: datetime
    observe_until: datetime
    note: str
    by: str
    released_at: datetime | None
    """When a prescriber released the stop that it had set."""
    reversed_at: datetime | None = None
    """When two people took it back, because nothing was swallowed."""

    @property
    def name(self) -> str:
        """Family name first."""
        return full_name(self.family_name, self.given_name)


@dataclass(frozen=True)
class Observed:
    """How a watched person was found."""

    observed_at: datetime
    alertness: Alertness
    breaths_per_minute: int | None
    note: str
    by: str


def incident(session: Session, dosing_incident_id: int, site_id: int) -> IncidentCard | None:
    """Return one incident of a site, or None."""
    query = _cards().where(DosingIncident.id == dosing_incident_id, DosingIncident.site_id == site_id)
    row = session.execute(query).mappings().one_or_none()
    return IncidentCard(**row) if row else None


def incidents_of(session: Session, person_id: int, since: date) -> list[IncidentCard]:
    """Return a person's incidents of the days from one on, newest first."""
    query = _cards().where(same_person(_INCIDENT.person_id), Dose.clinic_day >= since)
    rows = session.execute(query.order_by(DosingIncident.id.desc()), {"person_id": person_id})
    return [IncidentCard(**row) for row in rows.mappings()]


def incidents_of_stop(session: Session, stop_id: int) -> list[IncidentCard]:
    """Return the incidents for which a stop stands, oldest first; one that never was is left out."""
    query = _cards().where(DosingIncident.stop_id == stop_id, DoseReversal.id.is_(None)).order_by(DosingIncident.id)
    return [IncidentCard(**row) for row in session.execute(query).mappings()]


def observations(session: Session, dosing_incident_id: int) -> list[Observed]:
    """Return what was seen of the person since, oldest first."""
    query = (
        select(
            IncidentObservation.observed_at,
            IncidentObservation.alertness,
            IncidentObservation.breaths_per_minute,
            IncidentObservation.note,
            Staff.name.label("by"),
        )
        .join(Staff, Staff.id == IncidentObservation.recorded_by_id)
        .where(IncidentObservation.incident_id == dosing_incident_id)
        .order_by(IncidentObservation.observed_at, IncidentObservation.id)
    )
    return [Observed(**row._mapping) for row in session.execute(query)]


@dataclass(frozen=True)
class Watched:
    """Somebody at the clinic who is being watched after an incident."""

    id: int
    number: str
    family_name: str
    given_name: str
    until: datetime


_WATCHED = (
    select(_INCIDENT.id, _WHO.number, _WHO.family_name, _WHO.given_name, _INCIDENT.observe_until)
    .join(Person.__table__, _WHO.id == _INCIDENT.person_id)
    .where(
        _INCIDENT.site_id == bindparam("site_id"),
        _INCIDENT.observe_until >= bindparam("at"),
        ~exists().where(DoseReversal.__table__.c.dose_id == _INCIDENT.dose_id),
    )
    .order_by(_INCIDENT.observe_until, _INCIDENT.id)
)


def watched(session: Session, site_id: int, at: datetime) -> list[Watched]:
    """Return who is still to be looked at after an incident; one read of an index that is nearly always empty."""
    return [Watched(*row) for row in session.execute(_WATCHED, {"site_id": site_id, "at": at})]


def _cards() -> Select[*tuple[Any, ...]]:
    meant, by = aliased(Person), aliased(Staff)
    return (
        select(
            DosingIncident.id,
            DosingIncident.dose_id,
            DosingIncident.person_id,
            Person.number,
            Person.family_name,
            Person.given_name,
            DosingIncident.kind,
            meant.number.label("intended_number"),
            Dose.outcome,
            Dose.medication,
            Dose.taken_mg,
            DosingIncident.amount_certain,
            Dose.taken_at,
            Dose.clinic_day,
            DosingIncident.noticed_at,
            DosingIncident.observe_until,
            DosingIncident.note,
            by.name.label("by"),
            StopRelease.released_at,
            DoseReversal.reversed_at,
        )
        .join(Dose, Dose.id == DosingIncident.dose_id)
        .join(Person, Person.id == DosingIncident.person_id)
        .join(by, by.id == DosingIncident.recorded_by_id)
        .outerjoin(meant, meant.id == DosingIncident.intended_person_id)
        .outerjoin(StopRelease, StopRelease.stop_id == DosingIncident.stop_id)
        .outerjoin(DoseReversal, DoseReversal.dose_id == DosingIncident.dose_id)
    )
