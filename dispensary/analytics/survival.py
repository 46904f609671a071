"""How long something lasts where not everybody was seen to the end: Kaplan-Meier with Greenwood's interval, and medians.

Times are whole days. Somebody who leaves on a day is still at risk on it; somebody last seen on a day leaves the count after
those who left on it. Two intervals are in use and differ: `log` stands on the logarithm of the share, `log-log` on the
logarithm of minus that, which stays between 0 and 1. Whoever prints an interval says which it is.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int64]
Shares = NDArray[np.float64]
HALF = 0.5
CLOSE = 1e-12
"""A share that differs by less from a half is a half: sums of fractions are not exact."""
LEVEL = 0.95


class Interval(StrEnum):
    """On which scale an interval is symmetric."""

    LOG = "log"
    LOG_LOG = "log-log"


def quantile(level: float = LEVEL) -> float:
    """Return how many standard errors lie on either side of an estimate in an interval of a level."""
    return NormalDist().inv_cdf((1 + level) / 2)


@dataclass(frozen=True)
class Table:
    """One line a day on which anybody left or was last seen."""

    times: Days
    at_risk: Days
    """Still there at the beginning of the day."""
    left: Days
    censored: Days

    @property
    def shares(self) -> Shares:
        """The share of those at risk who left, of each day."""
        return self.left / self.at_risk


def life_table(times: Days, left: NDArray[np.bool_]) -> Table:
    """Return how many were at risk, left, and were last seen, on each day on which that changes."""
    days, where = np.unique(np.asarray(times, dtype=np.int64), return_inverse=True)
    leaving = np.bincount(where, weights=np.asarray(left, dtype=np.float64), minlength=len(days)).astype(np.int64)
    gone = np.bincount(where, minlength=len(days)).astype(np.int64)
    before = np.concatenate([[0], np.cumsum(gone)[:-1]]).astype(np.int64) if len(days) else gone
    return Table(days, len(times) - before, leaving, gone - leaving)


@dataclass(frozen=True)
class Median:
    """The day by which half have left, and its interval; None where the curve does not come down to a half."""

    day: int | None
    lower: int | None
    upper: int | None


@dataclass(frozen=True)
class Point:
    """What is known of one day: the share still there after it, with its interval; None where no interval is defined."""

    share: float
    lower: float | None
    upper: float | None
    at_risk: int
    """Still there at the beginning of the day."""
    left: int
    """How many had left by the end of it."""


@dataclass(frozen=True)
class Curve:
    """The share still there after each day of a table."""

    table: Table
    interval: Interval
    level: float = LEVEL

    @cached_property
    def share(self) -> Shares:
        """The Kaplan-Meier estimate."""
        return np.cumprod(1 - self.table.shares, dtype=np.float64)

    @cached_property
    def greenwood(self) -> Shares:
        """Greenwood's sum: the variance of the logarithm of the share; not a number once nobody is left."""
        n, d = self.table.at_risk.astype(np.float64), self.table.left.astype(np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            sums = np.cumsum(d / (n * (n - d)))
        return np.where(np.isfinite(sums), sums, np.nan)

    @cached_property
    def bounds(self) -> tuple[Shares, Shares]:
        """The lower and the upper end of the interval: 1 before anybody left.

        Once nobody is there, the interval on the logarithm is not a number, and that on the log-log scale has shrunk to 0.
        """
        reach = quantile(self.level) * np.sqrt(self.greenwood)
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.interval is Interval.LOG:
                lower, upper = self.share * np.exp(-reach), np.minimum(1.0, self.share * np.exp(reach))
            else:
                log = np.log(self.share)
                ends = (np.exp(log * np.exp(sign * reach / log)) for sign in (-1, 1))
                lower, upper = (np.where(self.share == 0, 0.0, end) for end in ends)
        nobody_left = self.share == 1
        return np.where(nobody_left, 1.0, lower), np.where(nobody_left, 1.0, upper)

    @cached_property
    def median(self) -> Median:
        """The first day after which at most half are there, and the same of either end of the interval (Brookmeyer, Crowley)."""
        lower, upper = self.bounds
        return Median(*(self._first_at_half(shares) for shares in (self.share, lower, upper)))

    def at(self, day: int) -> Point:
        """Return what is known of a day; before the first one of the table everybody is there."""
        n = int(np.searchsorted(self.table.times, day, side="right"))
        begun = int(np.searchsorted(self.table.times, day, side="left"))
        at_risk = int(self.table.at_risk[begun]) if begun < len(self.table.times) else 0
        if n == 0:
            return Point(1.0, 1.0, 1.0, at_risk, 0)
        lower, upper = (float(ends[n - 1]) for ends in self.bounds)
        known = not np.isnan(lower)
        return Point(
            float(self.share[n - 1]),
            lower if known else None,
            upper if known else None,
            at_risk,
            int(self.table.left[:n].sum()),
        )

    @property
    def last(self) -> int | None:
        """The last day anybody was seen; None where there is nobody."""
        return int(self.table.times[-1]) if len(self.table.times) else None

    def _first_at_half(self, shares: Shares) -> int | None:
        with np.errstate(invalid="ignore"):
            reached = np.flatnonzero(shares <= HALF + CLOSE)
        return int(self.table.times[reached[0]]) if len(reached) else None


def kaplan_meier(
    times: Days, left: NDArray[np.bool_], *, interval: Interval = Interval.LOG_LOG, level: float = LEVEL
) -> Curve:
    """Return the curve of those who left after so many days, or were last seen after so many."""
    return Curve(life_table(times, left), interval, level)
