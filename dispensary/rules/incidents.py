"""How long, and how often, somebody is looked at after a dosing incident."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class LookState(StrEnum):
    """Whether a look at the person was taken when it was due."""

    DONE = "done"
    DUE = "due"
    MISSED = "missed"
    LATER = "later"


@dataclass(frozen=True)
class Look:
    """One time at which to look at the person."""

    at: datetime
    state: LookState


def observe_until(taken_at: datetime, noticed_at: datetime, watched_for: timedelta, every: timedelta) -> datetime:
    """Return until when to watch: the hours after it was swallowed, and at least one look more after it was noticed.

    Source: house.toml incidents.observe_hours.
    """
    return max(taken_at + watched_for, noticed_at + every)


def observation_times(since: datetime, until: datetime, every: timedelta) -> list[datetime]:
    """Return the times at which to look at the person: at once, then at each interval, and at the end.

    Source: house.toml incidents.observe_every_minutes.
    """
    steps = int((until - since) / every)
    times = [since + every * n for n in range(steps + 1)]
    return times if times[-1] == until else [*times, until]


def looks(times: Sequence[datetime], seen: Sequence[datetime], now: datetime, every: timedelta) -> list[Look]:
    """Return each time with its state; a look counts for the time that it was nearest to.

    A time stays due for one interval, and is missed from then on.
    """
    done = {min(times, key=lambda at: abs(at - moment)) for moment in seen}
    return [Look(at, _state(at, at in done, now, every)) for at in times]


def _state(at: datetime, done: bool, now: datetime, every: timedelta) -> LookState:
    if done:
        return LookState.DONE
    if now < at:
        return LookState.LATER
    return LookState.DUE if now < at + every else LookState.MISSED
