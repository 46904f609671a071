"""What the desks owe two records of one person: owed to the one that survives, and given back if the link was a mistake."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.queries import links, worklist
from dispensary.queries.links import StandingLink
from dispensary.rules.events import EVENTS
from dispensary.services import tasks
from dispensary.services.act import Act
from dispensary.services.worklist import hand
from models import StopRelease, Task, TaskReason
from models.enums import Desk, TaskReasonKind


def move(session: Session, records: Collection[int], to_person_id: int, reason: str, act: Act) -> None:
    """Let what the desks owe a record that ends be owed to the one that survives, by whoever had it in hand."""
    open_ones = select(Task).where(Task.person_id.in_(records), Task.resolved_at.is_(None)).order_by(Task.id)
    for task in session.scalars(open_ones).all():
        moved = [_note_again(session, task, why, to_person_id, act) for why in _waiting(session, task.id)]
        owner = worklist.owner_of(session, task.id)
        tasks.resolve(session, task=task, resolution=reason, act=act)
        if moved and owner is not None and worklist.owner_of(session, moved[0].id) is None:
            hand(session, moved[0], owner.id, reason, act)


def give_back(session: Session, link: StandingLink, root_id: int, act: Act) -> None:
    """Let what came with a link and is not answered be owed to the parted record too, and every event told of since.

    As nobody can tell from the record whom an event befell, it shows at the window for both until a prescriber has answered.
    """
    came = _came_with(session, link)
    open_ones = select(Task).where(Task.person_id == root_id, Task.resolved_at.is_(None)).order_by(Task.id)
    for task in session.scalars(open_ones).all():
        for reason in _waiting(session, task.id):
            event = task.desk is Desk.PRESCRIBER and reason.kind in EVENTS and reason.noted_at >= link.linked_at
            if event or (task.desk, reason.kind, reason.stop_id) in came:
                _note_again(session, task, reason, link.person_id, act)


def _note_again(session: Session, task: Task, why: TaskReason, person_id: int, act: Act) -> Task:
    return tasks.note(
        session, person_id=person_id, desk=task.desk, kind=why.kind, due_at=task.due_at, stop_id=why.stop_id, act=act
    )


def _waiting(session: Session, task_id: int) -> list[TaskReason]:
    released = select(StopRelease.stop_id)
    query = select(TaskReason).where(
        TaskReason.task_id == task_id, TaskReason.stop_id.is_(None) | TaskReason.stop_id.not_in(released)
    )
    return list(session.scalars(query.order_by(TaskReason.id)))


def _came_with(session: Session, link: StandingLink) -> set[tuple[Desk, TaskReasonKind, int | None]]:
    """Return what the desks owed a record at the moment at which it ended in the other."""
    query = (
        select(Task.desk, TaskReason.kind, TaskReason.stop_id)
        .join(TaskReason, TaskReason.task_id == Task.id)
        .where(Task.person_id.in_(links.family(session, link.person_id)), Task.resolved_at == link.linked_at)
    )
    return {(desk, kind, stop_id) for desk, kind, stop_id in session.execute(query)}
