"""When a product is ordered again, and how much."""

from datetime import date
from decimal import Decimal

import pytest

from dispensary.rules.reorder import Held, Level, ReorderFacts, Used, proposal, usable_of
from models.enums import BaseUnit
from models.units import quantity

TODAY = date(2026, 3, 2)
LATE = date(2028, 1, 31)


def facts(held=("1000",), used="100", days=28, on_order="0", size="500", level=("800", "3000", 5), expires_on=LATE):
    at, up_to, delivery = level
    return ReorderFacts(
        BaseUnit.ML,
        tuple(Held(quantity(h), expires_on) for h in held),
        Used(quantity(used), days),
        quantity(on_order),
        None if size is None else quantity(size),
        Level(quantity(at), quantity(up_to), delivery),
    )


@pytest.mark.parametrize(
    ("values", "ordered"),
    [
        ({}, "0"),
        ({"held": ("800",)}, "2500"),
        ({"held": ("800",), "size": None}, "2200"),
        ({"held": ("800",), "on_order": "1"}, "0"),
        ({"held": ("1000",), "used": "8400"}, "2000"),  # 300 mL a day: gone in 3 days, a delivery takes 5
        ({"held": (), "days": 3}, "3000"),
        ({"held": ("1000",), "expires_on": date(2026, 3, 1)}, "3000"),
    ],
)
def test_what_is_ordered_comes_in_whole_containers_up_to_the_level(values, ordered):
    assert proposal(facts(**values), on=TODAY).quantity == Decimal(ordered)


def test_few_days_of_use_say_nothing_of_a_rate():
    found = proposal(facts(days=6), on=TODAY)

    assert (found.a_day, found.days_left, found.runs_out_first) == (None, None, False)


def test_use_that_empties_more_than_the_level_before_a_delivery_is_here_is_ordered_for():
    found = proposal(facts(used="28000", level=("800", "3000", 10)), on=TODAY)

    assert (found.runs_out_first, found.containers) == (True, 18)  # 10 days of 1000 mL, 1000 mL here


def test_only_what_can_be_used_before_it_expires_is_usable_the_earliest_first():
    soon, later = Held(quantity("1000"), date(2026, 3, 4)), Held(quantity("1000"), date(2026, 3, 6))

    assert usable_of([later, soon], Decimal(100), 5, on=TODAY) == Decimal(500)  # three days of one, two of the other
    assert usable_of([later, soon], None, 3, on=TODAY) == Decimal(1000)
