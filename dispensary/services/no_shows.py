"""A date that somebody did not come to: the desk whose date it was asks after them, until it turns out that they did come."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.queries import no_shows
from dispensary.services import tasks
from dispensary.services.act import Act
from models import Task, TaskReason
from models.enums import Desk, Discipline, TaskOutcome, TaskReasonKind

DESKS = {
    Discipline.COUNSELLING: Desk.COUNSELLING,
    Discipline.MEDICAL: Desk.PRESCRIBER,
    Discipline.NURSING: Desk.NURSE,
    Discipline.LABORATORY: Desk.NURSE,
}
"""Whose worklist a date missed lies on."""
TAKEN_BACK = "the no-show was recorded by mistake"
"""What is noted on a task that ends with a correction; a fixed phrase."""


def tell(session: Session, *, person_id: int, desk: Desk, act: Act) -> None:
    """Ask the desk after somebody who did not come; call with the person's row locked."""
    tasks.note(session, person_id=person_id, desk=desk, kind=TaskReasonKind.NO_SHOW, act=act)


def take_back(session: Session, *, person_id: int, desk: Desk, act: Act) -> None:
    """Close the desk's task after a correction, if it was about dates missed alone and none of them stands any more.

    Call with the person's row locked. What else the task is about keeps it open.
    """
    query = select(Task).where(Task.person_id == person_id, Task.desk == desk, Task.resolved_at.is_(None))
    task = session.scalar(query)
    if task is None or _stands(session, task):
        return
    if set(session.scalars(select(TaskReason.kind).where(TaskReason.task_id == task.id))) == {TaskReasonKind.NO_SHOW}:
        tasks.resolve(session, task=task, resolution=TAKEN_BACK, outcome=TaskOutcome.NOT_NEEDED, act=act)


def _stands(session: Session, task: Task) -> bool:
    """Return whether the desk still has somebody to ask after, for a date missed that it was told of with this task."""
    disciplines = frozenset(one for one, desk in DESKS.items() if desk is task.desk)
    if no_shows.session_missed_since(session, task.person_id, disciplines, task.opened_at):
        return True
    return task.desk is Desk.COUNSELLING and no_shows.meeting_missed_since(session, task.person_id, task.opened_at)
