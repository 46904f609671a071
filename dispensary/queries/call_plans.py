"""Plans of calls with what came of each: of one person, and those of a site on which a call is due."""

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.policy.agencies import agency_rules
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.rules.call_plans import MadeCall, PlanFacts, due_days
from dispensary.wording import N_, say
from models import CallMade, CallPlan, CallPlanEnd, Person, Staff
from models.person import root_of

_PLAN, _END = CallPlan.__table__.c, CallPlanEnd.__table__.c


def plans_of(session: Session, person_id: int) -> list[PlanFacts]:
    """Return a person's plans of calls, those that run first, then the newest."""
    query = _plans().where(same_person(_PLAN.person_id, person_id))
    return _read(session, query.order_by(_END.id.is_not(None), _PLAN.since_on.desc(), _PLAN.id.desc()))


def running(session: Session, site_id: int) -> list[PlanFacts]:
    """Return the plans of a site that run, whoever is called next at the head; plans with no call left come last."""
    found = _read(session, _plans().where(_PLAN.site_id == site_id, _END.id.is_(None)).order_by(_PLAN.id))
    return sorted(found, key=lambda plan: plan.next_on() or date.max)


def due(session: Session, site_id: int, today: date) -> list[PlanFacts]:
    """Return the plans of a site on which a call is due today or overdue, the longest overdue first."""
    return [plan for plan in running(session, site_id) if plan.due(today)]


def plan(session: Session, plan_id: int) -> PlanFacts:
    """Return one plan.

    Raises:
        NotFound: there is none such.
    """
    found = _read(session, _plans().where(_PLAN.id == plan_id))
    if not found:
        raise NotFound(say(N_("There is no such plan of calls on record here.")), code="no_such_plan")
    return found[0]


def _plans() -> Select[*tuple[Any, ...]]:
    own, root = aliased(Person), aliased(Person)
    return (
        select(
            _PLAN.id,
            root.id,
            root.number,
            root.family_name,
            root.given_name,
            root.phone,
            _PLAN.series,
            _PLAN.since_on,
            _PLAN.release_kind,
            _PLAN.work_until_on,
            _END.ended_on,
            _END.reason,
        )
        .join(own, own.id == _PLAN.person_id)
        .join(root, root.id == root_of(own))
        .outerjoin(CallPlanEnd, _END.plan_id == _PLAN.id)
    )


def _read(session: Session, query: Select[*tuple[Any, ...]]) -> list[PlanFacts]:
    rows = session.execute(query).all()
    made = _made(session, [row[0] for row in rows])
    days = agency_rules().call_days
    return [
        PlanFacts(
            id=plan_id,
            person_id=person_id,
            number=number,
            name=full_name(family, given),
            phone=phone,
            series=series,
            since_on=since_on,
            release_kind=release_kind,
            work_until_on=work_until_on,
            days=tuple(due_days(since_on, days[series])),
            made=tuple(made[plan_id]),
            ended_on=ended_on,
            end_reason=reason or "",
        )
        for (
            plan_id,
            person_id,
            number,
            family,
            given,
            phone,
            series,
            since_on,
            release_kind,
            work_until_on,
            ended_on,
            reason,
        ) in rows
    ]


def _made(session: Session, plan_ids: list[int]) -> dict[int, list[MadeCall]]:
    query = (
        select(CallMade, Staff.name)
        .join(Staff, Staff.id == CallMade.recorded_by_id)
        .where(CallMade.plan_id.in_(plan_ids))
        .order_by(CallMade.due_on, CallMade.id)
    )
    found: dict[int, list[MadeCall]] = defaultdict(list)
    for call, by in session.execute(query) if plan_ids else ():
        found[call.plan_id].append(
            MadeCall(
                call.due_on,
                call.made_on,
                call.channel,
                call.outcome,
                call.in_mutual_aid,
                call.wants_back,
                call.note,
                by,
            )
        )
    return found
