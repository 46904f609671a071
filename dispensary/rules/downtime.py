"""Days on paper: which printed copies must be accounted for by now, and what a time on paper means."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MOST_COPIES = 20
DAYS_AHEAD = timedelta(days=7)
"""A pack is printed for so many days ahead at most: what it says of today's doses is known no earlier."""

TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.h]?([0-5][0-9])")
"""A time as nurses write it: 8:05, 08:05, 8.05, 0805."""


def read_time(text: str) -> time | None:
    """Return the time of day that a text means, or None if it means none."""
    found = TIME.fullmatch(text.strip())
    return time(int(found[1]), int(found[2])) if found else None


def moment_on(clinic_day: date, at: time, zone: ZoneInfo, day_starts: time) -> datetime:
    """Return the moment of a time on a clinic day; before the day starts it is of the night after."""
    day = clinic_day if at >= day_starts else clinic_day + timedelta(days=1)
    return datetime.combine(day, at, zone)


def must_be_ticked(pack_day: date, today: date) -> bool:
    """Return whether the copies of a pack's day must all be accounted for by now: on any day after it."""
    return pack_day < today
