"""Whatever happened on somebody's days: what the ledger calls them, and what follows from it, keeps to its promises."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from dispensary.rules.day_status import IN_THIS_ORDER, status_of
from dispensary.rules.ledger import reaches_back, runs
from dispensary.rules.person_days import ClinicDays
from dispensary.rules.re_entry import inputs_of
from models.enums import DayStatus
from tests.spec.test_ledger import TODAY, dose, ends_from, history, order, part_day, stay

A_DAY = timedelta(days=1)
SEEN = {DayStatus.OBSERVED, DayStatus.ELSEWHERE, DayStatus.PART}


@st.composite
def lives(draw):
    """Return somebody's days: a letter a day, with orders that begin, lapse and change, and days known to be closed."""
    happened = draw(st.text("ooooo....wrpeuutflhcd", min_size=1, max_size=20))
    since = draw(st.integers(0, len(happened)))
    rhythm = draw(st.sampled_from([{}, {}, {"every_n_days": 2}, {"weekdays": (1, 3, 5)}]))
    days = history(happened, ordered_since=since, rhythm=rhythm)
    if draw(st.booleans()):  # it lapsed, and another was signed later
        lapsed, again = sorted(draw(st.tuples(st.integers(0, 20), st.integers(0, 20))), reverse=True)
        first = replace(days.orders[0], last_day=TODAY - lapsed * A_DAY)
        days = replace(days, orders=[first, order(TODAY - again * A_DAY, id=2)])
    if draw(st.booleans()):  # discharged, and admitted again
        left = TODAY - draw(st.integers(0, 20)) * A_DAY
        days = replace(days, stays=[replace(days.stays[0], last_day=left), stay(left)])
    return days


@given(lives(), st.integers(0, 25))
def test_every_day_has_the_first_status_of_the_list_that_holds(days, before):
    day = TODAY - before * A_DAY

    found = status_of(days, day, TODAY)

    holding = [status for status, holds in IN_THIS_ORDER if holds(days, day, TODAY)]
    assert found in SEEN or found is holding[0]
    assert found is not DayStatus.AWAITED or day == TODAY
    assert found is not DayStatus.NO_SHOW or day < TODAY


@given(lives(), st.integers(1, 20))
def test_one_more_dose_before_staff_never_raises_a_count(days, before):
    day = TODAY - before * A_DAY
    seen = [*(dose for dose in days.doses if dose.day != day), dose(day)]
    more = replace(days, doses=sorted(seen, key=lambda one: one.day), bottles=[b for b in days.bottles if b.day != day])

    fewer, after = runs(days, TODAY), runs(more, TODAY)

    assert after.days_without_medicine <= fewer.days_without_medicine
    assert after.no_shows_in_a_row <= fewer.no_shows_in_a_row
    assert after.days_since_confirmed <= fewer.days_since_confirmed


@given(lives())
def test_presumed_doses_never_make_the_count_longer_and_the_gate_knows_both(days):
    counted, inputs = runs(days, TODAY), inputs_of(days, TODAY, None)

    assert counted.days_without_medicine <= counted.days_since_confirmed
    assert inputs.days == counted.days_without_medicine
    assert inputs.days_from_confirmed >= inputs.days_on_record


@given(lives(), st.integers(0, 20))
def test_what_is_written_down_of_later_days_changes_no_count_before_them(days, before):
    on = TODAY - before * A_DAY
    earlier = replace(
        days, doses=[one for one in days.doses if one.day < on], bottles=[b for b in days.bottles if b.day < on]
    )

    assert runs(earlier, on) == runs(days, on)


@given(lives(), st.integers(1, 20))
def test_where_the_doses_reach_back_far_enough_earlier_ones_change_nothing(days, read):
    since = TODAY - read * A_DAY
    lately = replace(
        days, doses=[one for one in days.doses if one.day >= since], bottles=[b for b in days.bottles if b.day >= since]
    )

    if reaches_back(lately, TODAY):
        assert runs(lately, TODAY) == runs(days, TODAY)


@given(lives())
def test_a_closed_day_or_paper_to_come_never_makes_a_no_show(days):
    every_day = frozenset(TODAY - n * A_DAY for n in range(30))

    assert runs(replace(days, clinic=ClinicDays(closed=every_day)), TODAY).no_shows_in_a_row == 0
    assert runs(replace(days, clinic=ClinicDays(not_entered=every_day)), TODAY).no_shows_in_a_row == 0


@given(st.integers(1, 80), st.fractions(Fraction(1, 100), Fraction(99, 100)), st.fractions(0, Fraction(98, 100)))
def test_a_larger_share_asked_for_never_shortens_the_count(taken, share, more):
    larger = min(Fraction(99, 100), share + more)
    days = part_day(str(taken))

    asked_less = runs(ends_from(days, share), TODAY).days_without_medicine
    asked_more = runs(ends_from(days, larger), TODAY).days_without_medicine

    assert asked_less <= asked_more <= runs(days, TODAY).days_without_medicine
