"""What was put into bottles, product by product."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import BottleLine, Container, Lot, Product
from models.enums import BaseUnit
from models.units import MgPerUnit, Quantity


@dataclass(frozen=True)
class Content:
    """What of one product is in a bottle."""

    product_id: int
    product: str
    unit: BaseUnit
    quantity: Quantity
    strength: MgPerUnit
    lots: tuple[str, ...]


def contents(session: Session, bottle_ids: Sequence[int]) -> dict[int, tuple[Content, ...]]:
    """Return what was put into each of these bottles, by product."""
    query = (
        select(
            BottleLine.bottle_id,
            Product.id.label("product_id"),
            Product.name,
            Product.unit,
            Product.strength,
            BottleLine.quantity,
            Lot.number.label("lot"),
        )
        .join(Product, Product.id == BottleLine.product_id)
        .join(Container, Container.id == BottleLine.container_id)
        .join(Lot, Lot.id == Container.lot_id)
        .where(BottleLine.bottle_id.in_(bottle_ids))
        .order_by(BottleLine.bottle_id, BottleLine.line)
    )
    found: dict[int, dict[int, Content]] = defaultdict(dict)
    for row in session.execute(query):
        known = found[row.bottle_id].get(row.product_id)
        before = known.quantity if known else Quantity(row.quantity * 0)
        lots = known.lots if known else ()
        found[row.bottle_id][row.product_id] = Content(
            row.product_id,
            row.name,
            row.unit,
            Quantity(before + row.quantity),
            row.strength,
            lots if row.lot in lots else (*lots, row.lot),
        )
    return {bottle_id: tuple(by_product.values()) for bottle_id, by_product in found.items()}
