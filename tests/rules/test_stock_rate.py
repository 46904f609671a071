"""How long the stock lasts at the rate of the last weeks."""

from datetime import date, timedelta
from decimal import Decimal

from dispensary.rules.stock_rate import LONGEST, Rate, days_left, rate

TODAY = date(2026, 3, 2)


def before(n):
    return TODAY - timedelta(days=n)


def test_every_day_of_four_weeks_counts_closed_ones_too():
    used = {before(n): Decimal(12 if n % 7 == 2 else 6 if n % 7 else 0) for n in range(1, 29)}

    found = rate(used, TODAY, since=before(100), shut=frozenset())

    assert found == Rate(Decimal(4 * 42), 28)
    assert days_left(Decimal(60), found) == 10


def test_today_is_not_over_and_does_not_count():
    assert rate({TODAY: Decimal(50)}, TODAY, since=TODAY, shut=frozenset()) == Rate(Decimal(0), 0)


def test_a_day_shut_without_notice_is_left_out_unless_something_went_out_on_it():
    used = {before(n): Decimal(6) for n in range(1, 29) if n not in (3, 4)}

    assert rate(used, TODAY, since=before(99), shut=frozenset({before(3), before(4), before(5)})).days == 26


def test_a_product_new_to_the_site_counts_from_its_first_day():
    used = {before(n): Decimal(6) for n in range(1, 11)}

    assert rate(used, TODAY, since=before(10), shut=frozenset()) == Rate(Decimal(60), 10)


def test_unknown_is_said_as_unknown():
    assert days_left(Decimal(100), Rate(Decimal(36), 6)) is None
    assert days_left(Decimal(100), Rate(Decimal(0), 28)) is None
    assert days_left(Decimal(100), rate({}, TODAY, since=None, shut=frozenset())) is None


def test_part_of_a_day_is_no_day_and_nothing_lasts_for_ever():
    assert days_left(Decimal("11.999"), Rate(Decimal(168), 28)) == 1
    assert days_left(Decimal(10**6), Rate(Decimal("0.5"), 28)) == LONGEST
