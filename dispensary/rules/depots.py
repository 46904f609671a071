"""Depot injections: what each covers, when the next is due, and whether today is inside that window.

Source: clinical-rules §1.3, product.md §4.

An injection has no daily dose and is never taken home: a health professional gives every one. What counts is the day of
the last one. The next is due `interval_days` after it; it may be given from `early_days` before that day until
`late_days` after it; earlier or later asks a prescriber.

For the day ledger: an injection on a day covers that day and those after it, `DepotTerms.covers_days` in all, by the
terms of the order under which it was given. The first day that it does not cover is the last day of the window
(`InjectionWindow.closes_on`): with nothing injected, that day and each one after it under an order that still holds is
missed. Before it nothing is missed and no dose is expected, whatever the day of the week. `OrderFacts.is_injection` tells
such an order, `OrderFacts.depot` its terms, and `OrderFacts.covers_days(day)` how long any dose covers, weekly rhythms
included. Before a first injection nothing is covered by it: that is due on the first day of the order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from models.enums import DepotInterval

REACH = timedelta(days=120)
"""How long before an order's first day an injection can still matter to it: its window has closed by then."""


class Timing(StrEnum):
    """How a day lies to the window of the next injection."""

    EARLY = "early"
    INSIDE = "inside"
    LATE = "late"


@dataclass(frozen=True)
class DepotTerms:
    """How long each injection of an order covers, and how early or late the next may be."""

    interval: DepotInterval
    interval_days: int
    early_days: int
    late_days: int
    second_after_days: int | None = None
    """From so many days after the first injection the second may be given, where its product allows that."""
    profile: str | None = None
    """The profile whose window it is; None for the prescriber's own figures."""
    profile_digest: str | None = None
    """Which version of it."""

    @property
    def covers_days(self) -> int:
        """How many days one injection covers, its own day among them: until the last day of the next one's window."""
        return self.interval_days + self.late_days


@dataclass(frozen=True)
class Injection:
    """An injection on record, and the terms of the order under which it was given."""

    day: date
    terms: DepotTerms


@dataclass(frozen=True)
class InjectionWindow:
    """When the next injection is due, and the days on which it may be given without asking anybody."""

    due_on: date
    opens_on: date
    closes_on: date
    last_on: date | None
    """The day of the last injection on record."""
    begins: bool = False
    """A first injection, or the first one anew: it follows from the order's first day, not from an injection."""

    def timing(self, day: date) -> Timing:
        """Return how a day lies to the window."""
        if day < self.opens_on:
            return Timing.EARLY
        return Timing.INSIDE if day <= self.closes_on else Timing.LATE


def depot_due(terms: DepotTerms, starts_on: date, injections: Sequence[Injection]) -> InjectionWindow:
    """Return the window of the next injection under an order.

    It follows from the last injection by that injection's own terms, so that the first monthly one after a weekly one is
    due after a week. Where there was none, or its window had closed before the order began, the prescriber has begun
    anew: the first injection is due on the order's first day.

    Args:
        terms: of the order that holds.
        starts_on: the order's first day.
        injections: those on record that count, oldest first, from `REACH` before the order on.
    """
    if not injections:
        return _begins(terms, starts_on, None)
    last = injections[-1]
    window = _after(last, second=len(injections) == 1)
    return _begins(terms, starts_on, last.day) if window.closes_on < starts_on else window


def _begins(terms: DepotTerms, starts_on: date, last_on: date | None) -> InjectionWindow:
    return InjectionWindow(starts_on, starts_on, starts_on + timedelta(days=terms.late_days), last_on, begins=True)


def _after(last: Injection, second: bool) -> InjectionWindow:
    terms = last.terms
    due_on = last.day + timedelta(days=terms.interval_days)
    opens_on = due_on - timedelta(days=terms.early_days)
    if second and terms.second_after_days is not None:
        opens_on = min(opens_on, last.day + timedelta(days=terms.second_after_days))
    return InjectionWindow(due_on, opens_on, due_on + timedelta(days=terms.late_days), last.day)
