"""Where a lot went: every container, dose and bottle of it at a site, whom it reached, and how to reach them.

For a recall. What other sites of the clinic have of the lot is counted only: they trace their own people.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries import contact_rules, pumps
from dispensary.queries.contact_rules import Reach
from dispensary.queries.people import full_name
from dispensary.queries.pumps import PumpOfLot
from dispensary.queries.stock import holds
from dispensary.rules.stock import HERE
from models import (
    Bottle,
    BottleEnd,
    BottleLine,
    Collector,
    Container,
    Dose,
    DoseLine,
    DoseReversal,
    Lot,
    Movement,
    Person,
    Place,
    Product,
    Receipt,
    Site,
    Staff,
    TakeHomeIssue,
    Window,
)
from models.enums import BaseUnit, BottleFate, BottleState, DoseOutcome, MovementKind, PlaceKind
from models.person import root_of
from models.units import Mg, MgPerUnit, Quantity

NOTHING = Quantity(Decimal(0))


@dataclass(frozen=True)
class LotHere:
    """One lot that ever came to a site, and what is left of it."""

    id: int
    product: str
    unit: BaseUnit
    strength: MgPerUnit
    number: str
    expires_on: date
    containers: int
    here: Quantity
    """What the site still holds of it."""
    doses: int
    bottles: int


@dataclass(frozen=True)
class ContainerOfLot:
    """One container of the lot."""

    id: int
    label: str
    size: Quantity
    holds: Quantity
    window: str
    opened_at: datetime | None
    emptied_at: datetime | None
    supplier: str
    document_no: str
    came_on: date | None


@dataclass(frozen=True)
class DoseOfLot:
    """What of the lot went into one dose, and who gave it to whom."""

    dose_id: int
    person_id: int
    """The record that stands for the person now."""
    clinic_day: date
    at: datetime
    container: str
    poured: Quantity
    taken: Quantity
    taken_mg: Mg
    by: str
    reversed: bool
    """Taken off the record: it did not happen, or was poured and not swallowed."""


@dataclass(frozen=True)
class BottleOfLot:
    """What of the lot went home in one bottle, for which day, and what became of it."""

    bottle_id: int
    person_id: int
    issued_on: date
    covers_on: date
    container: str
    quantity: Quantity
    amount_mg: Mg
    by: str
    collector: str
    fate: BottleFate | None
    state: BottleState | None
    ended_on: date | None

    @property
    def at_home(self) -> bool:
        """Whether nothing is on record of it since it was handed over."""
        return self.fate is None

    def still_full(self, today: date) -> bool:
        """Return whether it is out and its day is not over: the bottle to ask for first."""
        return self.at_home and self.covers_on >= today


@dataclass(frozen=True)
class Reached:
    """Somebody whom the lot reached, and how to reach them."""

    person_id: int
    number: str
    name: str
    phone: str
    address: str
    how: Reach | None
    """As agreed with them; None where nobody has asked yet."""


@dataclass(frozen=True)
class WentElsewhere:
    """What of the lot moved for a reason that is no dose and no bottle."""

    kind: MovementKind
    to_kind: PlaceKind
    quantity: Quantity
    movements: int


@dataclass(frozen=True)
class LotTrace:
    """Everything on record about a lot at a site."""

    lot: LotHere
    containers: tuple[ContainerOfLot, ...]
    doses: tuple[DoseOfLot, ...]
    bottles: tuple[BottleOfLot, ...]
    elsewhere: tuple[WentElsewhere, ...]
    people: tuple[Reached, ...]
    other_sites: tuple[tuple[str, int], ...]
    """Name of each other site that has containers of the lot, and how many."""
    pumps: tuple[PumpOfLot, ...] = ()
    """In which pumps it was."""

    @cached_property
    def by_id(self) -> dict[int, Reached]:
        """The people by the id of their record."""
        return {one.person_id: one for one in self.people}

    @cached_property
    def doses_by_person(self) -> dict[int, list[DoseOfLot]]:
        """The doses of each person, in order."""
        found: dict[int, list[DoseOfLot]] = {}
        for one in self.doses:
            found.setdefault(one.person_id, []).append(one)
        return found

    @cached_property
    def bottles_by_person(self) -> dict[int, list[BottleOfLot]]:
        """The bottles of each person, in order."""
        found: dict[int, list[BottleOfLot]] = {}
        for one in self.bottles:
            found.setdefault(one.person_id, []).append(one)
        return found

    def doses_of(self, person_id: int) -> list[DoseOfLot]:
        """Return the doses of one person, in order."""
        return self.doses_by_person.get(person_id, [])

    def bottles_of(self, person_id: int) -> list[BottleOfLot]:
        """Return the bottles of one person, in order."""
        return self.bottles_by_person.get(person_id, [])


def lots(session: Session, site_id: int, lot_id: int | None = None) -> list[LotHere]:
    """Return the lots that ever came to a site, by product, the one that expires last on top; or one of them."""
    of_lot = (Container.lot_id == Lot.id, Container.site_id == site_id)
    doses = (
        select(func.count(DoseLine.dose_id.distinct()))
        .join(Container, Container.id == DoseLine.container_id)
        .where(*of_lot)
        .correlate(Lot)
        .scalar_subquery()
    )
    bottles = (
        select(func.count(BottleLine.bottle_id.distinct()))
        .join(Container, Container.id == BottleLine.container_id)
        .where(*of_lot)
        .correlate(Lot)
        .scalar_subquery()
    )
    query = (
        select(
            Lot, Product, func.count(Container.id).label("containers"), doses.label("doses"), bottles.label("bottles")
        )
        .join(Product, Product.id == Lot.product_id)
        .join(Container, Container.lot_id == Lot.id)
        .where(Container.site_id == site_id)
        .group_by(Lot.id, Product.id)
        .order_by(Product.medication, Product.name, Lot.expires_on.desc(), Lot.number)
    )
    left = select(Container.lot_id, func.coalesce(holds(), NOTHING).label("holds")).where(Container.site_id == site_id)
    if lot_id is not None:
        query, left = query.where(Lot.id == lot_id), left.where(Container.lot_id == lot_id)
    here: dict[int, Decimal] = {}
    for row in session.execute(left):
        here[row.lot_id] = here.get(row.lot_id, Decimal(0)) + row.holds
    return [
        LotHere(
            id=row.Lot.id,
            product=row.Product.name,
            unit=row.Product.unit,
            strength=row.Product.strength,
            number=row.Lot.number,
            expires_on=row.Lot.expires_on,
            containers=row.containers,
            here=Quantity(here.get(row.Lot.id, NOTHING)),
            doses=row.doses,
            bottles=row.bottles,
        )
        for row in session.execute(query)
    ]


def trace(session: Session, site_id: int, lot_id: int) -> LotTrace | None:
    """Return where a lot went at a site; None if none of it ever came here."""
    found = lots(session, site_id, lot_id)
    if not found:
        return None
    doses, bottles = _doses(session, site_id, lot_id), _bottles(session, site_id, lot_id)
    return LotTrace(
        lot=found[0],
        containers=_containers(session, site_id, lot_id),
        doses=doses,
        bottles=bottles,
        elsewhere=_elsewhere(session, site_id, lot_id),
        people=_people(session, {one.person_id for one in doses} | {one.person_id for one in bottles}),
        other_sites=_other_sites(session, site_id, lot_id),
        pumps=pumps.of_lot(session, site_id, lot_id),
    )


def _containers(session: Session, site_id: int, lot_id: int) -> tuple[ContainerOfLot, ...]:
    came = aliased(Movement)
    query = (
        select(
            Container.id,
            Container.label,
            Container.size,
            func.coalesce(holds(), NOTHING).label("holds"),
            func.coalesce(Window.name, "").label("window"),
            Container.opened_at,
            Container.emptied_at,
            func.coalesce(Receipt.supplier, "").label("supplier"),
            func.coalesce(Receipt.document_no, "").label("document_no"),
            came.clinic_day.label("came_on"),
        )
        .outerjoin(Window, Window.id == Container.window_id)
        .outerjoin(came, (came.container_id == Container.id) & (came.container_seq == 1))
        .outerjoin(Receipt, Receipt.id == came.receipt_id)
        .where(Container.site_id == site_id, Container.lot_id == lot_id)
        .order_by(Container.label)
    )
    return tuple(ContainerOfLot(**row) for row in session.execute(query).mappings())


def _doses(session: Session, site_id: int, lot_id: int) -> tuple[DoseOfLot, ...]:
    giver, recorder = aliased(Staff), aliased(Staff)
    undone: ColumnElement[bool] = exists().where(DoseReversal.dose_id == Dose.id)
    query = (
        select(
            Dose.id,
            root_of(Person).label("person_id"),
            Dose.clinic_day,
            Dose.taken_at,
            Container.label,
            DoseLine.poured,
            DoseLine.taken,
            Product.strength,
            func.coalesce(giver.name, recorder.name).label("by"),
            undone.label("undone"),
        )
        .join(Dose, Dose.id == DoseLine.dose_id)
        .join(Container, Container.id == DoseLine.container_id)
        .join(Product, Product.id == DoseLine.product_id)
        .join(Person, Person.id == Dose.person_id)
        .join(recorder, recorder.id == Dose.recorded_by_id)
        .outerjoin(giver, giver.id == Dose.given_by_id)
        .where(Dose.site_id == site_id, Container.lot_id == lot_id, Dose.outcome != DoseOutcome.ELSEWHERE)
        .order_by(Dose.taken_at, Dose.id, DoseLine.line)
    )
    return tuple(
        DoseOfLot(
            row.id,
            row.person_id,
            row.clinic_day,
            row.taken_at,
            row.label,
            row.poured,
            row.taken,
            Mg(row.taken * row.strength),
            row.by,
            row.undone,
        )
        for row in session.execute(query)
    )


def _bottles(session: Session, site_id: int, lot_id: int) -> tuple[BottleOfLot, ...]:
    query = (
        select(
            Bottle.id,
            root_of(Person).label("person_id"),
            TakeHomeIssue.clinic_day,
            Bottle.covers_on,
            Container.label,
            BottleLine.quantity,
            Product.strength,
            Staff.name.label("by"),
            func.coalesce(Collector.name, "").label("collector"),
            BottleEnd.fate,
            BottleEnd.state,
            BottleEnd.clinic_day.label("ended_on"),
        )
        .join(Bottle, Bottle.id == BottleLine.bottle_id)
        .join(TakeHomeIssue, TakeHomeIssue.id == Bottle.issue_id)
        .join(Container, Container.id == BottleLine.container_id)
        .join(Product, Product.id == BottleLine.product_id)
        .join(Person, Person.id == Bottle.person_id)
        .join(Staff, Staff.id == TakeHomeIssue.recorded_by_id)
        .outerjoin(Collector, Collector.id == TakeHomeIssue.collector_id)
        .outerjoin(BottleEnd, BottleEnd.bottle_id == Bottle.id)
        .where(TakeHomeIssue.site_id == site_id, Container.lot_id == lot_id)
        .order_by(Bottle.covers_on, Bottle.id, BottleLine.line)
    )
    return tuple(
        BottleOfLot(
            bottle_id=row.id,
            person_id=row.person_id,
            issued_on=row.clinic_day,
            covers_on=row.covers_on,
            container=row.label,
            quantity=row.quantity,
            amount_mg=Mg(row.quantity * row.strength),
            by=row.by,
            collector=row.collector,
            fate=row.fate,
            state=row.state,
            ended_on=row.ended_on,
        )
        for row in session.execute(query)
    )


def _elsewhere(session: Session, site_id: int, lot_id: int) -> tuple[WentElsewhere, ...]:
    gone = aliased(Place)
    query = (
        select(Movement.kind, gone.kind, func.sum(Movement.quantity), func.count())
        .join(gone, gone.id == Movement.to_place_id)
        .where(
            Movement.site_id == site_id,
            Movement.lot_id == lot_id,
            gone.kind.not_in((*HERE, PlaceKind.PERSON)),
            Movement.kind != MovementKind.REVERSAL,
        )
        .group_by(Movement.kind, gone.kind)
        .order_by(Movement.kind, gone.kind)
    )
    return tuple(WentElsewhere(*row) for row in session.execute(query))


def _people(session: Session, person_ids: set[int]) -> tuple[Reached, ...]:
    how = contact_rules.rules_of(session, person_ids)
    query = select(Person).where(Person.id.in_(person_ids)).order_by(Person.search_key, Person.id)
    return tuple(
        Reached(p.id, p.number, full_name(p.family_name, p.given_name), p.phone, p.address, how.get(p.id))
        for p in session.scalars(query)
    )


def _other_sites(session: Session, site_id: int, lot_id: int) -> tuple[tuple[str, int], ...]:
    query = (
        select(Site.name, func.count())
        .join(Container, Container.site_id == Site.id)
        .where(Container.lot_id == lot_id, Container.site_id != site_id)
        .group_by(Site.name)
        .order_by(Site.name)
    )
    return tuple((name, count) for name, count in session.execute(query))
