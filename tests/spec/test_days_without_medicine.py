"""How many days without medicine the window counts. One line a case: what each day brought, and the count today.

`W` all of what was due was swallowed, `p` a part of it, `.` nothing; `|` stands before today. Whole clinic days between
the last dose and today count, today itself never does: last dose Monday, attends Thursday is two.
Source: clinical-rules §1.0, product.md §3 rule 4 and §5.
"""

from datetime import date, timedelta

import pytest

from dispensary.rules.ledger import runs
from dispensary.rules.ledger import status_of as called
from dispensary.rules.person_days import DayDose, OrderSpan, PersonDays, Stay
from models.enums import DayStatus, DoseOutcome, EpisodeKind, Medication
from models.units import mg

TODAY = date(2026, 3, 5)
A_DAY = timedelta(days=1)
METHADONE = Medication.METHADONE
HOW = {"W": DoseOutcome.GIVEN, "p": DoseOutcome.PART_GIVEN}


def took(doses, first_due, every_n_days=1):
    """Return the days of somebody whose first order began so many days from today."""
    began = TODAY + first_due * A_DAY
    order = OrderSpan(1, began, date.max, METHADONE, every_n_days=every_n_days)
    return PersonDays(stays=[Stay(1, EpisodeKind.MAINTENANCE, date.min, began, None)], orders=[order], doses=doses)


def counted(days, first_due=0, every_n_days=1):
    before = days.removesuffix("|")
    doses = [
        DayDose(TODAY - (len(before) - n) * A_DAY, 1, HOW[mark], METHADONE, mg("80"), mg("50"), True,
                covers_days=every_n_days)
        for n, mark in enumerate(before)
        if mark in HOW
    ]  # fmt: skip
    return runs(took(doses, first_due, every_n_days), TODAY).days_without_medicine


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
OBSERVED, PART = DayStatus.OBSERVED, DayStatus.PART


@pytest.mark.parametrize(
    ("doses", "how", "because"),
    [
        ([(GIVEN, 80, 80)], OBSERVED, "given as ordered"),
        ([(PART_GIVEN, 80, 50)], PART, "some of it was left over"),
        ([(GIVEN, 80, 80, "came up")], PART, "seen to come up early, not replaced: what stayed is unknown"),
        ([(GIVEN, 80, 80), (AGAIN, 40, 40)], OBSERVED, "came up and was replaced: the day was taken"),
        ([(GIVEN, 80, 80, "came up"), (AGAIN, 40, 40)], PART, "the replacement came up too"),
        (
            [(ELSEWHERE, None, 60)],
            DayStatus.ELSEWHERE,
            "given elsewhere and verified: the source gave what was due there",
        ),
        ([(GIVEN, 80, 80), (MISTAKE, None, 80)], OBSERVED, "a second dose by mistake makes no day less whole"),
        ([(MISTAKE, 80, 160)], OBSERVED, "too much by mistake took the slot: the day was taken"),
        ([(MISTAKE, 80, 80)], OBSERVED, "as much as was due, against a rule"),
        ([(MISTAKE, 80, 40)], PART, "too little by mistake is a part"),
        ([(MISTAKE, 80, 160, "came up")], PART, "what stayed of it is unknown"),
        ([(MISTAKE, None, 80)], PART, "somebody else's dose, with nothing due: swallowed, and not the day's"),
        ([(WITHHELD, 80, 0)], DayStatus.WITHHELD, "nothing was swallowed"),
        ([(WITHHELD, 80, 0), (GIVEN, 80, 80)], OBSERVED, "withheld first and given later"),
    ],
)
def test_what_each_way_of_swallowing_makes_of_a_day(doses, how, because):
    days = took([swallowed(*dose) for dose in doses], -20)

    assert called(days, TODAY, TODAY) is how, because


def swallowed(outcome, ordered_mg, taken_mg, *came_up):
    """One dose of today's first part."""
    ordered = None if ordered_mg is None else mg(ordered_mg)
    slot = outcome not in (AGAIN, WITHHELD) and not (outcome is MISTAKE and ordered is None)
    return DayDose(TODAY, 1, outcome, METHADONE, ordered, mg(taken_mg), slot, came_up=bool(came_up))
