"""Suppliers, levels, orders, deliveries and destructions against the audit; each destruction against its movements."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from dispensary.queries.verification.chains import AT_ONCE
from dispensary.queries.verification.results import Fault, Progress
from dispensary.rules import chain, deliveries, destruction
from dispensary.rules.deliveries import Difference, OrderedLine
from dispensary.rules.destruction import Destroyed
from dispensary.rules.stock import HERE
from dispensary.wording import N_, Words, say
from models import (
    AuditEvent,
    Base,
    BottleRest,
    Destruction,
    DestructionLine,
    Fact,
    Movement,
    Place,
    Pump,
    Receipt,
    ReceiptDifference,
    ReceiptMatch,
    StockLevel,
    StockOrder,
    StockOrderLine,
    Supplier,
)
from models.enums import AuditKind, MovementKind, PlaceKind

CARDS: dict[type[Base], tuple[AuditKind, ...]] = {
    Supplier: (AuditKind.SUPPLIER_LISTED, AuditKind.SUPPLIER_CHANGED),
    StockLevel: (AuditKind.STOCK_LEVEL_SET,),
    Pump: (AuditKind.PUMP_LISTED, AuditKind.PUMP_CHANGED),
}
"""Cards that an inspector relies on, and the audit kinds whose rows say all that a card says then."""


def wrong_card(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first supplier, level or pump that does not say what the audit row of its last change says, or is gone."""
    for model, kinds in CARDS.items():
        said = _last_said(session, site_id, model.__tablename__, kinds)
        table = model.__table__
        rows = {row.id: row for row in session.execute(select(table).where(table.c.site_id == site_id))}
        for number in sorted(set(said) | set(rows)):
            if (what := _card_misfit(rows.get(number), said.get(number), table.c.keys())) is not None:
                return _no(model, number, what)
    return None


def _card_misfit(row: Any, said: dict[str, Any] | None, columns: Iterable[str]) -> Words | None:
    if said is None:
        return say(N_("the audit knows nothing of it"))
    if row is None:
        return say(N_("it is gone"))
    known = [c for c in columns if f"row.{c}" in said]
    now = chain.said({c: getattr(row, c) for c in known})
    changed = [c for c in known if now[f"row.{c}"] != said[f"row.{c}"]]
    return say(N_("it was changed (%(fields)s)"), fields=", ".join(changed)) if changed else None


def _last_said(session: Session, site_id: int, table: str, kinds: tuple[AuditKind, ...]) -> dict[int, dict[str, Any]]:
    audit = AuditEvent.__table__.c
    query = (
        select(audit.subject_id, audit.body)
        .where(audit.site_id == site_id, audit.subject == table, audit.kind.in_(kinds))
        .order_by(audit.number)
    )
    said: dict[int, dict[str, Any]] = {}
    with session.execute(query.execution_options(yield_per=AT_ONCE)) as rows:
        for subject_id, body in rows:
            if read := chain.fields(body):  # one that cannot be read is named by the walk along the chain
                said[subject_id] = read
    return said


