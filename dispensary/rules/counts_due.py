"""Which counts are due at which place on a clinic day, and which are late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from models.enums import CountKind

A_WEEK = timedelta(days=7)
INVENTORY_YEARS = 2
"""Controlled stock is inventoried at least every two years (21 CFR 1304.11)."""
SEEN_AHEAD = timedelta(days=60)
"""So long before its day the inventory is spoken of, since it wants a quiet hour and two people."""


@dataclass(frozen=True)
class PlaceCounts:
    """The safe or a window with stock, and when it was counted last."""

    window_id: int | None
    began_on: date
    """The first day with stock on record; the first inventory counts as the first of its kind."""
    last_on: Mapping[CountKind, date]
    dosed_today: bool = False


@dataclass(frozen=True)
class CountDue:
    """A count that waits for somebody."""

    kind: CountKind
    window_id: int | None
    due_on: date
    late: bool


def counts_due(day: date, *, open_today: bool, places: Iterable[PlaceCounts]) -> list[CountDue]:
    """Return what is to be counted, place by place in the order given.

    On each open day the opening check, before the first dose, and the closing count; a week after the last one the weekly
    count; two years after the last one the inventory, which takes the place of a weekly count too.

    Args:
        day: the clinic day.
        open_today: whether doses are given on it.
        places: those with stock.
    """
    due: list[CountDue] = []
    for place in places:
        if open_today and place.last_on.get(CountKind.OPENING) != day:
            due.append(CountDue(CountKind.OPENING, place.window_id, day, late=place.dosed_today))
        if open_today and place.last_on.get(CountKind.CLOSING) != day:
            due.append(CountDue(CountKind.CLOSING, place.window_id, day, late=False))
        inventoried_on = place.last_on.get(CountKind.BIENNIAL, place.began_on)
        weekly_on = max(inventoried_on, place.last_on.get(CountKind.WEEKLY, place.began_on)) + A_WEEK
        if day >= weekly_on:
            due.append(CountDue(CountKind.WEEKLY, place.window_id, weekly_on, late=day > weekly_on))
        inventory_on = years_after(inventoried_on, INVENTORY_YEARS)
        if day >= inventory_on - SEEN_AHEAD:
            due.append(CountDue(CountKind.BIENNIAL, place.window_id, inventory_on, late=day > inventory_on))
    return due


def years_after(day: date, years: int) -> date:
    """Return the same day so many years on; of a 29 February that is not there, the day before."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
