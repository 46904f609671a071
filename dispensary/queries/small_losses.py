"""Small losses of stock in a period, and how much everybody moved in it, for the clinic head's look at patterns."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.policy.small_losses import Shifts
from dispensary.rules.register_slip import PAGE_ROWS
from dispensary.rules.small_losses import Hand, SmallLoss
from dispensary.rules.stock import HERE
from models import Container, Movement, Place, Product, RegisterEntry, Staff
from models.enums import BaseUnit, MovementKind, WasteReason
from models.stock import amount_mg
from models.units import Mg, MgPerUnit, Quantity

BY_MISHAP = (WasteReason.SPILT, WasteReason.BROKEN)
"""What is wasted on purpose, before two people and for a reason that can be looked at, is no small loss."""
UNEXPLAINED = (MovementKind.BOTTLE_END, MovementKind.ADJUSTMENT)


def small_losses(
    session: Session, site_id: int, first: date, last: date, zone: ZoneInfo, shifts: Shifts
) -> list[SmallLoss]:
    """Return bottle ends, adjustments, spills and breakages of a period that stand; the oldest first."""
    come, gone, undoing = aliased(Place), aliased(Place), aliased(Movement)
    query = (
        select(
            Movement.id,
            Product.medication,
            Movement.moved_at,
            Movement.recorded_by_id,
            Movement.quantity,
            Product.strength,
            come.kind.in_(HERE).label("went"),
        )
        .join(Product, Product.id == Movement.product_id)
        .join(come, come.id == Movement.from_place_id)
        .join(gone, gone.id == Movement.to_place_id)
        .where(
            Movement.site_id == site_id,
            Movement.clinic_day.between(first, last),
            or_(Movement.kind.in_(UNEXPLAINED), Movement.waste_reason.in_(BY_MISHAP)),
            come.kind.in_(HERE) != gone.kind.in_(HERE),
            ~exists().where(undoing.reverses_id == Movement.id),
        )
        .order_by(Movement.moved_at, Movement.id)
    )
    return [
        SmallLoss(
            row.id,
            Hand(row.medication, shifts.of(row.moved_at, zone), row.recorded_by_id),
            amount_mg(row.quantity, row.strength),
            over=not row.went,
        )
        for row in session.execute(query)
    ]


HANDED = (*UNEXPLAINED, MovementKind.DISPENSE, MovementKind.TAKE_HOME, MovementKind.WASTE, MovementKind.SPILL)
"""What is counted as moved: stock in the hand. Bringing containers to and fro, or taking back, thins nobody's share out."""


def moved_by(session: Session, site_id: int, first: date, last: date, zone: ZoneInfo, shifts: Shifts) -> Counter[Hand]:
    """Return how many movements of each drug everybody made in each part of the day."""
    query = (
        select(Product.medication, Movement.moved_at, Movement.recorded_by_id)
        .join(Product, Product.id == Movement.product_id)
        .where(Movement.site_id == site_id, Movement.clinic_day.between(first, last), Movement.kind.in_(HANDED))
    )
    rows = session.execute(query.execution_options(yield_per=2000))
    return Counter(Hand(row.medication, shifts.of(row.moved_at, zone), row.recorded_by_id) for row in rows)


@dataclass(frozen=True)
class LossRow:
    """One small loss as it is looked up: the line of the register, and the container's own page."""

    movement_id: int
    clinic_day: date
    at: datetime
    kind: MovementKind
    waste_reason: WasteReason | None
    product_id: int
    product: str
    unit: BaseUnit
    strength: MgPerUnit
    quantity: Quantity
    container_id: int
    container: str
    register_number: int
    by: str
    witness: str
    note: str

    @property
    def amount_mg(self) -> Mg:
        """What was lost, in milligrams."""
        return amount_mg(self.quantity, self.strength)

    @property
    def register_page(self) -> int:
        """The page of the register on which it stands."""
        return -(-self.register_number // PAGE_ROWS)


def loss_rows(session: Session, site_id: int, movement_ids: Collection[int]) -> list[LossRow]:
    """Return small losses as they are looked up, the newest first."""
    by, witness = aliased(Staff), aliased(Staff)
    query = (
        select(
            Movement.id.label("movement_id"),
            Movement.clinic_day,
            Movement.moved_at.label("at"),
            Movement.kind,
            Movement.waste_reason,
            Movement.product_id,
            Product.name.label("product"),
            Product.unit,
            Product.strength,
            Movement.quantity,
            Movement.container_id,
            Container.label.label("container"),
            RegisterEntry.number.label("register_number"),
            by.name.label("by"),
            func.coalesce(witness.name, "").label("witness"),
            Movement.note,
        )
        .join(Product, Product.id == Movement.product_id)
        .join(Container, Container.id == Movement.container_id)
        .join(RegisterEntry, RegisterEntry.movement_id == Movement.id)
        .join(by, by.id == Movement.recorded_by_id)
        .outerjoin(witness, witness.id == Movement.witnessed_by_id)
        .where(Movement.site_id == site_id, Movement.id.in_(movement_ids))
        .order_by(Movement.moved_at.desc(), Movement.id.desc())
    )
    return [LossRow(**row) for row in session.execute(query).mappings()]


def names_of(session: Session, staff_ids: Collection[int]) -> dict[int, str]:
    """Return the names of those who moved something."""
    return {row.id: row.name for row in session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(staff_ids)))}
