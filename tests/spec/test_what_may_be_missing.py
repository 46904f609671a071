"""What of a theft or a loss can be, held against the books. One line a case.

Nobody loses more than was ever held, of a product, of a lot, of a container; nothing finer than can be measured; nothing
before a year, nothing after its discovery. Source: product.md §8 and §2; house rule on impossible input.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dispensary.rules.losses import (
    Held,
    Small,
    by_month,
    contents_of,
    differing_lines,
    fault_of_days,
    fault_of_quantity,
    months_to,
    most_held,
    share,
)
from models.enums import BaseUnit, MovementKind
from models.units import quantity

TODAY = date(2026, 3, 10)


def day(n):
    return TODAY + timedelta(days=n)


def held(product="1000", lot=None, container=None, part="0.1"):
    return Held(
        BaseUnit.ML,
        quantity(part),
        quantity(product),
        None if lot is None else quantity(lot),
        None if container is None else quantity(container),
    )


@pytest.mark.parametrize(
    ("missing", "books", "told_before", "on_the_way", "why"),
    [
        ("1000", held(), "0", False, ""),
        ("1000.1", held(), "0", False, "The books never held more than"),
        ("600", held(), "500", False, "The books never held more than"),
        ("600", held(lot="500"), "0", False, "Of this lot"),
        ("600", held(container="500"), "0", False, "This container never held"),
        ("600", held(container="500"), "0", True, "This container never held"),
        ("5000", held(), "0", True, ""),
        ("0.05", held(), "0", False, "whole parts"),
        ("0", held(), "0", False, "more than zero"),
        ("-1", held(), "0", True, "more than zero"),
    ],
)
def test_no_more_is_missing_than_there_was(missing, books, told_before, on_the_way, why):
    fault = fault_of_quantity(Decimal(missing), books, quantity(told_before), on_the_way=on_the_way)

    assert fault is None if not why else fault is not None and why in fault.msgid


@pytest.mark.parametrize(
    ("first", "last", "discovered", "field"),
    [
        (0, 0, 0, ""),
        (-9, -3, -1, ""),
        (-366, -1, 0, ""),
        (-367, -1, 0, "first_on"),
        (-1, -2, 0, "first_on"),
        (-2, 0, -1, "last_on"),
        (0, 0, 1, "discovered_on"),
        (-400, -400, -400, "discovered_on"),
    ],
)
def test_days_that_can_be(first, last, discovered, field):
    fault = fault_of_days(day(first), day(last), day(discovered), TODAY)

    assert (fault[0] if fault else "") == field


@pytest.mark.parametrize("impossible", [date.min, date.max])
def test_days_at_the_ends_of_the_calendar_are_refused_not_failed_on(impossible):
    assert fault_of_days(impossible, TODAY, TODAY, TODAY) is not None
    assert fault_of_days(TODAY, impossible, TODAY, TODAY) is not None
    assert fault_of_days(TODAY, TODAY, impossible, TODAY) is not None


def test_most_that_was_held_is_the_highest_of_the_days_not_the_sum_of_what_came():
    days = [(day(0), quantity("1000"), quantity("900")), (day(1), quantity("500"), quantity("0"))]

    assert most_held(days) == Decimal(1000)
    assert most_held([]) == 0


@pytest.mark.parametrize(
    ("part", "of", "percent"), [("50", "1000", "5.00"), ("1", "3", "33.33"), ("2", "3", "66.67"), ("5", "0", None)]
)
def test_share_is_exact_to_a_hundredth_and_unknown_of_nothing(part, of, percent):
    assert share(quantity(part), quantity(of)) == (None if percent is None else Decimal(percent))


def test_small_losses_are_counted_by_month_and_an_overage_counts_against_them():
    bottle_end = MovementKind.BOTTLE_END
    found = by_month(
        [
            Small(1, date(2026, 2, 1), bottle_end, quantity("0.5")),
            Small(1, date(2026, 2, 28), bottle_end, quantity("-0.2")),
            Small(1, date(2026, 3, 1), MovementKind.SPILL, quantity("5")),
        ]
    )

    assert (found[1, (2026, 2), bottle_end].times, found[1, (2026, 2), bottle_end].lost) == (2, Decimal("0.3"))
    assert found[1, (2026, 3), MovementKind.SPILL].times == 1


def test_months_are_twelve_and_end_with_that_of_the_day():
    months = months_to(date(2026, 1, 31))

    assert (len(months), months[0], months[-1]) == (12, (2025, 2), (2026, 1))


LINES = [{"number": 1, "product_id": 3, "quantity": Decimal(5)}, {"number": 2, "product_id": 4, "quantity": Decimal(1)}]


@pytest.mark.parametrize(
    ("now", "differing"),
    [
        (LINES, []),
        ([LINES[0] | {"quantity": Decimal(6)}, LINES[1]], [1]),
        (LINES[:1], [2]),
        ([*LINES, {"number": 3, "product_id": 3, "quantity": Decimal(1)}], [3]),
        ([], [1, 2]),
    ],
)
def test_lines_that_are_not_as_written_down_are_named(now, differing):
    assert differing_lines(contents_of(LINES), now) == differing


@pytest.mark.parametrize("written", [None, "", "{}", "[1]", "not JSON"])
def test_an_audit_that_holds_no_lines_differs_from_every_line(written):
    assert differing_lines(written, LINES) == [1, 2]
