"""Which order holds on a day, and what it says."""

from datetime import timedelta

import models
from dispensary.queries import orders
from models.enums import OrderEndReason
from models.units import mg
from tests import factories


def test_active_order_carries_its_steps_oldest_first(session, world):
    who = factories.person(session)
    later = world.day + timedelta(days=5)
    factories.order(session, world, who, steps={world.day: ("30", "20"), later: ("40", "20")})

    found = orders.active_order(session, who.id, world.day)

    assert [(s.from_on, s.amounts_mg) for s in found.steps] == [
        (world.day, (mg("30"), mg("20"))),
        (later, (mg("40"), mg("20"))),
    ]
    assert found.signed_by == world.prescriber.name


def test_order_holds_until_the_day_it_was_ended(session, world):
    who = factories.person(session)
    made = factories.order(session, world, who)
    last = world.day + timedelta(days=3)
    end = {"order_id": made.id, "last_day": last, "reason": OrderEndReason.STOPPED}
    factories.save(session, models.OrderEnd(**end, **factories.stamp(world)))

    assert orders.active_order(session, who.id, last).ends_on == last
    assert orders.active_order(session, who.id, last + timedelta(days=1)) is None


def test_nothing_holds_before_the_first_day(session, world):
    who = factories.person(session)
    factories.order(session, world, who)

    assert orders.active_order(session, who.id, world.day - timedelta(days=1)) is None
