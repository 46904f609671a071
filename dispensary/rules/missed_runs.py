"""Runs of missed days, and when each was over. Pure.

Coming ends a run, dosed or not. Days that are none of it, such as a day in hospital or a closed one, neither count nor end it.
The turn of a month does not end it either: a run is one, and belongs to the day on which it had lasted so long.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """No-shows in a row, as places in a row of days."""

    missed: tuple[int, ...]
    """Where its no-shows are."""
    back: int | None
    """The day on which the person came again; None where they have not."""

    def within(self, first: int, last: int) -> int:
        """Return how many of its no-shows lie in a period."""
        return sum(first <= day <= last for day in self.missed)


def runs(missed: Sequence[bool], came: Sequence[bool]) -> list[Run]:
    """Return the runs of somebody, the first one first.

    Args:
        missed: for each day whether it was a no-show.
        came: for the same days whether the person came.
    """
    found: list[Run] = []
    now: list[int] = []
    for day, (was_missed, has_come) in enumerate(zip(missed, came, strict=True)):
        if was_missed:
            now.append(day)
        elif has_come and now:
            found.append(Run(tuple(now), day))
            now = []
    return [*found, Run(tuple(now), None)] if now else found
