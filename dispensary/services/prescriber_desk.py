"""Closing what lies on the prescriber's desk, once nothing on it waits any more."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound
from dispensary.queries import prescriber_desk
from dispensary.services import people, tasks
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import Task
from models.enums import Desk, TaskOutcome, TaskReasonKind

ANSWERED_APART = frozenset({TaskReasonKind.TAPER, TaskReasonKind.ENDING, TaskReasonKind.CONTEST})
"""What the person is owed an answer to, so that nobody closes it by the way."""


def answer(session: Session, *, person_id: int, kinds: set[TaskReasonKind], resolution: str, act: Act) -> None:
    """Close the prescriber's task about a person if nothing but these kinds of reasons still waited on it.

    Whoever is decided about after days without medicine has come, and is not lost any more. Call with the person's row locked.
    """
    if TaskReasonKind.DAYS_WITHOUT_MEDICINE in kinds:
        kinds = kinds | {TaskReasonKind.LOST}
    task = session.scalar(
        select(Task).where(Task.person_id == person_id, Task.desk == Desk.PRESCRIBER, Task.resolved_at.is_(None))
    )
    if task is not None and prescriber_desk.unanswered(session, task.id) <= kinds:
        tasks.resolve(session, task=task, resolution=resolution, act=act)


def close_task(
    session: Session, *, task_id: int, resolution: str, outcome: TaskOutcome = TaskOutcome.DONE, act: Act
) -> Task:
    """Close a prescriber's task by hand, with what came of it.

    Args:
        outcome: what came of it in one word, to be counted.

    Raises:
        NotFound: there is no such task at this site.
        Conflict: it is closed already, or a stop or an order by telephone on it waits for its own decision.
    """
    resolution = people.line(resolution, "resolution", needed=True)
    person_id = session.scalar(select(Task.person_id).where(Task.id == task_id, Task.site_id == act.site_id))
    if person_id is None:
        raise NotFound(say(N_("There is no such task here.")), code="no_such_task")
    people.lock(session, person_id)
    task = session.get_one(Task, task_id, populate_existing=True)
    if task.resolved_at is not None:
        raise Conflict(say(N_("This task was closed at %(at)s."), at=task.resolved_at), code="task_closed")
    waiting = prescriber_desk.unanswered(session, task.id)
    if TaskReasonKind.STOP in waiting:
        raise Conflict(say(N_("A stop on this task still stands. Decide the stop first.")), code="stop_stands")
    if TaskReasonKind.COUNTERSIGN in waiting:
        words = N_("A telephone order on this task is not countersigned yet. Countersign or disown it first.")
        raise Conflict(say(words), code="not_countersigned")
    if waiting & ANSWERED_APART:
        words = N_("A wish, an ending or a contest on this task waits for its own answer. Answer it first.")
        raise Conflict(say(words), code="not_answered")
    tasks.resolve(session, task=task, resolution=resolution, outcome=outcome, act=act)
    return task
