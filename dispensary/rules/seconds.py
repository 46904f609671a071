"""How long a service at the window took: the middle and the slow end of many, exactly, in tenths of a second."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

TENTH = Decimal("0.1")
THOUSAND = 1000


def in_seconds(milliseconds: Decimal) -> Decimal:
    """Return a time in seconds, rounded to tenths."""
    return (milliseconds / THOUSAND).quantize(TENTH, ROUND_HALF_UP)


def median(milliseconds: Sequence[int]) -> Decimal:
    """Return, in seconds, the time in the middle; of an even number, half way between the two in the middle."""
    ordered, half = sorted(milliseconds), len(milliseconds) // 2
    low = ordered[half] if len(ordered) % 2 else ordered[half - 1]
    return in_seconds(Decimal(low + ordered[half]) / 2)


def ninth_of_ten(milliseconds: Sequence[int]) -> Decimal:
    """Return, in seconds, the shortest time within which nine of ten were done: a time that was measured, by nearest rank."""
    ordered = sorted(milliseconds)
    return in_seconds(Decimal(ordered[-(-len(ordered) * 9 // 10) - 1]))
