"""Which numbers that were left out can be worked out from those that were told, since together they add up. Pure.

A tie says that some numbers, each taken so many times, come to nothing together: a total less its parts, for one. Whoever
knows all but one of them knows that one; and several ties together may give away what none does alone.
"""

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction

Tie = Mapping[str, int]
"""How many times each number is taken; with their numbers these come to nothing."""


def adds_up(total: str, parts: Iterable[str]) -> Tie:
    """Return the tie of a total to its parts."""
    return {total: 1, **dict.fromkeys(parts, -1)}


def remainder(tie: Tie, numbers: Mapping[str, int]) -> int:
    """Return what a tie leaves over; nothing where it holds."""
    return sum(times * numbers[name] for name, times in tie.items())


def worked_out(ties: Iterable[Tie], left_out: Collection[str]) -> frozenset[str]:
    """Return which of the numbers that were left out follow from the others, if the ties hold.

    Every other number counts as known. The ties are solved for what was left out: a number follows if an equation remains
    in which it stands alone.
    """
    solved: dict[str, dict[str, Fraction]] = {}
    for tie in ties:
        row = {name: Fraction(times) for name, times in tie.items() if times and name in left_out}
        for name in [name for name in row if name in solved]:
            _take_off(row, solved[name], row[name])
        if not row:
            continue
        name = min(row)
        row = {other: times / row[name] for other, times in row.items()}
        for other in solved.values():
            if name in other:
                _take_off(other, row, other[name])
        solved[name] = row
    return frozenset(name for name, row in solved.items() if len(row) == 1)


def _take_off(row: dict[str, Fraction], other: Mapping[str, Fraction], times: Fraction) -> None:
    """Take so many times another equation off an equation."""
    for name, n in other.items():
        left = row.get(name, Fraction(0)) - times * n
        if left:
            row[name] = left
        else:
            row.pop(name, None)
