"""How many days without medicine the window counts. One line a case: what each day brought, and the count today.

`W` all of what was due was swallowed, `p` a part of it, `.` nothing; `|` stands before today. Whole clinic days between
the last dose and today count, today itself never does: last dose Monday, attends Thursday is two.
Source: clinical-rules §1.0, product.md §3 rule 4 and §5.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from dispensary.queries.dosing import PastDose
from dispensary.queries.dosing import how_much_each_day as taken_on_each_day
from dispensary.rules.attendance import DayTaken, days_without_medicine
from models.enums import DoseOutcome
from models.units import mg

TODAY = date(2026, 3, 5)
HOW = {"W": DayTaken.WHOLE, "p": DayTaken.PART}


def counted(days, first_due=None, every_n_days=1):
    before = days.removesuffix("|")
    start = TODAY - timedelta(days=len(before))
    taken = {start + timedelta(days=n): HOW[mark] for n, mark in enumerate(before) if mark in HOW}
    return days_without_medicine(
        taken, on=TODAY, first_due=TODAY + timedelta(days=first_due or 0), every_n_days=every_n_days
    )


@pytest.mark.parametrize(
    ("days", "count", "because"),
    [
        ("W|", 0, "yesterday's dose was taken"),
        ("W.|", 1, "last dose Tuesday, attends Thursday: Wednesday alone was missed"),
        ("W..|", 2, "last dose Monday, attends Thursday: Tuesday and Wednesday, though three days have passed"),
        ("W...|", 3, "last dose Sunday, attends Thursday: the hold begins here"),
        ("W....|", 4, "one day more is one more"),
        ("W..W|", 0, "a whole dose begins the count anew"),
        ("W.W.|", 1, "only the days after the last whole dose count"),
        ("Wp|", 0, "a day on which part was taken does not count"),
        ("Wp.|", 1, "and the day after it does"),
        ("W.p.|", 2, "a part does not end the run: the day before it still counts"),
        ("W..p|", 2, "nor does a part on the last day before today"),
        ("W.ppp.|", 2, "however many parts there were"),
    ],
)
def test_whole_days_between_the_last_whole_dose_and_today(days, count, because):
    assert counted(days, first_due=-20) == count, because


@pytest.mark.parametrize(
    ("days", "first_due", "count", "because"),
    [
        ("|", 0, 0, "the first day of the first order"),
        (".|", -1, 1, "the order began yesterday and nobody came"),
        ("...|", -3, 3, "nothing was ever taken: the days since the order began"),
        (".....|", -2, 2, "days before the order are not missed doses"),
        ("p..|", -3, 2, "a first day taken in part is not a day without"),
        ("|", 3, 0, "an order that begins later counts nothing yet"),
        ("W.....|", -1, 5, "who took a dose before the order and then nothing is as long without as without an order"),
    ],
)
def test_where_the_count_begins_when_nothing_whole_was_taken_since_the_order(days, first_due, count, because):
    assert counted(days, first_due=first_due) == count, because


@pytest.mark.parametrize(
    ("days", "every", "count", "because"),
    [
        ("W.|", 2, 0, "every other day: the day between is covered"),
        ("W..|", 2, 1, "the second day is not"),
        ("W...|", 2, 2, "a dose due two days ago was missed: two days uncovered"),
        ("W..|", 3, 0, "every third day covers two"),
        ("W......|", 7, 0, "a dose for a week covers the week"),
        ("W.......|", 7, 1, "and no day more"),
    ],
)
def test_a_dose_for_several_days_covers_them(days, every, count, because):
    assert counted(days, first_due=-20, every_n_days=every) == count, because


GIVEN, PART_GIVEN, AGAIN = DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN, DoseOutcome.REPLACEMENT
ELSEWHERE, MISTAKE, WITHHELD = DoseOutcome.ELSEWHERE, DoseOutcome.INCIDENT, DoseOutcome.WITHHELD


@pytest.mark.parametrize(
    ("doses", "how", "because"),
    [
        ([(GIVEN, 80, 80)], DayTaken.WHOLE, "given as ordered"),
        ([(PART_GIVEN, 80, 50)], DayTaken.PART, "some of it was left over"),
        ([(GIVEN, 80, 80, "came up")], DayTaken.PART, "seen to come up early, not replaced: what stayed is unknown"),
        ([(GIVEN, 80, 80), (AGAIN, 40, 40)], DayTaken.WHOLE, "came up and was replaced: the day was taken"),
        ([(GIVEN, 80, 80, "came up"), (AGAIN, 40, 40)], DayTaken.PART, "the replacement came up too"),
        ([(ELSEWHERE, None, 60)], DayTaken.WHOLE, "given elsewhere and verified: the source gave what was due there"),
        ([(GIVEN, 80, 80), (MISTAKE, None, 80)], DayTaken.WHOLE, "a second dose by mistake makes no day less whole"),
        ([(MISTAKE, 80, 160)], DayTaken.WHOLE, "too much by mistake took the slot: the day was taken"),
        ([(MISTAKE, 80, 80)], DayTaken.WHOLE, "as much as was due, against a rule"),
        ([(MISTAKE, 80, 40)], DayTaken.PART, "too little by mistake is a part"),
        ([(MISTAKE, 80, 160, "came up")], DayTaken.PART, "what stayed of it is unknown"),
        ([(MISTAKE, None, 80)], DayTaken.PART, "somebody else's dose, with nothing due: swallowed, and not the day's"),
        ([(WITHHELD, 80, 0)], None, "nothing was swallowed"),
        ([(WITHHELD, 80, 0), (GIVEN, 80, 80)], DayTaken.WHOLE, "withheld first and given later"),
    ],
)
def test_what_each_way_of_swallowing_makes_of_a_day(doses, how, because):
    past = [swallowed(n, *dose) for n, dose in enumerate(doses, start=1)]

    assert taken_on_each_day(past).get(TODAY) is how, because


def swallowed(number, outcome, ordered_mg, taken_mg, *came_up):
    """One dose of today's first part."""
    return PastDose(
        id=number,
        day=TODAY,
        part=1,
        outcome=outcome,
        claim_id=number,
        ordered_mg=None if ordered_mg is None else mg(ordered_mg),
        taken_mg=mg(taken_mg),
        taken_at=datetime(2026, 3, 5, 7, number, tzinfo=UTC),
        withheld_reason=None,
        refused_reason=None,
        parts_ordered=1,
        every_n_days=1,
        came_up=bool(came_up),
    )
