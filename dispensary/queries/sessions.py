"""Sessions that were arranged and what became of them, the next date of each discipline, and who is due for counselling."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, exists, func, select, union_all
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.policy.minimums import MinimumInForce, MinimumOf, Minimums
from dispensary.queries import groups
from dispensary.queries.caseload import InCare, in_care
from dispensary.queries.deaths import died_before
from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.wording import N_, say
from models import CareSession, GroupAttendance, Person, SessionOutcome, SessionTopic, Staff
from models.enums import Attendance, Discipline, SessionKind, Topic
from models.person import root_of

_SESSION, _OUTCOME, _TOPIC = CareSession.__table__.c, SessionOutcome.__table__.c, SessionTopic.__table__.c
_PERSON = Person.__table__.c
_ROOT = root_of(_PERSON)


@dataclass(frozen=True)
class Held:
    """What became of a session, as it was last recorded."""

    id: int
    attendance: Attendance
    minutes: int | None
    family_came: bool
    recorded_at: datetime
    by: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class Arranged:
    """A session with a person, and what became of it, if anything did yet."""

    id: int
    person_id: int
    number: str
    name: str
    kind: SessionKind
    discipline: Discipline
    with_id: int
    with_name: str
    starts_at: datetime
    clinic_day: date
    planned_minutes: int
    moved_from_id: int | None
    moved_to_id: int | None
    """The session that stands for this one, after it was put off."""
    held: Held | None
    site_id: int
    """Where it was recorded, and where alone it is opened."""

    @property
    def open(self) -> bool:
        """Whether it still stands and nothing was recorded of it."""
        return self.held is None and self.moved_to_id is None

    @property
    def ends_at(self) -> datetime:
        """When it is planned to end."""
        return self.starts_at + timedelta(minutes=self.planned_minutes)


def on_day(session: Session, site_id: int, day: date, with_id: int | None = None) -> tuple[Arranged, ...]:
    """Return a day's sessions of a site in the order of the clock, of one member of staff or of all; none put off.

    Whoever has died before is not awaited.
    """
    query = _arranged().where(_SESSION.site_id == site_id, _SESSION.clinic_day == day, ~_DIED)
    if with_id is not None:
        query = query.where(_SESSION.with_id == with_id)
    return tuple(one for one in _read(session, query) if one.moved_to_id is None)


def between(session: Session, site_id: int, first: date, last: date, discipline: Discipline) -> tuple[Arranged, ...]:
    """Return the sessions of a discipline at a site from one day to another, in the order of the clock; none put off."""
    span = (_SESSION.clinic_day.between(first, last), _SESSION.discipline == discipline)
    return tuple(_read(session, _arranged().where(_SESSION.site_id == site_id, *span, ~_PUT_OFF, ~_DIED)))


def not_recorded(session: Session, site_id: int, before: date, with_id: int | None = None) -> tuple[Arranged, ...]:
    """Return the sessions of days before a day of which nobody recorded what became, oldest first."""
    open_ones = (~_HAS_OUTCOME, ~_PUT_OFF, ~_DIED)
    query = _arranged().where(_SESSION.site_id == site_id, _SESSION.clinic_day < before, *open_ones)
    if with_id is not None:
        query = query.where(_SESSION.with_id == with_id)
    return tuple(_read(session, query))


def of_person(session: Session, person_id: int) -> tuple[Arranged, ...]:
    """Return a person's sessions, the latest first."""
    found = _read(session, _arranged().where(same_person(_SESSION.person_id, person_id)))
    return tuple(reversed(found))


def one(session: Session, session_id: int) -> Arranged:
    """Return one session.

    Raises:
        NotFound: there is none such.
    """
    found = _read(session, _arranged().where(_SESSION.id == session_id))
    if not found:
        raise NotFound(say(N_("There is no such session on record.")), code="no_such_session")
    return found[0]


def next_dates(session: Session, person_id: int, today: date) -> dict[Discipline, Arranged]:
    """Return the next date of each discipline with a person, as far as one is arranged."""
    dates: dict[Discipline, Arranged] = {}
    for arranged in reversed(of_person(session, person_id)):
        if arranged.open and arranged.clinic_day >= today:
            dates.setdefault(arranged.discipline, arranged)
    return dates


def next_counselling(session: Session, site_id: int, today: date) -> dict[int, Arranged]:
    """Return the next counselling session of each person of a site, by surviving record."""
    query = _arranged().where(
        _SESSION.site_id == site_id,
        _SESSION.clinic_day >= today,
        _SESSION.discipline == Discipline.COUNSELLING,
        ~_HAS_OUTCOME,
        ~_PUT_OFF,
        ~_DIED,
    )
    dates: dict[int, Arranged] = {}
    for arranged in _read(session, query):
        dates.setdefault(arranged.person_id, arranged)
    return dates


_MOVED, _ANY, _LATER = aliased(CareSession), aliased(SessionOutcome), aliased(SessionOutcome)
_HAS_OUTCOME = exists().where(_ANY.care_session_id == _SESSION.id)
_PUT_OFF = exists().where(_MOVED.moved_from_id == _SESSION.id)
_DIED = died_before(_SESSION.person_id, _SESSION.clinic_day)
_CORRECTED = exists().where(_LATER.care_session_id == _OUTCOME.care_session_id, _LATER.turn > _OUTCOME.turn)


