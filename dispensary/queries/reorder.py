"""What a proposal to order goes by: what is held, what was used of late, what is on its way, and the level of each product."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries import stock, suppliers
from dispensary.queries.stock import NOTHING, ProductStock
from dispensary.rules.reorder import Held, Level, Proposal, ReorderFacts, Used, proposal
from dispensary.rules.stock import HERE
from models import Container, Movement, Place, Receipt, ReceiptMatch, StockLevel
from models.enums import MovementKind
from models.units import Quantity

LOOKED_BACK = timedelta(days=28)
"""Over how many days the use of a product is counted."""
USE = (
    MovementKind.DISPENSE,
    MovementKind.TAKE_HOME,
    MovementKind.WASTE,
    MovementKind.SPILL,
    MovementKind.BOTTLE_END,
    MovementKind.REVERSAL,
)
"""What counts as use; destruction, adjustment and what went to another site does not come again every day."""


@dataclass(frozen=True)
class ReorderLine:
    """One product with its level, where one is set, and what follows from it."""

    product: ProductStock
    level: Level | None
    used: Used
    proposal: Proposal | None


def reorder_list(session: Session, site_id: int, today: date) -> list[ReorderLine]:
    """Return every product in use with its level and what is to be ordered of it, those to order first."""
    levels, used = levels_of(session, site_id), used_of_late(session, site_id, today)
    coming, sizes = suppliers.on_order(session, site_id), _last_sizes(session, site_id)
    lines = []
    for product in stock.overview(session, site_id):
        level, rate = levels.get(product.id), used.get(product.id, Used(NOTHING, 0))
        found = None
        if level is not None:
            held = tuple(Held(c.holds, c.expires_on) for c in product.containers if c.holds > 0)
            size, on_order = sizes.get(product.id), coming.get(product.id, NOTHING)
            found = proposal(ReorderFacts(product.unit, held, rate, on_order, size, level), on=today)
        lines.append(ReorderLine(product, level, rate, found))
    return sorted(lines, key=lambda line: not (line.proposal and line.proposal.to_order))


def levels_of(session: Session, site_id: int) -> dict[int, Level]:
    """Return the levels that are set at a site, by product."""
    query = select(
        StockLevel.product_id, StockLevel.reorder_at, StockLevel.order_up_to, StockLevel.delivery_days
    ).where(StockLevel.site_id == site_id)
    return {row.product_id: Level(row.reorder_at, row.order_up_to, row.delivery_days) for row in session.execute(query)}


def used_of_late(session: Session, site_id: int, today: date) -> dict[int, Used]:
    """Return what was used of each product over the days before today, by product, reversals taken off."""
    from_place, to_place = aliased(Place), aliased(Place)
    first = today - LOOKED_BACK
    query = (
        select(Movement.product_id, from_place.kind, to_place.kind, func.sum(Movement.quantity))
        .join(from_place, from_place.id == Movement.from_place_id)
        .join(to_place, to_place.id == Movement.to_place_id)
        .where(
            Movement.site_id == site_id,
            Movement.kind.in_(USE),
            Movement.clinic_day.between(first, today - timedelta(days=1)),
        )
        .group_by(Movement.product_id, from_place.kind, to_place.kind)
    )
    sums: defaultdict[int, Decimal] = defaultdict(Decimal)
    for product_id, came_from, went_to, quantity in session.execute(query):
        sums[product_id] += quantity * (int(came_from in HERE) - int(went_to in HERE))
    began = _first_used(session, site_id)
    return {
        product_id: Used(Quantity(max(Decimal(0), sums[product_id])), max(0, (today - max(first, day)).days))
        for product_id, day in began.items()
    }


def _first_used(session: Session, site_id: int) -> dict[int, date]:
    query = (
        select(Movement.product_id, func.min(Movement.clinic_day).label("first_on"))
        .where(Movement.site_id == site_id, Movement.kind.in_((MovementKind.DISPENSE, MovementKind.TAKE_HOME)))
        .group_by(Movement.product_id)
    )
    return {row.product_id: row.first_on for row in session.execute(query)}


def _last_sizes(session: Session, site_id: int) -> dict[int, Quantity]:
    """Return the size of the container of each product that came in last."""
    last = select(func.max(Container.id)).where(Container.site_id == site_id).group_by(Container.product_id)
    query = select(Container.product_id, Container.size).where(Container.id.in_(last))
    return {row.product_id: row.size for row in session.execute(query)}


def last_supplier(session: Session, site_id: int, product_id: int) -> int | None:
    """Return the supplier of the list who sent a product last."""
    query = (
        select(ReceiptMatch.supplier_id)
        .join(Receipt, Receipt.id == ReceiptMatch.receipt_id)
        .join(Movement, Movement.receipt_id == Receipt.id)
        .where(Receipt.site_id == site_id, Movement.product_id == product_id)
        .order_by(Receipt.id.desc())
        .limit(1)
    )
    return session.scalars(query).first()
