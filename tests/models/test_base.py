"""The column types, on both backends: exact sums, no arithmetic that would lose the scale, no naive moment."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError

from models import Movement, Person
from models.base import Thousandths
from models.units import quantity
from tests import factories


@pytest.fixture
def moved(session, world):
    """Three bottles of 0.1 mL each, beside the world's own of 1000 mL and 100 tablets."""
    for _ in range(3):
        factories.container(session, world, world.products["methadone"], size="0.1")


def test_a_sum_of_tenths_is_exact(session, moved):
    total = session.scalar(select(func.sum(Movement.quantity)).where(Movement.quantity < quantity("1")))

    assert total == Decimal("0.3")


def test_a_sum_over_nothing_is_nothing(session, world):
    assert session.scalar(select(func.sum(Movement.quantity)).where(Movement.id < 0)) is None


def test_least_greatest_and_difference_keep_the_scale(session, moved):
    least, greatest, apart = session.execute(
        select(
            func.min(Movement.quantity),
            func.max(Movement.quantity),
            func.max(Movement.quantity) - func.min(Movement.quantity),
        )
    ).one()

    assert (least, greatest, apart) == (Decimal("0.1"), Decimal(1000), Decimal("999.9"))


def test_a_comparison_takes_the_decimal(session, moved):
    assert session.scalar(select(func.count()).where(Movement.quantity == quantity("0.1"))) == 3


@pytest.mark.parametrize("sign", ["*", "/", "//", "%"])
def test_arithmetic_that_would_lose_the_scale_raises(sign):
    column = Movement.quantity
    calculate = {
        "*": lambda: column * 2,
        "/": lambda: column / 2,
        "//": lambda: column // 2,
        "%": lambda: column % 2,
    }[sign]

    with pytest.raises(TypeError, match="in Python, not in SQL"):
        calculate()


def test_a_binary_float_is_refused(session, world):
    with pytest.raises((StatementError, TypeError), match="never a binary float"):
        session.execute(select(Movement.id).where(Movement.quantity == 0.1))


def test_finer_than_a_thousandth_never_reaches_the_database(session, world):
    with pytest.raises((StatementError, ValueError), match="finer than a thousandth"):
        session.execute(select(Movement.id).where(Movement.quantity == Decimal("0.0001")))


def test_both_ways_in_which_a_backend_sums_are_read_alike():
    column = Thousandths()

    assert column.process_result_value(98000, None) == column.process_result_value(Decimal(98000), None) == 98


def test_a_naive_moment_is_refused(session, world):
    with pytest.raises((StatementError, TypeError), match="needs its time zone"):
        factories.person(session, created_at=datetime(2026, 3, 2))  # noqa: DTZ001 - naive on purpose


def test_a_moment_of_another_zone_comes_back_in_utc(session, world):
    at = datetime(2026, 3, 2, 14, 0, 0, 123456, tzinfo=timezone(timedelta(hours=7)))
    made = factories.person(session, created_at=at)
    session.expire_all()

    found = session.scalars(select(Person.created_at).where(Person.id == made.id)).one()
    assert found == at
    assert found.tzinfo is UTC or found.utcoffset() == timedelta(0)
