"""Bottle ends: what was really left of each container at its end, beside what the books said, one row a container."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.rules.stock import HERE
from models import Container, Lot, Movement, Place, Product, RegisterEntry, Staff, Window
from models.enums import BaseUnit, MovementKind
from models.stock import amount_mg
from models.units import Mg, MgPerUnit, Quantity


@dataclass(frozen=True)
class ContainerEnd:
    """One container that was ended with another content than its books said."""

    movement_id: int
    container_id: int
    container: str
    product_id: int
    product: str
    unit: BaseUnit
    strength: MgPerUnit
    size: Quantity
    lot: str
    window: str
    at: datetime
    clinic_day: date
    register_number: int
    short: bool
    """Less was there than the books said."""
    quantity: Quantity
    measured: Quantity
    """What was really left."""
    by: str
    witness: str
    note: str

    @property
    def difference(self) -> Quantity:
        """What was found beyond the books; below zero where it was short."""
        return Quantity(-self.quantity if self.short else self.quantity)

    @property
    def books(self) -> Quantity:
        """What the books said before."""
        return Quantity(self.measured - self.difference)

    @property
    def difference_mg(self) -> Mg:
        """The difference in milligrams."""
        return amount_mg(self.difference, self.strength)


@dataclass(frozen=True)
class EndedProduct:
    """The ends of one product in a period: how often short and over, by how much, beside how many ended at all."""

    product: str
    unit: BaseUnit
    strength: MgPerUnit
    ended: int
    short: int
    over: int
    short_by: Quantity
    over_by: Quantity

    @property
    def together(self) -> Quantity:
        """What all ends come to; below zero where less was there than the books said."""
        return Quantity(self.over_by - self.short_by)

    @property
    def together_mg(self) -> Mg:
        """The same in milligrams."""
        return amount_mg(self.together, self.strength)


def bottle_ends(session: Session, site_id: int, first: date, last: date) -> list[ContainerEnd]:
    """Return the bottle ends of a period that were short or over, the newest first."""
    by, witness, come = aliased(Staff), aliased(Staff), aliased(Place)
    query = (
        select(
            Movement.id.label("movement_id"),
            Movement.container_id,
            Container.label.label("container"),
            Movement.product_id,
            Product.name.label("product"),
            Product.unit,
            Product.strength,
            Container.size,
            Lot.number.label("lot"),
            func.coalesce(Window.name, "").label("window"),
            Movement.moved_at.label("at"),
            Movement.clinic_day,
            RegisterEntry.number.label("register_number"),
            come.kind.in_(HERE).label("short"),
            Movement.quantity,
            Movement.balance_after.label("measured"),
            by.name.label("by"),
            func.coalesce(witness.name, "").label("witness"),
            Movement.note,
        )
        .join(Container, Container.id == Movement.container_id)
        .join(Product, Product.id == Movement.product_id)
        .join(Lot, Lot.id == Movement.lot_id)
        .join(come, come.id == Movement.from_place_id)
        .outerjoin(Window, Window.id == Container.window_id)
        .join(RegisterEntry, RegisterEntry.movement_id == Movement.id)
        .join(by, by.id == Movement.recorded_by_id)
        .outerjoin(witness, witness.id == Movement.witnessed_by_id)
        .where(
            Movement.site_id == site_id,
            Movement.kind == MovementKind.BOTTLE_END,
            Movement.clinic_day.between(first, last),
        )
        .order_by(Movement.moved_at.desc(), Movement.id.desc())
    )
    return [ContainerEnd(**row) for row in session.execute(query).mappings()]


def ended_products(
    session: Session, site_id: int, ends: Sequence[ContainerEnd], since: datetime, before: datetime
) -> list[EndedProduct]:
    """Return what the ends of a period come to, by product; containers that ended as their books said count as ended.

    Args:
        ends: of the same period, as `bottle_ends` gives them.
        since: the moment at which the period begins.
        before: the moment at which it is over.
    """
    inside = case(((Container.emptied_at >= since) & (Container.emptied_at < before), 1))
    query = (
        select(Product.id, Product.name, Product.unit, Product.strength, func.count(inside).label("ended"))
        .join(Container, Container.product_id == Product.id)
        .where(Container.site_id == site_id, Container.opened_at.is_not(None))
        .group_by(Product.id, Product.name, Product.unit, Product.strength)
        .order_by(Product.name)
    )
    found = []
    for row in session.execute(query):
        mine = [end for end in ends if end.product_id == row.id]
        short, over = [e.quantity for e in mine if e.short], [e.quantity for e in mine if not e.short]
        if not row.ended and not mine:
            continue
        sums = (Quantity(sum(part, Decimal(0))) for part in (short, over))
        found.append(EndedProduct(row.name, row.unit, row.strength, row.ended, len(short), len(over), *sums))
    return found
