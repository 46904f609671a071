"""Calls on a schedule after a discharge, a release, a transfer or a hospital stay, and what each of them found."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.agencies import agency_rules
from dispensary.queries.call_plans import plans_of
from dispensary.queries.people import surviving
from dispensary.queries.signs import same_person
from dispensary.rules.call_plans import REACHED, due_days
from dispensary.services import audit, contact_rules, people, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import CallMade, CallPlan, CallPlanEnd
from models.enums import AttemptOutcome, AuditKind, CallSeries, Channel, Desk, ReleaseKind, TaskReasonKind

LONGEST_BACK = timedelta(days=366)
LONGEST_AHEAD = timedelta(days=90)
AFTER_LEAVING = frozenset({CallSeries.AFTERCARE, CallSeries.AFTER_TRANSFER})
"""Calls that follow somebody who left treatment."""
CAME_BACK = "back in treatment"
"""What is noted on calls that end with it; a fixed phrase."""


def begin(
    session: Session,
    *,
    person_id: int,
    series: CallSeries,
    since_on: date,
    release_kind: ReleaseKind | None = None,
    act: Act,
) -> CallPlan:
    """Begin calling somebody on the schedule of a series; after a release with the window in which work is helped with.

    Args:
        since_on: the day of the discharge, release, transfer or end of the stay, from which the days of the calls count.
        release_kind: how custody ended; only after a release.

    Raises:
        NotFound: there is no such person.
        Refused: the day cannot be, or it is not said how custody ended.
        Conflict: these calls were begun before.
    """
    after_release = series is CallSeries.AFTER_RELEASE
    if after_release and release_kind is None:
        raise Refused(
            say(N_("Say how custody ended, as far as it is known.")), code="release_kind", field="release_kind"
        )
    if not act.clinic_day - LONGEST_BACK <= since_on <= act.clinic_day + LONGEST_AHEAD:
        words = say(N_("This lies within the last year, or at most three months ahead."))
        raise Refused(words, code="since_when", field="since_on")
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    _refuse_running(session, person_id, series)
    plan = write(
        session,
        CallPlan(
            person_id=person_id,
            series=series,
            since_on=since_on,
            release_kind=release_kind if after_release else None,
            work_until_on=since_on + agency_rules().work_window if after_release else None,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.CALL_PLAN_BEGUN, plan, act, person=person_id, series=series, since_on=since_on)
    return plan


@dataclass(frozen=True)
class Call:
    """What came of one call."""

    due_on: date
    """Which call of the schedule it was."""
    channel: Channel
    outcome: AttemptOutcome
    in_mutual_aid: bool | None = None
    """Whether the person goes to a mutual-aid group; None where it was not asked."""
    wants_back: bool = False
    note: str = ""


def record_call(session: Session, *, plan_id: int, call: Call, act: Act) -> CallMade:
    """Record a call that was made or tried; whoever wants to come back is put on the counselling desk the same day.

    Raises:
        NotFound: there is no such plan here.
        Conflict: the plan has ended, or somebody was reached by this call before.
        Refused: it is none of the plan's calls, somebody who was not reached cannot have wished anything,
            or no supporter stands by the person who may be called.
    """
    note = people.line(call.note, "note", longest=500)
    plan, person_id = _running(session, plan_id, act)
    if call.due_on not in due_days(plan.since_on, agency_rules().call_days[plan.series]):
        raise Refused(say(N_("This is none of the days of the plan. Choose one.")), code="not_a_call", field="due_on")
    if call.outcome not in REACHED and (call.wants_back or call.in_mutual_aid is not None):
        words = N_(
            "Nobody was reached, so nothing can have been said. Correct what came of the call, or leave the rest."
        )
        raise Refused(say(words), code="nobody_reached", field="outcome")
    _refuse_reached(session, plan_id, call.due_on)
    contact_rules.refuse_unless_supported(session, person_id, call.channel)
    made = write(
        session,
        CallMade(
            plan_id=plan_id,
            due_on=call.due_on,
            made_on=act.clinic_day,
            channel=call.channel,
            outcome=call.outcome,
            in_mutual_aid=call.in_mutual_aid,
            wants_back=call.wants_back,
            note=note,
            **act.stamp,
        ),
    )
    if call.wants_back:
        tasks.note(
            session,
            person_id=person_id,
            desk=Desk.COUNSELLING,
            kind=TaskReasonKind.WANTS_BACK,
            act=act,
        )
    audit.record(
        session,
        AuditKind.CALL_MADE,
        made,
        act,
        person=person_id,
        due_on=call.due_on,
        tried=call.outcome,
        wants_back=int(call.wants_back),
    )
    return made


def end(session: Session, *, plan_id: int, reason: str, act: Act) -> CallPlanEnd:
    """End the calls of a plan before their time, as when the person does not want them or is back in treatment.

    Raises:
        NotFound: there is no such plan here.
        Conflict: it has ended.
        Refused: no reason is given.
    """
    reason = people.line(reason, "reason", needed=True, longest=500)
    _, person_id = _running(session, plan_id, act)
    return _end(session, plan_id, person_id, reason, act)


def end_by_itself(
    session: Session, *, person_id: int, reason: str, act: Act, series: Collection[CallSeries] = frozenset(CallSeries)
) -> None:
    """End the calls of some series that run, at whichever site they were begun; call behind the person's lock."""
    for plan in plans_of(session, person_id):
        if plan.ended_on is None and plan.series in series:
            _end(session, plan.id, person_id, reason, act)


