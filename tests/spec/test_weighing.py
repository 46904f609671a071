"""How much of a liquid is in a container that was weighed.

(gross − tare) ÷ density, exact to the end and rounded once to the nearest smallest part, a half up; the scale may be half a
step off at each of its two readings, so the result may be off by the liquid that weighs one step, rounded up to a
thousandth. Source: product.md §8 ("per-container tare where liquids are weighed", "opened measured").
"""

from decimal import Decimal

import pytest

from dispensary.rules.weighing import (
    Scale,
    by_weight,
    fault_of_density,
    fault_of_gross,
    fault_of_tare,
    makes,
    may_be_off,
)
from models.units import grams, grams_per_ml, quantity


def scale(tare="100", density="1", readability="0.1"):
    return Scale(1, grams(tare), 2, grams_per_ml(density), grams(readability))


@pytest.mark.parametrize(
    ("gross", "tare", "density", "part", "makes_ml"),
    [
        pytest.param("100", "100", "1", "0.1", "0", id="as heavy as empty: nothing"),
        pytest.param("600", "100", "1", "0.1", "500", id="water"),
        pytest.param("625", "100", "1.05", "0.1", "500", id="syrup"),
        pytest.param("1170", "120", "1.05", "0.1", "1000", id="a full bottle"),
        pytest.param("100.2", "100", "1.05", "0.1", "0.2", id="0.1904… goes up"),
        pytest.param("100.1", "100", "1.05", "0.1", "0.1", id="0.0952… goes up"),
        pytest.param("100.1", "100", "2", "0.1", "0.1", id="0.05 is a half: up"),
        pytest.param("100.3", "100", "2", "0.1", "0.2", id="0.15 is a half: up, not to the even one"),
        pytest.param("100.099", "100", "2", "0.1", "0", id="just under a half goes down"),
        pytest.param("433.3", "100", "1.111", "0.1", "300", id="299.9999… goes up"),
        pytest.param("110.8", "100", "1.08", "0.25", "10", id="quarters of a millilitre"),
        pytest.param("110.9", "100", "1.08", "0.25", "10", id="10.09… is nearer to 10 than to 10.25"),
        pytest.param("111", "100", "1.08", "0.25", "10.25", id="10.18… is nearer to 10.25"),
        pytest.param("100.7", "100", "1.4", "1", "1", id="half a whole millilitre: up"),
        pytest.param("2112.345", "312.345", "0.9", "0.01", "2000", id="to a thousandth of a gram"),
    ],
)
def test_what_a_weight_makes(gross, tare, density, part, makes_ml):
    found = by_weight(grams(gross), scale(tare, density), quantity(part))

    assert found == Decimal(makes_ml)
    assert isinstance(found, Decimal)
    assert makes(found, grams(gross), grams(tare), grams_per_ml(density), quantity(part))
    assert not makes(quantity(found + Decimal(part)), grams(gross), grams(tare), grams_per_ml(density), quantity(part))


@pytest.mark.parametrize(
    ("readability", "density", "off"),
    [
        ("0.1", "1", "0.1"),
        ("0.1", "1.05", "0.096"),
        ("1", "1.05", "0.953"),
        ("0.001", "1.6", "0.001"),
        ("5", "0.8", "6.25"),
    ],
)
def test_how_far_the_scale_may_be_off(readability, density, off):
    assert may_be_off(grams(readability), grams_per_ml(density)) == Decimal(off)


@pytest.mark.parametrize(
    ("gross", "size", "says"),
    [
        pytest.param("100", "500", "", id="empty"),
        pytest.param("600", "500", "", id="full"),
        pytest.param("600.1", "500", "So heavy", id="more than it can hold"),
        pytest.param("99.9", "500", "less than the empty container", id="lighter than empty"),
        pytest.param("0", "500", "less than the empty container", id="nothing"),
        pytest.param("-5", "500", "less than the empty container", id="below nothing"),
        pytest.param("200.05", "500", "steps of", id="between two steps of the scale"),
        pytest.param("20000.1", "50000", "So heavy", id="heavier than any bottle"),
        pytest.param("1000000000", "500", "So heavy", id="absurd"),
    ],
)
def test_what_a_scale_cannot_show(gross, size, says):
    fault = fault_of_gross(grams(gross), scale(), quantity(size), quantity("0.1"))

    assert (fault is None) is (not says)
    assert says in (fault.msgid if fault else "")


@pytest.mark.parametrize(
    ("weight", "good"), [("0", False), ("-1", False), ("0.001", True), ("20000", True), ("20000.1", False)]
)
def test_what_an_empty_container_can_weigh(weight, good):
    assert (fault_of_tare(grams(weight)) is None) is good


@pytest.mark.parametrize(
    ("density", "good"),
    [("0", False), ("0.699", False), ("0.7", True), ("1.05", True), ("1.6", True), ("1.601", False)],
)
def test_what_a_medicine_can_be_as_heavy_as(density, good):
    assert (fault_of_density(grams_per_ml(density)) is None) is good
