"""When what runs by itself is due: a pure function of the sites' clocks and of what ran before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from dispensary.clock import clinic_day, moment_on
from models.enums import JobOutcome

A_DAY = timedelta(days=1)
MOST_NIGHTS = 31
"""A clinic whose computer was off for longer catches up the last of its nights only."""
MOST_ATTEMPTS = 3
RETRY_AFTER = timedelta(minutes=10)
LATE = timedelta(hours=1)
"""A night that nobody has tried for so long waits for a program that does not run."""
MOMENTS_LATE = 3
"""So many moments of an open day in a row, likewise."""
CLOCKS_DIFFER = timedelta(minutes=2)
"""So far apart the clocks of several hosts may be; what ended later than that has not ended yet: a clock was ahead."""


class Lane(IntEnum):
    """What runs beside what: in a lane one job after the other, so that a long night never delays what the open clinic needs."""

    WHILE_OPEN = 1
    NIGHTS = 2


@dataclass(frozen=True)
class Nightly:
    """Once for each clinic day, so long after the next one has begun; every night that was missed is caught up."""

    after: timedelta


@dataclass(frozen=True)
class WhileOpen:
    """Again and again while the clinic is open, as often as the site has set; of missed moments only the newest matters."""


@dataclass(frozen=True)
class Timed:
    """What runs by itself, and when."""

    name: str
    when: Nightly | WhileOpen

    @property
    def lane(self) -> Lane:
        """In which lane it runs."""
        return Lane.NIGHTS if isinstance(self.when, Nightly) else Lane.WHILE_OPEN


@dataclass(frozen=True)
class SiteClock:
    """What of a site decides when its jobs are due."""

    site_id: int
    zone: ZoneInfo
    day_starts: time
    every: timedelta | None
    """How often something runs while the clinic is open; None where it is closed, or wants none of it."""


@dataclass(frozen=True)
class Ran:
    """One attempt on record."""

    site_id: int
    job: str
    due_at: datetime
    clinic_day: date
    attempt: int
    ended_at: datetime
    outcome: JobOutcome


@dataclass(frozen=True)
class Due:
    """What is to run now: for which site, which moment and which clinic day, and the how manieth attempt it is."""

    site_id: int
    job: str
    due_at: datetime
    clinic_day: date
    attempt: int


def due(jobs: Iterable[Timed], sites: Sequence[SiteClock], runs: Sequence[Ran], now: datetime) -> list[Due]:
    """Return what is to run now; what matters while the clinic is open first, then the nights, the oldest first."""
    found: list[tuple[bool, Due]] = []
    for job in jobs:
        for site in sites:
            mine = [run for run in runs if run.job == job.name and run.site_id == site.site_id]
            if isinstance(job.when, Nightly):
                found += [(True, one) for one in _nights(job, job.when, site, mine, now)]
            elif (one := _now(job, site, mine, now)) is not None:
                found.append((False, one))
    found.sort(key=lambda pair: (pair[0], pair[1].due_at, pair[1].site_id))
    return [one for _, one in found]


def night(job: Timed, site: SiteClock, day: date) -> datetime:
    """Return the moment at which a nightly job is due for a clinic day."""
    assert isinstance(job.when, Nightly)
    return moment_on(day + A_DAY, site.day_starts, site.zone, site.day_starts) + job.when.after


def _nights(job: Timed, when: Nightly, site: SiteClock, mine: Sequence[Ran], now: datetime) -> list[Due]:
    """Return the nights since the first on record that nobody has done; the last alone where none is on record.

    A night that was done by a clock that stood ahead is due again now, when it is really over.
    """
    last = clinic_day(now - when.after, site.zone, site.day_starts) - A_DAY
    first = max(min((run.clinic_day for run in mine), default=last), last - (MOST_NIGHTS - 1) * A_DAY)
    found = []
    for day in (first + n * A_DAY for n in range((last - first).days + 1)):
        attempts = [run for run in mine if run.clinic_day == day]
        believed = [run for run in attempts if run.ended_at <= now + CLOCKS_DIFFER]
        if _to_be_tried(believed, now):
            attempt = max((run.attempt for run in attempts), default=0) + 1
            due_at = night(job, site, day) if believed == attempts else now
            found.append(Due(site.site_id, job.name, due_at, day, attempt))
    return found


def _to_be_tried(attempts: Sequence[Ran], now: datetime) -> bool:
    if not attempts:
        return True
    if any(run.outcome is JobOutcome.DONE for run in attempts) or max(run.attempt for run in attempts) >= MOST_ATTEMPTS:
        return False
    return now >= max(run.ended_at for run in attempts) + RETRY_AFTER


def _now(job: Timed, site: SiteClock, mine: Sequence[Ran], now: datetime) -> Due | None:
    """Return the newest moment of an open day if nothing was tried for it yet; a failure waits for the next moment.

    What was tried while the clock was ahead is for a moment still to come, and stands in nobody's way until then.
    """
    if site.every is None:
        return None
    today = clinic_day(now, site.zone, site.day_starts)
    start = moment_on(today, site.day_starts, site.zone, site.day_starts)
    moment = start + (now - start) // site.every * site.every
    if any(moment <= run.due_at <= now for run in mine):
        return None
    return Due(site.site_id, job.name, moment, today, 1)


def not_tried(jobs: Iterable[Timed], site: SiteClock, runs: Sequence[Ran], now: datetime) -> list[str]:
    """Return which jobs of a site ran before and were not tried for long when due: nothing seems to run them."""
    late = []
    for job in jobs:
        mine = [run for run in runs if run.job == job.name and run.site_id == site.site_id and run.ended_at <= now]
        waiting = [one for one in due([job], [site], mine, now) if one.attempt == 1]
        if not mine or not waiting:
            continue
        since, patience = waiting[0].due_at, LATE
        if site.every and isinstance(job.when, WhileOpen):
            start = moment_on(waiting[0].clinic_day, site.day_starts, site.zone, site.day_starts)
            since, patience = max(start, *(run.ended_at for run in mine)), site.every * MOMENTS_LATE
        if now - since > patience:
            late.append(job.name)
    return late
