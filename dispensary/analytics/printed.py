"""Statistics as they are printed: exact decimals of a fixed number of places, the same on every screen and sheet."""

from decimal import Decimal

PLACES = Decimal("0.0001")


def number(value: float | None) -> Decimal | None:
    """Return a share or a statistic to four places after the point; None where there is none."""
    return None if value is None else Decimal(repr(float(value))).quantize(PLACES)


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
