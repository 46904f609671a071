"""A person's plan: agreed anew at each review, its steps looked at one by one, signed on the screen or on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.policy.minimums import MinimumInForce
from dispensary.queries import here, plans
from dispensary.queries.people import surviving
from dispensary.services import audit, people, signatures
from dispensary.services.act import Act
from dispensary.services.assessments import open_episode
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from dispensary.wording import N_, say
from models import CarePlan, PlanGoal, PlanSignature, PlanStep, PlanStepResult
from models.enums import AssessmentDomain, AuditKind, PlanReviewResult, SignedOn, Signer

LONGEST = 1000
LONGEST_NOTE = 500


@dataclass(frozen=True)
class StepWanted:
    """Who does what by when."""

    text: str
    owner: str
    due_on: date


@dataclass(frozen=True)
class GoalWanted:
    """What is to be reached in a part of life, and the steps towards it."""

    domain: AssessmentDomain
    text: str
    steps: Sequence[StepWanted]


def agree_plan(
    session: Session,
    *,
    person_id: int,
    goals: Sequence[GoalWanted],
    review_on: date,
    reasons_to_stay: str,
    worries: str,
    if_a_lapse: str,
    minimum: MinimumInForce | None,
    act: Act,
) -> CarePlan:
    """Write down a plan as agreed with the person today; it takes the place of the one before, which stays legible.

    Args:
        reasons_to_stay: what the person stays for, in their own words.
        if_a_lapse: what is done together if a lapse happens; never a sanction.
        minimum: how often plans are reviewed at least, where an approved profile says so.

    Raises:
        Refused: the person is not in treatment, a goal has no step, a day cannot be right, or the review is too far off.
    """
    texts = {
        "reasons_to_stay": people.line(reasons_to_stay, "reasons_to_stay", needed=True, longest=LONGEST),
        "worries": people.line(worries, "worries", longest=LONGEST),
        "if_a_lapse": people.line(if_a_lapse, "if_a_lapse", needed=True, longest=LONGEST),
    }
    _refuse_goals(goals, act.clinic_day)
    _refuse_review(review_on, minimum, act.clinic_day)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    episode_id = open_episode(session, person_id, act)
    turn = (session.scalar(select(func.max(CarePlan.turn)).where(CarePlan.episode_id == episode_id)) or 0) + 1
    plan = write(
        session,
        CarePlan(
            person_id=person_id,
            episode_id=episode_id,
            turn=turn,
            agreed_on=act.clinic_day,
            review_on=review_on,
            **texts,
            **act.stamp,
        ),
    )
    for number, goal in enumerate(goals, start=1):
        _add_goal(session, plan, number, goal, act)
    audit.record(session, AuditKind.PLAN_AGREED, plan, act, person=person_id, turn=turn, review_on=review_on)
    return plan


def look_at_step(
    session: Session, *, plan_step_id: int, result: PlanReviewResult, note: str, seen_on: date, act: Act
) -> PlanStepResult:
    """Record what became of a step; a later look counts in its place.

    Raises:
        NotFound: there is no such step.
        Refused: the day cannot be right.
        Conflict: a newer plan has taken the place of the one that it belongs to.
    """
    here.refuse_elsewhere(session, PlanStep, plan_step_id, act.site_id)
    note = people.line(note, "note", longest=LONGEST_NOTE)
    refuse_unless_past(seen_on, "seen_on", act)
    plan = plans.plan_of_step(session, plan_step_id)
    person_id = _locked(session, plan)
    mine = select(func.max(PlanStepResult.turn)).where(PlanStepResult.step_id == plan_step_id)
    seen = write(
        session,
        PlanStepResult(
            step_id=plan_step_id,
            turn=(session.scalar(mine) or 0) + 1,
            result=result,
            seen_on=seen_on,
            note=note,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.PLAN_STEP_SEEN, seen, act, person=person_id, step=plan_step_id, step_result=result)
    return seen


def sign_plan(
    session: Session,
    *,
    plan_id: int,
    signer: Signer,
    signed_how: SignedOn,
    signed_on: date,
    drawn: str = "",
    act: Act,
) -> PlanSignature:
    """Put a name to a plan: drawn on the screen, or on its printed sheet, which is kept.

    Args:
        drawn: the strokes of the pen, where the person signs on the screen.

    Raises:
        NotFound: there is no such plan.
        Refused: nothing was drawn, or the day lies before the plan or ahead.
        Conflict: it is signed already, or a newer plan has taken its place.
    """
    here.refuse_elsewhere(session, CarePlan, plan_id, act.site_id)
    plan = plans.plan(session, plan_id)
    refuse_unless_past(signed_on, "signed_on", act)
    if signed_on < plan.agreed_on:
        words = say(N_("The plan was agreed on %(day)s; nobody signed it before."), day=plan.agreed_on)
        raise Refused(words, code="signed_before", field="signed_on")
    strokes = signatures.kept(signed_how, drawn) if signer is Signer.PERSON else None
    person_id = _locked(session, plan)
    if any(signature.signer is signer for signature in plan.signatures):
        words = say(N_("This plan is signed already. Nothing is to be done."))
        raise Conflict(words, code="signed_already")
    signature = write(
        session,
        PlanSignature(
            plan_id=plan_id, signer=signer, signed_how=signed_how, signed_on=signed_on, drawn=strokes, **act.stamp
        ),
    )
    audit.record(
        session,
        AuditKind.PLAN_SIGNED,
        signature,
        act,
        person=person_id,
        plan=plan_id,
        signed_how=signed_how,
        signer=signer,
    )
    return signature


def _refuse_goals(goals: Sequence[GoalWanted], today: date) -> None:
    """Refuse a plan without a goal, a goal without a step, and steps without their who and when."""
    if not goals:
        raise Refused(say(N_("A plan has one goal at least.")), code="no_goal", field="goals")
    for goal in goals:
        people.line(goal.text, "goals", needed=True, longest=LONGEST)
        if not goal.steps:
            words = say(N_("Each goal has one step at least: who does what by when."))
            raise Refused(words, code="no_step", field="goals")
        for step in goal.steps:
            people.line(step.text, "goals", needed=True, longest=LONGEST)
            people.line(step.owner, "goals", needed=True)
            if step.due_on < today:
                words = say(N_("A step is due today or later."))
                raise Refused(words, code="step_passed", field="goals")


def _refuse_review(review_on: date, minimum: MinimumInForce | None, today: date) -> None:
    if review_on <= today:
        raise Refused(say(N_("The review lies ahead.")), code="review_passed", field="review_on")
    if minimum is None:
        return
    latest = minimum.rule.due_on(today, today)
    if review_on > latest:
        words = N_("The approved policy (%(profile)s) asks for a review by %(day)s at the latest.")
        raise Refused(say(words, profile=minimum.profile, day=latest), code="review_too_late", field="review_on")


def _add_goal(session: Session, plan: CarePlan, number: int, wanted: GoalWanted, act: Act) -> None:
    text = people.line(wanted.text, "goals", longest=LONGEST)
    goal = write(session, PlanGoal(plan_id=plan.id, number=number, domain=wanted.domain, text=text, **act.stamp))
    for n, step in enumerate(wanted.steps, start=1):
        what, whose = people.line(step.text, "goals", longest=LONGEST), people.line(step.owner, "goals")
        values = {"goal_id": goal.id, "number": n, "text": what, "owner": whose, "due_on": step.due_on}
        write(session, PlanStep(**values, **act.stamp))


def _locked(session: Session, plan: plans.Plan) -> int:
    """Lock the person of a plan and return their id.

    Raises:
        Conflict: a newer plan has taken its place.
    """
    person_id = surviving(session, plan.person_id)
    people.lock(session, person_id)
    if plans.newest_of_episode(session, plan.episode_id) != plan.id:
        words = say(N_("A newer plan has taken the place of this one. Open the newer one."))
        raise Conflict(words, code="newer_plan")
    return person_id
