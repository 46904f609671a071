"""Suppliers, what is ordered of them, and how what came differs from it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import reorder as reorder_queries
from dispensary.queries import stock_rate
from dispensary.queries import suppliers as records
from dispensary.rules.deliveries import OrderedLine, shown_delivery, shown_order
from dispensary.services import stock_orders, stock_receiving, suppliers
from dispensary.services.stock_orders import Source
from dispensary.services.suppliers import SupplierEntry
from models import ReceiptDifference, ReceiptMatch, StockLevel, StockOrderEnd, Supplier
from models.enums import AuditKind, DeliveryDifference, StockOrderEndKind
from models.units import quantity
from tests import factories
from tests.factories import supplier
from tests.rows import audited
from tests.services.test_stock_receiving import batch
from tests.services.test_verify import open_walls, said

__all__ = ["open_walls"]

ENTRY = SupplierEntry("Mallow Pharma", "7 Mill Lane, Hull", "", "RM0123456")


def order(session, world, of, lines=None, **values):
    methadone = world.products["methadone"].id
    lines = [OrderedLine(methadone, quantity("1000"), 3)] if lines is None else lines
    made = stock_orders.place_order(
        session,
        **{"supplier_id": of.id, "form_number": "222-1", "ordered_on": world.day, "lines": lines, "act": world.act()}
        | values,
    )
    session.commit()
    return made


def shown(session, of):
    return shown_order([line.ordered for line in records.lines_of(session, of.id)], records.came_on(session, of.id))


def receive(session, world, of, *, on=None, product="methadone", by=None, seen=None, **values):
    source = Source(of.id, on.id if on else None, (shown(session, on) if seen is None else seen) if on else "")
    receipt = stock_receiving.receive_delivery(
        session,
        supplier="",
        document_no=values.pop("document_no", "DN-77"),
        batch=batch(world.products[product], **values),
        source=source,
        act=world.act(by),
    )
    session.commit()
    return receipt


def sign(session, world, receipt, **values):
    found = records.differences_now(session, receipt.id)
    seen = values.pop("seen", shown_delivery(records.batches_of(session, [receipt.id]), found))
    signed = stock_receiving.countersign_receipt(
        session, receipt_id=receipt.id, shown=seen, act=world.act(world.witness), **values
    )
    session.commit()
    return signed


def end_of(session, of):
    return session.scalar(select(StockOrderEnd.kind).where(StockOrderEnd.stock_order_id == of.id))


def test_a_supplier_is_listed_changed_and_retired_with_a_row_in_the_audit_each(session, world):
    made = supplier(session, world)
    entry = SupplierEntry("Mallow Pharma", "8 Mill Lane, Hull")

    suppliers.change_supplier(session, supplier_id=made.id, entry=entry, retired=True, act=world.act())
    session.commit()

    assert (made.address, made.retired_on) == ("8 Mill Lane, Hull", world.day)
    assert records.suppliers(session, world.site.id) == []
    assert (len(audited(session, AuditKind.SUPPLIER_LISTED)), len(audited(session, AuditKind.SUPPLIER_CHANGED))) == (
        1,
        1,
    )
    with pytest.raises(Refused, match="supplier_retired"):
        order(session, world, made)
    with pytest.raises(Refused, match="supplier_retired"):
        receive(session, world, made)


@pytest.mark.parametrize(("values", "code"), [({"name": " "}, "blank"), ({"address": ""}, "blank"), ({}, "name_taken")])
def test_a_supplier_without_name_and_address_or_listed_twice_is_refused(session, world, values, code):
    supplier(session, world)

    with pytest.raises(Refused, match=code):
        supplier(session, world, **values)


def test_a_supplier_of_another_site_is_not_found_and_no_change_is_none(session, world):
    made = supplier(session, world)

    with pytest.raises(Refused, match="nothing_changed"):
        suppliers.change_supplier(session, supplier_id=made.id, entry=ENTRY, act=world.act())
    with pytest.raises(NotFound):
        suppliers.here(session, made.id + 1, world.act())
    with pytest.raises(NotFound):
        records.supplier(session, made.id, world.site.id + 1)


def test_what_came_keeps_name_and_address_of_its_supplier_as_they_were(session, world):
    made = supplier(session, world)
    receipt = receive(session, world, made)
    suppliers.change_supplier(
        session, supplier_id=made.id, entry=SupplierEntry("Mallow Ltd", "1 New Road"), act=world.act()
    )
    session.commit()

    source = records.source_of(session, receipt.id)
    assert (receipt.supplier, source.supplier_name, source.supplier_address) == (
        "Mallow Pharma", "Mallow Pharma", "7 Mill Lane, Hull",
    )  # fmt: skip
    assert said(session, world) == []


def test_a_second_lot_joins_the_delivery_of_the_same_source_only(session, world):
    made, other = supplier(session, world), supplier(session, world, name="Other")
    one = receive(session, world, made, lot_number="A")

    assert receive(session, world, made, lot_number="B").id == one.id
    assert receive(session, world, other, lot_number="C").id != one.id
    assert session.query(ReceiptMatch).count() == 2


def test_an_order_that_comes_whole_ends_with_the_second_signature(session, world):
    made = supplier(session, world)
    ordered = order(session, world, made)
    assert reorder_queries.suppliers.on_order(session, world.site.id) == {
        world.products["methadone"].id: quantity("3000")
    }

    receipt = receive(session, world, made, on=ordered)
    assert end_of(session, ordered) is None
    sign(session, world, receipt)

    assert end_of(session, ordered) is StockOrderEndKind.COMPLETE
    assert session.scalars(select(ReceiptDifference)).all() == []
    came = records.received_on(session, ordered.id)
    assert [(c.count, c.received_at, c.countersigned) for c in came] == [(3, world.at, True)]
    assert said(session, world) == []


def test_differences_are_signed_by_the_second_person_with_a_note_and_the_rest_stays_on_order(session, world):
    made = supplier(session, world)
    ordered = order(session, world, made)
    receipt = receive(session, world, made, on=ordered, count=2)
    receive(session, world, made, on=ordered, product="bup8", size=quantity("30"), count=1)

    with pytest.raises(Refused, match="note_needed"):
        sign(session, world, receipt)
    session.rollback()
    sign(session, world, receipt, note="One bottle follows on Monday; tablets sent back")

    kept = session.scalars(select(ReceiptDifference).order_by(ReceiptDifference.number)).all()
    assert [(d.difference, d.ordered, d.came) for d in kept] == [
        (DeliveryDifference.FEWER, 3, 2),
        (DeliveryDifference.NOT_ORDERED, 0, 1),
    ]
    assert {d.recorded_by_id for d in kept} == {world.witness.id}
    assert end_of(session, ordered) is None
    assert reorder_queries.suppliers.on_order(session, world.site.id)[world.products["methadone"].id] == quantity(
        "1000"
    )
    assert said(session, world) == []


def test_a_lot_taken_in_since_the_page_was_shown_is_not_signed_unseen(session, world):
    made = supplier(session, world)
    receipt = receive(session, world, made)
    seen = shown_delivery(records.batches_of(session, [receipt.id]), ())
    receive(session, world, made, lot_number="B")

    for stale in (seen, "", "garbage"):
        with pytest.raises(Conflict, match="changed_since_shown"):
            sign(session, world, receipt, seen=stale)
        session.rollback()


def test_two_who_receive_the_same_order_at_once_do_not_take_it_in_twice(session, world):
    made = supplier(session, world)
    ordered = order(session, world, made)
    seen = shown(session, ordered)
    receive(session, world, made, on=ordered, seen=seen)

    with pytest.raises(Conflict, match="changed_since_shown"):
        receive(session, world, made, on=ordered, seen=seen, by=world.witness, document_no="DN-78")


def test_a_delivery_is_never_matched_with_another_suppliers_order(session, world):
    made, other = supplier(session, world), supplier(session, world, name="Other")
    ordered = order(session, world, made)

    with pytest.raises(Refused, match="other_supplier"):
        receive(session, world, other, on=ordered)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"lines": []}, "no_lines"),
        ({"ordered_on": date(9999, 12, 31)}, "not_the_day"),
        ({"ordered_on": date(1, 1, 1)}, "not_the_day"),
        ({"form_number": "222-0"}, "number_taken"),
        ({"lines": [OrderedLine(0, quantity("1"), 1)]}, "no_product"),
        ({"lines": [("0.01", 1)]}, "size_does_not_fit"),
        ({"lines": [("1000", 0)]}, "count"),
        ({"lines": [("1000", 1001)]}, "count"),
        ({"lines": [("1000", 1, "", date(9999, 12, 31))]}, "not_the_day"),
    ],
)
def test_an_order_that_cannot_be_is_refused(session, world, values, code):
    made = supplier(session, world)
    order(session, world, made, form_number="222-0")
    if values.get("lines") and isinstance(values["lines"][0], tuple):
        size, *rest = values["lines"][0]
        values = {"lines": [OrderedLine(world.products["methadone"].id, quantity(size), *rest)]}

    with pytest.raises(Refused, match=code):
        order(session, world, made, **values)


def test_an_order_is_cancelled_or_closed_with_a_reason_and_nothing_comes_on_it_then(session, world):
    made = supplier(session, world)
    one, two = order(session, world, made), order(session, world, made, form_number="222-2")
    sign(session, world, receive(session, world, made, on=two, count=1), note="rest later")

    for of, kind, reason, code in (
        (one, StockOrderEndKind.CANCELLED, " ", "blank"),
        (one, StockOrderEndKind.CLOSED, "why", "wrong_end"),
        (two, StockOrderEndKind.CANCELLED, "why", "wrong_end"),
        (two, StockOrderEndKind.COMPLETE, "why", "complete_by_itself"),
    ):
        with pytest.raises(Refused, match=code):
            stock_orders.end_order(session, stock_order_id=of.id, kind=kind, reason=reason, act=world.act())
    for of, kind in ((one, StockOrderEndKind.CANCELLED), (two, StockOrderEndKind.CLOSED)):
        stock_orders.end_order(session, stock_order_id=of.id, kind=kind, reason="sold out", act=world.act())
        session.commit()
        with pytest.raises(Conflict, match="order_ended"):
            stock_orders.end_order(session, stock_order_id=of.id, kind=kind, reason="again", act=world.act())
        with pytest.raises(Conflict, match="order_ended"):
            receive(session, world, made, on=of)
        session.rollback()
    assert records.orders(session, world.site.id, only_open=True) == []
    with pytest.raises(NotFound):
        records.order(session, one.id, world.site.id + 1)
    assert said(session, world) == []


def level(session, world, **values):
    made = suppliers.set_level(
        session,
        **{
            "product_id": world.products["methadone"].id,
            "reorder_at": quantity("1500"),
            "order_up_to": quantity("4000"),
            "delivery_days": 3,
            "act": world.act(),
        }
        | values,
    )
    session.commit()
    return made


def test_a_level_is_set_and_set_again_and_says_what_to_order(session, world):
    made = level(session, world)
    level(session, world, delivery_days=4)

    assert session.get_one(StockLevel, made.id).delivery_days == 4
    first = reorder_queries.reorder_list(session, world.site.id, world.day)[0]
    assert (first.product.id, first.proposal.containers, first.proposal.a_day) == (
        world.products["methadone"].id,
        3,
        None,
    )
    assert len(audited(session, AuditKind.STOCK_LEVEL_SET)) == 2
    with pytest.raises(Refused, match="nothing_changed"):
        level(session, world, delivery_days=4)
    assert said(session, world) == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"reorder_at": quantity("-1")}, "part_does_not_fit"),
        ({"reorder_at": quantity("0.01")}, "part_does_not_fit"),
        ({"order_up_to": quantity("1500")}, "orders_nothing"),
        ({"delivery_days": 366}, "delivery_days"),
        ({"delivery_days": -1}, "delivery_days"),
    ],
)
def test_a_level_that_makes_no_sense_is_refused(session, world, values, code):
    with pytest.raises(Refused, match=code):
        level(session, world, **values)


def test_use_is_counted_over_the_days_before_today_and_reversals_are_taken_off(session, world):
    who = factories.person(session)
    of = factories.order(session, world, who)
    start = world.at - timedelta(days=10)
    doses = [factories.dose(session, world, who, of, at=start + timedelta(days=n)) for n in range(10)]
    session.commit()

    used = stock_rate.rates(session, world.site.id, world.day)[world.products["methadone"].id]

    assert (used.used, used.days) == (quantity("80"), 10)
    assert len(doses) == 10


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE supplier SET address = 'elsewhere'",
        "DELETE FROM supplier WHERE id NOT IN (SELECT supplier_id FROM stock_order)",
        "UPDATE stock_level SET delivery_days = 1",
        "UPDATE stock_order_line SET count = 4",
        "DELETE FROM stock_order_line",
        "UPDATE receipt_difference SET came = 3",
        "DELETE FROM receipt_difference",
        "UPDATE receipt_match SET supplier_address = 'elsewhere'",
        "UPDATE stock_order SET form_number = '222-9'",
        "DELETE FROM stock_order_end",
    ],
)
def test_whatever_is_changed_past_the_services_is_named_by_verification(session, world, open_walls, change):
    made = supplier(session, world)
    supplier(session, world, name="Nobody's")
    level(session, world)
    ordered = order(session, world, made)
    sign(session, world, receive(session, world, made, on=ordered, count=2), note="one is missing")
    gone = order(session, world, made, form_number="222-2")
    stock_orders.end_order(
        session, stock_order_id=gone.id, kind=StockOrderEndKind.CANCELLED, reason="sold out", act=world.act()
    )
    session.commit()
    assert said(session, world) == []

    open_walls()
    session.execute(text(change))

    assert said(session, world) != []
    assert session.query(Supplier).count() > 0
