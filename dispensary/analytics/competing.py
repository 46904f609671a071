"""Several ways out at once: the share gone by each of them (Aalen-Johansen), ties and all.

Counting the other ways out as last seen, as Kaplan-Meier does, overstates each of them; here the shares of all ways out and
of those still there add up to one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dispensary.analytics.survival import LEVEL, Days, Shares, Table, life_table, quantile


@dataclass(frozen=True)
class Incidence:
    """The share gone by one way out after each day of the table of all ways out."""

    table: Table
    """Of whoever left, whichever way."""
    left: Days
    """By this way."""
    level: float = LEVEL

    @cached_property
    def there_before(self) -> Shares:
        """The share still there at the beginning of each day."""
        there: Shares = np.concatenate([[1.0], np.cumprod(1 - self.table.shares)])
        return there[:-1]

    @cached_property
    def share(self) -> Shares:
        """The Aalen-Johansen estimate."""
        return np.cumsum(self.there_before * self.left / self.table.at_risk)

    def variance_at(self, n: int) -> float:
        """Return its variance after a line of the table, by the delta method (Collett; SAS)."""
        part = slice(0, n + 1)
        risk, everybody = self.table.at_risk[part].astype(np.float64), self.table.left[part]
        mine, before = self.left[part], self.there_before[part]
        ahead = self.share[n] - self.share[part]
        staying = risk - everybody
        of_all = np.divide(ahead**2 * everybody, risk * staying, out=np.zeros(n + 1), where=staying > 0)
        own = before**2 * mine * (risk - mine) / risk**3
        both = ahead * before * mine / risk**2
        return float(of_all.sum() + own.sum() - 2 * both.sum())

    def at(self, day: int) -> tuple[float, float | None, float | None]:
        """Return the share gone by the end of a day, with its log-log interval where one is defined."""
        n = int(np.searchsorted(self.table.times, day, side="right")) - 1
        share = float(self.share[n]) if n >= 0 else 0.0
        if not 0 < share < 1:
            return share, None, None
        reach = quantile(self.level) * np.sqrt(self.variance_at(n)) / (share * np.log(share))
        lower, upper = sorted(float(share ** np.exp(sign * reach)) for sign in (-1, 1))
        return share, lower, upper


def aalen_johansen(
    times: Days, ways: NDArray[np.int64], which: Iterable[int], *, level: float = LEVEL
) -> dict[int, Incidence]:
    """Return the share gone by each way out, of people who left after so many days; way 0 is last seen, still there."""
    table = life_table(times, ways != 0)
    return {
        way: Incidence(
            table,
            np.array([np.count_nonzero((times == day) & (ways == way)) for day in table.times], dtype=np.int64),
            level,
        )
        for way in which
    }
