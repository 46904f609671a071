"""How long a course of treatment lasted, and how it came to an end (product.md §12).

A course begins on the day of its first dose, day 0. Somebody is *lost* from the first day of the first run of a given number
of days without a dose: what the day ledger calls a missed day counts, and so does a day on which nothing was due that no dose
covers, an order having run out. A take-home dose, a dose elsewhere, an injection that covers the day, and coming without
getting a dose end a run. A day on which the clinic was closed, and one of which it is not known whether there was a dose (in
hospital, in custody, on paper not yet entered, told and not verified), neither counts nor ends one.

A transfer, a death, custody and a planned end are ways out of their own, never a loss. Whoever left by their own wish, was
discharged by the clinic, or ended for another reason is lost from the day after the last dose. Whoever is in treatment still,
and has not been away so long, was seen until the last day looked at.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dispensary.rules.day_status import status_of
from dispensary.rules.ledger import CAME
from dispensary.rules.person_days import PersonDays
from models.enums import DayStatus, EpisodeEndReason

A_DAY = timedelta(days=1)


class Exit(StrEnum):
    """How a course came to an end."""

    LOST = "lost"
    TRANSFERRED = "transferred"
    DIED = "died"
    CUSTODY = "custody"
    COMPLETED = "completed"


OTHER_EXITS = (Exit.TRANSFERRED, Exit.DIED, Exit.CUSTODY, Exit.COMPLETED)
EXIT_OF: dict[EpisodeEndReason, Exit] = {
    EpisodeEndReason.TRANSFERRED_OUT: Exit.TRANSFERRED,
    EpisodeEndReason.DIED: Exit.DIED,
    EpisodeEndReason.CUSTODY: Exit.CUSTODY,
    EpisodeEndReason.COMPLETED: Exit.COMPLETED,
}
"""What the recorded reason of an end comes to; every other reason is a loss."""


def exit_of(reason: EpisodeEndReason) -> Exit:
    """Return the way out that a recorded reason is."""
    return EXIT_OF.get(reason, Exit.LOST)


class Mark(StrEnum):
    """What a day is to a run of days without a dose."""

    THERE = "there"
    GONE = "gone"
    CLOSED = "closed"
    UNKNOWN = "unknown"


GONE = frozenset({DayStatus.NO_SHOW, DayStatus.NOT_SCHEDULED, DayStatus.OUTSIDE_TREATMENT})


def mark_of(days: PersonDays, day: date, today: date) -> Mark:
    """Return what a day is to a run, by its status in the day ledger."""
    status = status_of(days, day, today)
    if status in CAME:
        return Mark.THERE
    if status is DayStatus.CLOSED_UNCOVERED:
        return Mark.CLOSED
    if status not in GONE:
        return Mark.UNKNOWN
    return Mark.THERE if _covered(days, day) else Mark.GONE


def _covered(days: PersonDays, day: date) -> bool:
    """Return whether something taken before is for this day too, as where a dose is due every other day."""
    doses = ((dose.day, dose.covers_days) for dose in days.doses if dose.taken_mg > 0 and not dose.injected)
    bottles = ((bottle.day, bottle.covers_days) for bottle in days.bottles if bottle.presumed_taken)
    return any(of < day < of + covers * A_DAY for covered in (doses, bottles) for of, covers in covered)


@dataclass
class Run:
    """A run of days without a dose, as days are added to it one after the other."""

    gap: int
    began: date | None = None
    gone: int = 0

    def add(self, day: date, mark: Mark) -> bool:
        """Add the next day; return whether the run is now as long as it takes to be lost."""
        if mark is Mark.THERE:
            self.began, self.gone = None, 0
        elif mark is Mark.UNKNOWN:
            self.began = self.began if self.gone else None
        else:
            self.began = self.began or day
            self.gone += mark is Mark.GONE
        return self.gone >= self.gap


def lost_on(marks: Iterable[tuple[date, Mark]], gap: int) -> date | None:
    """Return the first day of the first run of so many days without a dose; None where there is none."""
    run = Run(gap)
    return next((run.began for day, mark in marks if run.add(day, mark)), None)


def open_run(marks: Iterable[tuple[date, Mark]], gap: int) -> date | None:
    """Return the first day of the run that still goes on after the last of some days; None where none does."""
    run = Run(gap)
    for day, mark in marks:
        run.add(day, mark)
    return run.began


def each(first: date, last: date) -> Iterator[date]:
    """Yield the days from one to another, both included."""
    return (first + n * A_DAY for n in range((last - first).days + 1))


@dataclass(frozen=True)
class Outcome:
    """How many days a course lasted, and how it ended; None while it goes on."""

    days: int
    exit: Exit | None


@dataclass(frozen=True)
class Spell:
    """What a course is, before it is known when it was lost."""

    first: date
    """Day 0: the first dose, or the admission where no doses are on record."""
    last: date | None
    """The recorded end."""
    reason: EpisodeEndReason | None
    looked_at: date
    """The last day looked at."""

    @property
    def recorded(self) -> Exit | None:
        """The recorded way out; None where it was not on a day looked at."""
        if self.reason is None or self.last is None or self.last > self.looked_at:
            return None
        return exit_of(self.reason)

    @property
    def until(self) -> date:
        """The last day of which it is asked whether there was a dose."""
        return min(self.looked_at, self.last or self.looked_at)

    def after(self, day: date) -> int:
        """Return how many days a day lies after day 0."""
        return (day - self.first).days


def outcome(spell: Spell, lost: date | None, running: date | None) -> Outcome:
    """Return how a course with daily doses ended.

    Args:
        spell: the course.
        lost: when the first long run began, if there was one.
        running: when the run began that went on at its last day, if one did.
    """
    if lost is not None:
        return Outcome(spell.after(lost), Exit.LOST)
    if spell.recorded is None:
        return Outcome(max(0, spell.after(spell.looked_at) + 1), None)
    assert spell.last is not None
    if spell.recorded is Exit.LOST:
        return Outcome(spell.after(running or spell.last + A_DAY), Exit.LOST)
    return Outcome(spell.after(spell.last), spell.recorded)


def outcome_by_dates(spell: Spell) -> Outcome:
    """Return how a course without daily doses ended: by its admission and its end alone."""
    if spell.recorded is None:
        return Outcome(max(0, spell.after(spell.looked_at)), None)
    assert spell.last is not None
    return Outcome(max(0, spell.after(spell.last)), spell.recorded)
