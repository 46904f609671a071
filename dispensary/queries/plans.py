"""People's plans: goals, steps and what became of them, who signed, lapses, and whose review is due."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries.signs import same_person
from dispensary.wording import N_, say
from models import (
    CarePlan,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    Lapse,
    Person,
    PlanGoal,
    PlanSignature,
    PlanStep,
    PlanStepResult,
    Staff,
)
from models.enums import AssessmentDomain, PlanReviewResult, SignedOn, Signer
from models.person import root_of


@dataclass(frozen=True)
class Seen:
    """What became of a step."""

    result: PlanReviewResult
    seen_on: date
    note: str
    by: str


@dataclass(frozen=True)
class Step:
    """Who does what by when, and what became of it as far as it is known."""

    id: int
    number: int
    text: str
    owner: str
    due_on: date
    seen: Seen | None

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.seen is None or self.seen.result in (PlanReviewResult.PARTLY, PlanReviewResult.NOT_DONE)


@dataclass(frozen=True)
class Goal:
    """What is to be reached, with its steps."""

    number: int
    domain: AssessmentDomain
    text: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Signed:
    """Somebody's name under a plan."""

    signer: Signer
    signed_how: SignedOn
    signed_on: date
    drawn: str | None
    by: str
    """Whoever took it down; of the counsellor's, themselves."""


@dataclass(frozen=True)
class Plan:
    """One plan as it was agreed."""

    id: int
    person_id: int
    episode_id: int
    turn: int
    agreed_on: date
    review_on: date
    reasons_to_stay: str
    worries: str
    if_a_lapse: str
    by: str
    goals: tuple[Goal, ...] = ()
    signatures: tuple[Signed, ...] = ()

    def signed_by(self, signer: Signer) -> Signed | None:
        """Return somebody's signature, if it is there."""
        return next((one for one in self.signatures if one.signer is signer), None)

    @property
    def unsigned(self) -> list[Signer]:
        """Whose name is missing."""
        return [signer for signer in Signer if self.signed_by(signer) is None]


def plans_of(session: Session, person_id: int) -> list[Plan]:
    """Return every plan of a person, the newest first, whichever of their records it stands on."""
    return _plans(session, same_person(CarePlan.__table__.c.person_id, person_id))


def plan(session: Session, plan_id: int) -> Plan:
    """Return one plan.

    Raises:
        NotFound: there is no such plan.
    """
    found = _plans(session, CarePlan.id == plan_id)
    if not found:
        raise NotFound(say(N_("There is no such plan on record.")), code="no_such_plan")
    return found[0]


def plan_of_step(session: Session, plan_step_id: int) -> Plan:
    """Return the plan that a step belongs to.

    Raises:
        NotFound: there is no such step.
    """
    goal = select(PlanGoal.plan_id).join(PlanStep, PlanStep.goal_id == PlanGoal.id).where(PlanStep.id == plan_step_id)
    return plan(session, session.scalar(goal) or 0)


def newest_of_episode(session: Session, episode_id: int) -> int | None:
    """Return the plan that counts in an episode: the one of the highest turn."""
    query = select(CarePlan.id).where(CarePlan.episode_id == episode_id).order_by(CarePlan.turn.desc())
    return session.scalar(query.limit(1))


def _plans(session: Session, wanted: ColumnElement[bool]) -> list[Plan]:
    heads = session.execute(_heads().where(wanted)).all()
    ids = [row.id for row in heads]
    goals, signatures = _goals(session, ids), _signatures(session, ids)
    return [Plan(**row._mapping, goals=goals[row.id], signatures=signatures[row.id]) for row in heads]


def _heads() -> Select[*tuple[Any, ...]]:
    return (
        select(
            CarePlan.id,
            CarePlan.person_id,
            CarePlan.episode_id,
            CarePlan.turn,
            CarePlan.agreed_on,
            CarePlan.review_on,
            CarePlan.reasons_to_stay,
            CarePlan.worries,
            CarePlan.if_a_lapse,
            Staff.name.label("by"),
        )
        .join(Staff, Staff.id == CarePlan.recorded_by_id)
        .order_by(CarePlan.id.desc())
    )


