"""When the nightly scan is said to drift, in tables that a medical director can read.

Source: the project's reference on retention, 5c; the numbers stand in risk.toml, watch. What is said here is written down and
shown; nothing is changed by it.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dispensary.policy.evaluation import looking_back
from dispensary.rules.risk_watch import CameTrue, Trip, calibration_trip, is_news, load_trip
from models.enums import RiskTripKind

DAY = timedelta(days=1)
LAST = date(2026, 2, 28)
RULES = looking_back().watch


@pytest.mark.parametrize(
    ("observed", "expected", "drifts"),
    [
        pytest.param(20, 20.0, False, id="as many as expected"),
        pytest.param(30, 20.0, False, id="half as many again is the bound"),
        pytest.param(31, 20.0, True, id="more than that"),
        pytest.param(14, 20.0, False, id="a third fewer"),
        pytest.param(13, 20.0, True, id="fewer than that"),
        pytest.param(60, 19.9, False, id="too few expected to say anything"),
        pytest.param(0, 0.0, False, id="nobody"),
    ],
)
def test_probabilities_that_do_not_come_true_are_a_trip(observed, expected, drifts):
    found = calibration_trip(CameTrue(LAST - 90 * DAY, LAST, observed, expected), RULES)

    assert (found is not None) is drifts
    if found:
        assert (found.kind, found.ratio) == (RiskTripKind.CALIBRATION, Decimal(str(round(observed / expected, 2))))


@pytest.mark.parametrize(
    ("raised", "a_night", "drifts"),
    [
        pytest.param([8] * 28, 5, True, id="eight a night where five can be followed up"),
        pytest.param([7] * 28, 5, False, id="seven: not yet one and a half times as many"),
        pytest.param([8] * 27, 5, False, id="not yet four weeks"),
        pytest.param([0] * 7 + [20] * 21, 5, False, id="one quiet week among them"),
        pytest.param([20] * 7 + [8] * 28, 5, True, id="the last four weeks count"),
        pytest.param([8] * 28, 0, False, id="the site wants none"),
        pytest.param([], 5, False, id="no nights"),
    ],
)
def test_more_than_can_be_followed_up_for_four_weeks_is_a_trip(raised, a_night, drifts):
    found = load_trip(raised, LAST, a_night, RULES)

    assert (found is not None) is drifts
    if found:
        assert (found.first, found.last) == (LAST - 27 * DAY, LAST)
        assert (found.observed, found.expected) == (sum(raised[-28:]), 28 * a_night)


@pytest.mark.parametrize(
    ("before", "news"),
    [
        pytest.param(None, True, id="the first"),
        pytest.param(LAST, False, id="the same night"),
        pytest.param(LAST - 27 * DAY, False, id="a night that is among these"),
        pytest.param(LAST - 28 * DAY, True, id="four weeks ago"),
    ],
)
def test_what_goes_on_is_written_down_once_in_four_weeks(before, news):
    trip = Trip(RiskTripKind.LOAD, LAST - 27 * DAY, LAST, 224, Decimal(140))

    assert is_news(trip, before, RULES) is news
