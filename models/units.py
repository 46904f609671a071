"""Quantities that a person could be hurt by: exact decimals to a thousandth, one type a unit.

The distinct types let the type checker refuse a volume where an amount is wanted. Nothing here rounds:
a value finer than a thousandth is an error at the door.
"""

from decimal import Decimal, InvalidOperation
from typing import NewType

Mg = NewType("Mg", Decimal)
"""An amount of a drug in milligrams; for buprenorphine, of buprenorphine alone."""

Quantity = NewType("Quantity", Decimal)
"""How much of a product, in its own base unit: mL, tablets or films."""

MgPerUnit = NewType("MgPerUnit", Decimal)
"""Strength: milligrams in one base unit of a product (mg per mL, per tablet, per film)."""

Percent = NewType("Percent", Decimal)
"""A share in hundredths: 5 is five in a hundred."""

Grams = NewType("Grams", Decimal)
"""A weight as a scale shows it, in grams."""

GramsPerML = NewType("GramsPerML", Decimal)
"""Density: grams in one millilitre of a liquid."""

THOUSANDTH = Decimal("0.001")
LARGEST = Decimal("1000000000")


def exact(value: str | int | Decimal) -> Decimal:
    """Return the value as a decimal, refusing what is not a number or is finer than a thousandth.

    Raises:
        ValueError: not a finite number, finer than 0.001, or too large to be a quantity.
    """
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"not a number: {value!r}") from None
    if not number.is_finite() or abs(number) > LARGEST:
        raise ValueError(f"not a quantity: {value!r}")
    if number != number.quantize(THOUSANDTH):
        raise ValueError(f"finer than a thousandth: {value!r}")
    return number


def mg(value: str | int | Decimal) -> Mg:
    """Return an amount in milligrams, exact to 0.001 mg."""
    return Mg(exact(value))


def quantity(value: str | int | Decimal) -> Quantity:
    """Return a quantity in the product's base unit, exact to 0.001."""
    return Quantity(exact(value))


def mg_per_unit(value: str | int | Decimal) -> MgPerUnit:
    """Return a strength in milligrams for one base unit, exact to 0.001."""
    return MgPerUnit(exact(value))


def grams(value: str | int | Decimal) -> Grams:
    """Return a weight in grams, exact to 0.001 g."""
    return Grams(exact(value))


def grams_per_ml(value: str | int | Decimal) -> GramsPerML:
    """Return a density in grams for one millilitre, exact to 0.001."""
    return GramsPerML(exact(value))


def plain(number: Decimal) -> str:
    """Return a number in safe-dose notation: leading zero, no trailing zeros, no exponent."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
