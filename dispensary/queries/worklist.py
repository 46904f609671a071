"""What each desk owes whom: open tasks with why, owner, due moment and attempts, and how the person may be reached."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, exists, func, select, union_all
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.queries import call_backs, caseload, contact_rules, instruments
from dispensary.queries.caseload import Colleague, Keeper
from dispensary.queries.contact_rules import Reach
from dispensary.queries.people import full_name, surviving
from dispensary.queries.signs import same_person
from dispensary.queries.task_moves import went_on_in
from dispensary.wording import N_, Words, say
from models import Person, Staff, Task, TaskAttempt, TaskHandOver, TaskReason
from models.enums import AttemptOutcome, Channel, Desk, TaskOutcome, TaskReasonKind
from models.person import root_of

_TASK, _REASON, _HAND = Task.__table__.c, TaskReason.__table__.c, TaskHandOver.__table__.c


@dataclass(frozen=True)
class Why:
    """One reason on a task, since when."""

    kind: TaskReasonKind
    noted_at: datetime


@dataclass(frozen=True)
class Tried:
    """An attempt to reach the person."""

    channel: Channel
    outcome: AttemptOutcome
    note: str
    tried_at: datetime
    by: str


@dataclass(frozen=True)
class Work:
    """One task, and all that whoever works on it wants to see in one line."""

    id: int
    person_id: int
    number: str
    name: str
    """Family name first."""
    phone: str
    desk: Desk
    opened_at: datetime
    due_at: datetime
    owner_id: int | None
    """Who took it, or was given it; None where it waits for whoever comes first."""
    owner: str
    why: tuple[Why, ...]
    tried: tuple[Tried, ...]
    """Oldest first."""
    reach: Reach | None
    """How the person may be reached; None where nobody has asked them yet."""
    keeper: Keeper | None
    """On whose caseload the person is."""

    @property
    def counsellor_id(self) -> int | None:
        """Whose caseload it is; None where it is nobody's."""
        return self.keeper.counsellor_id if self.keeper else None

    def is_for(self, staff_id: int) -> bool:
        """Return whether somebody owns it, or nobody does and the person is on their caseload."""
        return self.owner_id == staff_id or (self.owner_id is None and self.counsellor_id == staff_id)

    def overdue(self, at: datetime) -> bool:
        """Return whether the answer is late."""
        return self.due_at < at


def open_work(session: Session, site_id: int, desk: Desk, today: date) -> list[Work]:
    """Return the open tasks of a desk, the one due first on top; a handful of statements, however many there are."""
    return open_work_of(session, site_id, desk, caseload.keepers(session, site_id, today))


def open_work_of(session: Session, site_id: int, desk: Desk, keepers: Mapping[int, Keeper]) -> list[Work]:
    """Return the same, where it is known already on whose caseload each is."""
    query = _tasks().where(_TASK.site_id == site_id, _TASK.desk == desk, _TASK.resolved_at.is_(None))
    rows = session.execute(query.order_by(_TASK.due_at, _TASK.id)).all()
    ids, people = [row.id for row in rows], {row.person_id for row in rows}
    why, tried = _why(session, ids), _tried(session, ids)
    reach = contact_rules.rules_of(session, people)
    return [
        _work(row, why[row.id], tried[row.id], reach.get(row.person_id), keepers.get(row.person_id)) for row in rows
    ]


def counts(session: Session, site_id: int) -> dict[Desk, int]:
    """Return how many tasks are open at each desk."""
    query = select(_TASK.desk, func.count()).where(_TASK.site_id == site_id, _TASK.resolved_at.is_(None))
    return {row[0]: row[1] for row in session.execute(query.group_by(_TASK.desk))}


@dataclass(frozen=True)
class Hand:
    """A task went to somebody, or back to whoever comes first."""

    owner: str
    """Empty where it was put back."""
    reason: str
    handed_at: datetime
    by: str


@dataclass(frozen=True)
class Story:
    """A task with all that has happened to it."""

    work: Work
    hands: tuple[Hand, ...]
    resolved_at: datetime | None
    resolved_by: str
    resolution: str
    outcome: TaskOutcome | None


def story(session: Session, task_id: int, site_id: int, today: date) -> Story:
    """Return one task of a site, open or closed.

    Raises:
        NotFound: there is none such here.
    """
    row = session.execute(_tasks().where(_TASK.id == task_id, _TASK.site_id == site_id)).one_or_none()
    if row is None:
        raise NotFound(say(N_("There is no such task here.")), code="no_such_task")
    work = _work(
        row,
        _why(session, [task_id])[task_id],
        _tried(session, [task_id])[task_id],
        contact_rules.rule_of(session, row.person_id),
        caseload.counsellor_of(session, row.person_id, today),
    )
    ended = select(_TASK.resolved_at, Staff.name, _TASK.resolution, _TASK.outcome)
    ended = ended.select_from(Task).outerjoin(Staff, Staff.id == _TASK.resolved_by_id).where(_TASK.id == task_id)
    resolved_at, by, resolution, outcome = session.execute(ended).one()
    return Story(work, _hands(session, task_id), resolved_at, by or "", resolution or "", outcome)


@dataclass(frozen=True)
class Line:
    """A task of a person, in a list of all of them."""

    id: int
    desk: Desk
    opened_at: datetime
    due_at: datetime
    resolved_at: datetime | None
    outcome: TaskOutcome | None
    why: tuple[Why, ...]


