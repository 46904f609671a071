"""What happened to a person that no prescriber has answered yet: what it is, since when, and who entered it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.queries.signs import OPEN_EVENT, same_person
from models import Staff, Task, TaskReason
from models.enums import TaskReasonKind

_TASK, _REASON = Task.__table__.c, TaskReason.__table__.c


@dataclass(frozen=True)
class OpenEvent:
    """An event on a prescriber's open task; nothing of what was written about it."""

    kind: TaskReasonKind
    told_at: datetime
    by: str
    due_at: datetime
    """When the prescriber's answer is due."""


_EVENTS = (
    select(_REASON.kind, _REASON.noted_at, Staff.__table__.c.name, _TASK.due_at)
    .select_from(TaskReason.__table__)
    .join(Task.__table__, _REASON.task_id == _TASK.id)
    .join(Staff.__table__, Staff.__table__.c.id == _REASON.recorded_by_id)
    .where(same_person(_TASK.person_id), *OPEN_EVENT)
    .order_by(_REASON.noted_at.desc(), _REASON.id.desc())
)


def open_events(session: Session, person_id: int) -> tuple[OpenEvent, ...]:
    """Return what a prescriber has not answered yet about a person, the newest first; one read."""
    return tuple(OpenEvent(*row) for row in session.execute(_EVENTS, {"person_id": person_id}))
