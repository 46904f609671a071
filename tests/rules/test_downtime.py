"""What a time on paper means, and which copies must be accounted for."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from dispensary.rules.downtime import moment_on, must_be_ticked, read_time

DAY = date(2026, 3, 2)


@pytest.mark.parametrize("text", ["8:05", "08:05", "8.05", "0805", "805", " 8:05 ", "8h05"])
def test_time_is_read_as_nurses_write_it(text):
    assert read_time(text) == time(8, 5)


@pytest.mark.parametrize("text", ["", "8", "24:00", "8:60", "eight", "8:5", "-8:05", "٨:٠٥"])
def test_anything_else_is_no_time(text):
    assert read_time(text) is None


def test_time_before_the_day_starts_is_of_the_night_after():
    zone = ZoneInfo("Asia/Ho_Chi_Minh")

    assert moment_on(DAY, time(8, 5), zone, time(3)) == datetime(2026, 3, 2, 1, 5, tzinfo=UTC)
    assert moment_on(DAY, time(0, 10), zone, time(3)) == datetime(2026, 3, 2, 17, 10, tzinfo=UTC)


def test_copies_of_a_day_that_is_over_must_be_accounted_for():
    assert must_be_ticked(DAY, date(2026, 3, 3))
    assert not must_be_ticked(DAY, DAY)
