"""Who does something, where, when and how it came in: what every fact carries."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from models.enums import Origin


@dataclass(frozen=True)
class Act:
    """One act of one member of staff at one moment; the edge makes it, services write it into every fact.

    `clinic_day` is the day the moment belongs to at the site, worked out once, at the edge. What is entered later than it
    happened, as from paper, carries both moments.
    """

    by_id: int
    site_id: int
    at: datetime
    clinic_day: date
    origin: Origin = Origin.DESK
    terminal_id: int | None = None
    window_id: int | None = None
    request_id: str | None = None
    entered_at: datetime | None = None
    """When it was written down, if later than it happened."""

    @property
    def stamp(self) -> dict[str, Any]:
        """The columns that every fact carries."""
        return {
            "site_id": self.site_id,
            "recorded_at": self.entered_at or self.at,
            "recorded_by_id": self.by_id,
            "origin": self.origin,
            "request_id": self.request_id,
        }

    def of(self, happened_at: datetime, clinic_day: date) -> "Act":
        """Return the same act, of something that happened before now and is only entered now."""
        return replace(self, at=happened_at, clinic_day=clinic_day, entered_at=self.entered_at or self.at)

    def at_the_window(self) -> "Act":
        """Return the same act, marked as done at the window."""
        return replace(self, origin=Origin.WINDOW)
