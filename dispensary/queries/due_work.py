"""What is on record of everyone, as far as a counsellor's worklist goes by it, and what it was told of before."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.policy.minimums import Minimums
from dispensary.queries import call_plans, intake, plans, referrals, sites, urine_schedule, waiting
from dispensary.queries.caseload import InCare
from dispensary.queries.deaths import all_told_dead
from dispensary.queries.missed_doses import MissedRow, missed_doses
from dispensary.queries.sessions import CounsellingDue, counselling_due_of
from dispensary.queries.signs import same_person
from dispensary.rules.call_plans import PlanFacts
from dispensary.rules.referrals import ReferralFacts
from dispensary.rules.waiting import Neglected
from dispensary.rules.worklist import KINDS, Facts
from models import DayClose, Dose, Person, Task, TaskReason
from models.enums import Desk, DoseOutcome, TaskReasonKind
from models.person import root_of

A_DAY = timedelta(days=1)
_TASK, _REASON, _PERSON = Task.__table__.c, TaskReason.__table__.c, Person.__table__.c
_ROOT = root_of(_PERSON)
Told = dict[TaskReasonKind, date]


@dataclass(frozen=True)
class Lists:
    """What is due at a site on a day, each as its own page shows it."""

    missed: tuple[MissedRow, ...]
    reviews: list[plans.ReviewDue]
    calls: list[PlanFacts]
    referrals: list[ReferralFacts]
    counselling: tuple[CounsellingDue, ...]
    """Of everyone in care of whom a policy speaks, due or not."""
    intakes: list[intake.Entered]
    """Of which something is overdue."""
    urines: list[urine_schedule.UrineDue]
    """Of everyone in treatment of whom a policy speaks, due or not."""
    waiting: list[Neglected]
    worked_on: date | None
    """The last day before this one on which a dose was recorded here, or the day was closed by its staff."""
    told_dead: frozenset[int]
    """Whom nobody is sent to reach: told to have died, and no prescriber has decided yet."""


def lists(session: Session, site_id: int, today: date, minimums: Minimums, here: Iterable[InCare]) -> Lists:
    """Return what is due with everybody; a few statements, however many people there are.

    Args:
        here: everyone in care at the site.
    """
    return Lists(
        missed_doses(session, site_id, today),
        plans.reviews_due(session, site_id, today),
        call_plans.due(session, site_id, today),
        referrals.overdue(session, site_id, today),
        counselling_due_of(session, site_id, today, minimums, here),
        intake.overdue(session, site_id, today),
        urine_schedule.due_list(session, site_id, today, minimums),
        waiting.neglected(session, site_id, today),
        worked_on(session, site_id, today),
        all_told_dead(session),
    )


def facts_of(found: Lists, in_care: Collection[int], today: date) -> dict[int, Facts]:
    """Return the facts of everybody about whom anything is due, by surviving record."""
    facts: dict[int, Facts] = defaultdict(Facts)
    for missed in found.missed:
        facts[missed.person_id] = _missed(missed, today, found.worked_on)
    for review in found.reviews:
        facts[review.person_id] = replace(facts[review.person_id], review_on=review.review_on)
    for due in found.counselling:
        person_id, arranged = due.who.person_id, due.next is not None
        facts[person_id] = replace(facts[person_id], counselling_by=due.due_on, counselling_arranged=arranged)
    for plan in found.calls:
        newest = max(day for day in plan.waiting() if day <= today)
        facts[plan.person_id] = replace(facts[plan.person_id], call_on=_later(facts[plan.person_id].call_on, newest))
    for sent in found.referrals:
        answer_by = _later(facts[sent.person_id].answer_by, sent.answer_by)
        facts[sent.person_id] = replace(facts[sent.person_id], answer_by=answer_by)
    for entered in found.intakes:
        newest = max(line.due_on for line in entered.overdue(today))
        facts[entered.person_id] = replace(facts[entered.person_id], intake_by=newest)
    _add_the_way_in_and_urines(facts, found)
    return {
        person_id: replace(one, in_care=person_id in in_care, told_dead=person_id in found.told_dead)
        for person_id, one in facts.items()
    }


def _add_the_way_in_and_urines(facts: dict[int, Facts], found: Lists) -> None:
    for urine in found.urines:
        facts[urine.person_id] = replace(facts[urine.person_id], urine_by=urine.due_on)
    for waits in found.waiting:
        facts[waits.who.person_id] = replace(facts[waits.who.person_id], waits_since=waits.since)


def worked_on(session: Session, site_id: int, today: date) -> date | None:
    """Return the last day before one on which a dose was recorded at a site, or the day was closed by its staff."""
    dose, close = Dose.__table__.c, DayClose.__table__.c
    here = (dose.site_id == site_id, dose.clinic_day < today, dose.outcome != DoseOutcome.ELSEWHERE)
    dosed = select(func.max(dose.clinic_day).label("day")).where(*here)
    closed = select(func.max(close.clinic_day)).where(close.site_id == site_id, close.clinic_day < today)
    either = union_all(dosed, closed).subquery()
    worked: date | None = session.scalar(select(func.max(either.c.day)))
    return worked


def _missed(row: MissedRow, today: date, worked_on: date | None) -> Facts:
    days = max(row.runs.days_without_medicine, row.runs.no_shows_in_a_row)
    last = row.runs.last_taken_on
    return Facts(
        away=row.away is not None,
        missed_days=days,
        missed_since=last + A_DAY if last else today - days * A_DAY,
        worked_on=worked_on,
    )


def _later(one: date | None, other: date) -> date:
    return max(one or other, other)


def told(session: Session, site_id: int, today: date, person_id: int | None = None) -> dict[int, Told]:
    """Return when a counsellor's worklist was last told of what, by surviving record; the last day of all while it is open.

    Args:
        person_id: of this one only.
    """
    moments = (func.max(_REASON.noted_at), func.max(_TASK.resolved_at))
    query = (
        select(_ROOT, _REASON.kind, *moments, func.count(_TASK.resolved_at), func.count())
        .select_from(TaskReason)
        .join(Task, _TASK.id == _REASON.task_id)
        .join(Person, _PERSON.id == _TASK.person_id)
        .where(_TASK.site_id == site_id, _TASK.desk == Desk.COUNSELLING, _REASON.kind.in_(KINDS))
        .group_by(_ROOT, _REASON.kind)
    )
    if person_id is not None:
        query = query.where(same_person(_TASK.person_id, person_id))
    found: dict[int, Told] = defaultdict(dict)
    have = sites.settings(session, site_id, today)
    for root, kind, noted_at, resolved_at, closed, reasons in session.execute(query):
        open_now = closed < reasons
        found[root][kind] = date.max if open_now else clinic_day(max(noted_at, resolved_at), have.zone, have.day_starts)
    return found


def open_tasks(session: Session, site_id: int) -> dict[int, tuple[int, frozenset[TaskReasonKind]]]:
    """Return the open tasks of the counselling desk, each with whom it is about and why, by surviving record."""
    query = (
        select(_TASK.id, _ROOT, _REASON.kind)
        .select_from(Task)
        .join(TaskReason, _REASON.task_id == _TASK.id)
        .join(Person, _PERSON.id == _TASK.person_id)
        .where(_TASK.site_id == site_id, _TASK.desk == Desk.COUNSELLING, _TASK.resolved_at.is_(None))
        .order_by(_TASK.id)
    )
    found: dict[int, tuple[int, frozenset[TaskReasonKind]]] = {}
    for task_id, root, kind in session.execute(query):
        found[task_id] = (root, found.get(task_id, (root, frozenset()))[1] | {kind})
    return found
