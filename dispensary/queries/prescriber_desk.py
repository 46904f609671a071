"""What waits for a prescriber: open tasks with their reasons, and stops with the minutes they have stood."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.queries import dosing, people
from dispensary.rules.dosing import StandingStop
from models import Person, Stop, StopRelease, Task, TaskReason
from models.enums import Desk, TaskReasonKind


@dataclass(frozen=True)
class DeskRow:
    """One person for whom the prescriber's desk has something open."""

    task_id: int
    person_id: int
    number: str
    name: str
    """Family name first."""
    opened_at: datetime
    due_at: datetime
    overdue: bool
    kinds: tuple[TaskReasonKind, ...]
    """Why, apart from the stops."""
    stops: tuple[StandingStop, ...]
    stop_minutes: int | None
    """How long the oldest stop has stood, in whole minutes."""

    @property
    def held(self) -> bool:
        """Whether the person was held after days without medicine."""
        return TaskReasonKind.DAYS_WITHOUT_MEDICINE in self.kinds


def desk_rows(session: Session, site_id: int, at: datetime) -> list[DeskRow]:
    """Return the prescriber's open tasks at a site, the one due first on top."""
    query = (
        select(Task, Person)
        .join(Person, Person.id == Task.person_id)
        .where(Task.site_id == site_id, Task.desk == Desk.PRESCRIBER, Task.resolved_at.is_(None))
        .order_by(Task.due_at, Task.id)
    )
    rows = session.execute(query).all()
    kinds = _kinds(session, [task.id for task, _ in rows])
    return [_row(session, task, person, kinds[task.id], at) for task, person in rows]


def _row(session: Session, task: Task, person: Person, kinds: Sequence[TaskReasonKind], at: datetime) -> DeskRow:
    stops = dosing.standing_stops(session, person.id)
    return DeskRow(
        task_id=task.id,
        person_id=person.id,
        number=person.number,
        name=people.full_name(person.family_name, person.given_name),
        opened_at=task.opened_at,
        due_at=task.due_at,
        overdue=task.due_at < at,
        kinds=tuple(kind for kind in kinds if kind is not TaskReasonKind.STOP),
        stops=stops,
        stop_minutes=int((at - stops[0].set_at).total_seconds()) // 60 if stops else None,
    )


def _kinds(session: Session, task_ids: Sequence[int]) -> dict[int, list[TaskReasonKind]]:
    query = select(TaskReason.task_id, TaskReason.kind).where(TaskReason.task_id.in_(task_ids)).order_by(TaskReason.id)
    kinds: dict[int, list[TaskReasonKind]] = defaultdict(list)
    for task_id, kind in session.execute(query):
        if kind not in kinds[task_id]:
            kinds[task_id].append(kind)
    return kinds


def unanswered(session: Session, task_id: int) -> set[TaskReasonKind]:
    """Return the kinds of reasons on a task that still wait; a stop waits until it is released."""
    released = select(StopRelease.stop_id)
    query = select(TaskReason.kind).where(
        TaskReason.task_id == task_id, TaskReason.stop_id.is_(None) | TaskReason.stop_id.not_in(released)
    )
    return set(session.scalars(query))


def stop(session: Session, stop_id: int) -> Stop | None:
    """Return a stop that no prescriber has released, or None."""
    query = select(Stop).where(Stop.id == stop_id, Stop.id.not_in(select(StopRelease.stop_id)))
    return session.scalar(query)


def person_of_task(session: Session, task_id: int, site_id: int) -> int | None:
    """Return whom a site's task is about, or None if there is no such task."""
    return session.scalar(select(Task.person_id).where(Task.id == task_id, Task.site_id == site_id))
