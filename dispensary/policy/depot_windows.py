"""What a product's label says of the days between two depot injections: when the next is due, how early, how late."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from dispensary.policy.entries import CITED, Cited, bad, check_keys, cited, whole_number
from models.enums import DepotInterval, Medication


@dataclass(frozen=True)
class DepotWindow(Cited):
    """Of one product: how long an injection covers, and how early or late the next may be given without asking."""

    product: str
    """A key such as `sublocade`; with its interval it names the window."""
    name: str
    medication: Medication
    interval: DepotInterval
    interval_days: int
    early_days: int
    late_days: int
    second_from_days: int | None
    """Where the second injection may follow sooner: so many days after the first; None where it may not."""
    words: str

    @property
    def earliest(self) -> int:
        """How many days after the one before it an injection may be given without asking."""
        return self.interval_days - self.early_days

    @property
    def earliest_second(self) -> int:
        """How many days after the very first the second may be given without asking."""
        return self.earliest if self.second_from_days is None else min(self.earliest, self.second_from_days)

    @property
    def latest(self) -> int:
        """How many days after the one before it may be given at the latest without asking."""
        return self.interval_days + self.late_days


@dataclass(frozen=True)
class WindowInForce:
    """A window with the version of the profile that it comes from."""

    rule: DepotWindow
    profile: str
    digest: str


@dataclass(frozen=True)
class DepotWindows:
    """The windows in force at a site on a day; empty where no approved profile says anything."""

    in_force: tuple[WindowInForce, ...] = ()

    def products(self) -> tuple[WindowInForce, ...]:
        """Return one window for each product and interval, by name: the strictest where several profiles speak of it."""
        keys = {(w.rule.product, w.rule.interval) for w in self.in_force}
        found = [window for key in keys if (window := self.of(*key))]
        return tuple(sorted(found, key=lambda w: (w.rule.name, w.rule.interval_days)))

    def of(self, product: str, interval: DepotInterval) -> WindowInForce | None:
        """Return the window of a product: of several the one that lets the next come least early, then least late."""
        found = [w for w in self.in_force if (w.rule.product, w.rule.interval) == (product, interval)]
        return min(
            found, key=lambda w: (-w.rule.earliest, -w.rule.earliest_second, w.rule.latest, w.profile), default=None
        )


ENTRY = CITED | {
    "product",
    "name",
    "medication",
    "interval",
    "interval_days",
    "early_days",
    "late_days",
    "words",
}


def read_depot_windows(file: str, entries: Sequence[dict[str, Any]]) -> tuple[DepotWindow, ...]:
    """Return the depot windows of one profile.

    Raises:
        Refused: keys missing or unknown, a number that is none, a window wider than its interval, or two windows for one
            product and interval at one time.
    """
    windows = tuple(_window(f"{file}, depot_window {n}", entry) for n, entry in enumerate(entries, start=1))
    for one, other in combinations(windows, 2):
        if (one.product, one.interval) == (other.product, other.interval) and one.overlaps(other):
            raise bad(file, f"two depot windows for {one.product} overlap in time")
    return windows


def _window(where: str, entry: dict[str, Any]) -> DepotWindow:
    check_keys(where, entry, ENTRY, frozenset({"effective_to", "second_from_days"}))
    try:
        window = DepotWindow(
            product=entry["product"],
            name=entry["name"],
            medication=Medication(entry["medication"]),
            interval=DepotInterval(entry["interval"]),
            interval_days=whole_number(entry["interval_days"]),
            early_days=whole_number(entry["early_days"]),
            late_days=whole_number(entry["late_days"]),
            second_from_days=whole_number(entry["second_from_days"]) if "second_from_days" in entry else None,
            words=entry["words"],
            **cited(entry),
        )
        _check(window)
    except (ValueError, TypeError) as error:
        raise bad(where, str(error)) from error
    return window


LENGTHS = {DepotInterval.WEEKLY: (7,), DepotInterval.MONTHLY: (28, 29, 30, 31)}


def _check(window: DepotWindow) -> None:
    if window.interval_days not in LENGTHS[window.interval]:
        raise ValueError("interval_days is 7 for weekly and 28 to 31 for monthly")
    if window.early_days >= window.interval_days:
        raise ValueError("early_days is less than the interval")
    if window.late_days > window.interval_days:
        raise ValueError("late_days is at most the interval")
    if window.second_from_days is not None and not 1 <= window.second_from_days < window.interval_days:
        raise ValueError("second_from_days is at least 1 and less than the interval")
