"""Products, the first inventory, deliveries and their second signature."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.services import conflicts, stock_moving, stock_products, stock_receiving
from dispensary.services.stock_receiving import Batch, new_labels
from models import Container, Movement, RegisterEntry
from models.enums import AuditKind, Form, Medication, MovementKind
from models.units import mg_per_unit, quantity
from tests import factories
from tests.rows import audited


def batch(product, **values):
    return Batch(
        **{
            "product_id": product.id,
            "lot_number": "M2201",
            "expires_on": date(2028, 1, 31),
            "size": quantity("1000"),
            "count": 3,
        }
        | values
    )


def deliver(session, world, by=None, **values):
    receipt = stock_receiving.receive_delivery(
        session,
        supplier="Mallow Pharma",
        document_no="DN-77",
        batch=batch(world.products["methadone"], **values),
        act=world.act(by),
    )
    session.commit()
    return receipt


def containers_of(session, receipt):
    query = select(Container).join(Movement, Movement.container_id == Container.id)
    return list(session.scalars(query.where(Movement.receipt_id == receipt.id).order_by(Container.id)))


def add(session, world, **values):
    return stock_products.add_product(
        session,
        **{
            "name": "Buprenorphine/naloxone 4 mg/1 mg film",
            "medication": Medication.BUPRENORPHINE_NALOXONE,
            "form": Form.FILM,
            "strength": mg_per_unit("4"),
            "naloxone_strength": mg_per_unit("1"),
            "smallest_part": quantity("1"),
            "act": world.act(),
        }
        | values,
    )


def test_a_product_is_added_with_the_unit_of_its_form(session, world):
    made = add(session, world)

    assert made.unit == "film"
    assert len(audited(session, AuditKind.PRODUCT_ADDED)) == 1


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"strength": mg_per_unit("0")}, "strength_not_positive"),
        ({"naloxone_strength": None}, "naloxone_missing"),
        ({"medication": Medication.BUPRENORPHINE}, "naloxone_not_in_it"),
        ({"medication": Medication.METHADONE, "naloxone_strength": None}, "form_does_not_fit"),
        ({"form": Form.INJECTION}, "form_does_not_fit"),
        ({"smallest_part": quantity("0.5")}, "part_does_not_fit"),
    ],
)
def test_a_product_that_does_not_exist_like_this_is_refused(session, world, values, code):
    with pytest.raises(Refused, match=code):
        add(session, world, **values)


def test_the_same_product_twice_is_a_conflict_in_words(session, world):
    add(session, world)

    with pytest.raises(Conflict, match="uq_product"), conflicts.translated():
        add(session, world)


def test_the_first_inventory_puts_containers_into_the_safe_before_a_witness(session, world):
    film = add(session, world)

    made = stock_receiving.take_initial_inventory(
        session,
        batch=batch(film, size=quantity("30"), count=2),
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )

    assert [c.window_id for c in made] == [None, None]
    moved = session.scalars(select(Movement).where(Movement.product_id == film.id)).all()
    assert {(m.kind, m.balance_after, m.witnessed_by_id) for m in moved} == {
        (MovementKind.INITIAL, Decimal(30), world.witness.id)
    }
    numbers = session.scalars(select(RegisterEntry.number).where(RegisterEntry.product_id == film.id)).all()
    assert sorted(numbers) == [1, 2]
    assert len(audited(session, AuditKind.STOCK_INVENTORIED)) == 1


def test_nobody_signs_the_first_inventory_twice(session, world):
    with pytest.raises(Refused, match="witness_is_self"):
        stock_receiving.take_initial_inventory(
            session,
            batch=batch(world.products["methadone"]),
            witnessed_by_id=world.nurse.id,
            act=world.act(),
        )


def test_after_the_first_delivery_there_is_no_first_inventory_any_more(session, world):
    deliver(session, world)

    with pytest.raises(Refused, match="already_in_use"):
        stock_receiving.take_initial_inventory(
            session,
            batch=batch(world.products["methadone"]),
            witnessed_by_id=world.witness.id,
            act=world.act(),
        )


def test_a_delivery_makes_a_container_and_a_register_line_for_each_bottle(session, world):
    before = session.scalar(select(func.count(RegisterEntry.id)))

    receipt = deliver(session, world)

    made = containers_of(session, receipt)
    assert len({c.label for c in made}) == 3
    assert all(c.window_id is None for c in made)
    assert session.scalar(select(func.count(RegisterEntry.id))) == before + 3
    assert len(audited(session, AuditKind.STOCK_RECEIVED)) == 1


def test_a_second_batch_of_the_same_document_joins_the_delivery_until_it_is_signed(session, world):
    first = deliver(session, world)
    second = deliver(session, world, lot_number="M2202")
    stock_receiving.countersign_receipt(session, receipt_id=first.id, act=world.act(world.witness))
    third = deliver(session, world, lot_number="M2203")

    assert first.id == second.id
    assert third.id != first.id


def test_labels_that_were_typed_are_kept(session, world):
    receipt = deliver(session, world, count=2, labels=("SEAL-1", "SEAL-2"))

    assert [c.label for c in containers_of(session, receipt)] == ["SEAL-1", "SEAL-2"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"expires_on": date(2026, 3, 1)}, "expired"),
        ({"size": quantity("0")}, "size_does_not_fit"),
        ({"size": quantity("0.25")}, "size_does_not_fit"),
        ({"count": 0}, "count"),
        ({"count": 201}, "count"),
        ({"count": 2, "labels": ("A", "A")}, "labels_do_not_match"),
        ({"count": 2, "labels": ("A",)}, "labels_do_not_match"),
        ({"product_id": 999}, "no_product"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused(session, world, values, code):
    with pytest.raises(Refused, match=code):
        deliver(session, world, **values)


def test_a_label_that_another_bottle_carries_is_refused(session, world):
    deliver(session, world, count=1, labels=("SEAL-1",))

    with pytest.raises(Refused, match="label_taken"):
        deliver(session, world, count=1, labels=("SEAL-1",))


def test_whoever_took_a_delivery_in_cannot_countersign_it(session, world):
    receipt = deliver(session, world)

    with pytest.raises(Refused, match="witness_is_self"):
        stock_receiving.countersign_receipt(session, receipt_id=receipt.id, act=world.act())


def test_a_delivery_is_countersigned_once(session, world):
    receipt = deliver(session, world)
    stock_receiving.countersign_receipt(session, receipt_id=receipt.id, act=world.act(world.witness))

    with pytest.raises(Conflict, match="uq_receipt_signature_receipt_id"):
        stock_receiving.countersign_receipt(session, receipt_id=receipt.id, act=world.act(world.witness))
    assert len(audited(session, AuditKind.RECEIPT_COUNTERSIGNED)) == 1


def test_a_delivery_of_nowhere_is_not_found(session, world):
    with pytest.raises(NotFound, match="no_receipt"):
        stock_receiving.countersign_receipt(session, receipt_id=999, act=world.act(world.witness))


def test_no_bottle_of_an_unsigned_delivery_is_opened(session, world):
    receipt = deliver(session, world, product_id=factories.product(session, name="Other", strength="5").id)
    bottle = containers_of(session, receipt)[0]
    stock_moving.move_to_window(session, container_ids=[bottle.id], window_id=world.window.id, act=world.act())

    with pytest.raises(Refused, match="not_countersigned"):
        stock_moving.open_container(session, container_id=bottle.id, act=world.act())


def test_new_labels_skip_those_that_are_taken():
    assert new_labels({"B-00003", "SEAL-1"}, 3) == ["B-00004", "B-00005", "B-00006"]
    assert new_labels({"B-00002"}, 2) == ["B-00003", "B-00004"]
