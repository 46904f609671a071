"""The pages of suppliers, orders, levels, what was brought back, and destruction."""

import re

import pytest
from sqlalchemy import select

from models import (
    Destruction,
    DestructionLine,
    Receipt,
    ReceiptDifference,
    ReceiptSignature,
    StockLevel,
    StockOrder,
    StockOrderEnd,
    Supplier,
)
from models.enums import DestructionReason, Role, StockOrderEndKind
from tests import factories
from tests.client import hidden_fields
from tests.rows import count_stored, one_stored
from tests.services.test_bottle_returns import FULL, back
from tests.services.test_bottle_returns import who as brings_back
from tests.web.test_stock import LOT, signed_by, text

__all__ = ["brings_back"]


@pytest.fixture
def head(client, session, world):
    """The client of the clinic head, who sets up stock."""
    return client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)


@pytest.fixture
def supplier(session, world):
    return factories.supplier(session, world)


def ordering(world, supplier, **values):
    return {
        "supplier_id": supplier.id,
        "form_number": "222-1",
        "ordered_on": world.day.isoformat(),
        "lines-0-product_id": world.products["methadone"].id,
        "lines-0-size": "1000",
        "lines-0-count": "3",
    } | values


def order(nurse, session, world, supplier, **values):
    answer = nurse.send("/stock/orders/new", ordering(world, supplier, **values))
    assert answer.status_code == 303
    return one_stored(session, StockOrder).id


def lot(world, **values):
    return {"product": world.products["methadone"].id, "document_no": "DN-77"} | LOT | values


def test_a_supplier_is_listed_changed_and_retired(head, session):
    assert head.send("/stock/suppliers/new", {"name": "Mallow", "address": "7 Mill Lane"}).status_code == 303
    one = one_stored(session, Supplier)
    head.send(f"/stock/suppliers/{one.id}", {"name": "Mallow", "address": "8 Mill Lane", "retired": "y"})

    page = text(head.get("/stock/suppliers"))

    assert "8 Mill Lane" in page and "no more since" in page
    assert "Please fill this in." in text(head.send("/stock/suppliers/new", {"name": " ", "address": ""}))


def test_a_nurse_sees_the_list_and_does_not_change_it(nurse, supplier):
    assert "Mallow Pharma" in text(nurse.get("/stock/suppliers"))
    assert nurse.get(f"/stock/suppliers/{supplier.id}").status_code == 403


def test_an_order_is_written_down_received_with_differences_signed_and_its_page_says_so(
    nurse, session, world, supplier
):
    number = order(nurse, session, world, supplier)
    page = text(nurse.get("/stock/deliveries/new"))
    assert f"/stock/orders/{number}/receive" in page

    answer = nurse.send(f"/stock/orders/{number}/receive", lot(world, count="2"))

    receipt = one_stored(session, Receipt)
    page = text(nurse.get(answer.headers["Location"]))
    assert "fewer than ordered" in page and "7 Mill Lane, Hull" in page and "222-1" in page
    nurse.sign_in(session, world, world.witness)
    address = f"/stock/deliveries/{receipt.id}/countersign"
    refused = nurse.send(address, {"note": " "})
    assert refused.status_code == 422 and "Say what was done about it" in text(refused)
    assert nurse.send(address, {"note": "The third follows"}).status_code == 303
    assert one_stored(session, ReceiptDifference).note == "The third follows"
    assert "The third follows" in text(nurse.get(f"/stock/deliveries/{receipt.id}"))
    page = text(nurse.get(f"/stock/orders/{number}"))
    assert "DN-77" in page and re.search(r'<td class="num">1</td>', page)
    book = text(nurse.get(f"/stock/register/{world.products['methadone'].id}"))
    assert "Mallow Pharma, 7 Mill Lane, Hull" in book


def test_what_comes_whole_ends_the_order(nurse, session, world, supplier):
    number = order(nurse, session, world, supplier)
    nurse.send(f"/stock/orders/{number}/receive", lot(world))

    nurse.send(f"/stock/deliveries/{one_stored(session, Receipt).id}/countersign", signed_by(world.witness))

    assert one_stored(session, StockOrderEnd).kind is StockOrderEndKind.COMPLETE
    assert f"/stock/orders/{number}/receive" not in text(nurse.get("/stock/deliveries/new"))


