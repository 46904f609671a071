"""What waits for destruction, what may be destroyed, and what was: each act of two people with its lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.queries.stock import holds
from dispensary.rules import destruction as rules
from dispensary.wording import N_, say
from models import (
    Bottle,
    BottleEnd,
    BottleRest,
    Container,
    Destruction,
    DestructionLine,
    Lot,
    Movement,
    Person,
    Product,
    RegisterEntry,
    Staff,
    Window,
)
from models.enums import BaseUnit, DestructionMethod, DestructionReason, Form, Medication
from models.stock import amount_mg
from models.units import Mg, MgPerUnit, Quantity

NOTHING = Quantity(Decimal(0))


@dataclass(frozen=True)
class HeldContainer:
    """One container that holds something, and so may be destroyed."""

    id: int
    label: str
    product_id: int
    product: str
    unit: BaseUnit
    strength: MgPerUnit
    lot: str
    expires_on: date
    size: Quantity
    holds: Quantity
    seq: int
    window_id: int | None
    window: str
    opened_at: datetime | None
    emptied_at: datetime | None

    @property
    def shown(self) -> str:
        """What a page showed of it, as a digest: any movement, opening or ending of it gives another one."""
        return rules.shown(
            container=self.id,
            label=self.label,
            product=self.product_id,
            lot=self.lot,
            expires_on=self.expires_on,
            holds=self.holds,
            seq=self.seq,
            window=self.window_id,
            opened_at=self.opened_at,
            emptied_at=self.emptied_at,
        )

    @property
    def is_sealed(self) -> bool:
        """Whether it was never opened, so that its content is what its label says."""
        return self.opened_at is None and self.emptied_at is None


@dataclass(frozen=True)
class WaitingReturn:
    """What is left of one line of a bottle that a person brought back; it waits until it is destroyed."""

    id: int
    bottle_id: int
    person_id: int
    person_number: str
    covers_on: date
    number: int
    of_number: int
    product: str
    unit: BaseUnit
    strength: MgPerUnit
    lot: str
    expires_on: date
    container_id: int
    container: str
    quantity: Quantity
    came_back_at: datetime
    came_back_on: date
    by: str
    witness: str

    @property
    def shown(self) -> str:
        """What a page showed of it, as a digest."""
        return rules.shown(
            rest=self.id, bottle=self.bottle_id, quantity=self.quantity, container=self.container_id, lot=self.lot
        )

    @property
    def amount_mg(self) -> Mg:
        """The milligrams in it."""
        return amount_mg(self.quantity, self.strength)

    def days(self, today: date) -> int:
        """Return for how many days it has waited."""
        return (today - self.came_back_on).days


@dataclass(frozen=True)
class DestroyedThing:
    """One line of a destruction, with all that its record needs."""

    line: int
    reason: DestructionReason
    quantity: Quantity
    product_id: int
    product: str
    medication: Medication
    form: Form
    unit: BaseUnit
    strength: MgPerUnit
    lot: str
    expires_on: date
    container_id: int
    container: str
    size: Quantity
    person_number: str
    """Who brought it back; empty for the site's own stock."""
    register_number: int | None

    @property
    def amount_mg(self) -> Mg:
        """The milligrams that were destroyed."""
        return amount_mg(self.quantity, self.strength)


@dataclass(frozen=True)
class DestructionOnRecord:
    """One destruction: when, how, under which document, by whom, before whom."""

    id: int
    destroyed_at: datetime
    clinic_day: date
    method: DestructionMethod
    how: str
    document_no: str
    by: str
    witness: str
    things: int


def containers_held(session: Session, site_id: int) -> list[HeldContainer]:
    """Return every container of a site that holds something, the earliest expiry first."""
    query = _held().where(Container.site_id == site_id, holds() > NOTHING)
    query = query.order_by(Lot.expires_on, Product.name, Container.label)
    return [HeldContainer(**row) for row in session.execute(query).mappings()]


def held(session: Session, container_ids: Iterable[int], site_id: int) -> dict[int, HeldContainer]:
    """Return containers of a site as they stand, by id."""
    query = _held().where(Container.id.in_(list(container_ids)), Container.site_id == site_id)
    return {row["id"]: HeldContainer(**row) for row in session.execute(query).mappings()}


def _held() -> Select[*tuple[object, ...]]:
    last = (
        select(func.max(Movement.container_seq))
        .where(Movement.container_id == Container.id)
        .correlate(Container)
        .scalar_subquery()
    )
    return (
        select(
            Container.id,
            Container.label,
            Container.product_id,
            Product.name.label("product"),
            Product.unit,
            Product.strength,
            Lot.number.label("lot"),
            Lot.expires_on,
            Container.size,
            holds().label("holds"),
            last.label("seq"),
            Container.window_id,
            func.coalesce(Window.name, "").label("window"),
            Container.opened_at,
            Container.emptied_at,
        )
        .join(Product, Product.id == Container.product_id)
        .join(Lot, Lot.id == Container.lot_id)
        .outerjoin(Window, Window.id == Container.window_id)
    )


