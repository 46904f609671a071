"""Which counts are due. One line a case.

Each place with stock has an opening check before the first dose and a closing count on each open day, a weekly count a week
after the last one (an inventory counts as one), and an inventory two years after the last one; the first inventory is the
first of them, and it is spoken of from 60 days before. Source: product.md §8; 21 CFR 1304.11; NICE NG46 (weekly).
"""

from datetime import date

import pytest

from dispensary.rules.counts_due import PlaceCounts, counts_due, years_after
from models.enums import CountKind

TODAY = date(2026, 3, 2)
OPENING, CLOSING, WEEKLY, BIENNIAL = (kind for kind in CountKind if kind is not CountKind.KIT_RETURN)
ALL_DONE = {OPENING: TODAY, CLOSING: TODAY, WEEKLY: TODAY, BIENNIAL: TODAY}
YESTERDAY = date(2026, 3, 1)
LATE = True

CASES = [
    ("all was counted today", {}, {}, []),
    ("yesterday's check is no check of today", {OPENING: YESTERDAY}, {}, [(OPENING, TODAY, False)]),
    ("never checked", {OPENING: None}, {}, [(OPENING, TODAY, False)]),
    ("a dose was given before the check", {OPENING: YESTERDAY}, {"dosed_today": True}, [(OPENING, TODAY, LATE)]),
    ("not closed yet", {CLOSING: YESTERDAY}, {}, [(CLOSING, TODAY, False)]),
    ("a closed day has neither", {OPENING: None, CLOSING: None}, {"open_today": False}, []),
    ("six days after the last weekly count", {WEEKLY: date(2026, 2, 24), BIENNIAL: date(2025, 6, 1)}, {}, []),
    ("a week after it", {WEEKLY: date(2026, 2, 23), BIENNIAL: date(2025, 6, 1)}, {}, [(WEEKLY, TODAY, False)]),
    ("eight days after it", {WEEKLY: date(2026, 2, 22), BIENNIAL: date(2025, 6, 1)}, {}, [(WEEKLY, YESTERDAY, LATE)]),
    (
        "a closed day does not put it off",
        {WEEKLY: date(2026, 2, 22), BIENNIAL: date(2025, 6, 1)},
        {"open_today": False},
        [(WEEKLY, YESTERDAY, LATE)],
    ),
    ("an inventory since counts as a weekly count", {WEEKLY: date(2026, 2, 1), BIENNIAL: date(2026, 2, 25)}, {}, []),
    (
        "never counted by the week: a week after stock first came",
        {WEEKLY: None, BIENNIAL: None},
        {"began_on": date(2026, 2, 23)},
        [(WEEKLY, TODAY, False)],
    ),
    ("61 days before the inventory is due", {BIENNIAL: date(2024, 5, 2)}, {}, []),
    ("60 days before", {BIENNIAL: date(2024, 5, 1)}, {}, [(BIENNIAL, date(2026, 5, 1), False)]),
    ("on its day", {BIENNIAL: date(2024, 3, 2)}, {}, [(BIENNIAL, TODAY, False)]),
    ("a day after", {BIENNIAL: date(2024, 3, 1)}, {}, [(BIENNIAL, YESTERDAY, LATE)]),
    (
        "the first inventory is the first of them",
        {BIENNIAL: None},
        {"began_on": date(2024, 3, 1)},
        [(BIENNIAL, YESTERDAY, LATE)],
    ),
]


@pytest.mark.parametrize(("last_on", "how", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_due(last_on, how, expected):
    known = {kind: day for kind, day in (ALL_DONE | last_on).items() if day is not None}
    place = PlaceCounts(7, how.get("began_on", YESTERDAY), known, dosed_today=how.get("dosed_today", False))

    due = counts_due(TODAY, open_today=how.get("open_today", True), places=[place])

    assert [(one.kind, one.due_on, one.late) for one in due] == expected
    assert {one.window_id for one in due} <= {7}


def test_each_place_is_asked_for_itself():
    places = [PlaceCounts(None, YESTERDAY, ALL_DONE), PlaceCounts(3, YESTERDAY, {})]

    due = counts_due(TODAY, open_today=True, places=places)

    assert [(one.kind, one.window_id) for one in due] == [(OPENING, 3), (CLOSING, 3)]


def test_two_years_after_a_leap_day_is_the_day_before_it_is_too_late():
    assert years_after(date(2024, 2, 29), 2) == date(2026, 2, 28)
    assert years_after(date(2024, 3, 1), 2) == date(2026, 3, 1)
