"""Runs of missed days within a period, and when each was over. Pure.

Coming ends a run, dosed or not. Days that are none of it, such as a day in hospital or a closed one, neither count nor end it.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """No-shows in a row, as places in the period."""

    first: int
    last: int
    """The last missed day that lies in the period."""
    missed: int
    """How many no-shows of the period it has."""
    back: int | None
    """The day on which the person came again, in the period or after it; None where they have not."""


def runs(missed: Sequence[bool], came: Sequence[bool], days: int) -> list[Run]:
    """Return the runs of somebody that begin in a period, the first one first.

    Args:
        missed: for each day from the first of the period on whether it was a no-show.
        came: for the same days whether the person came; both may reach further than the period.
        days: how many days the period has; later days say only when the person came again.
    """
    found: list[Run] = []
    first = last = None
    count = 0
    for day in range(len(missed)):
        if missed[day] and day < days:
            first = day if first is None else first
            last, count = day, count + 1
        elif came[day] and first is not None and last is not None:
            found.append(Run(first, last, count, day))
            first, count = None, 0
        if first is None and day >= days:
            break
    if first is not None and last is not None:
        found.append(Run(first, last, count, None))
    return found
