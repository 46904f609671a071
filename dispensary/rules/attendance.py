"""A first look at days without medicine, over doses alone: where it finds none, the day ledger need not be read.

Whole clinic days on which nothing was taken, between the last dose taken and today: last dose Monday, attends Thursday
is two (clinical-rules §1.0). A day on which only part was taken neither counts nor ends the run.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum


class DayTaken(StrEnum):
    """How much of what was due on a day was swallowed."""

    WHOLE = "whole"
    PART = "part"


def days_without_medicine(taken: Mapping[date, DayTaken], *, on: date, first_due: date, every_n_days: int = 1) -> int:
    """Return the whole clinic days without medicine before a day.

    Args:
        taken: days on which something was swallowed; a transfer's confirmed last dose among them.
        on: the clinic day being decided; it does not count itself.
        first_due: the first day of the episode on which an order was active: where days count from if nothing whole
            is on record, here or from the clinic before.
        every_n_days: how many days the last whole dose covers, by the order under which it was given: 1 for daily; for
            alternate days 2, and days count from the end of that.
    """
    whole = [day for day, how in taken.items() if how is DayTaken.WHOLE and day < on]
    start = max(whole) + timedelta(days=every_n_days) if whole else first_due
    days = (start + timedelta(days=n) for n in range((on - start).days))
    return sum(1 for day in days if day not in taken)
