"""Off-site kits: who holds one, what is asked of its seal, and when it is late. Source: capabilities 41."""

from datetime import UTC, datetime, timedelta

import pytest

from dispensary.rules.kits import LONGEST_AWAY, Passed, fault_of_expected, fault_of_seal, holder, is_late, last_seal

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANNA, BEN, CARL = 1, 2, 3


@pytest.mark.parametrize(
    ("passed", "held_by", "seal"),
    [
        pytest.param((), ANNA, "S-1", id="packed and not handed on"),
        pytest.param((Passed(BEN, "S-1"),), BEN, "S-1", id="handed on as it was"),
        pytest.param((Passed(BEN, "S-1"), Passed(CARL, "S-2")), CARL, "S-2", id="opened and closed anew"),
        pytest.param((Passed(BEN, ""),), BEN, "", id="handed on open"),
        pytest.param((Passed(BEN, "S-1"), Passed(ANNA, "S-1")), ANNA, "S-1", id="back with whoever packed it"),
    ],
)
def test_who_holds_a_kit_and_how_it_was_closed_last(passed, held_by, seal):
    assert (holder(ANNA, passed), last_seal("S-1", passed)) == (held_by, seal)


@pytest.mark.parametrize(
    ("before", "sealed", "seal_no", "note", "is_right"),
    [
        pytest.param("S-1", True, "S-1", "", True, id="as it was closed"),
        pytest.param("S-1", True, "s-1", "", True, id="capitals do not matter"),
        pytest.param("S-1", True, "S-2", "", False, id="another seal, nothing said"),
        pytest.param("S-1", True, "S-2", "opened for the visit", True, id="another seal, and why"),
        pytest.param("S-1", True, "", "", False, id="sealed without a number"),
        pytest.param("S-1", True, "\u200b", "opened", False, id="a number that nobody can see"),
        pytest.param("S-1", False, "", "", False, id="open, nothing said"),
        pytest.param("S-1", False, "", "\u2060", False, id="open, invisible reason"),
        pytest.param("S-1", False, "", "lock is broken", True, id="open, and why"),
        pytest.param("", True, "S-2", "", False, id="closed after it was open, nothing said"),
        pytest.param("", True, "S-2", "closed in the car", True, id="closed after it was open, and why"),
        pytest.param("", False, "", "", False, id="still open: said each time"),
    ],
)
def test_what_is_said_of_a_seal(before, sealed, seal_no, note, is_right):
    assert (fault_of_seal(before, seal_no, note, sealed=sealed) is None) is is_right


@pytest.mark.parametrize(
    ("expected", "back", "now", "late"),
    [
        pytest.param(NINE, None, NINE - MINUTE, False, id="out, in time"),
        pytest.param(NINE, None, NINE, False, id="out, to the minute"),
        pytest.param(NINE, None, NINE + MINUTE, True, id="out, late"),
        pytest.param(NINE, NINE - MINUTE, NINE + LONGEST_AWAY, False, id="came back in time"),
        pytest.param(NINE, NINE + MINUTE, NINE + LONGEST_AWAY, True, id="came back late"),
    ],
)
def test_when_a_kit_is_late(expected, back, now, late):
    assert is_late(expected, back, now) is late


@pytest.mark.parametrize(
    ("expected", "is_right"),
    [
        (NINE - MINUTE, False),
        (NINE, False),
        (NINE + MINUTE, True),
        (NINE + LONGEST_AWAY, True),
        (NINE + LONGEST_AWAY + MINUTE, False),
        (datetime(9999, 12, 31, tzinfo=UTC), False),
        (datetime(1, 1, 2, tzinfo=UTC), False),
    ],
)
def test_until_when_a_kit_may_be_packed(expected, is_right):
    assert (fault_of_expected(expected, NINE) is None) is is_right