def wrong_contents(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first order, signed delivery or destruction whose lines are not those that its audit row says."""
    checks: tuple[tuple[type[Base], AuditKind, Callable[[Session, int], dict[int, str]]], ...] = (
        (StockOrder, AuditKind.STOCK_ORDERED, _ordered),
        (Receipt, AuditKind.DELIVERY_DIFFERED, _differing),
        (Destruction, AuditKind.STOCK_DESTROYED, _destroyed),
    )
    for model, kind, contents in checks:
        said = {key: body.get("contents") for key, body in _last_said(
            session, site_id, model.__tablename__, (kind,)
        ).items()}  # fmt: skip
        now = contents(session, site_id)
        for number in sorted(set(said) | set(now)):
            if said.get(number) != now.get(number):
                return _no(model, number, say(N_("its lines are not those that were written down")))
    return None


def _ordered(session: Session, site_id: int) -> dict[int, str]:
    query = select(StockOrderLine).where(StockOrderLine.site_id == site_id)
    lines = defaultdict(list)
    for row in session.scalars(query.order_by(StockOrderLine.stock_order_id, StockOrderLine.line)):
        line = OrderedLine(row.product_id, row.size, row.count, row.lot_number, row.expires_from)
        lines[row.stock_order_id].append(line)
    return {key: deliveries.contents_of(of) for key, of in lines.items()}


def _differing(session: Session, site_id: int) -> dict[int, str]:
    query = select(ReceiptDifference).where(ReceiptDifference.site_id == site_id)
    found = defaultdict(list)
    for row in session.scalars(query.order_by(ReceiptDifference.receipt_id, ReceiptDifference.number)):
        found[row.receipt_id].append(Difference(row.difference, row.product_id, row.size, row.ordered, row.came))
    return {key: deliveries.differences_of(of) for key, of in found.items()}


def _destroyed(session: Session, site_id: int) -> dict[int, str]:
    query = select(DestructionLine).where(DestructionLine.site_id == site_id)
    lines = defaultdict(list)
    for row in session.scalars(query.order_by(DestructionLine.destruction_id, DestructionLine.line)):
        lines[row.destruction_id].append(Destroyed(row.movement_id, row.quantity, row.reason, row.bottle_rest_id))
    return {key: destruction.contents_of(of) for key, of in lines.items()}


def wrong_receipt_match(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first delivery that was received on another supplier's order."""
    query = (
        select(func.min(ReceiptMatch.receipt_id))
        .join(StockOrder, StockOrder.id == ReceiptMatch.stock_order_id)
        .where(ReceiptMatch.site_id == site_id, StockOrder.supplier_id != ReceiptMatch.supplier_id)
    )
    first = session.scalar(query)
    return None if first is None else _no(Receipt, first, say(N_("its order was placed with another supplier")))


def wrong_destruction(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first destruction whose movements are not what its lines say, or a destroyed quantity of no destruction."""
    gone, came = Place.__table__.alias(), Place.__table__.alias()
    own = and_(BottleRest.id == DestructionLine.bottle_rest_id, BottleRest.quantity == DestructionLine.quantity)
    back = BottleRest.__table__.alias()
    back_moved = Movement.__table__.alias()
    same_container = exists().where(
        back.c.id == DestructionLine.bottle_rest_id,
        back_moved.c.id == back.c.movement_id,
        back_moved.c.container_id == Movement.container_id,
    )
    same = (
        exists()
        .where(
            Movement.id == DestructionLine.movement_id,
            Movement.kind == MovementKind.DESTROY,
            Movement.quantity == DestructionLine.quantity,
            Movement.recorded_by_id == Destruction.recorded_by_id,
            Movement.witnessed_by_id == Destruction.witnessed_by_id,
            came.c.id == Movement.to_place_id,
            came.c.kind == PlaceKind.DESTROYED,
            gone.c.id == Movement.from_place_id,
            or_(
                and_(DestructionLine.bottle_rest_id.is_(None), gone.c.kind.in_(HERE)),
                and_(gone.c.kind == PlaceKind.RETURNED, exists().where(own), same_container),
            ),
        )
        .correlate(DestructionLine, Destruction)
    )
    query = (
        select(func.min(DestructionLine.destruction_id))
        .join(Destruction, Destruction.id == DestructionLine.destruction_id)
        .where(DestructionLine.site_id == site_id, ~same)
    )
    if (first := session.scalar(query)) is not None:
        return _no(Destruction, first, say(N_("the stock that moved is not what its lines say")))
    named = exists().where(DestructionLine.movement_id == Movement.id)
    query = select(func.min(Movement.id)).where(
        Movement.site_id == site_id, Movement.kind == MovementKind.DESTROY, ~named
    )
    first = session.scalar(query)
    return None if first is None else _no(Movement, first, say(N_("no destruction says so")))


def _no(model: type[Base] | type[Fact], number: int, what: Words) -> Fault:
    return Fault(say(N_("%(table)s no. %(id)s"), table=model.__tablename__, id=number), what)
