"""Quantities are exact to a thousandth, and printed so that nobody misreads them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.units import LARGEST, exact, mg, plain, quantity


@pytest.mark.parametrize("value", ["0.0001", "80.0005", "1e-4"])
def test_finer_than_a_thousandth_is_refused_not_rounded(value):
    with pytest.raises(ValueError, match="finer than a thousandth"):
        exact(value)


@pytest.mark.parametrize("value", ["", "eighty", "8O", "NaN", "Infinity", "-Infinity", "sNaN", "1e20", "8 0"])
def test_what_is_no_quantity_is_refused(value):
    with pytest.raises(ValueError, match="not a"):
        exact(value)


def test_the_largest_quantity_is_still_one():
    assert exact(LARGEST) == LARGEST


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("80", "80"),
        ("80.000", "80"),
        ("0.5", "0.5"),
        (".5", "0.5"),
        ("100", "100"),
        ("2.50", "2.5"),
        ("1E+2", "100"),
        ("0", "0"),
    ],
)
def test_numbers_are_printed_in_safe_dose_notation(value, text):
    assert plain(mg(value)) == text


@given(st.integers(-(10**12), 10**12))
def test_every_thousandth_survives_its_own_notation(thousandths):
    number = Decimal(thousandths) / 1000

    assert quantity(plain(number)) == number
