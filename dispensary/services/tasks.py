"""What a desk owes a person: one open task a person and desk; further reasons join it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.policy.house import house_rules
from dispensary.services import audit
from dispensary.services.act import Act
from models import Task, TaskReason
from models.enums import AuditKind, Desk, TaskOutcome, TaskReasonKind


def note(
    session: Session,
    *,
    person_id: int,
    desk: Desk,
    kind: TaskReasonKind,
    act: Act,
    due_at: datetime | None = None,
    stop_id: int | None = None,
    again_since: datetime | None = None,
) -> Task:
    """Open the desk's task for a person, or let a further reason join the one that is open.

    Call with the person's row locked. The same reason noted twice joins once; the earlier due moment stands.

    Args:
        due_at: when the answer is due; as the house rules have it for this kind of reason if not given.
        again_since: when the same reason was last answered, while others kept the task open; it may join again since.
    """
    due_at = due_at or act.at + house_rules().answer_within[kind]
    query = select(Task).where(Task.person_id == person_id, Task.desk == desk, Task.resolved_at.is_(None))
    task = session.scalar(query)
    if task is None:
        task = Task(person_id=person_id, site_id=act.site_id, desk=desk, opened_at=act.at, due_at=due_at)
        session.add(task)
        session.flush()
    known = select(TaskReason.id).where(
        TaskReason.task_id == task.id, TaskReason.kind == kind, TaskReason.stop_id.is_not_distinct_from(stop_id)
    )
    if again_since is not None:
        known = known.where(TaskReason.noted_at >= again_since)
    task.due_at = min(task.due_at, due_at)
    if session.scalar(known) is None:
        session.add(TaskReason(task_id=task.id, kind=kind, stop_id=stop_id, noted_at=act.at, **act.stamp))
    session.flush()
    return task


def resolve(session: Session, *, task: Task, resolution: str, outcome: TaskOutcome | None = None, act: Act) -> None:
    """Close a task with what came of it.

    Args:
        outcome: the same in one word; None where the task ends with what it asks for, such as a decision about a stop.
    """
    task.resolved_at, task.resolved_by_id, task.resolution, task.outcome = act.at, act.by_id, resolution, outcome
    session.flush()
    audit.record(session, AuditKind.TASK_RESOLVED, task, act)
