"""When calls on a schedule are due, and which of them still wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.enums import AttemptOutcome, CallSeries, Channel, ReleaseKind

REACHED = frozenset({AttemptOutcome.REACHED, AttemptOutcome.CAME_BY})
MOST_TRIES = 3
"""After so many tries in vain a call is over, and the next one of the schedule comes in its time."""


def due_days(since_on: date, days: Sequence[int]) -> list[date]:
    """Return the days on which the calls of a series are due. Source: house.toml calls."""
    return [since_on + timedelta(days=n) for n in days]


@dataclass(frozen=True)
class MadeCall:
    """A call of a plan that was made or tried."""

    due_on: date
    made_on: date
    channel: Channel
    outcome: AttemptOutcome
    in_mutual_aid: bool | None
    wants_back: bool
    note: str
    by: str


@dataclass(frozen=True)
class PlanFacts:
    """A plan of calls, with those that were made."""

    id: int
    person_id: int
    number: str
    name: str
    phone: str
    series: CallSeries
    since_on: date
    release_kind: ReleaseKind | None
    work_until_on: date | None
    days: tuple[date, ...]
    made: tuple[MadeCall, ...]
    ended_on: date | None
    end_reason: str

    def settled(self, due_on: date) -> bool:
        """Return whether somebody was reached by a call, or it was tried often enough."""
        tries = [call for call in self.made if call.due_on == due_on]
        return any(call.outcome in REACHED for call in tries) or len(tries) >= MOST_TRIES

    def waiting(self) -> list[date]:
        """Return the calls that still wait, the first first; none of a plan that has ended."""
        return [] if self.ended_on else [day for day in self.days if not self.settled(day)]

    def next_on(self) -> date | None:
        """Return when the next call is due, which may have passed."""
        return next(iter(self.waiting()), None)

    def due(self, today: date) -> bool:
        """Return whether a call is due today, or overdue."""
        return any(day <= today for day in self.waiting())
