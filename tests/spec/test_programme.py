"""The share of positive urine tests before and during the twelve weeks of a pair. One line a case.

1 - (positive of taken and read in the 12 weeks) / (the same in the 12 before). Fewer than 4 on a side: not computed. A mark
above 75 %, not at it. What was refused, missed, spoilt or not read stands beside, and never counts as negative. Nothing is
said of what caused it. Source: product.md §9 (community support intervention, 2023 trial).
"""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from dispensary.policy.support import support_rules
from dispensary.rules.programme import Comparison, Share, Span, Together, Urine, percent, share, together
from models.enums import UrineOutcome

TAKEN, REFUSED, DILUTED, TAMPERED, NOT_ABLE = UrineOutcome
DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)

COMPARED = [
    # before: positive, n   during: positive, n   reduction        marked
    ((10, 12), (2, 12), Fraction(4, 5), True),
    ((8, 8), (2, 8), Fraction(3, 4), False),
    ((8, 8), (1, 5), Fraction(4, 5), True),
    ((400, 400), (99, 400), Fraction(301, 400), True),
    ((3, 4), (0, 4), Fraction(1), True),
    ((5, 10), (5, 10), Fraction(0), False),
    ((2, 8), (4, 8), Fraction(-1), False),
    ((3, 3), (0, 12), None, False),
    ((12, 12), (0, 3), None, False),
    ((0, 0), (0, 0), None, False),
    ((0, 8), (0, 8), None, False),
    ((0, 8), (2, 8), None, False),
    ((1, 3 * 7), (1, 7 * 11), Fraction(8, 11), False),
]


@pytest.mark.parametrize(("before", "during", "reduction", "marked"), COMPARED)
def test_reduction_is_exact_and_marked_above_three_quarters(before, during, reduction, marked):
    found = Comparison(Share(*before), Share(*during), support_rules())

    assert (found.reduction, found.marked) == (reduction, marked)


SAID = [
    ((3, 3), (0, 12), "Not computed: fewer than %(least)s tests taken and read on a side."),
    ((0, 4), (0, 4), "Not computed: none was positive before."),
    ((4, 4), (1, 4), "The share fell by %(percent)s %% of what it was."),
    ((1, 4), (4, 4), "The share rose by %(percent)s %% of what it was."),
    ((1, 4), (1, 4), "The share is as it was."),
]


@pytest.mark.parametrize(("before", "during", "words"), SAID)
def test_what_is_said_claims_no_effect(before, during, words):
    found = Comparison(Share(*before), Share(*during), support_rules()).words

    assert found.msgid == words
    assert "because" not in found.msgid


COUNTED = [
    ("positive and negative", [(TAKEN, True, True), (TAKEN, True, False)], 0, Share(1, 2)),
    ("a refused one is not negative", [(REFUSED, False, False), (TAKEN, True, True)], 0, Share(1, 1, refused=1)),
    ("a missed one is not negative", [(TAKEN, True, True)], 2, Share(1, 1, missed=2)),
    (
        "diluted, tampered with, not able",
        [(DILUTED, True, False), (TAMPERED, False, False), (NOT_ABLE, False, False)],
        0,
        Share(0, 0, spoilt=3),
    ),
    ("a diluted one that showed something", [(DILUTED, True, True)], 0, Share(0, 0, spoilt=1)),
    ("one that nobody has read yet", [(TAKEN, False, False)], 0, Share(0, 0, unread=1)),
]


@pytest.mark.parametrize(("what", "urines", "missed", "counted"), COUNTED)
def test_only_what_was_taken_and_read_is_counted(what, urines, missed, counted):
    found = share([Urine(*one) for one in urines], missed)

    assert found == counted, what
    assert found.uncounted == sum(1 for outcome, read, _ in urines if outcome is not TAKEN or not read) + missed


def test_share_of_nothing_is_none_and_not_zero():
    assert Share().of_one is None
    assert Share(1, 3).of_one == Fraction(1, 3)
    assert str(percent(Fraction(1, 3))) == "33.3"


WEEKS = [(-1, 0), (0, 1), (6, 1), (7, 2), (83, 12), (84, 13), (700, 13)]


@pytest.mark.parametrize(("days_in", "week"), WEEKS)
def test_week_that_a_day_lies_in(days_in, week):
    assert Span(MONDAY, 12).week_on(MONDAY + days_in * DAY) == week


def test_twelve_weeks_stand_beside_the_twelve_before():
    span = Span(MONDAY, 12)

    assert span.before == (MONDAY - 84 * DAY, MONDAY - DAY)
    assert span.last_day == MONDAY + 83 * DAY
    assert span.days_of(12) == (MONDAY + 77 * DAY, MONDAY + 83 * DAY)


def test_last_two_weeks_ask_for_the_next_step():
    span = Span(MONDAY, 12)

    assert [week for week in range(1, 14) if span.asks_next_step(week, support_rules())] == [11, 12]


PAIRS = [
    (True, True, Together.BOTH),
    (True, False, Together.PERSON),
    (False, True, Together.SUPPORTER),
    (False, False, Together.NOBODY),
]


@pytest.mark.parametrize(("person", "supporter", "who"), PAIRS)
def test_who_of_a_pair_came(person, supporter, who):
    assert together(person_came=person, supporter_came=supporter) is who
