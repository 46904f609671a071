"""The rulebook of the counsellor's worklist: what is due with somebody on a day, told once, and when it has settled itself."""

from datetime import date, timedelta

import pytest

from dispensary.policy.house import house_rules
from dispensary.rules.worklist import Facts, answered, due, still_raised, untold
from models.enums import TaskOutcome, TaskReasonKind

TODAY = date(2026, 3, 16)
MISSED, REVIEW, SESSION = TaskReasonKind.MISSED_DOSES, TaskReasonKind.REVIEW_DUE, TaskReasonKind.SESSION_DUE
CALL, REFERRAL = TaskReasonKind.CALL_DUE, TaskReasonKind.REFERRAL_OVERDUE
INTAKE, URINE, WAITING = TaskReasonKind.INTAKE_OPEN, TaskReasonKind.URINE_DUE, TaskReasonKind.WAITS_LONG
SAFETY, RED, AMBER = TaskReasonKind.SAFETY, TaskReasonKind.RISK_RED, TaskReasonKind.RISK_AMBER


def day(ago: int) -> date:
    return TODAY - timedelta(days=ago)


def facts(
    missed=0,
    review=None,
    call=None,
    answer=None,
    counselling=None,
    intake=None,
    urine=None,
    waits=None,
    amber=None,
    *,
    where="here",
    arranged="no",
    worked=1,
) -> Facts:
    """Somebody's facts, each day given as so many days ago; below zero it lies ahead."""
    return Facts(
        in_care=where != "left",
        away=where == "hospital",
        missed_days=missed,
        missed_since=day(missed) if missed else None,
        worked_on=None if worked is None else day(worked),
        review_on=None if review is None else day(review),
        call_on=None if call is None else day(call),
        answer_by=None if answer is None else day(answer),
        counselling_by=None if counselling is None else day(counselling),
        counselling_arranged=arranged == "yes",
        intake_by=None if intake is None else day(intake),
        urine_by=None if urine is None else day(urine),
        waits_since=None if waits is None else day(waits),
        amber_on=None if amber is None else day(amber),
        told_dead=where == "told dead",
    )


@pytest.mark.parametrize(
    ("days_missed", "where", "due_now"),
    [
        (0, "here", set()),
        (1, "here", set()),
        (2, "here", {MISSED}),
        (9, "here", {MISSED}),
        (9, "hospital", set()),
    ],
)
def test_missed_doses_are_followed_from_the_second_day_on_where_a_visit_is_expected(days_missed, where, due_now):
    assert set(due(facts(days_missed, where=where), TODAY, missed_from=2)) == due_now


@pytest.mark.parametrize(
    ("missed", "site_last_worked", "due_now"),
    [
        (3, 1, {MISSED}),
        (3, 3, {MISSED}),
        (3, 4, set()),
        (9, 4, {MISSED}),
        (3, None, set()),
    ],
)
def test_nobody_missed_a_dose_on_days_on_which_nobody_at_the_site_worked(missed, site_last_worked, due_now):
    """A run of days of which the site worked on none, as after a flood, makes no task; one worked day of it does."""
    assert set(due(facts(missed, worked=site_last_worked), TODAY, missed_from=2)) == due_now


@pytest.mark.parametrize(
    ("what", "days_ago", "due_now"),
    [
        ("review", -1, set()),
        ("review", 0, {REVIEW}),
        ("review", 12, {REVIEW}),
        ("call", -1, set()),
        ("call", 0, {CALL}),
        ("answer", 0, set()),
        ("answer", 1, {REFERRAL}),
        ("counselling", -1, set()),
        ("counselling", 0, {SESSION}),
        ("urine", -1, set()),
        ("urine", 0, {URINE}),
        ("waits", 0, {WAITING}),
    ],
)
def test_what_has_a_day_is_due_on_it_and_an_answer_the_day_after(what, days_ago, due_now):
    assert due(facts(**{what: days_ago}), TODAY, missed_from=2) == dict.fromkeys(due_now, day(days_ago))


@pytest.mark.parametrize(("days_ago", "due_now"), [(-1, {}), (0, {}), (1, {INTAKE: TODAY}), (9, {INTAKE: day(8)})])
def test_intake_is_overdue_from_the_day_after_on(days_ago, due_now):
    assert due(facts(intake=days_ago), TODAY, missed_from=2) == due_now


@pytest.mark.parametrize(
    ("date_arranged", "where", "due_now"),
    [("no", "here", {SESSION}), ("yes", "here", set()), ("no", "hospital", set())],
)
def test_counselling_is_not_asked_for_while_a_date_is_arranged_or_the_person_is_away(date_arranged, where, due_now):
    found = facts(counselling=5, where=where, arranged=date_arranged)

    assert set(due(found, TODAY, missed_from=2)) == due_now


def test_no_urine_is_asked_for_while_the_person_is_away():
    assert due(facts(urine=3, where="hospital"), TODAY, missed_from=2) == {}


def test_nobody_is_sent_to_reach_whoever_is_told_to_have_died():
    found = facts(missed=9, review=4, call=0, answer=2, counselling=1, intake=5, urine=2, waits=1, where="told dead")

    assert due(found, TODAY, missed_from=2) == {}


def test_everything_that_is_due_goes_together():
    found = due(facts(missed=3, review=4, call=0, answer=2, counselling=1, intake=5), TODAY, missed_from=2)

    assert found == {MISSED: day(3), REVIEW: day(4), CALL: TODAY, REFERRAL: day(2), SESSION: day(1), INTAKE: day(4)}


def test_the_house_calls_whoever_missed_two_days():
    assert house_rules().missed_from_days == 2


