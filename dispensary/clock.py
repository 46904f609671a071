"""The only place that reads the time, and what a moment means in a clinic's day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)


def clinic_day(at: datetime, zone: ZoneInfo, day_starts: time) -> date:
    """Return the clinic day a moment belongs to.

    A dose at 00:10 after a late clinic belongs to the evening before when the site's day starts at, say, 03:00.
    Called once, when a fact is recorded; the day is stored with the fact and never worked out again.
    """
    local = at.astimezone(zone)
    return local.date() if local.time() >= day_starts else local.date() - timedelta(days=1)


def moment_on(day: date, at: time, zone: ZoneInfo, day_starts: time) -> datetime:
    """Return the moment, in UTC, of a local time on a clinic day: after midnight it is still the evening's day."""
    calendar_day = day if at >= day_starts else day + timedelta(days=1)
    return datetime.combine(calendar_day, at, zone).astimezone(UTC)
