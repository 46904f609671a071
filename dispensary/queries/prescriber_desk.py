"""What waits for a prescriber: open tasks with their reasons, and stops with the minutes they have stood."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.queries import contests, endings, people, sites, take_home_requests, take_home_reviews, tapers
from dispensary.queries.signs import same_person
from dispensary.rules.dosing import StandingStop
from models import (
    Countersignature,
    DoseOrder,
    OrderEnd,
    Person,
    Staff,
    Stop,
    StopRelease,
    Task,
    TaskReason,
    TelephoneOrder,
)
from models.enums import Desk, TaskReasonKind
from models.person import root_of

MINUTE = timedelta(minutes=1)
_ROOT = root_of(Person)
"""The record that stands for a person, where two were linked."""


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
    minutes_left: int
    """Until the answer is due, in whole minutes; below zero once it is late."""
    kinds: tuple[TaskReasonKind, ...]
    """Why, apart from the stops."""
    stops: tuple[StandingStop, ...]
    stop_minutes: int | None
    """How long the oldest stop has stood, in whole minutes."""

    @property
    def overdue(self) -> bool:
        """Whether the answer is late."""
        return self.minutes_left < 0

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
    stops = _stops(session, [person.id for _, person in rows])
    unsigned = _unsigned(session, [person.id for _, person in rows])
    return [_row(task, person, kinds[task.id], stops[person.id], person.id in unsigned, at) for task, person in rows]


def due_about(session: Session, person_id: int) -> datetime | None:
    """Return when the prescriber's answer about a person is due; None where nothing about them waits."""
    mine = (
        same_person(Task.__table__.c.person_id, person_id),
        Task.desk == Desk.PRESCRIBER,
        Task.resolved_at.is_(None),
    )
    return session.scalar(select(func.min(Task.due_at)).where(*mine))


def _row(
    task: Task,
    person: Person,
    kinds: Sequence[TaskReasonKind],
    stops: Sequence[StandingStop],
    unsigned: bool,
    at: datetime,
) -> DeskRow:
    answered = {TaskReasonKind.STOP, *({TaskReasonKind.COUNTERSIGN} if not unsigned else ())}
    return DeskRow(
        task_id=task.id,
        person_id=person.id,
        number=person.number,
        name=people.full_name(person.family_name, person.given_name),
        opened_at=task.opened_at,
        due_at=task.due_at,
        minutes_left=(task.due_at - at) // MINUTE,
        kinds=tuple(kind for kind in kinds if kind not in answered),
        stops=tuple(stops),
        stop_minutes=(at - stops[0].set_at) // MINUTE if stops else None,
    )


def _stops(session: Session, person_ids: Sequence[int]) -> dict[int, list[StandingStop]]:
    """Return the stops that stand about each of these people, under whichever of their records, oldest first."""
    query = (
        select(_ROOT.label("person_id"), Stop.id, Stop.kind, Staff.name, Stop.set_at, Stop.decide_by, Stop.note)
        .join(Person, Person.id == Stop.person_id)
        .join(Staff, Staff.id == Stop.recorded_by_id)
        .outerjoin(StopRelease, StopRelease.stop_id == Stop.id)
        .where(_ROOT.in_(person_ids), StopRelease.id.is_(None))
        .order_by(Stop.set_at, Stop.id)
    )
    found: dict[int, list[StandingStop]] = defaultdict(list)
    for row in session.execute(query):
        found[row.person_id].append(StandingStop(*row[1:]))
    return found


def _unsigned(session: Session, person_ids: Sequence[int]) -> set[int]:
    """Return about whom of these people a telephone order waits for its countersignature."""
    query = (
        select(_ROOT)
        .select_from(TelephoneOrder)
        .join(Person, Person.id == TelephoneOrder.person_id)
        .outerjoin(Countersignature, Countersignature.telephone_order_id == TelephoneOrder.id)
        .where(_ROOT.in_(person_ids), Countersignature.id.is_(None))
    )
    return set(session.scalars(query))


def _kinds(session: Session, task_ids: Sequence[int]) -> dict[int, list[TaskReasonKind]]:
    query = select(TaskReason.task_id, TaskReason.kind).where(TaskReason.task_id.in_(task_ids)).order_by(TaskReason.id)
    kinds: dict[int, list[TaskReasonKind]] = defaultdict(list)
    for task_id, kind in session.execute(query):
        if kind not in kinds[task_id]:
            kinds[task_id].append(kind)
    return kinds


def unanswered(session: Session, task_id: int) -> set[TaskReasonKind]:
    """Return the kinds of reasons on a task that still wait.

    A stop waits until it is released, a telephone order until it is countersigned, a review of take-home doses, a request
    for them, a wish about a taper or a contest until it is answered, an ending until the second hand agrees.
    """
    released = select(StopRelease.stop_id)
    query = (
        select(TaskReason.kind, Task.person_id)
        .join(Task, Task.id == TaskReason.task_id)
        .where(TaskReason.task_id == task_id, TaskReason.stop_id.is_(None) | TaskReason.stop_id.not_in(released))
    )
    rows = session.execute(query).all()
    kinds = {row.kind for row in rows}
    if TaskReasonKind.COUNTERSIGN in kinds and not _unsigned(session, [rows[0].person_id]):
        kinds.remove(TaskReasonKind.COUNTERSIGN)
    if not kinds:
        return kinds
    person_id = rows[0].person_id
    return kinds - _answered_about_take_homes(session, kinds, person_id) - _answered_turns(session, kinds, person_id)


