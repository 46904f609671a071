"""By when a theft or a loss is reported. One line a case: the day of discovery, and the last day that is in time.

Days are counted from the day of discovery, which is day 0; of business days only Monday to Friday count, holidays too.
Source: 21 CFR 1301.76(b) (clinical-rules §4.1: notice within 1 business day, the form within 45 days); product.md §8.
"""

from datetime import date, timedelta

import pytest

from dispensary.policy.loss_deadlines import CountedIn, DeadlineInForce, LossDeadline
from dispensary.policy.profiles import SHIPPED, load
from dispensary.rules.loss_deadlines import StepDone, StepState, due_on, state_of, steps_due
from models.enums import LossStepKind

MONDAY = date(2026, 3, 2)
NOTICE, FORM = LossStepKind.REGULATOR_NOTICE, LossStepKind.REGULATOR_FORM
[US] = load([SHIPPED], only={"us-21cfr1301-losses"})


def day(n):
    return MONDAY + timedelta(days=n)


def rule(step):
    return next(one for one in US.loss_deadlines if one.step is step)


def in_force(*rules, profile="some profile"):
    return [DeadlineInForce(one, profile, "Title", "About") for one in rules]


def other(step, within):
    given = rule(step)
    return LossDeadline(
        citation=given.citation,
        mark=given.mark,
        effective_from=given.effective_from,
        effective_to=None,
        checked_on=given.checked_on,
        step=step,
        within=within,
        counted=CountedIn.DAYS,
        weekdays=frozenset(range(1, 8)),
        words="Sooner.",
    )


@pytest.mark.parametrize(
    ("step", "discovered", "due", "because"),
    [
        (NOTICE, 0, 1, "Monday: told by Tuesday"),
        (NOTICE, 3, 4, "Thursday: told by Friday"),
        (NOTICE, 4, 7, "Friday: the weekend does not count, told by Monday"),
        (NOTICE, 5, 7, "Saturday: Monday is the first business day"),
        (NOTICE, 6, 7, "Sunday: so is it"),
        (FORM, 0, 45, "the form is counted in days of the calendar"),
        (FORM, 4, 49, "weekends count for it, whether it falls on one or not"),
    ],
)
def test_last_day_that_is_in_time(step, discovered, due, because):
    assert due_on(rule(step), day(discovered)) == day(due), because


@pytest.mark.parametrize(
    ("due", "done", "today", "state"),
    [
        (5, None, 4, StepState.DUE),
        (5, None, 5, StepState.DUE_TODAY),
        (5, None, 6, StepState.OVERDUE),
        (5, 5, 9, StepState.DONE),
        (5, 6, 9, StepState.DONE_LATE),
    ],
)
def test_state_of_a_step(due, done, today, state):
    assert state_of(day(due), None if done is None else day(done), day(today)) is state


def test_a_step_done_late_stays_late_and_one_never_done_stays_overdue():
    done = [StepDone(NOTICE, day(3))]

    lines = {line.kind: line for line in steps_due(in_force(*US.loss_deadlines), day(0), done, day(400))}

    assert lines[NOTICE].state is StepState.DONE_LATE
    assert lines[NOTICE].is_late
    assert lines[FORM].state is StepState.OVERDUE
    assert not lines[FORM].is_done


def test_of_two_rules_for_one_step_the_earlier_day_counts_and_of_two_doings_the_first():
    asked = [*in_force(rule(FORM), profile="long"), *in_force(other(FORM, 10), profile="short")]

    [line] = steps_due(asked, day(0), [StepDone(FORM, day(9)), StepDone(FORM, day(20))], day(30))

    assert (line.due_on, line.asked.profile, line.state) == (day(10), "short", StepState.DONE)


def test_what_no_rule_asks_for_is_not_due():
    assert steps_due([], day(0), [StepDone(LossStepKind.POLICE, day(0))], day(9)) == ()


def test_shipped_rules_are_those_of_their_time():
    assert not rule(FORM).holds_on(date(2023, 7, 1))
    assert rule(NOTICE).holds_on(date(2023, 7, 1))
