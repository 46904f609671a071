"""What stands where, one container's story, and the pages of the register."""

from datetime import timedelta
from decimal import Decimal

import pytest

from dispensary.queries import containers, register, stock
from dispensary.rules.chain import Link, breaks
from dispensary.services import audit, stock_leaving, stock_moving, stock_receiving
from dispensary.services import stock as stock_service
from dispensary.services.stock_receiving import Batch
from models.enums import AuditKind, MovementKind, PlaceKind, WasteReason
from models.units import quantity
from tests import factories


def dispense(session, world, amount="8"):
    act = world.act()
    made = stock_service.draw(
        session,
        container_id=world.containers["methadone"].id,
        quantity=quantity(amount),
        kind=MovementKind.DISPENSE,
        to_place=PlaceKind.PERSON,
        act=act,
    )
    audit.record(session, AuditKind.DOSE_RECORDED, made, act)
    stock_service.enter_register(session, [made], act)
    session.commit()
    return made


def deliver(session, world, **values):
    batch = Batch(
        **{
            "product_id": world.products["methadone"].id,
            "lot_number": "M2201",
            "expires_on": world.day + timedelta(days=400),
            "size": quantity("1000"),
            "count": 2,
        }
        | values
    )
    receipt = stock_receiving.receive_delivery(
        session, supplier="Mallow Pharma", document_no="DN-77", batch=batch, act=world.act()
    )
    session.commit()
    return receipt


def of_methadone(session, world):
    return next(p for p in stock.overview(session, world.site.id) if p.id == world.products["methadone"].id)


def test_the_overview_adds_up_safe_and_windows_in_units_and_milligrams(session, world):
    factories.container(session, world, world.products["methadone"], at_window=False)
    dispense(session, world)

    found = of_methadone(session, world)

    assert (found.in_safe, found.at_windows, found.total) == (1000, 992, 1992)
    assert found.total_mg == 19_920
    assert len(found.opened) == len(found.sealed) == 1


def test_the_overview_equals_the_sum_of_all_movements(session, world):
    deliver(session, world)
    dispense(session, world)

    sums = stock.balances(session, world.site.id)

    for found in stock.overview(session, world.site.id):
        assert found.in_safe == sums.get((found.id, PlaceKind.SAFE), 0)
        assert found.at_windows == sums.get((found.id, PlaceKind.WINDOW), 0)


def test_a_product_without_stock_is_shown_with_nothing(session, world):
    empty = factories.product(session, name="Methadone tablets", strength="5")

    found = {p.id: p.total for p in stock.overview(session, world.site.id)}

    assert found[empty.id] == 0


def test_what_soon_expires_is_named(session, world):
    factories.container(session, world, world.products["methadone"], expires_on=world.day + timedelta(days=60))
    factories.container(session, world, world.products["methadone"], expires_on=world.day + timedelta(days=61))

    assert [c.expires_on for c in of_methadone(session, world).expiring(world.day)] == [world.day + timedelta(days=60)]


def test_an_emptied_bottle_leaves_the_shelf_until_a_reversal_puts_something_back(session, world):
    made, bottle = dispense(session, world), world.containers["methadone"]
    stock_leaving.mark_emptied(session, container_id=bottle.id, witnessed_by_id=world.witness.id, act=world.act())
    gone = of_methadone(session, world).containers

    stock_service.put_back(session, movement=made, act=world.act())

    assert gone == ()
    assert [c.holds for c in of_methadone(session, world).left_in_emptied] == [8]


def test_a_bottle_of_an_unsigned_delivery_says_so_at_the_window(session, world):
    receipt = deliver(session, world, count=1)
    bottle = containers.containers_of_delivery(session, receipt.id)[0]
    stock_moving.move_to_window(session, container_ids=[bottle.id], window_id=world.window.id, act=world.act())
    product = world.products["methadone"]

    before = stock.containers_at_window(session, world.window.id, product.medication, product.form)
    stock_receiving.countersign_receipt(session, receipt_id=receipt.id, act=world.act(world.witness))
    after = stock.containers_at_window(session, world.window.id, product.medication, product.form)

    assert [c.countersigned for c in before] == [True, False]
    assert [c.countersigned for c in after] == [True, True]


