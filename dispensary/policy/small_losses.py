"""What the house calls a pattern of small losses, and how it parts the day."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from models.enums import Shift

DAWN = 4
"""The hour before which it is still the evening."""


@dataclass(frozen=True)
class Shifts:
    """From which local hours the afternoon and the evening count."""

    afternoon_from: int
    evening_from: int

    def of(self, at: datetime, zone: ZoneInfo) -> Shift:
        """Return the part of the day in which something happened; the small hours belong to the evening before."""
        hour = at.astimezone(zone).hour
        if self.afternoon_from <= hour < self.evening_from:
            return Shift.AFTERNOON
        return Shift.MORNING if DAWN <= hour < self.afternoon_from else Shift.EVENING


@dataclass(frozen=True)
class PatternRule:
    """From when on small losses are shown as a pattern."""

    least: int
    """So many losses at least, and more in milligrams than what was over."""
    times: int
    """Of a shift or a person: so many times the share that they have of all movements."""
