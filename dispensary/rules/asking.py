"""When somebody is asked what keeps them in treatment and what makes it hard: early, after missed days, and at the end."""

from collections.abc import Mapping
from datetime import date

from models.enums import SaidOccasion


def occasions_due(
    asked_on: Mapping[SaidOccasion, date],
    admitted_on: date | None,
    last_missed_on: date | None,
    left_after: date | None = None,
) -> list[SaidOccasion]:
    """Return the occasions on which to ask now.

    Args:
        asked_on: when the person was last asked on each occasion.
        admitted_on: the first day of the present episode; None for somebody who is not in treatment.
        last_missed_on: the last day on which they did not come though a dose was due; None where there was none.
        left_after: of somebody who left and can still be asked why, the first day of the episode that is over.
    """
    if admitted_on is None:
        asked = left_after is None or asked_on.get(SaidOccasion.EXIT, date.min) >= left_after
        return [] if asked else [SaidOccasion.EXIT]
    due = []
    if asked_on.get(SaidOccasion.ENTRY, date.min) < admitted_on:
        due.append(SaidOccasion.ENTRY)
    if last_missed_on is not None and asked_on.get(SaidOccasion.MISSED_DAYS, date.min) <= last_missed_on:
        due.append(SaidOccasion.MISSED_DAYS)
    return due