def end_with_return(session: Session, *, person_id: int, act: Act) -> None:
    """End the calls that follow somebody who left: they are in treatment again. Call behind the person's lock."""
    end_by_itself(session, person_id=person_id, reason=CAME_BACK, act=act, series=AFTER_LEAVING)


def _end(session: Session, plan_id: int, person_id: int, reason: str, act: Act) -> CallPlanEnd:
    ended = write(session, CallPlanEnd(plan_id=plan_id, ended_on=act.clinic_day, reason=reason, **act.stamp))
    audit.record(session, AuditKind.CALL_PLAN_ENDED, ended, act, person=person_id, plan=plan_id)
    return ended


def _refuse_running(session: Session, person_id: int, series: CallSeries) -> None:
    query = (
        select(CallPlan.since_on)
        .outerjoin(CallPlanEnd, CallPlanEnd.plan_id == CallPlan.id)
        .where(same_person(CallPlan.__table__.c.person_id, person_id))
        .where(CallPlan.series == series, CallPlanEnd.id.is_(None))
        .order_by(CallPlan.since_on.desc())
        .limit(1)
    )
    since_on = session.scalar(query)
    if since_on is not None:
        words = N_("Calls of this kind run since %(day)s. Go on with those, or end them first.")
        raise Conflict(say(words, day=since_on), code="calls_run", field="series")


def _running(session: Session, plan_id: int, act: Act) -> tuple[CallPlan, int]:
    plan = session.get(CallPlan, plan_id)
    if plan is None or plan.site_id != act.site_id:
        raise NotFound(say(N_("There is no such plan of calls on record here.")), code="no_such_plan")
    person_id = surviving(session, plan.person_id)
    people.lock(session, person_id)
    ended_on = session.scalar(select(CallPlanEnd.ended_on).where(CallPlanEnd.plan_id == plan_id))
    if ended_on is not None:
        raise Conflict(say(N_("These calls were ended on %(day)s."), day=ended_on), code="calls_ended")
    return plan, person_id


def _refuse_reached(session: Session, plan_id: int, due_on: date) -> None:
    query = select(CallMade.made_on).where(
        CallMade.plan_id == plan_id, CallMade.due_on == due_on, CallMade.outcome.in_(REACHED)
    )
    made_on = session.scalar(query.limit(1))
    if made_on is not None:
        words = N_("By this call somebody was reached on %(day)s already. Choose the next one.")
        raise Conflict(say(words, day=made_on), code="call_made", field="due_on")
