"""How people in treatment lived at the beginning and live now: of the same people, so that only lives change. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum

from dispensary.rules.commissioners_counts import hidden
from models.enums import Education, FamilyTies, Housing, Work


class Part(Enum):
    """A part of a life that is looked at again and again, with the words it is told in."""

    HOUSING = Housing
    WORK = Work
    EDUCATION = Education
    FAMILY = FamilyTies


@dataclass(frozen=True)
class Seen:
    """A life situation on a day."""

    seen_on: date
    parts: Mapping[Part, StrEnum]


@dataclass(frozen=True)
class Counted:
    """How many people one word was true of, at the beginning and now. None is a number too small to leave the clinic."""

    part: Part
    word: StrEnum
    at_entry: int | None
    now: int | None


@dataclass(frozen=True)
class LifeOverTime:
    """The life situation of everyone in treatment, as far as it was looked at."""

    in_treatment: int
    twice: int
    """Looked at on two days at least since the admission: these are counted."""
    once: int
    counted: tuple[Counted, ...]

    @property
    def never(self) -> int:
        """In whose treatment nobody has looked at it yet."""
        return self.in_treatment - self.twice - self.once


def entry_and_now(seen: Iterable[Seen], admitted_on: date) -> tuple[Seen | None, Seen | None]:
    """Return the first situation since an admission, and the newest of a later day; of one day what was written last.

    Args:
        seen: in the order in which they were written.
    """
    days = {one.seen_on: one for one in seen if one.seen_on >= admitted_on}
    if not days:
        return None, None
    first, last = min(days), max(days)
    return days[first], days[last] if last > first else None


def life_over_time(lives: Iterable[tuple[Seen | None, Seen | None]]) -> LifeOverTime:
    """Return the counts of everyone in treatment, each person given by entry and newest situation."""
    people = list(lives)
    pairs = [(entry, now) for entry, now in people if entry is not None and now is not None]
    once = sum(1 for entry, now in people if entry is not None and now is None)
    counted = tuple(
        Counted(
            part,
            word,
            sum(entry.parts[part] is word for entry, _ in pairs),
            sum(now.parts[part] is word for _, now in pairs),
        )
        for part in Part
        for word in part.value
    )
    return LifeOverTime(len(people), len(pairs), once, counted)


def outside(counted: Sequence[Counted], people: int, hide_below: int) -> tuple[Counted, ...]:
    """Return the counts as they may leave the clinic; of so few people that they cannot hide, none at all."""
    made: list[Counted] = []
    for part in Part:
        mine = [one for one in counted if one.part is part]
        if people < hide_below:
            made += [Counted(part, one.word, None, None) for one in mine]
            continue
        entry = hidden([one.at_entry or 0 for one in mine], hide_below)
        now = hidden([one.now or 0 for one in mine], hide_below)
        made += [Counted(part, one.word, *both) for one, both in zip(mine, zip(entry, now, strict=True), strict=True)]
    return tuple(made)