def of_person(session: Session, person_id: int) -> list[Line]:
    """Return a person's tasks of every desk, the open ones first, then the newest."""
    query = select(_TASK.id, _TASK.desk, _TASK.opened_at, _TASK.due_at, _TASK.resolved_at, _TASK.outcome)
    query = query.where(same_person(_TASK.person_id, person_id))
    rows = session.execute(query.order_by(_TASK.resolved_at.is_not(None), _TASK.id.desc())).all()
    why = _why(session, [row.id for row in rows])
    return [Line(*row, why=tuple(why[row.id])) for row in rows]


def owner_of(session: Session, task_id: int) -> Colleague | None:
    """Return who has a task; None where it waits for whoever comes first."""
    query = (
        select(Staff.id, Staff.name)
        .select_from(TaskHandOver)
        .outerjoin(Staff, Staff.id == _HAND.owner_id)
        .where(_HAND.task_id == task_id)
        .order_by(_HAND.turn.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return Colleague(row[0], row[1]) if row and row[0] is not None else None


def waits_for(session: Session, task: Task, at: datetime) -> Words | None:
    """Return what has to be answered in its own place before a task may be closed; None where nothing has."""
    person_id = surviving(session, task.person_id)
    kinds = {one.kind for one in _why(session, [task.id])[task.id]}
    if TaskReasonKind.SAFETY in kinds:
        waiting = {taken.person_id for taken in instruments.safety_open(session, task.site_id)}
        if person_id in waiting or task.person_id in waiting:
            return say(
                N_("A safety step is not on record yet. Speak with the person, and record it on their assessment.")
            )
    if TaskReasonKind.CALL_BACK in kinds and task.desk is Desk.NURSE:
        standing = call_backs.open_call_back_of(session, person_id)
        if standing is not None and not standing.overdue(at):
            return say(N_("The call-back is still open. Enter what came of it on the page of bottles."))
    return None


def _tasks() -> Select[*tuple[Any, ...]]:
    own, root, owner, later = aliased(Person), aliased(Person), aliased(Staff), aliased(TaskHandOver)
    last = ~exists().where(later.task_id == _HAND.task_id, later.turn > _HAND.turn)
    return (
        select(
            _TASK.id,
            root.id.label("person_id"),
            root.number,
            root.family_name,
            root.given_name,
            root.phone,
            _TASK.desk,
            _TASK.opened_at,
            _TASK.due_at,
            _HAND.owner_id,
            owner.name.label("owner"),
        )
        .select_from(Task)
        .join(own, own.id == _TASK.person_id)
        .join(root, root.id == root_of(own))
        .outerjoin(TaskHandOver, (_HAND.task_id == _TASK.id) & last)
        .outerjoin(owner, owner.id == _HAND.owner_id)
    )


def _work(row: Any, why: list[Why], tried: list[Tried], reach: Reach | None, keeper: Keeper | None) -> Work:
    return Work(
        id=row.id,
        person_id=row.person_id,
        number=row.number,
        name=full_name(row.family_name, row.given_name),
        phone=row.phone,
        desk=row.desk,
        opened_at=row.opened_at,
        due_at=row.due_at,
        owner_id=row.owner_id,
        owner=row.owner or "",
        why=tuple(why),
        tried=tuple(tried),
        reach=reach,
        keeper=keeper,
    )


def _why(session: Session, task_ids: Collection[int]) -> dict[int, list[Why]]:
    """Return the reasons on tasks, oldest first; of one kind noted twice the newest moment counts."""
    query = (
        select(_REASON.task_id, _REASON.kind, func.max(_REASON.noted_at))
        .where(_REASON.task_id.in_(task_ids))
        .group_by(_REASON.task_id, _REASON.kind)
        .order_by(func.min(_REASON.id))
    )
    found: dict[int, list[Why]] = defaultdict(list)
    for task_id, kind, noted_at in session.execute(query) if task_ids else ():
        found[task_id].append(Why(kind, noted_at))
    return found


def _tried(session: Session, task_ids: Collection[int]) -> dict[int, list[Tried]]:
    """Return the attempts for tasks, oldest first, with those for a linked record's task that went on in one of them."""
    said = (TaskAttempt.channel, TaskAttempt.outcome, TaskAttempt.note, TaskAttempt.tried_at, Staff.name)
    told = (*said, TaskAttempt.id.label("number"))
    came = went_on_in(_TASK.id.in_(task_ids)).subquery()
    own = select(TaskAttempt.task_id, *told).join(Staff, Staff.id == TaskAttempt.recorded_by_id)
    moved = select(came.c.task_id, *told).join(came, came.c.came_id == TaskAttempt.task_id)
    moved = moved.join(Staff, Staff.id == TaskAttempt.recorded_by_id)
    query = union_all(own.where(TaskAttempt.task_id.in_(task_ids)), moved).order_by("tried_at", "number")
    found: dict[int, list[Tried]] = defaultdict(list)
    for row in session.execute(query) if task_ids else ():
        found[row[0]].append(Tried(*row[1 : 1 + len(said)]))
    return found


def _hands(session: Session, task_id: int) -> tuple[Hand, ...]:
    owner, by = aliased(Staff), aliased(Staff)
    query = (
        select(owner.name, _HAND.reason, _HAND.handed_at, by.name)
        .select_from(TaskHandOver)
        .outerjoin(owner, owner.id == _HAND.owner_id)
        .join(by, by.id == _HAND.recorded_by_id)
        .where(_HAND.task_id == task_id)
        .order_by(_HAND.turn)
    )
    return tuple(Hand(name or "", *rest) for name, *rest in session.execute(query))
