"""Waste and spills before a witness, and the end of a bottle."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from dispensary.errors import Refused
from dispensary.queries import stock as stock_queries
from dispensary.services import stock_leaving
from models import AuditEvent, ChainHead, Movement
from models.enums import AuditKind, ChainKind, MovementKind, PlaceKind, WasteReason
from models.units import quantity
from tests import factories


def waste(session, world, amount="2.5", **values):
    return stock_leaving.waste_stock(
        session,
        **{
            "container_id": world.containers["methadone"].id,
            "quantity": quantity(amount),
            "reason": WasteReason.CONTAMINATED,
            "witnessed_by_id": world.witness.id,
            "act": world.act(),
        }
        | values,
    )


def end(session, world, measured="0", **values):
    return stock_leaving.mark_emptied(
        session,
        **{
            "container_id": world.containers["methadone"].id,
            "measured": quantity(measured),
            "witnessed_by_id": world.witness.id,
            "act": world.act(),
        }
        | values,
    )


def last_movements(session, count):
    found = session.scalars(select(Movement).order_by(Movement.id.desc()).limit(count)).all()
    return [(m.kind, m.quantity, m.balance_after) for m in reversed(found)]


def register_balance(session, world):
    query = select(ChainHead.last_balance).where(
        ChainHead.kind == ChainKind.REGISTER, ChainHead.product_id == world.products["methadone"].id
    )
    return session.scalar(query)


def test_waste_lowers_container_and_register_and_names_both_people(session, world):
    made = waste(session, world)

    assert (made.kind, made.balance_after) == (MovementKind.WASTE, Decimal("997.5"))
    assert (made.recorded_by_id, made.witnessed_by_id) == (world.nurse.id, world.witness.id)
    assert register_balance(session, world) == Decimal("997.5")
    assert session.scalar(select(func.count()).where(AuditEvent.kind == AuditKind.STOCK_WASTED)) == 1


def test_a_spill_tells_how_it_happened(session, world):
    with pytest.raises(Refused, match="note_needed"):
        waste(session, world, reason=WasteReason.SPILT)

    made = waste(session, world, reason=WasteReason.SPILT, note="Bottle slipped at the counter")

    assert made.kind is MovementKind.SPILL


def test_more_than_there_is_cannot_be_wasted(session, world):
    with pytest.raises(Refused, match="below_zero"):
        waste(session, world, "1000.001")


def test_a_broken_sealed_bottle_wasted_whole_is_emptied(session, world):
    bottle = factories.container(session, world, world.products["methadone"], at_window=False)

    waste(session, world, "1000", container_id=bottle.id, reason=WasteReason.BROKEN, note="Dropped")

    assert bottle.emptied_at == world.at


def test_a_bottle_that_is_empty_as_the_books_say_needs_no_witness(session, world):
    bottle = factories.container(session, world, world.products["bup8"], size="100", opened=False)
    stock_leaving.waste_stock(
        session,
        container_id=world.containers["bup8"].id,
        quantity=quantity("99"),
        reason=WasteReason.EXPIRED,
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )

    with pytest.raises(Refused, match="witness_needed"):
        end(session, world, container_id=world.containers["bup8"].id, witnessed_by_id=None)
    with pytest.raises(Refused, match="container_sealed"):
        end(session, world, container_id=bottle.id, witnessed_by_id=None)


def test_what_is_missing_at_the_end_goes_to_the_bottle_end_and_the_rest_to_waste(session, world):
    waste(session, world, "990")

    ended = end(session, world, "3")

    assert ended.emptied_at == world.at
    assert last_movements(session, 2) == [
        (MovementKind.BOTTLE_END, Decimal(7), Decimal(3)),
        (MovementKind.WASTE, Decimal(3), Decimal(0)),
    ]
    assert register_balance(session, world) == 0


def test_an_overage_comes_from_the_bottle_end(session, world):
    waste(session, world, "995")

    end(session, world, "8")

    assert last_movements(session, 2) == [
        (MovementKind.BOTTLE_END, Decimal(3), Decimal(8)),
        (MovementKind.WASTE, Decimal(8), Decimal(0)),
    ]
    sums = stock_queries.balances(session, world.site.id)
    product = world.products["methadone"].id
    assert sums[product, PlaceKind.BOTTLE_END] == -3
    assert sums[product, PlaceKind.WASTE] == 1003


def test_no_bottle_ends_with_more_than_it_can_hold(session, world):
    with pytest.raises(Refused, match="measured_too_much"):
        end(session, world, "1000.5")


def test_a_bottle_ends_once(session, world):
    end(session, world)

    with pytest.raises(Refused, match="container_emptied"):
        end(session, world)
    assert session.scalar(select(func.count()).where(AuditEvent.kind == AuditKind.CONTAINER_EMPTIED)) == 1
