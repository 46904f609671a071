"""Taking from a container, putting back, and what stands at a window."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from dispensary.errors import NotFound, Refused
from dispensary.queries import stock as stock_queries
from dispensary.services import audit, stock
from dispensary.wording import in_unit
from models import Movement, RegisterEntry
from models.enums import AuditKind, BaseUnit, Form, Medication, MovementKind, PlaceKind, WasteReason
from models.units import quantity
from tests import factories


def dispense(session, world, amount, container="methadone"):
    act = world.act()
    made = stock.draw(
        session,
        container_id=world.containers[container].id,
        quantity=quantity(amount),
        kind=MovementKind.DISPENSE,
        to_place=PlaceKind.PERSON,
        act=act,
    )
    audit.record(session, AuditKind.DOSE_RECORDED, made, act)
    stock.enter_register(session, [made], act)
    session.commit()
    return made


def test_drawing_lowers_what_the_container_holds(session, world):
    made = dispense(session, world, "8.5")

    assert made.balance_after == Decimal("991.5")
    assert made.container_seq == 2
    assert made.from_place_id == world.places[PlaceKind.WINDOW].id
    last = session.scalars(select(RegisterEntry).order_by(RegisterEntry.id.desc())).first()
    assert (last.movement_id, last.number) == (made.id, 2)


def test_more_than_the_container_holds_is_refused_with_words(session, world):
    with pytest.raises(Refused) as refusal:
        dispense(session, world, "1000.1")

    assert refusal.value.code == "below_zero"
    assert refusal.value.words.values["holds"] == in_unit(quantity("1000"), BaseUnit.ML)


def test_nothing_and_less_cannot_be_drawn(session, world):
    with pytest.raises(Refused, match="not_positive"):
        dispense(session, world, "0")


def test_waste_by_one_person_alone_is_refused(session, world):
    with pytest.raises(Refused, match="witness_needed"):
        stock.draw(
            session,
            container_id=world.containers["methadone"].id,
            quantity=quantity("1"),
            kind=MovementKind.WASTE,
            to_place=PlaceKind.WASTE,
            waste_reason=WasteReason.SPILT,
            act=world.act(),
        )


def test_the_witness_is_another_person(session, world):
    with pytest.raises(Refused, match="witness_is_self"):
        stock.draw(
            session,
            container_id=world.containers["methadone"].id,
            quantity=quantity("1"),
            kind=MovementKind.WASTE,
            to_place=PlaceKind.WASTE,
            waste_reason=WasteReason.SPILT,
            witnessed_by_id=world.nurse.id,
            act=world.act(),
        )


def test_a_container_of_nowhere_is_not_found(session, world):
    with pytest.raises(NotFound, match="no_container"):
        stock.lock_container(session, 999_999, world.act())


def test_putting_back_raises_the_balance_and_names_what_it_reverses(session, world):
    made, act = dispense(session, world, "8.5"), world.act()

    back = stock.put_back(session, movement=made, act=act)
    audit.record(session, AuditKind.DOSE_REVERSED, back, act)
    stock.enter_register(session, [back], act)
    session.commit()

    assert back.balance_after == Decimal(1000)
    assert (back.from_place_id, back.to_place_id) == (made.to_place_id, made.from_place_id)
    assert session.scalars(select(Movement.kind).where(Movement.reverses_id == made.id)).one() is MovementKind.REVERSAL


def test_containers_at_the_window_come_open_first_then_by_expiry(session, world):
    late = factories.container(session, world, world.products["methadone"])
    early = factories.container(session, world, world.products["methadone"], expires_on=world.day.replace(year=2027))
    in_safe = factories.container(session, world, world.products["methadone"], at_window=False)
    session.commit()
    dispense(session, world, "8.5")

    found = stock_queries.containers_at_window(session, world.window.id, Medication.METHADONE, Form.LIQUID)

    assert [c.id for c in found] == [world.containers["methadone"].id, early.id, late.id]
    assert in_safe.id not in {c.id for c in found}
    assert [c.is_open for c in found] == [True, False, False]
    assert [c.holds for c in found] == [Decimal("991.5"), 1000, 1000]
    assert all(c.countersigned for c in found)
