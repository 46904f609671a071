"""Whether the nightly scan drifts: its probabilities no longer come true, or it raises more people than can be followed up.

A trip is written down and shown. Nothing follows from it by itself: a person looks, and may have the numbers fitted anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dispensary.policy.evaluation import WatchRules
from models.enums import RiskTripKind

A_WEEK = 7
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Trip:
    """What was seen, over which nights."""

    kind: RiskTripKind
    first: date
    last: date
    observed: int
    expected: Decimal

    @property
    def ratio(self) -> Decimal:
        """Observed over expected, to two places."""
        return (self.observed / self.expected).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class CameTrue:
    """How many events the probabilities of some nights add up to, and how many there were."""

    first: date
    last: date
    observed: int
    expected: float


def calibration_trip(seen: CameTrue, rules: WatchRules) -> Trip | None:
    """Return a trip where as many events were expected as it takes, and there were far more or fewer."""
    low, high = rules.observed_expected
    if seen.expected < rules.least_expected or low <= seen.observed / seen.expected <= high:
        return None
    expected = Decimal(repr(seen.expected)).quantize(Decimal("0.001"))
    return Trip(RiskTripKind.CALIBRATION, seen.first, seen.last, seen.observed, expected)


def load_trip(raised: Sequence[int], last: date, a_night: int, rules: WatchRules) -> Trip | None:
    """Return a trip where each of the last weeks had far more people raised than can be followed up.

    Args:
        raised: how many were raised as AMBER on each of the nights up to the last, told of or held back.
        last: the last of them.
        a_night: how many the site can follow up; where it wants none, there is no load.
        rules: how many weeks, and how far above.
    """
    nights = A_WEEK * rules.load_weeks
    if len(raised) < nights or not a_night:
        return None
    weeks = [sum(raised[len(raised) - nights + n :][:A_WEEK]) for n in range(0, nights, A_WEEK)]
    if any(week <= rules.load_factor * A_WEEK * a_night for week in weeks):
        return None
    return Trip(RiskTripKind.LOAD, last - (nights - 1) * A_DAY, last, sum(weeks), Decimal(nights * a_night))


def is_news(trip: Trip, before: date | None, rules: WatchRules) -> bool:
    """Return whether a trip is written down: the last of its kind lies before all of its nights, or a month of them."""
    return before is None or before < trip.last - A_WEEK * rules.load_weeks * A_DAY + A_DAY