def test_a_page_of_an_order_opened_before_something_came_takes_nothing_in(nurse, session, world, supplier):
    number = order(nurse, session, world, supplier)
    address = f"/stock/orders/{number}/receive"
    stale = hidden_fields(nurse.get(address), address)
    nurse.send(address, lot(world))

    answer = nurse.post(address, data=stale | lot(world, lot_number="B"))

    assert answer.status_code == 409 and "since this page was opened" in text(answer)
    assert "DN-77" in text(answer)


def test_a_delivery_page_opened_before_another_lot_came_signs_nothing(nurse, session, world, supplier):
    nurse.send("/stock/deliveries/new", lot(world, supplier_id=supplier.id))
    receipt = one_stored(session, Receipt)
    address = f"/stock/deliveries/{receipt.id}/countersign"
    stale = hidden_fields(nurse.get(address), address)
    nurse.send("/stock/deliveries/new", lot(world, supplier_id=supplier.id, lot_number="B"))

    answer = nurse.post(address, data=stale | signed_by(world.witness))

    assert answer.status_code == 409
    assert count_stored(session, ReceiptSignature) == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"supplier_id": ""}, "Choose the supplier."),
        ({"supplier_id": "9" * 30}, "Not a valid choice"),
        ({"ordered_on": "9999-12-31"}, "written down on its day"),
        ({"lines-0-count": ""}, "belong together"),
        ({"lines-0-count": "9" * 40}, "A whole number, please."),
        ({"lines-0-count": "0"}, "between 1 and"),
        ({"lines-0-size": "1e9"}, "Digits only"),
        ({"lines-0-product_id": "999"}, "Not a valid choice"),
        ({"lines-1-expires_from": "9999-12-31", "lines-1-size": "5"}, "belong together"),
        ({"lines-0-product_id": "", "lines-0-size": "", "lines-0-count": ""}, "Say what was ordered"),
    ],
)
def test_an_order_typed_wrongly_is_answered_in_words_and_keeps_what_was_typed(
    nurse, session, world, supplier, wrong, words
):
    factories.supplier(session, world, "Another")

    answer = nurse.send("/stock/orders/new", ordering(world, supplier, **wrong))

    assert answer.status_code == 422 and words in text(answer)
    assert "222-1" in text(answer)
    assert count_stored(session, StockOrder) == 0


def test_an_order_is_cancelled_with_a_reason(nurse, session, world, supplier):
    number = order(nurse, session, world, supplier)

    assert nurse.send(f"/stock/orders/{number}/end", {"kind": "cancelled", "reason": ""}).status_code == 422
    assert nurse.send(f"/stock/orders/{number}/end", {"kind": "cancelled", "reason": "sold out"}).status_code == 303

    assert "sold out" in text(nurse.get(f"/stock/orders/{number}"))
    assert nurse.send(f"/stock/orders/{number}/end", {"kind": "cancelled", "reason": "again"}).status_code == 409


def test_a_level_is_set_and_the_stock_page_proposes_an_order_that_fills_the_form(head, session, world, supplier):
    methadone = world.products["methadone"].id
    answer = head.send(
        f"/stock/reorder/{methadone}", {"reorder_at": "1500", "order_up_to": "4000", "delivery_days": "3"}
    )
    assert answer.status_code == 303
    assert one_stored(session, StockLevel).delivery_days == 3

    page = text(head.get("/stock"))
    assert "how much is used a day is not known yet" in page
    assert f"/stock/orders/new/{methadone}" in page
    form = text(head.get(f"/stock/orders/new/{methadone}"))
    assert 'value="1000"' in form and 'value="3"' in form
    assert "Make an order of this" in text(head.get("/stock/reorder"))
    wrong = {"reorder_at": "1500", "order_up_to": "1500", "delivery_days": "9" * 50}
    assert head.send(f"/stock/reorder/{methadone}", wrong).status_code == 422
    assert head.get("/stock/reorder/999").status_code == 404


@pytest.fixture
def old(session, world):
    made = factories.container(session, world, world.products["methadone"], at_window=False, expires_on=world.day)
    session.commit()
    return made


def row_of(page, key):
    """Return the number of the row of the page with this key."""
    return re.search(rf'name="things-(\d+)-key"[^>]*value="{key}"', page)[1]