@cache
def _arranged() -> Select[Any]:
    moved_to, by = aliased(CareSession), aliased(Staff)
    return (
        select(
            _SESSION.id,
            _ROOT.label("person_id"),
            _PERSON.number,
            _PERSON.family_name,
            _PERSON.given_name,
            _SESSION.kind,
            _SESSION.discipline,
            _SESSION.with_id,
            Staff.name.label("with_name"),
            _SESSION.starts_at,
            _SESSION.clinic_day,
            _SESSION.planned_minutes,
            _SESSION.site_id,
            _SESSION.moved_from_id,
            moved_to.id.label("moved_to_id"),
            _OUTCOME.id.label("outcome_id"),
            _OUTCOME.attendance,
            _OUTCOME.minutes,
            _OUTCOME.family_came,
            _OUTCOME.recorded_at,
            by.name.label("by"),
        )
        .select_from(CareSession)
        .join(Person, _PERSON.id == _SESSION.person_id)
        .join(Staff, Staff.id == _SESSION.with_id)
        .outerjoin(moved_to, moved_to.moved_from_id == _SESSION.id)
        .outerjoin(SessionOutcome, (_OUTCOME.care_session_id == _SESSION.id) & ~_CORRECTED)
        .outerjoin(by, by.id == _OUTCOME.recorded_by_id)
        .order_by(_SESSION.starts_at, _SESSION.id)
    )


def _read(session: Session, query: Select[Any]) -> list[Arranged]:
    rows = session.execute(query).all()
    topics = _topics(session, [row.outcome_id for row in rows if row.outcome_id])
    return [_one(row, tuple(topics[row.outcome_id])) for row in rows]


def _one(row: Any, topics: tuple[Topic, ...]) -> Arranged:
    held = None
    if row.outcome_id is not None:
        held = Held(row.outcome_id, row.attendance, row.minutes, row.family_came, row.recorded_at, row.by, topics)
    return Arranged(
        id=row.id,
        person_id=row.person_id,
        number=row.number,
        name=full_name(row.family_name, row.given_name),
        kind=row.kind,
        discipline=row.discipline,
        with_id=row.with_id,
        with_name=row.with_name,
        starts_at=row.starts_at,
        clinic_day=row.clinic_day,
        planned_minutes=row.planned_minutes,
        moved_from_id=row.moved_from_id,
        moved_to_id=row.moved_to_id,
        held=held,
        site_id=row.site_id,
    )


def _topics(session: Session, outcome_ids: Collection[int]) -> dict[int, list[Topic]]:
    found: dict[int, list[Topic]] = defaultdict(list)
    ids = list(outcome_ids)
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        query = select(_TOPIC.outcome_id, _TOPIC.topic).where(_TOPIC.outcome_id.in_(some)).order_by(_TOPIC.id)
        for outcome_id, topic in session.execute(query):
            found[outcome_id].append(topic)
    return found


def last_counselled(session: Session, site_id: int, until: date) -> dict[int, date]:
    """Return when each person last came to counselling, alone or in a group, by surviving record."""
    attended, later = GroupAttendance.__table__.c, aliased(GroupAttendance)
    corrected = exists().where(
        later.meeting_id == attended.meeting_id, later.person_id == attended.person_id, later.turn > attended.turn
    )
    alone = (
        select(_ROOT.label("person_id"), _SESSION.clinic_day.label("day"))
        .select_from(CareSession)
        .join(Person, _PERSON.id == _SESSION.person_id)
        .join(SessionOutcome, (_OUTCOME.care_session_id == _SESSION.id) & ~_CORRECTED)
        .where(
            _SESSION.site_id == site_id,
            _SESSION.clinic_day <= until,
            _SESSION.discipline == Discipline.COUNSELLING,
            _OUTCOME.attendance == Attendance.CAME,
        )
    )
    in_groups = (
        select(_ROOT, groups.NOW.c.clinic_day)
        .select_from(GroupAttendance)
        .join(groups.NOW, groups.NOW.c.id == attended.meeting_id)
        .join(Person, _PERSON.id == attended.person_id)
        .where(
            attended.site_id == site_id,
            groups.NOW.c.held,
            groups.NOW.c.clinic_day <= until,
            attended.attendance == Attendance.CAME,
            ~corrected,
        )
    )
    came = union_all(alone, in_groups).subquery()
    query = select(came.c.person_id, func.max(came.c.day)).group_by(came.c.person_id)
    return {row[0]: row[1] for row in session.execute(query)}


@dataclass(frozen=True)
class CounsellingDue:
    """By when somebody is to be seen for counselling, by the policy in force, and what is arranged."""

    who: InCare
    last_on: date | None
    due_on: date
    minimum: MinimumInForce
    next: Arranged | None

    def days_over(self, today: date) -> int:
        """Return how many days ago it was due; 0 where it is not overdue."""
        return max(0, (today - self.due_on).days)


def counselling_due(session: Session, site_id: int, today: date, minimums: Minimums) -> tuple[CounsellingDue, ...]:
    """Return by when everyone in care is due for counselling, the longest overdue first; nobody where no policy says it.

    A session of counselling that somebody came to counts, and so does a group. What is overdue never holds a dose.
    """
    return counselling_due_of(session, site_id, today, minimums, in_care(session, site_id, today))


def counselling_due_of(
    session: Session, site_id: int, today: date, minimums: Minimums, here: Iterable[InCare]
) -> tuple[CounsellingDue, ...]:
    """Return the same, where it is known already who is in care."""
    last, dates = last_counselled(session, site_id, today), next_counselling(session, site_id, today)
    due = []
    for who in here:
        minimum = minimums.of(MinimumOf.COUNSELLING, who.medication, who.day_in_treatment(today))
        if minimum is None:
            continue
        last_on = last.get(who.person_id)
        last_on = last_on if last_on and last_on >= who.admitted_on else None
        due_on = minimum.rule.due_on(last_on, who.admitted_on)
        due.append(CounsellingDue(who, last_on, due_on, minimum, dates.get(who.person_id)))
    return tuple(sorted(due, key=lambda one: one.due_on))
