"""What is due by itself goes to the counselling desk, once for each matter, and leaves it when the person has settled it."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.policy.house import house_rules
from dispensary.policy.risk import risk_card
from dispensary.queries import caseload, due_work, policy, risk_flags, sites
from dispensary.queries.ledger import runs_of
from dispensary.rules import worklist as rules
from dispensary.rules.worklist import Facts
from dispensary.services import people, tasks
from dispensary.services.act import Act
from models import Task
from models.enums import Desk, TaskOutcome, TaskReasonKind

BY_ITSELF = "by itself: nothing of it stands any more"
"""What is noted on a task that answered itself; a fixed phrase."""


@dataclass(frozen=True)
class Owed:
    """What is due with somebody, each since when."""

    person_id: int
    due: dict[TaskReasonKind, date]


@dataclass(frozen=True)
class Settled:
    """A task that has ended by itself."""

    task_id: int
    person_id: int
    outcome: TaskOutcome


def owed(session: Session, site_id: int, today: date) -> tuple[list[Owed], list[Settled]]:
    """Return what the counselling desk is to be told of today, and what of it has answered itself; this only reads."""
    in_care = caseload.in_care(session, site_id, today)
    here = {one.person_id for one in in_care}
    found = due_work.lists(session, site_id, today, policy.minimums(session, site_id, today), in_care)
    facts = due_work.facts_of(found, here, today)
    missed_from = house_rules().missed_from_days
    due = {person_id: rules.due(one, today, missed_from=missed_from) for person_id, one in facts.items()}
    silent = risk_card().silent_nights
    amber = risk_flags.last_amber(session, site_id, today - timedelta(days=silent + 1))
    told = due_work.told(session, site_id, today)
    to_tell = [
        Owed(person_id, {kind: due[person_id][kind] for kind in sorted(kinds)})
        for person_id in sorted(due)
        if (kinds := rules.untold(due[person_id], told.get(person_id, {}), since=_told_since(today)))
    ]
    settled = []
    for task_id, (person_id, kinds) in due_work.open_tasks(session, site_id).items():
        of_person = facts.get(person_id, Facts(in_care=person_id in here, told_dead=person_id in found.told_dead))
        of_person = replace(of_person, amber_on=amber.get(person_id))
        raised = rules.still_raised(of_person, today, missed_from=missed_from, silent_nights=silent)
        outcome = rules.answered(kinds, raised | due.get(person_id, {}).keys(), of_person)
        if outcome is TaskOutcome.CAME_BACK and not _took_since(session, task_id, person_id, today):
            outcome = TaskOutcome.NOT_NEEDED
        if outcome is not None:
            settled.append(Settled(task_id, person_id, outcome))
    return to_tell, settled


def _took_since(session: Session, task_id: int, person_id: int, today: date) -> bool:
    """Return whether somebody has taken a dose since a task was opened; else only the record of before was mended."""
    task = session.get_one(Task, task_id)
    have = sites.settings(session, task.site_id, today)
    taken_on = runs_of(session, person_id, task.site_id, today).last_taken_on
    return taken_on is not None and taken_on >= clinic_day(task.opened_at, have.zone, have.day_starts)


def _told_since(today: date) -> dict[TaskReasonKind, date]:
    """Return since which day something must have fallen due to make a task, where that is bounded."""
    house = house_rules()
    return {rules.INTAKE: today - house.intake_told_within, rules.URINE: today - house.urine_told_within}


def tell(session: Session, one: Owed, act: Act) -> None:
    """Put what is due with somebody on the counselling desk, unless it was told of in the meantime."""
    people.lock(session, one.person_id)
    told = due_work.told(session, act.site_id, act.clinic_day, one.person_id).get(one.person_id, {})
    for kind in sorted(rules.untold(one.due, told, since=_told_since(act.clinic_day))):
        tasks.note(session, person_id=one.person_id, desk=Desk.COUNSELLING, kind=kind, act=act)


def settle(session: Session, one: Settled, act: Act) -> None:
    """Close a task that has answered itself, unless somebody closed it, or noted more on it, in the meantime."""
    people.lock(session, one.person_id)
    task = session.get_one(Task, one.task_id, populate_existing=True)
    if task.resolved_at is None and due_work.open_tasks(session, act.site_id)[one.task_id][1] <= rules.SETTLES:
        tasks.resolve(session, task=task, resolution=BY_ITSELF, outcome=one.outcome, act=act)
