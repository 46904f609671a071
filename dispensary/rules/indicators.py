"""What a clinic counts of a month: who was there, who came, who left, on what dose, and what was missed. Pure.

*In treatment* is what `commissioners_counts.in_treatment` says it is: the last day of an episode is one of it, guests are in
no count. Here only treatment with a medicine is counted; counselling alone stands apart. Somebody whose one treatment follows
on the other with no day between them never left.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dispensary.rules.commissioners_counts import Stay
from models.enums import Admission, DayStatus, EpisodeEndReason, EpisodeKind
from models.units import Mg

A_DAY = timedelta(days=1)
WITHOUT_MEDICINE = EpisodeKind.COUNSELLING_ONLY
KNOWN = (
    DayStatus.OBSERVED,
    DayStatus.PART,
    DayStatus.ELSEWHERE,
    DayStatus.INJECTION_COVERS,
    DayStatus.TAKE_HOME,
    DayStatus.WITHHELD,
    DayStatus.REFUSED,
    DayStatus.NO_SHOW,
)
"""Days for which a dose was due, the clinic was open to whoever came, and it is known what became of it."""


@dataclass(frozen=True)
class Presence:
    """Somebody's time in treatment with a medicine at one clinic without a day between, from coming to leaving."""

    person_id: int
    first: date
    last: date | None
    came: Admission
    left: EpisodeEndReason | None

    def on(self, day: date) -> bool:
        """Return whether the person is in treatment on a day; the last day is one of it."""
        return self.first <= day and (self.last is None or self.last >= day)

    def after(self, day: date) -> bool:
        """Return whether the person is in treatment once a day is over."""
        return self.first <= day and (self.last is None or self.last > day)


def presences(stays: Iterable[Stay]) -> list[Presence]:
    """Return each person's times in treatment with a medicine, the oldest first.

    Who was in treatment here before came back, whatever the admission says. What ended before it began was no treatment.
    """
    of: dict[int, list[Stay]] = {}
    for stay in stays:
        if stay.kind is not WITHOUT_MEDICINE and (stay.ended_on is None or stay.ended_on >= stay.admitted_on):
            of.setdefault(stay.person_id, []).append(stay)
    return [one for theirs in of.values() for one in _of_one(sorted(theirs, key=lambda s: s.admitted_on))]


def _of_one(stays: Sequence[Stay]) -> list[Presence]:
    found: list[Presence] = []
    for stay in stays:
        before = found[-1] if found else None
        if before is None or (before.last is not None and stay.admitted_on > before.last + A_DAY):
            came = stay.admission if before is None else Admission.READMITTED
            found.append(Presence(stay.person_id, stay.admitted_on, stay.ended_on, came, stay.reason))
        elif before.last is not None and (stay.ended_on is None or stay.ended_on >= before.last):
            found[-1] = Presence(stay.person_id, before.first, stay.ended_on, before.came, stay.reason)
    return found


@dataclass(frozen=True)
class Census:
    """Who was in treatment before a period, came and left in it, and was there once it was over: it always balances."""

    start: frozenset[int]
    came: Mapping[Admission, tuple[Presence, ...]]
    left: Mapping[EpisodeEndReason, tuple[Presence, ...]]
    end: frozenset[int]

    @property
    def balances(self) -> bool:
        """Whether start, with who came and without who left, is the end."""
        came, left = (sum(len(some) for some in ways.values()) for ways in (self.came, self.left))
        return len(self.start) + came - left == len(self.end)


def census(times: Sequence[Presence], first: date, last: date) -> Census:
    """Return who was there, came and left; somebody who left twice in the period is counted at both."""
    came = {way: tuple(one for one in times if first <= one.first <= last and one.came is way) for way in Admission}
    over = [one for one in times if one.last is not None and first <= one.last <= last]
    left = {reason: found for reason in EpisodeEndReason if (found := tuple(o for o in over if o.left is reason))}
    return Census(
        frozenset(one.person_id for one in times if one.after(first - A_DAY)),
        came,
        left,
        frozenset(one.person_id for one in times if one.after(last)),
    )


def on_medicine(times: Iterable[Presence], day: date) -> frozenset[int]:
    """Return who is in treatment with a medicine on a day."""
    return frozenset(one.person_id for one in times if one.on(day))


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later; the last of a month that is too short for it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def long_enough(times: Iterable[Presence], first: date, last: date, months: int) -> frozenset[int]:
    """Return who had so many months of treatment without a break by the last day of a period, or of their treatment in it."""
    return frozenset(
        one.person_id
        for one in times
        if one.first <= last
        and (one.last is None or one.last >= first)
        and months_after(one.first, months) <= min(one.last or last, last)
    )


def completed_years(born: date, day: date) -> int:
    """Return how old somebody is on a day, in whole years; who was born on 29 February is older from 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True)
class DailyDose:
    """What somebody takes for a day."""

    drug: str
    amount_mg: Mg


def at_least(doses: Mapping[int, DailyDose], least: Mg) -> frozenset[int]:
    """Return who has a dose or more: the clinic's way of counting."""
    return frozenset(who for who, dose in doses.items() if dose.amount_mg >= least)


def more_than(doses: Mapping[int, DailyDose], than: Mg) -> frozenset[int]:
    """Return who has more than a dose: the way of UNAIDS."""
    return frozenset(who for who, dose in doses.items() if dose.amount_mg > than)