def _goals(session: Session, plan_ids: Iterable[int]) -> defaultdict[int, tuple[Goal, ...]]:
    rows = session.execute(
        select(PlanGoal.id, PlanGoal.plan_id, PlanGoal.number, PlanGoal.domain, PlanGoal.text)
        .where(PlanGoal.plan_id.in_(plan_ids))
        .order_by(PlanGoal.plan_id, PlanGoal.number)
    ).all()
    steps = _steps(session, [row.id for row in rows])
    found: defaultdict[int, tuple[Goal, ...]] = defaultdict(tuple)
    for row in rows:
        found[row.plan_id] += (Goal(row.number, row.domain, row.text, steps[row.id]),)
    return found


def _steps(session: Session, goal_ids: list[int]) -> defaultdict[int, tuple[Step, ...]]:
    rows = session.execute(
        select(PlanStep.goal_id, PlanStep.id, PlanStep.number, PlanStep.text, PlanStep.owner, PlanStep.due_on)
        .where(PlanStep.goal_id.in_(goal_ids))
        .order_by(PlanStep.goal_id, PlanStep.number)
    ).all()
    seen = _seen(session, [row.id for row in rows])
    found: defaultdict[int, tuple[Step, ...]] = defaultdict(tuple)
    for row in rows:
        found[row.goal_id] += (Step(*row[1:], seen=seen.get(row.id)),)
    return found


def _seen(session: Session, step_ids: list[int]) -> dict[int, Seen]:
    """Return what became of steps; the highest turn of each stands last, and so counts."""
    query = (
        select(PlanStepResult.step_id, PlanStepResult.result, PlanStepResult.seen_on, PlanStepResult.note, Staff.name)
        .join(Staff, Staff.id == PlanStepResult.recorded_by_id)
        .where(PlanStepResult.step_id.in_(step_ids))
        .order_by(PlanStepResult.step_id, PlanStepResult.turn)
    )
    return {row[0]: Seen(*row[1:]) for row in session.execute(query)}


def _signatures(session: Session, plan_ids: Iterable[int]) -> defaultdict[int, tuple[Signed, ...]]:
    query = (
        select(
            PlanSignature.plan_id,
            PlanSignature.signer,
            PlanSignature.signed_how,
            PlanSignature.signed_on,
            PlanSignature.drawn,
            Staff.name,
        )
        .join(Staff, Staff.id == PlanSignature.recorded_by_id)
        .where(PlanSignature.plan_id.in_(plan_ids))
        .order_by(PlanSignature.id)
    )
    found: defaultdict[int, tuple[Signed, ...]] = defaultdict(tuple)
    for row in session.execute(query):
        found[row[0]] += (Signed(*row[1:]),)
    return found


@dataclass(frozen=True)
class ReviewDue:
    """Somebody whose plan is to be looked at again, or who has none yet."""

    person_id: int
    plan_id: int
    review_on: date


def reviews_due(session: Session, site_id: int, on: date) -> list[ReviewDue]:
    """Return whose plan was to be reviewed by a day, of everybody in treatment at a site, the longest overdue first."""
    later = CarePlan.__table__.alias()
    corrected = exists().where(EpisodeEndCorrection.episode_end_id == EpisodeEnd.id)
    ended = exists().where(EpisodeEnd.episode_id == Episode.id, ~corrected)
    query = (
        select(root_of(Person), CarePlan.id, CarePlan.review_on)
        .join(Episode, Episode.id == CarePlan.episode_id)
        .join(Person, Person.id == CarePlan.person_id)
        .where(
            Episode.site_id == site_id,
            CarePlan.review_on <= on,
            ~ended,
            ~exists().where(later.c.episode_id == CarePlan.episode_id, later.c.turn > CarePlan.turn),
        )
        .order_by(CarePlan.review_on, CarePlan.id)
    )
    return [ReviewDue(*row) for row in session.execute(query)]


@dataclass(frozen=True)
class LapseLine:
    """A lapse and what was done about it."""

    happened_on: date
    told_by_person: bool
    response: str
    by: str


def lapses_of(session: Session, person_id: int) -> list[LapseLine]:
    """Return somebody's lapses, the newest first."""
    query = (
        select(Lapse.happened_on, Lapse.told_by_person, Lapse.response, Staff.name)
        .join(Staff, Staff.id == Lapse.recorded_by_id)
        .where(same_person(Lapse.__table__.c.person_id, person_id))
        .order_by(Lapse.happened_on.desc(), Lapse.id.desc())
    )
    return [LapseLine(*row) for row in session.execute(query)]
