"""Where people stand on their way: the dated course of one person, and the board of who is where at a site."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from dispensary.queries import call_plans, intake, plans
from dispensary.queries.caseload import InCare, in_care
from dispensary.queries.signs import same_person
from dispensary.queries.waiting import waiting_list
from dispensary.rules.journey import Stage, Where, aim_is_due, column_of, stage_now
from dispensary.rules.waiting import Place
from models import CarePlan, Dose, DoseReversal, Episode, OwnAim, Person, Staff, StageChange
from models.enums import Aim, CallSeries, EpisodeKind, JourneyStage
from models.person import root_of

_PERSON, _EPISODE = Person.__table__.c, Episode.__table__.c
_ROOT = root_of(_PERSON)


def stages_of_episode(session: Session, episode_id: int) -> list[Stage]:
    """Return the stages that were set in an episode, oldest first."""
    query = select(StageChange.stage, StageChange.from_on).where(StageChange.episode_id == episode_id)
    return [Stage(*row) for row in session.execute(query.order_by(StageChange.turn))]


@dataclass(frozen=True)
class StageLine:
    """A stage as somebody set it."""

    stage: JourneyStage
    from_on: date
    reason: str
    by: str


@dataclass(frozen=True)
class AimLine:
    """What somebody said they want of treatment."""

    aim: Aim
    words: str
    said_on: date
    by: str


def stage_lines(session: Session, person_id: int) -> list[StageLine]:
    """Return the stages of a person's journeys, the newest first."""
    query = (
        select(StageChange.stage, StageChange.from_on, StageChange.reason, Staff.name)
        .join(Episode, Episode.id == StageChange.episode_id)
        .join(Staff, Staff.id == StageChange.recorded_by_id)
        .where(same_person(_EPISODE.person_id, person_id))
        .order_by(StageChange.from_on.desc(), StageChange.id.desc())
    )
    return [StageLine(*row) for row in session.execute(query)]


def aims_of(session: Session, person_id: int) -> list[AimLine]:
    """Return what a person wanted of treatment over time, the newest first."""
    query = (
        select(OwnAim.aim, OwnAim.words, OwnAim.said_on, Staff.name)
        .join(Staff, Staff.id == OwnAim.recorded_by_id)
        .where(same_person(OwnAim.__table__.c.person_id, person_id))
        .order_by(OwnAim.said_on.desc(), OwnAim.id.desc())
    )
    return [AimLine(*row) for row in session.execute(query)]


def aim_due(session: Session, episode_id: int) -> bool:
    """Return whether to ask again what somebody wants: at entry, and at each review of the plan."""
    said_on = session.scalar(select(func.max(OwnAim.said_on)).where(OwnAim.episode_id == episode_id))
    reviews = session.scalars(select(CarePlan.agreed_on).where(CarePlan.episode_id == episode_id))
    return aim_is_due(said_on, reviews)


def first_dose_on(session: Session, person_id: int, since: date) -> date | None:
    """Return the day of a person's first dose here on or after a day."""
    query = select(func.min(Dose.clinic_day)).where(
        same_person(Dose.__table__.c.person_id, person_id), Dose.clinic_day >= since, _taken()
    )
    return session.scalar(query)


def _taken() -> ColumnElement[bool]:
    return (Dose.taken_mg > 0) & Dose.id.not_in(select(DoseReversal.dose_id))


@dataclass(frozen=True)
class BoardLine:
    """Somebody in care, and where they stand."""

    who: InCare
    where: Where
    since: date
    """Since when they stand there."""
    aim: Aim | None
    open_intake: int
    """So many things of the intake are not done."""
    overdue_intake: int
    review_was_due_on: date | None
    """If the plan was to be looked at by today."""


@dataclass(frozen=True)
class AfterLine:
    """Somebody who is called after treatment."""

    person_id: int
    number: str
    name: str
    since: date
    next_on: date | None


