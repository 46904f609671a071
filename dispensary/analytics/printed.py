"""Statistics as they are printed: exact decimals of a fixed number of places, the same on every screen and sheet."""

from decimal import ROUND_HALF_UP, Decimal

PLACES = Decimal("0.0001")
EXACT = Decimal("0.000000000001")
"""Sums and products of fractions are right to so many places; what lies beyond must not decide how a half is rounded."""


def number(value: float | None) -> Decimal | None:
    """Return a share or a statistic to four places after the point, a half upwards; None where there is none."""
    if value is None:
        return None
    return Decimal(repr(float(value))).quantize(EXACT).quantize(PLACES, rounding=ROUND_HALF_UP)


def percent(value: float | None) -> str:
    """Return a share as a percentage to two places, so that it has the same digits; a dash where there is none."""
    printed = number(value)
    return "–" if printed is None else str((printed * 100).quantize(Decimal("0.01")))


def chance(value: float) -> str:
    """Return a p value to two digits."""
    return f"{value:.2g}"


def machine(value: object) -> object:
    """Return a printed number as other programs read numbers; everything else as it is."""
    return float(value) if isinstance(value, Decimal) else value
