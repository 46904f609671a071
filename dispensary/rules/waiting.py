"""The one queue for treatment: who stands where, who was left without a word, and how long people have waited. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True)
class WaitingFacts:
    """Somebody who waits for treatment."""

    id: int
    person_id: int
    number: str
    name: str
    phone: str
    since_on: date
    why: str
    former: bool
    """Whether they were in treatment here before."""
    heard_on: date | None = None
    """When they last had a talk, a group, a call or supplies here, since they wait."""

    def days(self, today: date) -> int:
        """Return how many days they have waited by a day."""
        return (today - self.since_on).days

    def left_alone(self, today: date, contact_every: timedelta) -> bool:
        """Return whether they have been without a word for longer than the house allows.

        Source: house.toml waiting.contact_every_days.
        """
        return today - max(self.heard_on or self.since_on, self.since_on) > contact_every


@dataclass(frozen=True)
class Place:
    """A place in the queue, from 1."""

    place: int
    who: WaitingFacts


@dataclass(frozen=True)
class Neglected:
    """Somebody who waits longer than the site's target, or to whom nobody has spoken for too long."""

    place: int
    who: WaitingFacts
    too_long_since: date | None
    alone_since: date | None

    @property
    def since(self) -> date:
        """Since when; where both hold, the later of the two."""
        return max(day for day in (self.too_long_since, self.alone_since) if day is not None)


def neglected(
    queue: Iterable[Place], today: date, *, contact_every: timedelta, most_days: int | None
) -> list[Neglected]:
    """Return who of a queue waits too long or was left without a word, in its order.

    Args:
        most_days: the site's target; None where it has none.

    Source: Project specification §9; house.toml waiting.contact_every_days.
    """
    found = []
    for one in queue:
        too_long = most_days is not None and one.who.days(today) > most_days
        over_since = one.who.since_on + timedelta(days=(most_days or 0) + 1) if too_long else None
        heard_on = max(one.who.heard_on or one.who.since_on, one.who.since_on)
        alone = one.who.left_alone(today, contact_every)
        alone_since = heard_on + contact_every + timedelta(days=1) if alone else None
        if over_since or alone_since:
            found.append(Neglected(one.place, one.who, over_since, alone_since))
    return found


def queue(waiting: Iterable[WaitingFacts]) -> list[Place]:
    """Return the queue: former clients first, then by the day since which people wait, then as they were entered.

    Source: Project specification §9, the client's journey: a fast way back.
    """
    ordered = sorted(waiting, key=lambda one: (not one.former, one.since_on, one.id))
    return [Place(number, one) for number, one in enumerate(ordered, start=1)]


@dataclass(frozen=True)
class Waited:
    """How long people have waited, in whole days."""

    n: int
    median: Decimal | None
    """Of an even number, half-way between the two in the middle; None where nobody has waited."""
    longest: int | None
    in_time: int
    """How many of them waited no longer than the target; all of them where there is none."""


def waited(days: Sequence[int], most_days: int | None = None) -> Waited:
    """Return what so many times of waiting come to.

    Args:
        days: how long each person waited.
        most_days: the target.
    """
    in_time = sum(1 for one in days if most_days is None or one <= most_days)
    if not days:
        return Waited(0, None, None, 0)
    return Waited(len(days), _median(sorted(days)), max(days), in_time)


def _median(days: Sequence[int]) -> Decimal:
    middle = len(days) // 2
    if len(days) % 2:
        return Decimal(days[middle])
    return Decimal(days[middle - 1] + days[middle]) / 2