@pytest.mark.parametrize(
    ("told", "again"),
    [
        ("never", "yes"),
        ("a day before it began", "yes"),
        ("on the day it began", "no"),
        ("since", "no"),
        ("the task is still open", "no"),
    ],
)
def test_each_matter_is_told_once(told, again):
    days = {
        "never": {},
        "a day before it began": {MISSED: day(4)},
        "on the day it began": {MISSED: day(3)},
        "since": {MISSED: day(1)},
        "the task is still open": {MISSED: date.max},
    }

    found = untold({MISSED: day(3)}, days[told], since={INTAKE: day(90), URINE: day(14)})

    assert found == ({MISSED} if again == "yes" else set())


@pytest.mark.parametrize(("fell_due", "told"), [(1, "yes"), (90, "yes"), (91, "no"), (2000, "no")])
def test_what_was_left_open_of_an_intake_long_ago_makes_no_task(fell_due, told):
    found = untold({INTAKE: day(fell_due), MISSED: day(2000)}, {}, since={INTAKE: day(90), URINE: day(14)})

    assert found == ({INTAKE, MISSED} if told == "yes" else {MISSED})


@pytest.mark.parametrize(("fell_due", "told"), [(0, "yes"), (14, "yes"), (15, "no"), (400, "no")])
def test_urines_that_were_due_long_before_a_policy_was_approved_make_no_task(fell_due, told):
    found = untold({URINE: day(fell_due)}, {}, since={INTAKE: day(90), URINE: day(14)})

    assert found == ({URINE} if told == "yes" else set())


def test_the_house_tells_of_a_urine_for_two_weeks():
    assert house_rules().urine_told_within == timedelta(days=14)


def test_the_house_tells_of_an_intake_for_ninety_days():
    assert house_rules().intake_told_within == timedelta(days=90)


@pytest.mark.parametrize(
    ("reasons", "still_due", "where", "outcome"),
    [
        ({MISSED}, {MISSED}, "here", None),
        ({MISSED}, set(), "here", TaskOutcome.CAME_BACK),
        ({MISSED}, set(), "hospital", TaskOutcome.NOT_NEEDED),
        ({MISSED}, set(), "left", TaskOutcome.NOT_NEEDED),
        ({MISSED, REVIEW}, {REVIEW}, "here", None),
        ({MISSED, REVIEW}, set(), "here", TaskOutcome.DONE),
        ({CALL}, set(), "left", TaskOutcome.DONE),
        ({REFERRAL}, set(), "hospital", TaskOutcome.DONE),
        ({SESSION}, set(), "here", TaskOutcome.DONE),
        ({INTAKE}, {INTAKE}, "hospital", None),
        ({INTAKE}, set(), "here", TaskOutcome.DONE),
        ({INTAKE}, set(), "left", TaskOutcome.NOT_NEEDED),
        ({URINE}, {URINE}, "here", None),
        ({URINE}, set(), "here", TaskOutcome.DONE),
        ({URINE}, set(), "hospital", TaskOutcome.NOT_NEEDED),
        ({WAITING}, {WAITING}, "left", None),
        ({WAITING}, set(), "left", TaskOutcome.DONE),
        ({MISSED, REVIEW}, set(), "told dead", TaskOutcome.NOT_NEEDED),
        ({TaskReasonKind.WANTS_BACK}, set(), "left", None),
        ({MISSED, SAFETY}, set(), "here", None),
        ({SAFETY}, set(), "here", None),
        ({RED}, {RED}, "here", None),
        ({RED}, set(), "here", TaskOutcome.CAME_BACK),
        ({RED}, set(), "left", TaskOutcome.NOT_NEEDED),
        ({RED}, set(), "hospital", TaskOutcome.NOT_NEEDED),
        ({RED}, set(), "told dead", TaskOutcome.NOT_NEEDED),
        ({MISSED, RED}, {RED}, "here", None),
        ({MISSED, RED}, set(), "here", TaskOutcome.CAME_BACK),
        ({MISSED, RED, AMBER}, {AMBER}, "here", None),
        ({MISSED, RED, AMBER}, set(), "here", TaskOutcome.CAME_BACK),
        ({RED, URINE}, set(), "here", TaskOutcome.DONE),
        ({AMBER}, {AMBER}, "here", None),
        ({AMBER}, set(), "here", TaskOutcome.PASSED),
        ({AMBER}, set(), "left", TaskOutcome.NOT_NEEDED),
        ({AMBER, CALL}, set(), "here", TaskOutcome.DONE),
        ({AMBER, SAFETY}, set(), "here", None),
    ],
)
def test_task_ends_by_itself_only_when_nothing_on_it_stands(reasons, still_due, where, outcome):
    assert answered(reasons, still_due, facts(where=where)) is outcome


@pytest.mark.parametrize(
    ("missed", "last_night_as_amber", "where", "stands"),
    [
        (0, None, "here", set()),
        (1, None, "here", set()),
        (2, None, "here", {RED, AMBER}),
        (9, 40, "here", {RED, AMBER}),
        (9, 1, "hospital", set()),
        (9, 1, "left", set()),
        (9, 1, "told dead", set()),
        (0, 1, "here", {AMBER}),
        (1, 1, "here", {AMBER}),
        (0, 14, "here", {AMBER}),
        (0, 15, "here", {AMBER}),
        (0, 16, "here", set()),
        (0, 1, "left", set()),
    ],
)
def test_red_stands_until_a_dose_is_taken_and_amber_for_its_fortnight(missed, last_night_as_amber, where, stands):
    """The fifteenth night is the first on which the scan may raise somebody again: until the morning after it nobody knows."""
    found = facts(missed, amber=last_night_as_amber, where=where)

    assert still_raised(found, TODAY, missed_from=2, silent_nights=14) == stands
