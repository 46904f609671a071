"""When the next depot injection may be given. One line a case: what was injected when, and which days are inside.

Days are counted from the last injection. `early` before the window, `inside` it, `late` after it.
Source: clinical-rules §1.3 and §10.3 cases 13 and 14, product.md §4.
"""

from datetime import date, timedelta

import pytest

from dispensary.rules.depots import DepotTerms, Injection, Timing, depot_due
from dispensary.rules.orders import covers_days, falls_on
from models.enums import DepotInterval

MONDAY = date(2026, 3, 2)
WEEKLY = DepotTerms(DepotInterval.WEEKLY, 7, 2, 2)
MONTHLY = DepotTerms(DepotInterval.MONTHLY, 28, 7, 7)
FROM_26_TO_42 = DepotTerms(DepotInterval.MONTHLY, 28, 2, 14, second_after_days=7)


def day(n):
    return MONDAY + timedelta(days=n)


def window(terms, *injected, starts_on=0, given_under=None):
    before = [Injection(day(n), given_under or terms) for n in injected]
    return depot_due(terms, day(starts_on), before)


@pytest.mark.parametrize(
    ("terms", "injected", "opens", "due", "closes", "because"),
    [
        (WEEKLY, [0], 5, 7, 9, "weekly: two days early to two days late"),
        (WEEKLY, [0, 5], 10, 12, 14, "given early, the next counts from the day on which it was given"),
        (WEEKLY, [0, 9], 14, 16, 18, "given late, too"),
        (MONTHLY, [0], 21, 28, 35, "monthly: a week early to a week late"),
        (MONTHLY, [0, 28, 56], 77, 84, 91, "only the last injection counts"),
        (FROM_26_TO_42, [0], 7, 28, 42, "the second may follow from one week after the first"),
        (FROM_26_TO_42, [0, 7], 33, 35, 49, "the third again not before 26 days"),
        (FROM_26_TO_42, [0, 28], 54, 56, 70, "up to 42 days after the last one"),
    ],
)
def test_window_follows_from_the_last_injection(terms, injected, opens, due, closes, because):
    found = window(terms, *injected)

    assert (found.opens_on, found.due_on, found.closes_on) == (day(opens), day(due), day(closes)), because
    assert found.last_on == day(injected[-1])


@pytest.mark.parametrize(
    ("terms", "on", "timing"),
    [
        (WEEKLY, 4, Timing.EARLY),
        (WEEKLY, 5, Timing.INSIDE),
        (WEEKLY, 9, Timing.INSIDE),
        (WEEKLY, 10, Timing.LATE),
        (MONTHLY, 20, Timing.EARLY),
        (MONTHLY, 21, Timing.INSIDE),
        (MONTHLY, 35, Timing.INSIDE),
        (MONTHLY, 36, Timing.LATE),
        (FROM_26_TO_42, 6, Timing.EARLY),
        (FROM_26_TO_42, 7, Timing.INSIDE),
        (FROM_26_TO_42, 42, Timing.INSIDE),
        (FROM_26_TO_42, 43, Timing.LATE),
    ],
)
def test_before_the_window_is_early_after_it_late(terms, on, timing):
    assert window(terms, 0).timing(day(on)) is timing


def test_first_injection_is_due_on_the_first_day_of_the_order():
    found = window(MONTHLY, starts_on=3)

    assert (found.opens_on, found.due_on, found.closes_on, found.last_on) == (day(3), day(3), day(10), None)


@pytest.mark.parametrize(
    ("terms", "given_under", "starts_on", "due", "because"),
    [
        (MONTHLY, WEEKLY, 1, 7, "the first monthly one is due a week after the last weekly one"),
        (WEEKLY, MONTHLY, 1, 28, "the first weekly one when the monthly one ends"),
        (MONTHLY, MONTHLY, 30, 28, "an order signed while the window is open changes nothing"),
        (MONTHLY, MONTHLY, 36, 36, "one that begins after it closed begins anew"),
    ],
)
def test_another_order_goes_on_from_the_last_injection_by_that_ones_own_terms(
    terms, given_under, starts_on, due, because
):
    found = window(terms, 0, starts_on=starts_on, given_under=given_under)

    assert found.due_on == day(due), because


@pytest.mark.parametrize(
    ("every_n_days", "weekdays", "terms", "covered", "because"),
    [
        (1, (), None, 1, "daily: its own day"),
        (2, (), None, 2, "alternate days: the day after, too"),
        (1, (1, 3, 5), None, 2, "Monday's dose of Monday, Wednesday, Friday covers Tuesday"),
        (1, (1,), None, 7, "once a week: the whole week"),
        (1, (), WEEKLY, 9, "a weekly injection until the last day of the next one's window"),
        (1, (), FROM_26_TO_42, 42, "a monthly one as long as its product's label allows"),
    ],
)
def test_a_dose_covers_its_interval(every_n_days, weekdays, terms, covered, because):
    assert covers_days(MONDAY, every_n_days, weekdays, terms) == covered, because


def test_friday_of_three_times_a_week_covers_the_weekend():
    friday = day(4)

    assert covers_days(friday, 1, (1, 3, 5)) == 3
    assert [falls_on(day(n), MONDAY, 1, (1, 3, 5)) for n in range(7)] == [True, False, True, False, True, False, False]
