"""Working through a desk's list: a task is taken, handed over, tried, and closed with what came of it."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import caseload, worklist
from dispensary.services import audit, contact_rules, people, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Task, TaskAttempt, TaskHandOver
from models.enums import AttemptOutcome, AuditKind, Channel, Desk, Role, TaskOutcome

NOTE_LENGTH = 500
WORKERS = {
    Desk.PRESCRIBER: (Role.PRESCRIBER,),
    Desk.COUNSELLING: (Role.COUNSELLOR, Role.PRESCRIBER, Role.NURSE),
    Desk.NURSE: (Role.NURSE,),
}
"""Who may own a task of a desk."""
BY_CASELOAD = "by caseload"
"""What is noted where a task went to the counsellor of the person by itself; a fixed phrase."""
TAKEN = "taken"
"""What is noted where somebody took a task; a fixed word."""


def take(session: Session, *, task_id: int, act: Act) -> TaskHandOver:
    """Take a task that nobody owns.

    Raises:
        NotFound: there is no such task here.
        Conflict: it is closed, or somebody owns it.
        Refused: it lies on a desk of other people.
    """
    task = _open(session, task_id, act)
    owner = worklist.owner_of(session, task_id)
    if owner is not None:
        words = N_("%(who)s has this task. Ask them, or hand it over with a reason.")
        raise Conflict(say(words, who=owner.name), code="owned")
    if act.by_id not in _workers(session, task, act):
        raise Refused(say(N_("This task lies on another desk. Whoever works there takes it.")), code="other_desk")
    return hand(session, task, act.by_id, TAKEN, act)


def hand_over(session: Session, *, task_id: int, owner_id: int | None, reason: str, act: Act) -> TaskHandOver:
    """Give a task to a colleague, or put it back for whoever comes first.

    Raises:
        NotFound: there is no such task here.
        Conflict: it is closed.
        Refused: no reason is said, the colleague does not work at that desk, or has the task already.
    """
    reason = people.line(reason, "reason", needed=True)
    task = _open(session, task_id, act)
    owner = worklist.owner_of(session, task_id)
    if (owner.id if owner else None) == owner_id:
        words = N_("The task lies there already. Choose somebody else.")
        raise Refused(say(words), code="nothing_changed", field="owner_id")
    if owner_id is not None and owner_id not in _workers(session, task, act):
        raise Refused(say(N_("Choose somebody who works at this desk.")), code="not_staff", field="owner_id")
    return hand(session, task, owner_id, reason, act)


def attempt(
    session: Session, *, task_id: int, channel: Channel, outcome: AttemptOutcome, note: str, act: Act
) -> TaskAttempt:
    """Record that somebody tried to reach the person about a task; the task stays open.

    Raises:
        NotFound: there is no such task here.
        Conflict: it is closed.
        Refused: the outcome cannot come of that way, or no supporter stands by the person who may be called.
    """
    note = people.line(note, "note", longest=NOTE_LENGTH)
    task = _open(session, task_id, act)
    contact_rules.refuse_unless_supported(session, task.person_id, channel)
    if outcome is AttemptOutcome.WRONG_NUMBER and channel not in (Channel.TELEPHONE, Channel.TEXT):
        words = say(N_("Only a call or a text can go to a wrong number."))
        raise Refused(words, code="no_number", field="outcome")
    kept = write(
        session,
        TaskAttempt(
            task_id=task.id,
            person_id=task.person_id,
            channel=channel,
            outcome=outcome,
            note=note,
            tried_at=act.at,
            clinic_day=act.clinic_day,
            **act.stamp,
        ),
    )
    audit.record(
        session, AuditKind.TASK_TRIED, kept, act, person=task.person_id, task=task.id, channel=channel, tried=outcome
    )
    return kept


def resolve(session: Session, *, task_id: int, outcome: TaskOutcome, note: str, act: Act) -> Task:
    """Close a task of the counselling or the nurses' desk with what came of it.

    Raises:
        NotFound: there is no such task here.
        Conflict: it is closed already, or something on it waits for its own answer.
        Refused: the prescriber's tasks are closed at the prescriber's desk.
    """
    note = people.line(note, "note", longest=NOTE_LENGTH)
    task = _open(session, task_id, act)
    if task.desk is Desk.PRESCRIBER:
        words = say(N_("A prescriber closes this task, at the prescriber's desk."))
        raise Refused(words, code="prescribers_task")
    waits = worklist.waits_for(session, task, act.at)
    if waits is not None:
        raise Conflict(waits, code="still_waits")
    tasks.resolve(session, task=task, resolution=note, outcome=outcome, act=act)
    return task


def _open(session: Session, task_id: int, act: Act) -> Task:
    """Lock the person of a task, and return the task if it is open."""
    query = select(Task.person_id).where(Task.id == task_id, Task.site_id == act.site_id)
    person_id = session.scalar(query)
    if person_id is None:
        raise NotFound(say(N_("There is no such task here.")), code="no_such_task")
    people.lock(session, person_id)
    task = session.get_one(Task, task_id, populate_existing=True)
    if task.resolved_at is not None:
        words = N_("This task was closed at %(at)s. Open the list again.")
        raise Conflict(say(words, at=task.resolved_at), code="task_closed")
    return task


def _workers(session: Session, task: Task, act: Act) -> set[int]:
    return {one.id for one in caseload.colleagues(session, act.site_id, act.clinic_day, WORKERS[task.desk])}


def give_to_keeper(session: Session, task: Task, act: Act) -> None:
    """Give a task to the counsellor on whose caseload the person is, unless it was in somebody's hands before.

    Where there is none, or not at work here any more, it waits for whoever comes first, and is shown so. Call with the
    person's row locked.
    """
    if session.scalar(select(TaskHandOver.id).where(TaskHandOver.task_id == task.id).limit(1)) is not None:
        return
    keeper = caseload.counsellor_of(session, task.person_id, act.clinic_day)
    if keeper and keeper.counsellor_id in _workers(session, task, act):
        hand(session, task, keeper.counsellor_id, BY_CASELOAD, act)


def follow_caseload(session: Session, person_id: int, act: Act) -> None:
    """Let a task that came to a counsellor by caseload go to the person's counsellor of today, or back to whoever comes first.

    What somebody took, or was given by a colleague, stays theirs. Call with the person's row locked.
    """
    keeper = caseload.counsellor_of(session, person_id, act.clinic_day)
    wanted = keeper.counsellor_id if keeper else None
    here = (Task.person_id == person_id, Task.desk == Desk.COUNSELLING, Task.resolved_at.is_(None))
    for task in session.scalars(select(Task).where(*here, Task.site_id == act.site_id).order_by(Task.id)).all():
        hands = select(TaskHandOver).where(TaskHandOver.task_id == task.id).order_by(TaskHandOver.turn.desc())
        last = session.scalar(hands.limit(1))
        if last is not None and last.reason == BY_CASELOAD and last.owner_id != wanted:
            hand(session, task, wanted, BY_CASELOAD, act)


def hand(session: Session, task: Task, owner_id: int | None, reason: str, act: Act) -> TaskHandOver:
    """Note that a task went to somebody, or back to whoever comes first; call with the person's row locked."""
    turn = (session.scalar(select(func.max(TaskHandOver.turn)).where(TaskHandOver.task_id == task.id)) or 0) + 1
    kept = write(
        session,
        TaskHandOver(task_id=task.id, turn=turn, owner_id=owner_id, reason=reason, handed_at=act.at, **act.stamp),
    )
    audit.record(
        session, AuditKind.TASK_HANDED_OVER, kept, act, person=task.person_id, task=task.id, owner=owner_id or "–"
    )
    return kept
