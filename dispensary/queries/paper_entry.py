"""What the entry of paper has to know: what stood then, what was entered already, and whose initials those are."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from dispensary.permissions import Permission, permissions_of
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.rules.dosing import StandingStop
from dispensary.rules.paper_entry import EnteredBefore
from models import (
    Container,
    Dose,
    DoseReversal,
    DosingIncident,
    Person,
    PersonCard,
    Product,
    Staff,
    StaffRole,
    Stop,
    StopRelease,
)
from models.enums import DoseOutcome, Form, IncidentKind, Medication, Origin, Role
from models.units import Mg

NOTHING = Mg(Decimal(0))


def stops_at(session: Session, person_id: int, at: datetime) -> tuple[StandingStop, ...]:
    """Return the stops that stood for a person at a moment, oldest first, whatever became of them since."""
    query = (
        select(Stop.id, Stop.kind, Staff.name, Stop.set_at, Stop.decide_by, Stop.note)
        .outerjoin(StopRelease, StopRelease.stop_id == Stop.id)
        .join(Staff, Staff.id == Stop.recorded_by_id)
        .where(
            same_person(Stop.__table__.c.person_id),
            Stop.set_at <= at,
            or_(StopRelease.id.is_(None), StopRelease.released_at > at),
        )
        .order_by(Stop.set_at, Stop.id)
    )
    return tuple(StandingStop(*row) for row in session.execute(query, {"person_id": person_id}))


def entered_before(session: Session, person_id: int, clinic_day: date) -> Sequence[EnteredBefore]:
    """Return what of a person and day was entered from paper already and not reversed."""
    query = (
        select(Dose.taken_at, Dose.taken_mg, Dose.recorded_at, Staff.name)
        .join(Staff, Staff.id == Dose.recorded_by_id)
        .outerjoin(DoseReversal, DoseReversal.dose_id == Dose.id)
        .where(
            same_person(Dose.__table__.c.person_id),
            Dose.clinic_day == clinic_day,
            Dose.origin == Origin.PAPER,
            DoseReversal.id.is_(None),
        )
    )
    return [EnteredBefore(*row) for row in session.execute(query, {"person_id": person_id})]


def swallowed_after(session: Session, person_id: int, at: datetime) -> bool:
    """Return whether a person has taken a dose since a moment."""
    undone = exists().where(DoseReversal.dose_id == Dose.id)
    query = select(Dose.id).where(
        same_person(Dose.__table__.c.person_id), Dose.taken_at > at, Dose.taken_mg > NOTHING, ~undone
    )
    return session.scalar(query.limit(1), {"person_id": person_id}) is not None


@dataclass(frozen=True)
class Hand:
    """A member of staff as paper names them."""

    id: int
    initials: str
    username: str
    name: str
    may_give: bool
    may_witness: bool


def hands(session: Session, site_id: int, on: date) -> list[Hand]:
    """Return who worked at a site on a day, with what their roles allowed then."""
    query = (
        select(Staff.id, Staff.initials, Staff.username, Staff.name, StaffRole.role)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(
            StaffRole.site_id == site_id,
            StaffRole.from_on <= on,
            or_(StaffRole.until_on.is_(None), StaffRole.until_on >= on),
        )
        .order_by(Staff.name, Staff.id)
    )
    held: dict[tuple[int, str, str, str], set[Role]] = defaultdict(set)
    for row in session.execute(query):
        held[row.id, row.initials, row.username, row.name].add(row.role)
    return [
        Hand(*who, Permission.DOSE_RECORD in may, Permission.WITNESS in may)
        for who, roles in held.items()
        for may in (permissions_of(frozenset(roles)),)
    ]


def people_called(session: Session, typed: Sequence[str]) -> dict[str, int]:
    """Return whom each of some numbers or card codes means; those that mean nobody are missing."""
    wanted = {text.strip().upper(): text for text in typed}
    numbers = select(func.upper(Person.number), Person.id).where(func.upper(Person.number).in_(wanted))
    cards = select(PersonCard.code, PersonCard.person_id).where(PersonCard.code.in_(wanted))
    return {wanted[code]: person_id for query in (cards, numbers) for code, person_id in session.execute(query)}


def numbers_of(session: Session, person_ids: Sequence[int]) -> dict[int, str]:
    """Return the number of each of some people."""
    rows = session.execute(select(Person.id, Person.number).where(Person.id.in_(person_ids)))
    return {row.id: row.number for row in rows}


def medicines(session: Session, site_id: int) -> list[tuple[Medication, Form]]:
    """Return the medicines of which a container stands open at a site."""
    query = (
        select(Product.medication, Product.form)
        .distinct()
        .join(Container, Container.product_id == Product.id)
        .where(Container.site_id == site_id, Container.opened_at.is_not(None), Container.emptied_at.is_(None))
        .order_by(Product.medication, Product.form)
    )
    return [(row.medication, row.form) for row in session.execute(query)]


@dataclass(frozen=True)
class EnteredRow:
    """A row of the paper as it is on record now."""

    dose_id: int
    person_id: int
    number: str
    name: str
    outcome: DoseOutcome
    taken_mg: Mg
    taken_at: datetime
    given_by: str
    entered_by: str
    entered_at: datetime
    incident: IncidentKind | None
    reversed: bool


def entered(session: Session, site_id: int, clinic_day: date) -> list[EnteredRow]:
    """Return everything that was entered from paper of a clinic day, the newest entry first."""
    giver = Staff.__table__.alias()
    query = (
        select(
            Dose.id,
            Dose.person_id,
            Person.number,
            Person.family_name,
            Person.given_name,
            Dose.outcome,
            Dose.taken_mg,
            Dose.taken_at,
            giver.c.initials,
            Staff.name,
            Dose.recorded_at,
            DosingIncident.kind,
            DoseReversal.id.is_not(None),
        )
        .join(Person, Person.id == Dose.person_id)
        .join(Staff, Staff.id == Dose.recorded_by_id)
        .outerjoin(giver, giver.c.id == Dose.given_by_id)
        .outerjoin(DosingIncident, DosingIncident.dose_id == Dose.id)
        .outerjoin(DoseReversal, DoseReversal.dose_id == Dose.id)
        .where(Dose.site_id == site_id, Dose.clinic_day == clinic_day, Dose.origin == Origin.PAPER)
        .order_by(Dose.id.desc())
    )
    return [
        EnteredRow(
            dose_id=row[0],
            person_id=row[1],
            number=row[2],
            name=full_name(row[3], row[4]),
            outcome=row[5],
            taken_mg=row[6],
            taken_at=row[7],
            given_by=row[8] or "",
            entered_by=row[9],
            entered_at=row[10],
            incident=row[11],
            reversed=row[12],
        )
        for row in session.execute(query)
    ]
