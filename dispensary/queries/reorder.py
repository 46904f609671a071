"""What a proposal to order goes by: what is held, what was used of late, what is on its way, and the level of each product."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.queries import stock, stock_rate, suppliers
from dispensary.queries.stock import NOTHING, ProductStock
from dispensary.rules.reorder import Held, Level, Proposal, ReorderFacts, Used, proposal
from models import Container, Movement, Receipt, ReceiptMatch, StockLevel
from models.units import Quantity


@dataclass(frozen=True)
class ReorderLine:
    """One product with its level, where one is set, and what follows from it."""

    product: ProductStock
    level: Level | None
    used: Used
    proposal: Proposal | None


def reorder_list(session: Session, site_id: int, today: date) -> list[ReorderLine]:
    """Return every product in use with its level and what is to be ordered of it, those to order first."""
    levels, used = levels_of(session, site_id), stock_rate.rates(session, site_id, today)
    coming, sizes = suppliers.on_order(session, site_id), _last_sizes(session, site_id)
    lines = []
    for product in stock.overview(session, site_id):
        level, at = levels.get(product.id), used.get(product.id)
        rate = Used(at.used, at.days) if at else Used(NOTHING, 0)
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
