"""Whom the prescriber was told of because an order ends, and who of them waits for nothing any more."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.queries.people import episode_on
from models import Person, Task, TaskReason
from models.enums import Desk, TaskReasonKind
from models.person import root_of

_ROOT = root_of(Person)


def told_at(session: Session, site_id: int) -> dict[int, datetime]:
    """Return when each person was last put on the prescriber's desk because an order ends, by surviving record."""
    query = (
        select(_ROOT, func.max(TaskReason.noted_at))
        .join(Task, Task.person_id == Person.id)
        .join(TaskReason, TaskReason.task_id == Task.id)
        .where(Task.site_id == site_id, Task.desk == Desk.PRESCRIBER, TaskReason.kind == TaskReasonKind.ORDER_ENDING)
        .group_by(_ROOT)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def needs_none(session: Session, site_id: int) -> list[int]:
    """Return who stands on the prescriber's desk because an order ends, and is not in treatment at the site any more."""
    query = (
        select(_ROOT)
        .distinct()
        .join(Task, Task.person_id == Person.id)
        .join(TaskReason, TaskReason.task_id == Task.id)
        .where(Task.site_id == site_id, Task.desk == Desk.PRESCRIBER, Task.resolved_at.is_(None))
        .where(TaskReason.kind == TaskReasonKind.ORDER_ENDING)
        .order_by(_ROOT)
    )
    return [one for one in session.scalars(query) if episode_on(session, one, site_id) is None]
