"""What stands where: containers at a window, and what the whole site holds."""

from decimal import Decimal

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.rules.stock import ContainerFacts
from models import Container, Lot, Movement, Place, Product, ReceiptSignature
from models.enums import Form, Medication, PlaceKind
from models.units import Quantity


def holds() -> ColumnElement[Quantity]:
    """Return the column that says what a container holds, by its last movement."""
    return (
        select(Movement.balance_after)
        .where(Movement.container_id == Container.id)
        .order_by(Movement.container_seq.desc())
        .limit(1)
        .correlate(Container)
        .scalar_subquery()
    )


def unsigned() -> ColumnElement[bool]:
    """Return the condition that a container's delivery still lacks its second signature."""
    signed = exists().where(ReceiptSignature.receipt_id == Movement.receipt_id)
    return (
        exists()
        .where(Movement.container_id == Container.id, Movement.receipt_id.is_not(None), ~signed)
        .correlate(Container)
    )


def containers_at_window(session: Session, window_id: int, medication: Medication, form: Form) -> list[ContainerFacts]:
    """Return the containers of a drug and form at a window in the order of use: open, earliest expiry, label."""
    query = (
        select(
            Container.id,
            Container.label,
            Container.product_id,
            Product.name.label("product"),
            Product.medication,
            Product.form,
            Product.unit,
            Product.strength,
            Product.naloxone_strength,
            Product.smallest_part,
            Lot.number.label("lot"),
            Lot.expires_on,
            holds().label("holds"),
            Container.opened_at.is_not(None).label("is_open"),
            (~unsigned()).label("countersigned"),
        )
        .join(Product, Product.id == Container.product_id)
        .join(Lot, Lot.id == Container.lot_id)
        .where(
            Container.window_id == window_id,
            Container.emptied_at.is_(None),
            Product.medication == medication,
            Product.form == form,
        )
        .order_by(Container.opened_at.is_(None), Lot.expires_on, Container.label)
    )
    return [ContainerFacts(**row) for row in session.execute(query).mappings()]


def balances(session: Session, site_id: int) -> dict[tuple[int, PlaceKind], Quantity]:
    """Return what each kind of place of the site has, by product: the sum of all movements, the world outside included."""
    into, out = aliased(Place), aliased(Place)
    sums: dict[tuple[int, PlaceKind], Quantity] = {}
    for place, side, sign in ((into, Movement.to_place_id, 1), (out, Movement.from_place_id, -1)):
        query = (
            select(Movement.product_id, place.kind, func.sum(Movement.quantity))
            .join(place, place.id == side)
            .where(Movement.site_id == site_id)
            .group_by(Movement.product_id, place.kind)
        )
        for product_id, kind, quantity in session.execute(query):
            before = sums.get((product_id, kind), Quantity(Decimal(0)))
            sums[product_id, kind] = Quantity(before + sign * quantity)
    return sums
