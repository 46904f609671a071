"""What a thief among the staff might try with the stock: each is refused, and nothing of it is on record."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

import models
from dispensary.errors import Conflict, DomainError, NotFound, Refused
from dispensary.queries import stock as stock_queries
from dispensary.rules.bottle_returns import Looked
from dispensary.services import bottle_returns, stock, stock_leaving, stock_moving, stock_receiving
from dispensary.services.stock_receiving import Batch
from models import Bottle, Movement
from models.enums import BottleState, MovementKind, PlaceKind, Residue, SealState, WasteReason
from models.units import quantity
from tests import factories
from tests.rows import count
from tests.services.test_verify import said
from tests.station import give
from tests.take_homes import decide, hand_over, safe

PART = Looked(BottleState.PART, SealState.BROKEN, Residue.EXPECTED)


@pytest.fixture
def refused(session, world):
    """Return what tries something, expects its refusal by a code, and sees that no stock moved and all verifies."""

    def refused(code, kind, attempt):
        before = count(session, Movement), stock_queries.balances(session, world.site.id)
        with pytest.raises(kind) as caught:
            attempt()
        assert caught.value.code == code
        session.rollback()
        assert (count(session, Movement), stock_queries.balances(session, world.site.id)) == before
        assert said(session, world) == []

    return refused


def waste(session, world, amount="1", **values):
    given = {
        "container_id": world.containers["methadone"].id,
        "quantity": quantity(amount),
        "reason": WasteReason.CONTAMINATED,
        "witnessed_by_id": world.witness.id,
        "note": "cloudy",
        "act": world.act(),
    }
    return stock_leaving.waste_stock(session, **given | values)


def end(session, world, measured, **values):
    given = {
        "container_id": world.containers["methadone"].id,
        "measured": quantity(measured),
        "witnessed_by_id": world.witness.id,
        "act": world.act(),
    }
    return stock_leaving.mark_emptied(session, **given | values)


def delivery(session, world):
    """Take in two bottles that nobody has countersigned, and bring one to the window."""
    batch = Batch(world.products["methadone"].id, "L-7", date(2030, 1, 1), quantity("500"), 2)
    receipt = stock_receiving.receive_delivery(
        session, supplier="Mallow", document_no="7", batch=batch, act=world.act()
    )
    ids = session.scalars(select(Movement.container_id).where(Movement.receipt_id == receipt.id)).all()
    stock_moving.move_to_window(session, container_ids=ids[:1], window_id=world.window.id, act=world.act())
    session.commit()
    return receipt, ids


@pytest.fixture
def elsewhere(session, world):
    """Another site of the clinic, with a window and a safe of its own."""
    site = factories.save(session, models.Site(code="other", name="Hill Clinic", address="2 Hill", phone="555-0111"))
    window = factories.save(session, models.Window(site_id=site.id, name="Window 9"))
    session.commit()
    return site, window


def test_thief_wastes_more_than_the_bottle_holds(session, world, refused):
    refused("below_zero", Refused, lambda: waste(session, world, "1000.1"))


def test_thief_wastes_less_than_nothing_to_raise_the_balance(session, world, refused):
    refused("not_positive", Refused, lambda: waste(session, world, "-5"))


@pytest.mark.parametrize("verb", ["waste", "end", "inventory", "strength"])
def test_thief_signs_in_once_more_to_witness_the_own_act(session, world, refused, verb):
    alone = {"witnessed_by_id": world.nurse.id, "act": replace(world.act(), terminal_id=None)}
    other = factories.container(
        session, world, factories.product(session, name="Methadone 20 mg/mL", strength="20"), size="100"
    )
    batch = Batch(other.product_id, "L-8", date(2030, 1, 1), quantity("50"), 1)
    session.commit()
    attempts = {
        "waste": lambda: waste(session, world, **alone),
        "end": lambda: end(session, world, "3", **alone),
        "inventory": lambda: stock_receiving.take_initial_inventory(session, batch=batch, **alone),
        "strength": lambda: stock_moving.open_container(
            session, container_id=other.id, act=world.act(), witnessed_by_id=world.nurse.id
        ),
    }
    refused("witness_is_self", Refused, attempts[verb])


def test_thief_reverses_a_dose_twice_to_get_its_stock_twice(session, world, refused):
    who = factories.person(session)
    dose = factories.dose(session, world, who, factories.order(session, world, who))
    factories.reversal(session, world, dose, poured=False)
    session.commit()

    with pytest.raises(Conflict):
        factories.reversal(session, world, dose, poured=False)
    session.rollback()

    assert said(session, world) == []
    taken = session.scalars(select(Movement).where(Movement.dose_id == dose.id, Movement.reverses_id.is_(None))).one()
    back = session.scalars(select(Movement).where(Movement.reverses_id == taken.id)).one()
    assert stock_queries.balances(session, world.site.id)[back.product_id, PlaceKind.WINDOW] == quantity("1000")


def test_thief_reverses_the_reversal(session, world, refused):
    who = factories.person(session)
    dose = factories.dose(session, world, who, factories.order(session, world, who))
    factories.reversal(session, world, dose, poured=False)
    session.commit()
    back = session.scalars(select(Movement).where(Movement.kind == MovementKind.REVERSAL)).one()

    refused("not_taken_out", Refused, lambda: stock.put_back(session, movement=back, act=world.act()))


def test_thief_takes_back_more_than_was_handed_out(session, world, refused):
    who = factories.patient(session, world)
    decide(session, world, who)
    safe(session, world, who)
    give(session, world, who)
    hand_over(session, world, who)
    session.commit()
    bottle = session.scalars(select(Bottle).order_by(Bottle.id)).first()

    with pytest.raises(DomainError):
        bottle_returns.take_back(
            session,
            bottle_id=bottle.id,
            looked=PART,
            rest={world.products["methadone"].id: quantity("8.1")},
            witnessed_by_id=world.witness.id,
            act=world.act(),
        )
    session.rollback()

    assert count(session, Movement, Movement.kind == MovementKind.RETURN) == 0
    assert said(session, world) == []


def test_thief_ends_a_bottle_with_more_in_it_than_it_can_hold(session, world, refused):
    refused("measured_too_much", Refused, lambda: end(session, world, "1000.1"))


def test_thief_claims_an_overage_and_gets_nothing_of_it_to_use(session, world):
    waste(session, world, "100")
    card = end(session, world, "950")
    session.commit()

    assert session.scalars(
        select(Movement.balance_after).where(Movement.container_id == card.id).order_by(Movement.container_seq.desc())
    ).first() == quantity("0")
    with pytest.raises(Refused):
        stock.draw(
            session,
            container_id=card.id,
            quantity=quantity("1"),
            kind=MovementKind.DISPENSE,
            to_place=PlaceKind.PERSON,
            act=world.act(),
        )


def test_thief_opens_a_bottle_of_an_unsigned_delivery(session, world, refused):
    _, ids = delivery(session, world)
    end(session, world, "1000")
    session.commit()

    def attempt():
        stock_moving.open_container(session, container_id=ids[0], act=world.act(), witnessed_by_id=world.witness.id)

    refused("not_countersigned", Refused, attempt)


def test_thief_signs_the_own_delivery(session, world, refused):
    receipt, _ = delivery(session, world)

    refused(
        "witness_is_self",
        Refused,
        lambda: stock_receiving.countersign_receipt(session, receipt_id=receipt.id, act=world.act()),
    )


def test_thief_moves_stock_to_another_sites_window(session, world, refused, elsewhere):
    _, ids = delivery(session, world)

    def attempt():
        stock_moving.move_to_window(session, container_ids=ids[1:], window_id=elsewhere[1].id, act=world.act())

    refused("no_window", NotFound, attempt)


@pytest.mark.parametrize("verb", ["waste", "end", "move", "sign"])
def test_thief_at_another_site_reaches_nothing_here(session, world, refused, elsewhere, verb):
    receipt, ids = delivery(session, world)
    there = replace(world.act(world.witness), site_id=elsewhere[0].id, window_id=elsewhere[1].id)
    attempts = {
        "waste": lambda: waste(session, world, act=there, witnessed_by_id=world.nurse.id),
        "end": lambda: end(session, world, "0", act=there, witnessed_by_id=world.nurse.id),
        "move": lambda: stock_moving.move_to_safe(session, container_ids=ids[:1], act=there),
        "sign": lambda: stock_receiving.countersign_receipt(session, receipt_id=receipt.id, act=there),
    }
    refused("no_receipt" if verb == "sign" else "no_container", NotFound, attempts[verb])
