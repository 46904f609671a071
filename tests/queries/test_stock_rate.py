"""The rate at which a site uses up its stock, from what really moved."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from dispensary.queries import stock, stock_rate
from dispensary.rules.stock_rate import Rate
from models import DoseOrder
from tests import factories
from tests.take_homes import decide, dosed_until_yesterday, hand_over, safe


def test_doses_and_bottles_count_and_what_was_reversed_does_not(session, world):
    who = factories.patient(session, world, starts_on=world.day - timedelta(days=7))
    dosed_until_yesterday(session, world, who)
    other = factories.person(session)
    before = world.at - timedelta(days=1)
    of = factories.order(session, world, other, starts_on=before.date())
    factories.reversal(session, world, factories.dose(session, world, other, of, at=before), at=before)
    decide(session, world, who)
    safe(session, world, who)
    order = session.scalars(select(DoseOrder).where(DoseOrder.person_id == who.id)).one()
    factories.dose(session, world, who, order)
    session.commit()
    hand_over(session, world, who)
    session.commit()
    methadone = world.products["methadone"].id

    today = stock_rate.rates(session, world.site.id, world.day)[methadone]
    tomorrow = stock_rate.rates(session, world.site.id, world.day + timedelta(days=1))[methadone]

    assert today == Rate(Decimal(56), 7)
    assert tomorrow.days == 8
    assert tomorrow.used > 56


def test_what_was_never_used_is_unknown(session, world):
    products = stock.overview(session, world.site.id)

    found = stock_rate.lasting(products, stock_rate.rates(session, world.site.id, world.day), world.day)

    assert set(found.values()) == {None}
