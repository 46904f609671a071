"""The rulebook of the counsellor's worklist: what is due with somebody on a day, told once, and when it has settled itself."""

from datetime import date, timedelta

import pytest

from dispensary.policy.house import house_rules
from dispensary.rules.worklist import Facts, answered, due, untold
from models.enums import TaskOutcome, TaskReasonKind

TODAY = date(2026, 3, 16)
MISSED, REVIEW, SESSION = TaskReasonKind.MISSED_DOSES, TaskReasonKind.REVIEW_DUE, TaskReasonKind.SESSION_DUE
CALL, REFERRAL = TaskReasonKind.CALL_DUE, TaskReasonKind.REFERRAL_OVERDUE
SAFETY = TaskReasonKind.SAFETY


def day(ago: int) -> date:
    return TODAY - timedelta(days=ago)


def missed(days: int, **more: object) -> Facts:
    return Facts(missed_days=days, missed_since=day(days), **more)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(), {}),
        (missed(1), {}),
        (missed(2), {MISSED: day(2)}),
        (missed(9), {MISSED: day(9)}),
        (missed(9, away=True), {}),
        (Facts(review_on=day(-1)), {}),
        (Facts(review_on=TODAY), {REVIEW: TODAY}),
        (Facts(call_on=day(-1)), {}),
        (Facts(call_on=TODAY), {CALL: TODAY}),
        (Facts(answer_by=TODAY), {}),
        (Facts(answer_by=day(1)), {REFERRAL: day(1)}),
        (Facts(counselling_by=day(-1)), {}),
        (Facts(counselling_by=TODAY), {SESSION: TODAY}),
        (Facts(counselling_by=day(5), counselling_arranged=True), {}),
        (Facts(counselling_by=day(5), away=True), {}),
        (missed(3, review_on=day(4), call_on=day(0)), {MISSED: day(3), REVIEW: day(4), CALL: TODAY}),
        (Facts(in_care=False, call_on=day(2)), {CALL: day(2)}),
    ],
)
def test_what_is_due_with_somebody_today(facts, expected):
    assert due(facts, TODAY, missed_from=2) == expected


def test_the_house_calls_whoever_missed_two_days():
    assert house_rules().missed_from_days == 2


@pytest.mark.parametrize(
    ("since", "told_on", "again"),
    [
        (day(3), None, True),
        (day(3), day(1), False),
        (day(3), day(3), False),
        (day(3), day(4), True),
        (day(3), date.max, False),
    ],
    ids=["never told", "told in this run", "told on its first day", "told of an earlier run", "still open"],
)
def test_each_matter_is_told_once(since, told_on, again):
    found = untold({MISSED: since}, {MISSED: told_on} if told_on else {})

    assert found == ({MISSED} if again else set())


@pytest.mark.parametrize(
    ("kinds", "still_due", "facts", "outcome"),
    [
        ({MISSED}, {MISSED}, missed(4), None),
        ({MISSED}, {}, Facts(), TaskOutcome.CAME_BACK),
        ({MISSED}, {}, missed(4, away=True), TaskOutcome.NOT_NEEDED),
        ({MISSED}, {}, Facts(in_care=False), TaskOutcome.NOT_NEEDED),
        ({MISSED, REVIEW}, {REVIEW}, Facts(review_on=day(2)), None),
        ({MISSED, REVIEW}, {}, Facts(), TaskOutcome.DONE),
        ({CALL}, {}, Facts(in_care=False), TaskOutcome.DONE),
        ({SESSION}, {}, Facts(counselling_by=day(1), counselling_arranged=True), TaskOutcome.DONE),
        ({MISSED, SAFETY}, {}, Facts(), None),
        ({SAFETY}, {}, Facts(), None),
    ],
)
def test_task_ends_by_itself_only_when_nothing_on_it_stands(kinds, still_due, facts, outcome):
    assert answered(kinds, still_due, facts) is outcome