def destroying(nurse, world, *keys, **values):
    page = nurse.get("/stock/destructions/new")
    form = hidden_fields(page, "/stock/destructions/new")
    for number, key in re.findall(r'name="things-(\d+)-key"[^>]*value="(\w+)"', text(page)):
        shown = re.search(rf'name="things-{number}-shown"[^>]*value="(\w+)"', text(page))[1]
        form |= {f"things-{number}-key": key, f"things-{number}-shown": shown, f"things-{number}-reason": "expired"}
    for key in keys:
        form[f"things-{row_of(text(page), key)}-chosen"] = "y"
    return form | {"document_no": "41-7", "method": "denatured"} | signed_by(world.witness) | values


def test_a_container_and_a_bottle_brought_back_are_destroyed_together_and_printed(
    nurse, session, world, old, brings_back
):
    back(session, world, FULL)
    session.commit()
    assert "Brought back, waiting for destruction" in text(nurse.get("/stock"))
    assert "8\xa0mL" in text(nurse.get("/stock/returns"))

    answer = nurse.post("/stock/destructions/new", data=destroying(nurse, world, f"c{old.id}", "r1"))

    assert answer.status_code == 303
    lines = session.scalars(select(DestructionLine).order_by(DestructionLine.line)).all()
    assert [line.reason for line in lines] == [DestructionReason.EXPIRED, DestructionReason.RETURNED]
    page = text(nurse.get(answer.headers["Location"]))
    assert world.witness.name in page and "10000\xa0mg" in page
    assert "Nothing waits" in text(nurse.get("/stock/returns"))
    assert "41-7" in text(nurse.get("/stock/destructions"))
    made = one_stored(session, Destruction)
    token = hidden_fields(nurse.get(answer.headers["Location"]), answer.headers["Location"])
    pdf = nurse.post(f"/stock/destructions/{made.id}.pdf", data=token | {"paper": "A4"})
    assert pdf.data.startswith(b"%PDF")


def test_an_open_container_is_measured_and_a_difference_is_refused(nurse, session, world):
    open_one = world.containers["methadone"]
    form = destroying(nurse, world, f"c{open_one.id}")
    row = row_of(text(nurse.get("/stock/destructions/new")), f"c{open_one.id}")

    missing = nurse.post("/stock/destructions/new", data=form)
    other = nurse.post("/stock/destructions/new", data=form | {f"things-{row}-measured": "990"})

    assert missing.status_code == 422 and "measure together" in text(missing)
    assert other.status_code == 422 and "not what the books say" in text(other)
    assert nurse.post("/stock/destructions/new", data=form | {f"things-{row}-measured": "1000"}).status_code == 303


def test_a_page_opened_before_the_container_changed_destroys_nothing(nurse, session, world, old):
    form = destroying(nurse, world, f"c{old.id}")
    nurse.send("/stock/move", {"to": world.window.id, "containers": [old.id]})

    answer = nurse.post("/stock/destructions/new", data=form)

    assert answer.status_code == 409 and "not as this page showed it" in text(answer)
    assert "41-7" in text(answer)
    assert count_stored(session, Destruction) == 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"witness_username": "", "witness_password": ""}, "A second person must sign here."),
        ({"document_no": ""}, "Please fill this in."),
        ({"method": "magic"}, "Not a valid choice"),
        ({"method": "other"}, "Please fill this in."),
        ({"things-0-key": "garbage"}, "not whole"),
        ({"things-0-key": "c" + "9" * 40}, "no such container"),
        ({"things-0-shown": "garbage"}, "not as this page showed it"),
        ({"things-0-shown": ""}, "not as this page showed it"),
    ],
)
def test_a_destruction_that_is_not_whole_is_answered_in_words(nurse, session, world, old, changed, words):
    answer = nurse.post("/stock/destructions/new", data=destroying(nurse, world, f"c{old.id}") | changed)

    assert answer.status_code in (404, 409, 422) and words in text(answer)
    assert "garbage" not in text(answer).replace("things-0-key", "")
    assert count_stored(session, Destruction) == 0


def test_nobody_witnesses_their_own_destruction(nurse, session, world, old):
    form = destroying(nurse, world, f"c{old.id}") | signed_by(world.nurse)

    assert nurse.post("/stock/destructions/new", data=form).status_code == 422
    assert count_stored(session, Destruction) == 0


def test_the_inspector_reads_destructions_and_records_none(client, session, world):
    inspector = client.sign_in(session, world, world.staff[Role.INSPECTOR], at_window=False)

    assert inspector.get("/stock/destructions").status_code == 200
    assert inspector.get("/stock/returns").status_code == 200
    assert inspector.get("/stock/destructions/new").status_code == 403
    assert inspector.get("/stock/orders/new").status_code == 403
