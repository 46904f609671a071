"""How long the stock lasts at the rate of the last weeks, and when that cannot be said.

The rate is what was swallowed and what went home, less what was reversed, over all days of four whole weeks: what goes
home before a closed day is taken on that day, so closed days count like others. A day on which the clinic had to shut
without notice handed nothing out for itself, and is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from models.units import Quantity

LOOKED_BACK = 28
"""Days before today that the rate is taken from: whole weeks, so that every day of the week counts alike."""
FEWEST = 7
"""With fewer days than a week of use nothing is said."""
LONGEST = 999
"""More days than this are not told apart."""


@dataclass(frozen=True)
class Rate:
    """What was used over some days; how many of them count."""

    used: Quantity
    days: int

    @property
    def known(self) -> bool:
        """Whether the stock's days can be said from it."""
        return self.days >= FEWEST and self.used > 0


def rate(used_on: Mapping[date, Quantity], today: date, *, since: date | None, shut: frozenset[date]) -> Rate:
    """Return the rate of a product before a day.

    Args:
        used_on: what was swallowed and taken home on each day, less what was reversed on it.
        today: the day that is not over yet; it does not count.
        since: the first day on which any of it was ever used; None if never.
        shut: days on which the clinic had to shut without notice.
    """
    first = max(today - timedelta(days=LOOKED_BACK), since or today)
    counted = [first + timedelta(days=n) for n in range((today - first).days)]
    counted = [day for day in counted if day not in shut or used_on.get(day)]
    return Rate(Quantity(sum((used_on.get(day, Decimal(0)) for day in counted), Decimal(0))), len(counted))


def days_left(holds: Quantity, at: Rate) -> int | None:
    """Return for how many whole days the stock lasts at a rate; None where that is unknown.

    Args:
        holds: what may still be used: not expired, and countersigned.
        at: the rate of the last weeks.
    """
    return min(LONGEST, int(holds * at.days // at.used)) if at.known else None