def test_a_delivery_knows_its_signatures_and_containers(session, world):
    receipt = deliver(session, world)
    waiting = containers.deliveries(session, world.site.id, only_unsigned=True)
    stock_receiving.countersign_receipt(session, receipt_id=receipt.id, act=world.act(world.witness))

    found = containers.delivery(session, world.site.id, receipt.id)

    assert [d.id for d in waiting] == [receipt.id]
    assert (found.by, found.signed_by) == (world.nurse.name, world.witness.name)
    assert len(containers.containers_of_delivery(session, receipt.id)) == 2
    assert containers.deliveries(session, world.site.id, only_unsigned=True) == []
    assert containers.delivery(session, world.site.id + 1, receipt.id) is None


def test_a_containers_page_tells_its_whole_story(session, world):
    dispense(session, world)

    card = containers.container(session, world.site.id, world.containers["methadone"].id)
    story = containers.steps(session, card.id)

    assert (card.holds, card.window) == (992, "Window 1")
    assert [(s.kind, s.quantity, s.balance_after) for s in story] == [
        (MovementKind.INITIAL, 1000, 1000),
        (MovementKind.DISPENSE, 8, 992),
    ]
    assert story[0].witness == world.witness.name
    assert [s.number for s in story] == [1, 2]
    assert containers.container(session, world.site.id + 1, card.id) is None


def test_register_lines_are_numbered_with_a_running_balance_and_follow_each_other(session, world):
    dispense(session, world)
    factories.container(session, world, world.products["methadone"], size="500", at_window=False)
    session.commit()

    rows = register.register_rows(session, world.site.id, world.products["methadone"].id, 1, 99)

    assert [r.number for r in rows] == [1, 2, 3]
    assert [r.balance for r in rows] == [1000, 992, 1492]
    assert [(r.came_in, r.went_out) for r in rows] == [(1000, None), (None, 8), (500, None)]
    assert list(breaks(Link(r.number, r.body, r.previous_digest, r.digest) for r in rows)) == []


def test_a_transfer_is_a_line_that_leaves_the_balance_as_it_was(session, world):
    bottle = factories.container(session, world, world.products["methadone"], at_window=False)
    stock_moving.move_to_window(session, container_ids=[bottle.id], window_id=world.window.id, act=world.act())

    line = register.register_rows(session, world.site.id, bottle.product_id, 3, 3)[0]

    assert (line.came_in, line.went_out, line.balance) == (None, None, 2000)
    assert (line.from_kind, line.to_kind, line.to_window) == (PlaceKind.SAFE, PlaceKind.WINDOW, "Window 1")


def test_a_reversal_and_the_line_it_takes_back_name_each_other(session, world):
    made, act = dispense(session, world), world.act()
    back = stock_service.put_back(session, movement=made, act=act)
    stock_service.enter_register(session, [back], act)

    rows = register.register_rows(session, world.site.id, made.product_id, 2, 3)

    assert [(r.reverses, r.reversed_by) for r in rows] == [(None, 3), (2, None)]
    assert rows[1].balance == Decimal(1000)


def test_pages_carry_the_balance_from_one_to_the_next(session, world):
    for _ in range(register.PAGE_ROWS):
        dispense(session, world, "1")
    product = world.products["methadone"].id

    first = register.register_page(session, world.site.id, product, 1)
    last = register.register_page(session, world.site.id, product)

    assert (first.book.pages, last.number) == (2, 2)
    assert (len(first.rows), len(last.rows)) == (register.PAGE_ROWS, 1)
    assert first.brought_forward == 0
    assert first.carried_on == last.brought_forward == 976
    assert last.carried_on == last.book.balance == 975
    assert first.breaks == last.breaks == ()


@pytest.mark.parametrize("number", [0, 2])
def test_there_is_no_page_before_the_first_or_after_the_last(session, world, number):
    assert register.register_page(session, world.site.id, world.products["methadone"].id, number) is None


def test_a_product_never_stocked_has_no_register(session, world):
    assert register.register_page(session, world.site.id, 999) is None


def test_a_page_after_a_cut_line_says_where_it_breaks(session, world):
    dispense(session, world)
    rows = register.register_rows(session, world.site.id, world.products["methadone"].id, 1, 2)

    found = register.breaks_among(rows[1:], 1, "")

    assert [(b.number, b.what) for b in found] == [(2, "number_missing"), (2, "does_not_follow")]


def test_the_books_of_a_site_end_where_their_heads_stand(session, world):
    stock_leaving.waste_stock(
        session,
        container_id=world.containers["methadone"].id,
        quantity=quantity("3"),
        reason=WasteReason.CONTAMINATED,
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )

    found = {b.product_id: b for b in register.books(session, world.site.id)}

    book = found[world.products["methadone"].id]
    assert (book.last_number, book.balance, book.balance_mg) == (2, 997, 9970)
    assert len(found) == len(world.products)