def _answered_turns(session: Session, kinds: set[TaskReasonKind], person_id: int) -> set[TaskReasonKind]:
    """Return which of these kinds, as far as they are about a taper, an ending or a contest, wait no more."""
    answered = set()
    if TaskReasonKind.TAPER in kinds and not tapers.open_of(session, person_id):
        answered.add(TaskReasonKind.TAPER)
    if TaskReasonKind.CONTEST in kinds and not any(one.open for one in contests.of_person(session, person_id)):
        answered.add(TaskReasonKind.CONTEST)
    if TaskReasonKind.ENDING in kinds:
        one_hand = (one for one in endings.of_person(session, person_id) if one.open and one.agreed_by_id is None)
        if not any(one_hand):
            answered.add(TaskReasonKind.ENDING)
    return answered


def _answered_about_take_homes(session: Session, kinds: set[TaskReasonKind], person_id: int) -> set[TaskReasonKind]:
    """Return which of these kinds, as far as they are about take-home doses, were answered while others still wait."""
    answered = set()
    if TaskReasonKind.TAKE_HOME_REVIEW in kinds and take_home_reviews.open_review(session, person_id) is None:
        answered.add(TaskReasonKind.TAKE_HOME_REVIEW)
    if TaskReasonKind.TAKE_HOME_REQUEST in kinds and not take_home_requests.open_requests(session, person_id):
        answered.add(TaskReasonKind.TAKE_HOME_REQUEST)
    return answered


@dataclass(frozen=True)
class TimesToDecision:
    """How long stops stood before a prescriber decided, over some clinic days: the minutes of each, shortest first."""

    minutes: tuple[int, ...]
    standing: int
    """Stops of these days that nobody has decided yet."""
    late: int
    """Of the decided ones, how many were decided after the answer was due."""

    @property
    def median(self) -> int | None:
        """The middle one; of an even number the shorter of the two in the middle."""
        return self._at(50)

    @property
    def ninetieth(self) -> int | None:
        """Nine in ten were decided within so many minutes."""
        return self._at(90)

    def _at(self, percent: int) -> int | None:
        """Return the smallest value that so many of a hundred do not exceed."""
        if not self.minutes:
            return None
        return self.minutes[-(-len(self.minutes) * percent // 100) - 1]


def minutes_to_decision(session: Session, site_id: int, from_day: date, until_day: date) -> TimesToDecision:
    """Return how long the stops that were set on these clinic days stood until they were released."""
    settings = sites.settings(session, site_id, until_day)
    start = datetime.combine(from_day, settings.day_starts, settings.zone)
    end = datetime.combine(until_day + timedelta(days=1), settings.day_starts, settings.zone)
    query = (
        select(Stop.set_at, Stop.decide_by, StopRelease.released_at)
        .outerjoin(StopRelease, StopRelease.stop_id == Stop.id)
        .where(Stop.site_id == site_id, Stop.set_at >= start, Stop.set_at < end)
    )
    rows = session.execute(query).all()
    decided = [row for row in rows if row.released_at is not None]
    return TimesToDecision(
        minutes=tuple(sorted((row.released_at - row.set_at) // MINUTE for row in decided)),
        standing=len(rows) - len(decided),
        late=sum(row.released_at > row.decide_by for row in decided),
    )


_OPEN = select(func.count(), func.max(Task.id)).where(Task.desk == Desk.PRESCRIBER, Task.resolved_at.is_(None))
_NEWEST = select(
    *(
        select(func.max(table.__table__.c.id)).scalar_subquery()
        for table in (Stop, StopRelease, TaskReason, TelephoneOrder, Countersignature, DoseOrder, OrderEnd)
    )
)


def desk_mark(session: Session, site_id: int) -> str:
    """Return a mark that changes whenever the desk may have changed, apart from its minutes."""
    tasks = session.execute(_OPEN.where(Task.site_id == site_id)).one()
    newest = session.execute(_NEWEST).one()
    return "-".join(str(part or 0) for part in (tasks[0], tasks[1], *newest))


def stop(session: Session, stop_id: int) -> Stop | None:
    """Return a stop that no prescriber has released, or None."""
    query = select(Stop).where(Stop.id == stop_id, Stop.id.not_in(select(StopRelease.stop_id)))
    return session.scalar(query)


def person_of_task(session: Session, task_id: int, site_id: int) -> int | None:
    """Return whom a site's task is about, or None if there is no such task."""
    return session.scalar(select(Task.person_id).where(Task.id == task_id, Task.site_id == site_id))
