"""What ran by itself, what failed, and what of each site decides when something is due."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.queries import calendar, sites
from dispensary.rules.job_times import A_DAY, MOST_NIGHTS, Ran, SiteClock, Timed, night, not_tried
from models import DayClose, JobRun, Site
from models.enums import JobOutcome

_RUN = JobRun.__table__.c
NO_FOLDER = "none"
SHOWN = 200


def site_clocks(session: Session, now: datetime) -> list[SiteClock]:
    """Return what decides, for each site, when its jobs are due."""
    return [_clock(session, site_id, now) for site_id in session.scalars(select(Site.id).order_by(Site.id))]


def _clock(session: Session, site_id: int, now: datetime) -> SiteClock:
    have = sites.settings_at(session, site_id, now)
    today = clinic_day(now, have.zone, have.day_starts)
    wanted = have.pack_folder != NO_FOLDER and _day_runs(session, site_id, today)
    return SiteClock(site_id, have.zone, have.day_starts, have.pack_every if wanted else None)


def _day_runs(session: Session, site_id: int, today: date) -> bool:
    """Return whether a clinic day is under way: it is an open one, or somebody was dosed, and nobody has closed it."""
    closed = select(DayClose.id).where(DayClose.site_id == site_id, DayClose.clinic_day == today)
    if session.scalar(closed.limit(1)) is not None:
        return False
    return calendar.is_open(session, site_id, today) or calendar.dosed_here_on(session, site_id, today)


def runs_since(session: Session, now: datetime) -> list[Ran]:
    """Return the attempts of the last weeks; of jobs that run every few minutes the newest of each site alone."""
    newest = select(func.max(_RUN.id)).group_by(_RUN.site_id, _RUN.job, _RUN.clinic_day, _RUN.outcome)
    since = now - timedelta(days=MOST_NIGHTS + 2)
    query = select(
        _RUN.site_id, _RUN.job, _RUN.due_at, _RUN.clinic_day, _RUN.attempt, _RUN.ended_at, _RUN.outcome
    ).where(_RUN.due_at >= since, _RUN.id.in_(newest.where(_RUN.due_at >= since)))
    return [Ran(*row) for row in session.execute(query.order_by(_RUN.id))]


@dataclass(frozen=True)
class RunLine:
    """One attempt, as the page of jobs and the command line show it."""

    job: str
    clinic_day: date
    due_at: datetime
    attempt: int
    started_at: datetime
    ended_at: datetime
    outcome: JobOutcome
    note: str

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.ended_at - self.started_at).total_seconds()


def run_lines(session: Session, site_id: int, newest: int = SHOWN) -> list[RunLine]:
    """Return what ran at a site, the newest first."""
    query = select(JobRun).where(JobRun.site_id == site_id).order_by(JobRun.id.desc()).limit(newest)
    return [_line(run) for run in session.scalars(query)]


def last_runs(session: Session, site_id: int) -> dict[str, RunLine]:
    """Return the last attempt at each job of a site."""
    newest = select(func.max(JobRun.id)).where(JobRun.site_id == site_id).group_by(JobRun.job)
    return {run.job: _line(run) for run in session.scalars(select(JobRun).where(JobRun.id.in_(newest)))}


def failing(session: Session, site_id: int, nightly: Collection[str] = ()) -> list[RunLine]:
    """Return what failed at a site and was not done since, by name; of a nightly job each night of the last month."""
    last = last_runs(session, site_id)
    if not last:
        return []
    found = [line for line in last.values() if line.outcome is JobOutcome.FAILED and line.job not in nightly]
    since = max(line.clinic_day for line in last.values()) - timedelta(days=MOST_NIGHTS)
    newest = select(func.max(_RUN.id)).where(_RUN.site_id == site_id, _RUN.job.in_(nightly), _RUN.clinic_day >= since)
    query = select(JobRun).where(
        JobRun.id.in_(newest.group_by(_RUN.job, _RUN.clinic_day)), JobRun.outcome == JobOutcome.FAILED
    )
    found += [_line(run) for run in session.scalars(query)]
    return sorted(found, key=lambda line: (line.job, line.clinic_day))


def not_running(session: Session, site_id: int, jobs: Sequence[Timed], now: datetime) -> list[str]:
    """Return which jobs have run at a site before and not when they were due last, by name: nothing seems to run them."""
    runs = [run for run in runs_since(session, now) if run.site_id == site_id]
    return not_tried(jobs, _clock(session, site_id, now), runs, now)


def attempts(session: Session, site_id: int, job: str, due_at: datetime) -> int:
    """Return how many attempts at a job for a moment are on record."""
    mine = (JobRun.site_id == site_id, JobRun.job == job, JobRun.due_at == due_at)
    return session.scalar(select(func.max(JobRun.attempt)).where(*mine)) or 0


def done_for(session: Session, site_id: int, job: str, day: date) -> RunLine | None:
    """Return the attempt that did a job for a clinic day, or None."""
    query = select(JobRun).where(
        JobRun.site_id == site_id,
        JobRun.job == job,
        JobRun.clinic_day == day,
        JobRun.outcome == JobOutcome.DONE,
    )
    run = session.scalar(query.order_by(JobRun.id.desc()).limit(1))
    return _line(run) if run else None


def next_run(session: Session, site_id: int, job: Timed, now: datetime) -> datetime:
    """Return when a nightly job runs next at a site; a moment that has passed where the last night is still to be done."""
    clock = _clock(session, site_id, now)
    today = clinic_day(now, clock.zone, clock.day_starts)
    last = today - A_DAY
    return night(job, clock, today if done_for(session, site_id, job.name, last) else last)


def _line(run: JobRun) -> RunLine:
    return RunLine(
        run.job, run.clinic_day, run.due_at, run.attempt, run.started_at, run.ended_at, run.outcome, run.note
    )