def returns_waiting(session: Session, site_id: int, only: Iterable[int] | None = None) -> list[WaitingReturn]:
    """Return what people brought back and nobody has destroyed yet, the longest wait first.

    Args:
        only: the rests to look at; all of the site's where none are named.
    """
    by, witness = aliased(Staff), aliased(Staff)
    query = (
        select(
            BottleRest.id,
            Bottle.id.label("bottle_id"),
            Bottle.person_id,
            Person.number.label("person_number"),
            Bottle.covers_on,
            Bottle.number,
            Bottle.of_number,
            Product.name.label("product"),
            Product.unit,
            Product.strength,
            Lot.number.label("lot"),
            Lot.expires_on,
            Container.id.label("container_id"),
            Container.label.label("container"),
            BottleRest.quantity,
            BottleEnd.ended_at.label("came_back_at"),
            BottleEnd.clinic_day.label("came_back_on"),
            by.name.label("by"),
            func.coalesce(witness.name, "").label("witness"),
        )
        .join(BottleEnd, BottleEnd.id == BottleRest.bottle_end_id)
        .join(Bottle, Bottle.id == BottleEnd.bottle_id)
        .join(Person, Person.id == Bottle.person_id)
        .join(Movement, Movement.id == BottleRest.movement_id)
        .join(Product, Product.id == Movement.product_id)
        .join(Lot, Lot.id == Movement.lot_id)
        .join(Container, Container.id == Movement.container_id)
        .join(by, by.id == BottleEnd.recorded_by_id)
        .outerjoin(witness, witness.id == BottleEnd.witnessed_by_id)
        .where(BottleRest.site_id == site_id, ~_destroyed())
        .order_by(BottleEnd.ended_at, BottleRest.id)
    )
    if only is not None:
        query = query.where(BottleRest.id.in_(list(only)))
    return [WaitingReturn(**row) for row in session.execute(query).mappings()]


def _destroyed() -> ColumnElement[bool]:
    return exists().where(DestructionLine.bottle_rest_id == BottleRest.id)


def destructions(session: Session, site_id: int, newest: int = 100) -> list[DestructionOnRecord]:
    """Return the newest destructions of a site."""
    query = _destructions().where(Destruction.site_id == site_id).order_by(Destruction.id.desc()).limit(newest)
    return [DestructionOnRecord(**row) for row in session.execute(query).mappings()]


def destruction(session: Session, destruction_id: int, site_id: int) -> DestructionOnRecord:
    """Return one destruction of a site.

    Raises:
        NotFound: there is none such.
    """
    query = _destructions().where(Destruction.id == destruction_id, Destruction.site_id == site_id)
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(say(N_("There is no such destruction here.")), code="no_such_destruction")
    return DestructionOnRecord(**row)


def _destructions() -> Select[*tuple[object, ...]]:
    by, witness = aliased(Staff), aliased(Staff)
    things = (
        select(func.count(DestructionLine.id))
        .where(DestructionLine.destruction_id == Destruction.id)
        .correlate(Destruction)
        .scalar_subquery()
    )
    return (
        select(
            Destruction.id,
            Destruction.destroyed_at,
            Destruction.clinic_day,
            Destruction.method,
            Destruction.how,
            Destruction.document_no,
            by.name.label("by"),
            witness.name.label("witness"),
            things.label("things"),
        )
        .join(by, by.id == Destruction.recorded_by_id)
        .join(witness, witness.id == Destruction.witnessed_by_id)
    )


def things_destroyed(session: Session, destruction_id: int) -> list[DestroyedThing]:
    """Return the lines of a destruction."""
    query = (
        select(
            DestructionLine.line,
            DestructionLine.reason,
            DestructionLine.quantity,
            Product.id.label("product_id"),
            Product.name.label("product"),
            Product.medication,
            Product.form,
            Product.unit,
            Product.strength,
            Lot.number.label("lot"),
            Lot.expires_on,
            Container.id.label("container_id"),
            Container.label.label("container"),
            Container.size,
            func.coalesce(Person.number, "").label("person_number"),
            RegisterEntry.number.label("register_number"),
        )
        .join(Movement, Movement.id == DestructionLine.movement_id)
        .join(Product, Product.id == Movement.product_id)
        .join(Lot, Lot.id == Movement.lot_id)
        .join(Container, Container.id == Movement.container_id)
        .outerjoin(RegisterEntry, RegisterEntry.movement_id == Movement.id)
        .outerjoin(BottleRest, BottleRest.id == DestructionLine.bottle_rest_id)
        .outerjoin(BottleEnd, BottleEnd.id == BottleRest.bottle_end_id)
        .outerjoin(Bottle, Bottle.id == BottleEnd.bottle_id)
        .outerjoin(Person, Person.id == Bottle.person_id)
        .where(DestructionLine.destruction_id == destruction_id)
        .order_by(DestructionLine.line)
    )
    return [DestroyedThing(**row) for row in session.execute(query).mappings()]
