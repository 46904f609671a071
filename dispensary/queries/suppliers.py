"""The list of suppliers, what was ordered of them, and what came on each order."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.rules.deliveries import CameBatch, Difference, OrderedLine, differences, still_to_come
from dispensary.wording import N_, say
from models import (
    Container,
    Lot,
    Movement,
    Product,
    Receipt,
    ReceiptDifference,
    ReceiptMatch,
    ReceiptSignature,
    Staff,
    StockOrder,
    StockOrderEnd,
    StockOrderLine,
    Supplier,
)
from models.enums import BaseUnit, DeliveryDifference, MovementKind, StockOrderEndKind
from models.units import MgPerUnit, Quantity


@dataclass(frozen=True)
class ListedSupplier:
    """A supplier as the list knows it."""

    id: int
    name: str
    address: str
    phone: str
    licence_no: str
    retired_on: date | None


@dataclass(frozen=True)
class OrderRow:
    """One order as the list of orders shows it."""

    id: int
    supplier_id: int
    supplier: str
    form_number: str
    ordered_on: date
    note: str
    by: str
    end: StockOrderEndKind | None
    end_reason: str
    ended_at: datetime | None
    ended_by: str

    @property
    def is_open(self) -> bool:
        """Whether something may still come on it."""
        return self.end is None


@dataclass(frozen=True)
class LineOnOrder:
    """One line of an order, with the product as it is called and what of it came."""

    line: int
    product_id: int
    product: str
    unit: BaseUnit
    strength: MgPerUnit
    size: Quantity
    count: int
    lot_number: str
    expires_from: date | None

    @property
    def ordered(self) -> OrderedLine:
        """The line as the rules read it."""
        return OrderedLine(self.product_id, self.size, self.count, self.lot_number, self.expires_from)


@dataclass(frozen=True)
class CameOnOrder:
    """Containers of one lot that came on an order with one delivery: quantity and date received, as the form asks."""

    receipt_id: int
    document_no: str
    received_at: datetime
    by: str
    countersigned: bool
    product: str
    unit: BaseUnit
    lot_number: str
    size: Quantity
    count: int


@dataclass(frozen=True)
class NotedDifference:
    """A difference between a delivery and its order, as it is shown; with its note once a second person signed it."""

    kind: DeliveryDifference
    product: str
    unit: BaseUnit
    size: Quantity
    ordered: int
    came: int
    note: str = ""


@dataclass(frozen=True)
class Source:
    """Which supplier of the list sent a delivery, and on which order."""

    supplier_id: int
    supplier_name: str
    supplier_address: str
    stock_order_id: int | None
    form_number: str


_LISTED = tuple(Supplier.__table__.c[name] for name in ListedSupplier.__dataclass_fields__)


def suppliers(session: Session, site_id: int, *, with_retired: bool = False) -> list[ListedSupplier]:
    """Return the suppliers of a site by name; those retired, at the end, only if asked for."""
    query = select(*_LISTED).where(Supplier.site_id == site_id)
    if not with_retired:
        query = query.where(Supplier.retired_on.is_(None))
    order = (Supplier.retired_on.is_not(None), Supplier.name, Supplier.id)
    return [ListedSupplier(*row) for row in session.execute(query.order_by(*order))]


def supplier(session: Session, supplier_id: int, site_id: int) -> ListedSupplier:
    """Return one supplier of a site.

    Raises:
        NotFound: there is none such.
    """
    row = session.execute(select(*_LISTED).where(Supplier.id == supplier_id, Supplier.site_id == site_id)).one_or_none()
    if row is None:
        raise NotFound(say(N_("There is no such supplier on the list here.")), code="no_such_supplier")
    return ListedSupplier(*row)


def orders(session: Session, site_id: int, *, only_open: bool = False, newest: int = 100) -> list[OrderRow]:
    """Return the newest orders of a site, or those on which something may still come."""
    query = _orders().where(StockOrder.site_id == site_id)
    if only_open:
        query = query.where(StockOrderEnd.id.is_(None))
    query = query.order_by(StockOrderEnd.id.is_not(None), StockOrder.ordered_on.desc(), StockOrder.id.desc())
    return [OrderRow(**row) for row in session.execute(query.limit(newest)).mappings()]


def order(session: Session, stock_order_id: int, site_id: int) -> OrderRow:
    """Return one order of a site.

    Raises:
        NotFound: there is none such.
    """
    query = _orders().where(StockOrder.id == stock_order_id, StockOrder.site_id == site_id)
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(say(N_("There is no such order of stock here.")), code="no_such_stock_order")
    return OrderRow(**row)


def _orders() -> Select[*tuple[object, ...]]:
    by, ended_by = aliased(Staff), aliased(Staff)
    return (
        select(
            StockOrder.id,
            StockOrder.supplier_id,
            Supplier.name.label("supplier"),
            StockOrder.form_number,
            StockOrder.ordered_on,
            StockOrder.note,
            by.name.label("by"),
            StockOrderEnd.kind.label("end"),
            func.coalesce(StockOrderEnd.reason, "").label("end_reason"),
            StockOrderEnd.ended_at,
            func.coalesce(ended_by.name, "").label("ended_by"),
        )
        .join(Supplier, Supplier.id == StockOrder.supplier_id)
        .join(by, by.id == StockOrder.recorded_by_id)
        .outerjoin(StockOrderEnd, StockOrderEnd.stock_order_id == StockOrder.id)
        .outerjoin(ended_by, ended_by.id == StockOrderEnd.recorded_by_id)
    )


def lines_of(session: Session, stock_order_id: int) -> list[LineOnOrder]:
    """Return the lines of an order."""
    query = (
        select(
            StockOrderLine.line,
            StockOrderLine.product_id,
            Product.name.label("product"),
            Product.unit,
            Product.strength,
            StockOrderLine.size,
            StockOrderLine.count,
            StockOrderLine.lot_number,
            StockOrderLine.expires_from,
        )
        .join(Product, Product.id == StockOrderLine.product_id)
        .where(StockOrderLine.stock_order_id == stock_order_id)
        .order_by(StockOrderLine.line)
    )
    return [LineOnOrder(**row) for row in session.execute(query).mappings()]


def received_on(session: Session, stock_order_id: int) -> list[CameOnOrder]:
    """Return what came on an order, delivery by delivery and lot by lot."""
    query = (
        select(
            Receipt.id.label("receipt_id"),
            Receipt.document_no,
            Receipt.received_at,
            Staff.name.label("by"),
            ReceiptSignature.id.is_not(None).label("countersigned"),
            Product.name.label("product"),
            Product.unit,
            Lot.number.label("lot_number"),
            Container.size,
            func.count(Container.id).label("count"),
        )
        .join(ReceiptMatch, ReceiptMatch.receipt_id == Receipt.id)
        .join(Movement, (Movement.receipt_id == Receipt.id) & (Movement.kind == MovementKind.RECEIVE))
        .join(Container, Container.id == Movement.container_id)
        .join(Product, Product.id == Container.product_id)
        .join(Lot, Lot.id == Container.lot_id)
        .join(Staff, Staff.id == Receipt.recorded_by_id)
        .outerjoin(ReceiptSignature, ReceiptSignature.receipt_id == Receipt.id)
        .where(ReceiptMatch.stock_order_id == stock_order_id)
        .group_by(
            Receipt.id,
            Receipt.document_no,
            Receipt.received_at,
            Staff.name,
            ReceiptSignature.id,
            Product.name,
            Product.unit,
            Lot.number,
            Container.size,
        )
        .order_by(Receipt.id, Product.name, Lot.number, Container.size)
    )
    return [CameOnOrder(**row) for row in session.execute(query).mappings()]


def came_on(session: Session, stock_order_id: int, *, before: int | None = None) -> list[CameBatch]:
    """Return what came on an order, lot by lot, as the rules read it.

    Args:
        before: only what came with deliveries entered before this one.
    """
    receipts = select(ReceiptMatch.receipt_id).where(ReceiptMatch.stock_order_id == stock_order_id)
    if before is not None:
        receipts = receipts.where(ReceiptMatch.receipt_id < before)
    return batches_of(session, session.scalars(receipts).all())


def batches_of(session: Session, receipt_ids: Sequence[int]) -> list[CameBatch]:
    """Return what came with these deliveries, lot by lot."""
    query = (
        select(Container.product_id, Container.size, func.count(Container.id), Lot.number, Lot.expires_on)
        .join(Movement, Movement.container_id == Container.id)
        .join(Lot, Lot.id == Container.lot_id)
        .where(Movement.receipt_id.in_(receipt_ids), Movement.kind == MovementKind.RECEIVE)
        .group_by(Container.product_id, Container.size, Lot.number, Lot.expires_on)
        .order_by(Container.product_id, Container.size, Lot.number, Lot.expires_on)
    )
    return [CameBatch(*row) for row in session.execute(query)]


def source_of(session: Session, receipt_id: int) -> Source | None:
    """Return which supplier of the list sent a delivery; None for one from before there was a list."""
    query = (
        select(
            ReceiptMatch.supplier_id,
            ReceiptMatch.supplier_name,
            ReceiptMatch.supplier_address,
            ReceiptMatch.stock_order_id,
            func.coalesce(StockOrder.form_number, ""),
        )
        .outerjoin(StockOrder, StockOrder.id == ReceiptMatch.stock_order_id)
        .where(ReceiptMatch.receipt_id == receipt_id)
    )
    row = session.execute(query).one_or_none()
    return Source(*row) if row else None


def differences_now(session: Session, receipt_id: int) -> tuple[Difference, ...]:
    """Return how a delivery differs from its order as it stands; nothing where it came on no order."""
    source = source_of(session, receipt_id)
    if source is None or source.stock_order_id is None:
        return ()
    ordered = [line.ordered for line in lines_of(session, source.stock_order_id)]
    before = came_on(session, source.stock_order_id, before=receipt_id)
    return differences(ordered, before, batches_of(session, [receipt_id]))


def in_words(session: Session, found: Iterable[Difference]) -> list[NotedDifference]:
    """Return differences with their products as they are called."""
    found = list(found)
    known = {p.id: p for p in session.scalars(select(Product).where(Product.id.in_([d.product_id for d in found])))}
    return [
        NotedDifference(d.kind, known[d.product_id].name, known[d.product_id].unit, d.size, d.ordered, d.came)
        for d in found
    ]


def noted_differences(session: Session, receipt_id: int) -> list[NotedDifference]:
    """Return the differences that a second person signed for."""
    query = (
        select(
            ReceiptDifference.difference,
            Product.name,
            Product.unit,
            ReceiptDifference.size,
            ReceiptDifference.ordered,
            ReceiptDifference.came,
            ReceiptDifference.note,
        )
        .join(Product, Product.id == ReceiptDifference.product_id)
        .where(ReceiptDifference.receipt_id == receipt_id)
        .order_by(ReceiptDifference.number)
    )
    return [NotedDifference(*row) for row in session.execute(query)]


def on_order(session: Session, site_id: int) -> dict[int, Quantity]:
    """Return how much of each product is still to come on the open orders of a site."""
    coming: defaultdict[int, Quantity] = defaultdict(lambda: Quantity(Decimal(0)))
    for one in orders(session, site_id, only_open=True, newest=1000):
        lines = [line.ordered for line in lines_of(session, one.id)]
        for (product_id, size), count in still_to_come(lines, came_on(session, one.id)).items():
            coming[product_id] = Quantity(coming[product_id] + size * count)
    return dict(coming)