@dataclass(frozen=True)
class Board:
    """Who is where at a site."""

    waiting: tuple[Place, ...]
    lines: tuple[BoardLine, ...]
    aftercare: tuple[AfterLine, ...]

    def at(self, where: Where) -> list[BoardLine]:
        """Return who in care stands there, the longest first."""
        return sorted(
            (line for line in self.lines if line.where is where), key=lambda line: (line.since, line.who.name)
        )

    def count(self, where: Where) -> int:
        """Return how many people stand there."""
        if where is Where.WAITING:
            return len(self.waiting)
        return len(self.aftercare) if where is Where.AFTERCARE else len(self.at(where))


def board(session: Session, site_id: int, today: date, counsellor_id: int | None = None) -> Board:
    """Return who is where at a site; guests belong to another clinic.

    Args:
        counsellor_id: whose caseload, of those in care; None for everybody. Whoever waits is on nobody's yet.
    """
    kinds = _kinds(session, site_id)
    everyone = [one for one in in_care(session, site_id, today) if kinds[one.episode_id] is not EpisodeKind.GUEST]
    care = [one for one in everyone if counsellor_id in (None, one.counsellor_id)]
    stages, aims = _stages(session, site_id), _aims(session, site_id)
    dosed = _dosed(session, [one for one in care if one.episode_id not in stages])
    entered = {one.episode_id: one for one in intake.open_intakes(session, site_id)}
    reviews = {one.person_id: one.review_on for one in plans.reviews_due(session, site_id, today)}
    lines = []
    for one in care:
        stage = stage_now(stages.get(one.episode_id, []), one.admitted_on)
        with_doses = kinds[one.episode_id] is not EpisodeKind.COUNSELLING_ONLY
        still = entered.get(one.episode_id)
        lines.append(
            BoardLine(
                who=one,
                where=column_of(stage.stage, one.person_id in dosed or one.episode_id in stages, with_doses),
                since=stage.from_on,
                aim=aims.get(one.episode_id),
                open_intake=len(still.open) if still else 0,
                overdue_intake=len(still.overdue(today)) if still else 0,
                review_was_due_on=reviews.get(one.person_id),
            )
        )
    after = _aftercare(session, site_id, {one.person_id for one in everyone})
    return Board(tuple(waiting_list(session, site_id)), tuple(lines), tuple(after))


def _kinds(session: Session, site_id: int) -> dict[int, EpisodeKind]:
    query = select(Episode.id, Episode.kind).where(Episode.site_id == site_id)
    return {row.id: row.kind for row in session.execute(query)}


def _stages(session: Session, site_id: int) -> dict[int, list[Stage]]:
    query = select(StageChange.episode_id, StageChange.stage, StageChange.from_on)
    found: defaultdict[int, list[Stage]] = defaultdict(list)
    for episode_id, stage, from_on in session.execute(
        query.where(StageChange.site_id == site_id).order_by(StageChange.turn)
    ):
        found[episode_id].append(Stage(stage, from_on))
    return found


def _aims(session: Session, site_id: int) -> dict[int, Aim]:
    query = select(OwnAim.episode_id, OwnAim.aim).where(OwnAim.site_id == site_id).order_by(OwnAim.turn)
    return {row.episode_id: row.aim for row in session.execute(query)}


def _dosed(session: Session, care: Sequence[InCare]) -> set[int]:
    """Return who of them has had a dose here since the admission."""
    theirs = Person.__table__.alias()
    had = exists().where(
        Dose.person_id == theirs.c.id,
        or_(theirs.c.id == _ROOT, theirs.c.root_id == _ROOT),
        Dose.clinic_day >= _EPISODE.admitted_on,
        _taken(),
    )
    query = (
        select(_ROOT)
        .select_from(Episode)
        .join(Person, _PERSON.id == _EPISODE.person_id)
        .where(_EPISODE.id.in_([one.episode_id for one in care]), had)
    )
    return set(session.scalars(query))


def _aftercare(session: Session, site_id: int, in_care_now: set[int]) -> list[AfterLine]:
    return [
        AfterLine(plan.person_id, plan.number, plan.name, plan.since_on, plan.next_on())
        for plan in call_plans.running(session, site_id)
        if plan.series is CallSeries.AFTERCARE and plan.person_id not in in_care_now
    ]
