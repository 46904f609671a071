"""Where a lot went: every dose, bottle and container, and nobody of another lot."""

from datetime import timedelta
from decimal import Decimal

import pytest

from dispensary.queries import lot_trace
from models.enums import MovementKind
from tests import factories


@pytest.fixture
def given(session, world):
    """Somebody of the lot with a telephone, somebody of another product, and one dose taken off the record."""
    who, other, undone = (factories.person(session) for _ in range(3))
    who.phone = "0901 234 567"
    factories.dose(session, world, who, factories.order(session, world, who))
    factories.dose(session, world, other, factories.order(session, world, other), lines={"bup8": "2"})
    factories.reversal(
        session, world, factories.dose(session, world, undone, factories.order(session, world, undone)), poured=True
    )
    session.commit()
    return who, other, undone


def of(session, world):
    return lot_trace.trace(session, world.site.id, world.containers["methadone"].lot_id)


def test_every_dose_of_the_lot_and_no_other_is_found(session, world, given):
    who, _, undone = given

    found = of(session, world)

    assert {one.person_id for one in found.people} == {who.id, undone.id}
    assert [(one.taken, one.taken_mg, one.reversed) for one in found.doses_of(who.id)] == [(8, 80, False)]
    assert [one.reversed for one in found.doses_of(undone.id)] == [True]
    assert found.by_id[who.id].phone == "0901 234 567"
    assert [(one.kind, one.quantity) for one in found.elsewhere] == [(MovementKind.WASTE, Decimal(8))]
    assert found.lot.here == 1000 - 16
    assert [one.holds for one in found.containers] == [1000 - 16]


def test_a_lot_that_never_came_here_is_none(session, world):
    assert lot_trace.trace(session, world.site.id, 999_999) is None
    assert lot_trace.trace(session, world.site.id + 1, world.containers["methadone"].lot_id) is None


def test_the_list_counts_what_went_out(session, world, given):
    here = {one.id: one for one in lot_trace.lots(session, world.site.id)}

    lot = here[world.containers["methadone"].lot_id]
    assert (lot.containers, lot.doses, lot.bottles) == (1, 2, 0)


def test_a_bottle_is_still_full_until_its_day_is_over(world):
    one = lot_trace.BottleOfLot(
        1, 1, world.day, world.day, "B-1", Decimal(8), Decimal(80), "Rosa", "", None, None, None
    )

    assert one.still_full(world.day)
    assert not one.still_full(world.day + timedelta(days=1))
