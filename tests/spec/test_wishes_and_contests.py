"""Whose word counts about a taper, and who answers a contest. One line a case.

A taper rests or stops at the person's own word; how it begins, and how far up it goes back, a prescriber answers. A contest is
answered by somebody who had no hand in what is contested. Source: product.md §9; NTA Models of care 2006.
"""

from datetime import date, timedelta

import pytest

from dispensary.rules.contests import answer_by, fault_of_answering, lessens
from dispensary.rules.take_homes import Decision
from dispensary.rules.tapers import answered_within, is_followed
from models.enums import AskedBy, TaperWish

BEGIN, PAUSE, STOP, UP = TaperWish
DAY, HOUR = date(2026, 3, 2), timedelta(hours=1)
WORD = [
    (BEGIN, AskedBy.PERSON, False),
    (PAUSE, AskedBy.PERSON, True),
    (STOP, AskedBy.PERSON, True),
    (UP, AskedBy.PERSON, False),
    (PAUSE, AskedBy.PRESCRIBER, False),
    (STOP, AskedBy.FAMILY, False),
    (STOP, AskedBy.OTHER, False),
]


@pytest.mark.parametrize(("wish", "asked_by", "followed"), WORD)
def test_whose_word_is_always_followed(wish, asked_by, followed):
    assert is_followed(wish, asked_by) == followed


@pytest.mark.parametrize(("wish", "hours"), [(BEGIN, 168), (PAUSE, 8), (STOP, 8), (UP, 8)])
def test_what_halts_a_taper_is_answered_sooner(wish, hours):
    assert answered_within(wish, usual=168 * HOUR, halted=8 * HOUR) == hours * HOUR


def test_a_contest_is_answered_within_the_time():
    assert answer_by(DAY, timedelta(days=7)) == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("deciders", "by", "may"), [({1}, 2, True), ({1}, 1, False), ({1, 2}, 2, False), (set(), 1, True)]
)
def test_somebody_else_answers(deciders, by, may):
    assert (fault_of_answering(deciders, by) is None) == may


CHANGES = [
    # days of coming, every n weeks, days at one time: before, after; is it less?
    (("14", 1, 3), ("14", 1, 3), False),
    (("14", 1, 3), ("1", 1, 6), False),
    (("14", 1, 3), ("135", 1, 3), True),
    (("1", 1, 6), ("1", 2, 13), False),
    (("1", 2, 13), ("1", 1, 13), True),
    (("14", 1, 3), ("14", 1, 2), True),
]


@pytest.mark.parametrize(("before", "after", "less"), CHANGES)
def test_what_counts_as_fewer_doses_at_home(before, after, less):
    assert lessens(Decision(1, *before, DAY), Decision(2, *after, DAY)) == less
