"""Orders of stock: what was ordered of whom, what a delivery brought of it, and when nothing more comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import suppliers as records
from dispensary.rules import deliveries as rules
from dispensary.rules.deliveries import Difference, OrderedLine
from dispensary.rules.products import is_whole_parts
from dispensary.services import audit, people, suppliers
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import (
    Product,
    Receipt,
    ReceiptDifference,
    ReceiptMatch,
    Site,
    StockOrder,
    StockOrderEnd,
    StockOrderLine,
    Supplier,
)
from models.enums import AuditKind, StockOrderEndKind

MOST_CONTAINERS = 1000
OLDEST_ORDER = timedelta(days=366)
"""An order of longer ago is a slip of the keys."""
EARLIEST_EXPIRY, LATEST_EXPIRY = date(2000, 1, 1), date(2200, 12, 31)
CHANGED = N_("Something came on this order, or it was ended, since this page was opened. Look again, then take it in.")


@dataclass(frozen=True)
class Source:
    """From whom a delivery comes, and on which order: what the page showed of that order included."""

    supplier_id: int
    stock_order_id: int | None = None
    shown: str = ""
    """The digest of the order and of what had come on it, as the page showed them."""


def place_order(
    session: Session,
    *,
    supplier_id: int,
    form_number: str,
    ordered_on: date,
    lines: Sequence[OrderedLine],
    act: Act,
    note: str = "",
) -> StockOrder:
    """Write down what was ordered of a supplier.

    Args:
        form_number: printed on the order form, such as a DEA-222; empty where the country has none.
        lines: products, sizes and numbers of containers, at least one.

    Raises:
        NotFound: there is no such supplier here.
        Refused: the supplier is retired, the form number is on another order, a day or a line cannot be, or there is none.
    """
    form_number = people.line(form_number, "form_number")
    note = people.line(note, "note", longest=500)
    supplier = suppliers.here(session, supplier_id, act)
    suppliers.refuse_retired(supplier)
    if not act.clinic_day - OLDEST_ORDER <= ordered_on <= act.clinic_day:
        words = N_("An order is written down on its day or after it, and within a year.")
        raise Refused(say(words), code="not_the_day", field="ordered_on")
    if not lines:
        raise Refused(say(N_("Say what was ordered: product, size and number.")), code="no_lines", field="lines")
    checked = [_checked(session, number, line) for number, line in enumerate(lines, start=1)]
    _lock_site(session, act)
    _refuse_number_taken(session, form_number, act)
    order = write(
        session,
        StockOrder(supplier_id=supplier.id, form_number=form_number, ordered_on=ordered_on, note=note, **act.stamp),
    )
    for number, line in enumerate(checked, start=1):
        write(
            session,
            StockOrderLine(
                stock_order_id=order.id,
                line=number,
                product_id=line.product_id,
                size=line.size,
                count=line.count,
                lot_number=line.lot_number,
                expires_from=line.expires_from,
                **act.stamp,
            ),
        )
    audit.record(
        session, AuditKind.STOCK_ORDERED, order, act, supplier=supplier.id, contents=rules.contents_of(checked)
    )
    return order


def _checked(session: Session, number: int, line: OrderedLine) -> OrderedLine:
    lot_number = people.line(line.lot_number, "lines", longest=60)
    product = session.get(Product, line.product_id)
    if product is None or product.retired_at is not None:
        raise Refused(say(N_("Line %(n)s: choose a product."), n=number), code="no_product", field="lines")
    if line.size <= 0 or not is_whole_parts(line.size, product.smallest_part):
        words = say(N_("Line %(n)s: a container holds whole parts of %(part)s."), n=number, part=product.smallest_part)
        raise Refused(words, code="size_does_not_fit", field="lines")
    if not 1 <= line.count <= MOST_CONTAINERS:
        words = say(N_("Line %(n)s: between 1 and %(most)s containers."), n=number, most=MOST_CONTAINERS)
        raise Refused(words, code="count", field="lines")
    if line.expires_from is not None and not EARLIEST_EXPIRY <= line.expires_from <= LATEST_EXPIRY:
        words = say(N_("Line %(n)s: type the day as year-month-day, such as 2026-03-02."), n=number)
        raise Refused(words, code="not_the_day", field="lines")
    return OrderedLine(line.product_id, line.size, line.count, lot_number, line.expires_from)


def end_order(
    session: Session, *, stock_order_id: int, kind: StockOrderEndKind, reason: str, act: Act
) -> StockOrderEnd:
    """Say that nothing more comes on an order: the rest is not sent, or nothing came and it is cancelled.

    Raises:
        NotFound: there is no such order here.
        Conflict: it was ended before.
        Refused: no reason is given, or it is called cancelled although something came on it, or the other way round.
    """
    reason = people.line(reason, "reason", needed=True, longest=500)
    _lock_site(session, act)
    order = open_order(session, stock_order_id, act)
    came = bool(records.came_on(session, order.id))
    if kind is StockOrderEndKind.COMPLETE:
        words = N_("An order is complete by itself, once all of it came and was countersigned.")
        raise Refused(say(words), code="complete_by_itself", field="kind")
    if came is (kind is StockOrderEndKind.CANCELLED):
        words = N_("Something came on it: close it.") if came else N_("Nothing came on it: cancel it.")
        raise Refused(say(words), code="wrong_end", field="kind")
    return _end(session, order, kind, reason, act)


def _end(session: Session, order: StockOrder, kind: StockOrderEndKind, reason: str, act: Act) -> StockOrderEnd:
    ended = write(
        session, StockOrderEnd(stock_order_id=order.id, kind=kind, reason=reason, ended_at=act.at, **act.stamp)
    )
    audit.record(session, AuditKind.STOCK_ORDER_ENDED, ended, act, stock_order=order.id, stock_order_end=kind)
    return ended


def open_order(session: Session, stock_order_id: int, act: Act) -> StockOrder:
    """Return an order of this site on which something may still come; the caller holds the site's lock.

    Raises:
        NotFound: there is no such order here.
        Conflict: it was ended.
    """
    order = session.get(StockOrder, stock_order_id)
    if order is None or order.site_id != act.site_id:
        raise NotFound(say(N_("There is no such order of stock here.")), code="no_such_stock_order")
    ended = session.execute(
        select(StockOrderEnd.kind, StockOrderEnd.ended_at).where(StockOrderEnd.stock_order_id == order.id)
    ).one_or_none()
    if ended is not None:
        words = N_("This order was ended at %(at)s: %(kind)s.")
        raise Conflict(say(words, at=ended.ended_at, kind=ended.kind), code="order_ended")
    return order


def supplier_of(session: Session, source: Source, act: Act) -> Supplier:
    """Return the supplier a delivery comes from, once it is sure that it may, and that the order is theirs and unchanged.

    Raises:
        NotFound: there is no such supplier or order here.
        Refused: the supplier is retired, or the order was placed with another one.
        Conflict: the order was ended, or something came on it since the page was opened.
    """
    supplier = suppliers.here(session, source.supplier_id, act)
    if source.stock_order_id is None:
        suppliers.refuse_retired(supplier)
        return supplier
    order = open_order(session, source.stock_order_id, act)
    if order.supplier_id != supplier.id:
        words = N_(
            "This order was placed with another supplier. Take the delivery in without it, or open the right one."
        )
        raise Refused(say(words), code="other_supplier", field="supplier_id")
    lines = [line.ordered for line in records.lines_of(session, order.id)]
    if source.shown != rules.shown_order(lines, records.came_on(session, order.id)):
        raise Conflict(say(CHANGED), code="changed_since_shown")
    return supplier


def match_receipt(session: Session, receipt: Receipt, source: Source, supplier: Supplier, act: Act) -> ReceiptMatch:
    """Note which supplier of the list sent a delivery, with name and address as they are now, and on which order."""
    match = write(
        session,
        ReceiptMatch(
            receipt_id=receipt.id,
            supplier_id=supplier.id,
            supplier_name=supplier.name,
            supplier_address=supplier.address,
            stock_order_id=source.stock_order_id,
            **act.stamp,
        ),
    )
    audit.record(
        session,
        AuditKind.RECEIPT_MATCHED,
        match,
        act,
        receipt=receipt.id,
        supplier=supplier.id,
        stock_order=source.stock_order_id,
    )
    return match


def sign_differences(
    session: Session, receipt: Receipt, found: Sequence[Difference], note: str, act: Act
) -> list[ReceiptDifference]:
    """Keep how a delivery differs from its order, as the second person saw it; an order that has come whole ends.

    Raises:
        Refused: it differs, and nobody says what was done about it.
    """
    note = people.line(note, "note", longest=500)
    if found and not note:
        words = N_("The delivery is not what was ordered. Say what was done about it.")
        raise Refused(say(words), code="note_needed", field="note")
    kept = [
        write(
            session,
            ReceiptDifference(
                receipt_id=receipt.id,
                number=number,
                difference=one.kind,
                product_id=one.product_id,
                size=one.size,
                ordered=one.ordered,
                came=one.came,
                note=note,
                **act.stamp,
            ),
        )
        for number, one in enumerate(found, start=1)
    ]
    if kept:
        contents = rules.differences_of(found)
        audit.record(session, AuditKind.DELIVERY_DIFFERED, receipt, act, differences=len(kept), contents=contents)
    _end_if_complete(session, receipt, act)
    return kept


def _end_if_complete(session: Session, receipt: Receipt, act: Act) -> None:
    """End an order all of which came, once nothing on it waits for its second signature."""
    source = records.source_of(session, receipt.id)
    if source is None or source.stock_order_id is None:
        return
    order = session.get_one(StockOrder, source.stock_order_id)
    ended = session.scalar(select(StockOrderEnd.id).where(StockOrderEnd.stock_order_id == order.id))
    came = records.received_on(session, order.id)
    lines = [line.ordered for line in records.lines_of(session, order.id)]
    signed = all(one.countersigned for one in came)
    if ended is None and signed and rules.is_complete(lines, records.came_on(session, order.id)):
        _end(session, order, StockOrderEndKind.COMPLETE, "", act)


def _lock_site(session: Session, act: Act) -> None:
    """Let one order or delivery be written at a time, so that two people cannot receive the same order at once."""
    session.execute(select(Site.id).where(Site.id == act.site_id).with_for_update(key_share=True))


def _refuse_number_taken(session: Session, form_number: str, act: Act) -> None:
    query = select(StockOrder.id).where(StockOrder.site_id == act.site_id, StockOrder.form_number == form_number)
    if form_number and session.scalars(query.limit(1)).first() is not None:
        words = N_("An order under this form number is on record already. Look at it first.")
        raise Refused(say(words), code="number_taken", field="form_number")
