"""What the made-up clinic's computer does by itself at night: whom it puts on whose desk, each night on record."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

from dispensary.demo.scene import Scene
from dispensary.queries import call_backs as called_back
from dispensary.rules.archive import month_that_ends
from dispensary.services import archive, call_backs, due_work, follow_up, jobs, risk, take_home_reviews
from dispensary.services.act import Act
from dispensary.wording import Speaker
from models.enums import ArchivedKind, JobOutcome
from reports import kept_papers
from reports.kept_papers import Draw

NIGHTS = 14
"""In the last so many nights it was left on."""
TOOK = timedelta(seconds=2)


def _reviews(scene: Scene, night: date, act: Act) -> None:
    take_home_reviews.open_reviews(scene.session, act.site_id, night, act)


def _overdue(scene: Scene, night: date, act: Act) -> None:
    for person_id in called_back.overdue(scene.session, act.site_id, act.at):
        call_backs.tell_overdue(scene.session, person_id=person_id, act=act)


def _lost(scene: Scene, night: date, act: Act) -> None:
    for episode_id in follow_up.to_propose(scene.session, act.site_id, night):
        follow_up.propose(scene.session, episode_id, act)


def _due(scene: Scene, night: date, act: Act) -> None:
    owed, settled = due_work.owed(scene.session, act.site_id, scene.day)
    for one in owed:
        due_work.tell(scene.session, one, act)
    for done in settled:
        due_work.settle(scene.session, done, act)


def _scan(scene: Scene, night: date, act: Act) -> None:
    for one in risk.to_raise(scene.session, act.site_id, night):
        risk.raise_flag(scene.session, one, act)


JOBS: tuple[tuple[str, timedelta, Callable[[Scene, date, Act], None]], ...] = (
    ("take_home_reviews", timedelta(minutes=10), _reviews),
    ("overdue_call_backs", timedelta(minutes=15), _overdue),
    ("lost_to_follow_up", timedelta(minutes=20), _lost),
    ("due_work", timedelta(minutes=25), _due),
    ("risk_scan", timedelta(minutes=30), _scan),
)
"""By name, how long after the day is over, and what it does."""


def _log(scene: Scene, night: date, act: Act) -> None:
    _keep(scene, ArchivedKind.DAY_LOG, (night, night), kept_papers.day_log, act)


def _pack(scene: Scene, night: date, act: Act) -> None:
    _keep(scene, ArchivedKind.DOWNTIME_PACK, (scene.day, scene.day), kept_papers.day_pack, act)


def _keep(scene: Scene, kind: ArchivedKind, days: tuple[date, date], draw: Draw, act: Act) -> None:
    drawn = draw(scene.session, act.site_id, *days, act.at, Speaker(str, scene.clinic.zone))
    if drawn is not None:
        archive.keep(
            scene.session,
            kind=kind,
            first=days[0],
            last=days[1],
            content=drawn.content,
            figures=drawn.figures,
            language=drawn.language,
            paper=drawn.paper,
            act=act,
        )


def _month(scene: Scene, night: date, act: Act) -> None:
    month = month_that_ends(night)
    if month is not None:
        _keep(scene, ArchivedKind.MONTH_SUMMARY, month, kept_papers.month_summary, act)


PAPERS: tuple[tuple[str, timedelta, Callable[[Scene, date, Act], None]], ...] = (
    ("day_log", timedelta(minutes=8), _log),
    ("day_pack", timedelta(minutes=50), _pack),
)
PAPER_NIGHTS = 3
"""Drawing takes its time, so that papers are kept of the last so many nights alone."""
MONTHS = (("month_summary", timedelta(minutes=52), _month),)
MONTH_NIGHTS = 62
"""The last two months are summed up and kept."""


def expect_morning(scene: Scene) -> None:
    """Let each job run that the day before asks for, once it is over."""
    late = scene.days_left < NIGHTS
    month_over = scene.days_left < MONTH_NIGHTS and scene.day.day == 1
    over = datetime.combine(scene.day, scene.clinic.day_starts, scene.clinic.zone).astimezone(UTC)
    papers = PAPERS if scene.days_left < PAPER_NIGHTS else ()
    for job, after, does in (*(JOBS if late else ()), *papers, *(MONTHS if late or month_over else ())):
        scene.at(over + after + TOOK, partial(_run, scene, job, does))


def _run(scene: Scene, job: str, does: Callable[[Scene, date, Act], None], at: datetime) -> None:
    scene.write_up()
    night = scene.day - timedelta(days=1)
    act = jobs.act_of_job(scene.session, scene.clinic.site_id, at)
    does(scene, night, act)
    jobs.note_run(
        scene.session,
        job=job,
        due_at=at - TOOK,
        clinic_day=night,
        attempt=1,
        started_at=at - TOOK,
        outcome=JobOutcome.DONE,
        act=act,
    )
