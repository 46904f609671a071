"""How many days without medicine the window counts. One line a case: what each day brought, and the count today.

`W` all of what was due was swallowed, `p` a part of it, `.` nothing; `|` stands before today. Whole clinic days between
the last dose and today count, today itself never does: last dose Monday, attends Thursday is two.
Source: clinical-rules §1.0, product.md §3 rule 4 and §5.
"""

from datetime import date, timedelta

import pytest

from dispensary.rules.attendance import DayTaken, days_without_medicine

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
