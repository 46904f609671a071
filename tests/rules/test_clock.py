"""A clinic day belongs to the clinic's place, not to the server's, and begins when the site says so."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispensary.clock import clinic_day, moment_on, now

THREE = time(3)
HANOI, NEW_YORK, ADELAIDE = (ZoneInfo(n) for n in ("Asia/Ho_Chi_Minh", "America/New_York", "Australia/Adelaide"))


def test_the_clock_is_aware():
    assert now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        (datetime(2026, 3, 1, 23, 30, tzinfo=UTC), HANOI, date(2026, 3, 2)),
        (datetime(2026, 3, 1, 19, 59, tzinfo=UTC), HANOI, date(2026, 3, 1)),
        (datetime(2026, 3, 1, 20, 0, tzinfo=UTC), HANOI, date(2026, 3, 2)),
        (datetime(2026, 3, 2, 7, 59, tzinfo=UTC), NEW_YORK, date(2026, 3, 1)),
        (datetime(2026, 3, 2, 8, 0, tzinfo=UTC), NEW_YORK, date(2026, 3, 2)),
        (datetime(2026, 3, 1, 16, 29, tzinfo=UTC), ADELAIDE, date(2026, 3, 1)),
        (datetime(2026, 3, 1, 16, 30, tzinfo=UTC), ADELAIDE, date(2026, 3, 2)),
    ],
)
def test_a_day_begins_at_three_in_the_clinics_own_time(at, zone, day):
    assert clinic_day(at, zone, THREE) == day


def test_a_day_that_starts_at_midnight_is_the_calendars():
    assert clinic_day(datetime(2026, 3, 2, 5, 0, tzinfo=UTC), NEW_YORK, time(0)) == date(2026, 3, 2)
    assert clinic_day(datetime(2026, 3, 2, 4, 59, tzinfo=UTC), NEW_YORK, time(0)) == date(2026, 3, 1)


@pytest.mark.parametrize("hour", range(24))
def test_the_short_day_in_spring_has_every_hour_in_some_day(hour):
    """On 2026-03-08 New York jumps from 02:00 to 03:00; the day that starts at 02:30 begins with the jump."""
    at = datetime(2026, 3, 8, hour, tzinfo=UTC)

    expected = date(2026, 3, 8) if hour >= 7 else date(2026, 3, 7)
    assert clinic_day(at, NEW_YORK, time(2, 30)) == expected


def test_the_hour_that_comes_twice_in_autumn_stays_in_the_evening_before():
    """On 2026-11-01 New York passes 01:30 twice; a day that starts at 03:00 begins after both."""
    first, second = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)

    assert clinic_day(first, NEW_YORK, THREE) == clinic_day(second, NEW_YORK, THREE) == date(2026, 10, 31)
    assert clinic_day(datetime(2026, 11, 1, 8, 0, tzinfo=UTC), NEW_YORK, THREE) == date(2026, 11, 1)


@given(
    st.integers(0, 10 * 365 * 24 * 60).map(
        lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from([HANOI, NEW_YORK, ADELAIDE, ZoneInfo("UTC")]),
)
def test_days_never_run_backwards(at, zone):
    assert clinic_day(at, zone, THREE) <= clinic_day(at + timedelta(hours=2), zone, THREE)


@given(st.dates(date(2025, 1, 1), date(2027, 1, 1)), st.times(), st.sampled_from([HANOI, NEW_YORK, ADELAIDE]))
def test_a_time_told_of_a_clinic_day_belongs_to_that_day(day, at, zone):
    assert clinic_day(moment_on(day, at, zone, THREE), zone, THREE) == day
