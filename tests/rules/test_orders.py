"""Properties of the amount that an order says, for any steps and anything taken."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispensary.rules.order_words import UPWARD, in_words
from dispensary.rules.orders import TakenDay, due_amount
from models.units import mg
from tests.spec.test_order_steps import FIRST, day_of, order

AMOUNTS = st.integers(1, 12).map(lambda n: n * 5)


@st.composite
def courses(draw):
    """Return an order with rising and falling steps, what was taken each day, and a day to ask about."""
    parts, every = draw(st.integers(1, 3)), draw(st.sampled_from([1, 1, 1, 2, 3]))
    days = sorted({1, *draw(st.lists(st.integers(2, 30), max_size=6))})
    amounts = draw(st.lists(st.tuples(*[AMOUNTS] * parts), min_size=len(days), max_size=len(days)))
    steps = ", ".join(f"day {day}: {'+'.join(map(str, row))}" for day, row in zip(days, amounts, strict=True))
    wanted = order(steps, every)
    course, missed = [], draw(st.sets(st.integers(1, 40)))
    short = draw(st.sets(st.integers(1, 40)))
    last_day = draw(st.integers(1, 40))
    for number in range(1, last_day):
        day = day_of(number)
        due = due_amount(wanted, course, day).amounts_mg
        if not wanted.due_on(day) or number in missed:
            continue
        course.append(TakenDay(day, {n: mg(a) - (number in short) for n, a in enumerate(due, start=1)}))
    return wanted, course, day_of(last_day)


def planned(wanted, day):
    return next(step for step in reversed(wanted.steps) if step.from_on <= day).amounts_mg


@given(courses())
def test_amount_is_never_above_the_step_ordered_for_the_day(course):
    wanted, taken, day = course

    found = due_amount(wanted, taken, day)

    assert all(a <= b for a, b in zip(found.amounts_mg, planned(wanted, day), strict=True))
    assert (found.waiting_step is None) == (found.amounts_mg == planned(wanted, day))


@given(courses())
def test_after_a_missed_dose_the_amount_is_never_above_what_was_last_taken_in_full(course):
    wanted, taken, day = course
    past = [FIRST + timedelta(days=n) for n in range((day - FIRST).days)]
    due_days = [d for d in past if wanted.due_on(d)]
    in_full = wanted.steps[0].amounts_mg
    by_day = {t.day: t.parts_mg for t in taken}
    for d in due_days:
        due = due_amount(wanted, taken, d).amounts_mg
        if all(by_day.get(d, {}).get(n, 0) >= a for n, a in enumerate(due, start=1)):
            in_full, missed = due, False
        else:
            missed = True

    found = due_amount(wanted, taken, day).amounts_mg

    if due_days and missed:
        assert all(a <= b for a, b in zip(found, in_full, strict=True))


@given(courses())
def test_someone_who_takes_everything_follows_the_plan(course):
    wanted, _, day = course
    reached = [step for step in wanted.steps if step.from_on <= day]
    gaps = zip(reached, [*(s.from_on for s in reached[1:]), day], strict=True)
    dosed_between = all(
        any(wanted.due_on(step.from_on + timedelta(days=n)) for n in range((until - step.from_on).days))
        for step, until in list(gaps)[:-1]
    )
    taken = []
    for n in range((day - FIRST).days):
        on = FIRST + timedelta(days=n)
        if wanted.due_on(on):
            due = due_amount(wanted, taken, on).amounts_mg
            taken.append(TakenDay(on, dict(enumerate(due, start=1))))

    found = due_amount(wanted, taken, day)

    if dosed_between:
        assert found.amounts_mg == planned(wanted, day)


@given(courses(), st.dates(date(2025, 1, 1), date(2027, 1, 1)))
def test_no_day_raises_and_every_part_has_an_amount(course, day):
    wanted, taken, _ = course

    found = due_amount(wanted, taken, day)

    assert len(found.amounts_mg) == wanted.parts
    assert all(amount > 0 for amount in found.amounts_mg)


def test_condition_on_steps_up_is_printed_only_where_a_step_goes_up():
    assert UPWARD in in_words(order("day 1: 30, day 4: 40"))
    assert UPWARD not in in_words(order("day 1: 40, day 4: 30"))
