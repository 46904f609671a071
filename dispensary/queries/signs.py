"""What stands about a person, in one read: who they are, and whether anything else needs to be looked up.

Most people have no stop, no notice, nothing to warn of; for them this is the only read of it all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NULLTYPE

from dispensary.rules.events import EVENTS
from models import (
    Absence,
    AbsenceEnd,
    Base,
    CallBack,
    CallBackOutcome,
    ClockConfirmation,
    Dose,
    DowntimeDay,
    DowntimeEntered,
    Episode,
    EpisodeEnd,
    EpisodeEndCorrection,
    HealthFact,
    HealthFactEnd,
    NameKey,
    Notice,
    NoticeTick,
    OneOffTakeHome,
    OneOffTakeHomeEnd,
    Person,
    PersonPhoto,
    ReEntryAnswer,
    Stop,
    StopRelease,
    Supplement,
    TakeHomeDecision,
    TakeHomeDecisionEnd,
    Task,
    TaskReason,
    TelephoneOrder,
)
from models.enums import Desk, DoseOutcome

_PERSON, _PHOTO = Person.__table__.c, PersonPhoto.__table__.c


class _OneOf(FunctionElement[Any]):
    """A column that holds one of the few values that a subquery finds; PostgreSQL is made to find them first."""

    inherit_cache = True
    type = NULLTYPE  # as a Boolean, SQLite would be asked whether it equals 1, and would not use the index


def _parts(element: _OneOf, compiler: Any, how: dict[str, Any]) -> tuple[str, str]:
    column, found = (compiler.process(part, **how) for part in element.clauses)
    while found.startswith("(("):
        found = found[1:-1]
    return column, found


@compiles(_OneOf)
def _found_in(element: _OneOf, compiler: Any, **how: Any) -> str:
    column, found = _parts(element, compiler, how)
    return f"{column} IN {found}"


@compiles(_OneOf, "postgresql")
def _found_first(element: _OneOf, compiler: Any, **how: Any) -> str:
    """As IN, a planner that has no figures yet reads everybody's rows and looks each one's person up."""
    column, found = _parts(element, compiler, how)
    return f"{column} = ANY (ARRAY {found})"


_OWN = Person.__table__.alias()
"""Made once: nothing but `same_person` selects from it, and no such subquery ever lies within another one."""


def same_person(column: ColumnElement[int], person_id: int | None = None) -> ColumnElement[bool]:
    """Match the rows of a person, `:person_id` unless given, and of every record that was linked into theirs."""
    whose: ColumnElement[int] = bindparam("person_id") if person_id is None else literal(person_id)
    ids = select(_OWN.c.id).where(or_(_OWN.c.id == whose, _OWN.c.root_id == whose))
    return _OneOf(column, ids.scalar_subquery())


@dataclass(frozen=True)
class Signs:
    """Who somebody is, what has to be looked up before a dose, and the moments that this computer's clock must match."""

    person_id: int
    number: str
    family_name: str
    given_name: str
    birth_date: date | None
    photo: str | None
    """The digest of the photo; None without one."""
    root_id: int | None
    """The surviving record, if this one was linked into it."""
    stops: bool
    notices: bool
    health: bool
    alike: bool
    """Somebody else in treatment has a like name."""
    supplement: bool
    telephone: bool
    on_paper: bool
    """Doses of this day went onto paper where the person is treated, and that paper is not yet entered."""
    away: bool
    """On record as in hospital or custody."""
    asked: bool
    """Asked on this day about the last dose."""
    takes_home: bool
    """Doses to take home were decided on: by the week, or for some days that are not over."""
    called_back: bool
    """Asked to bring in every bottle, and nothing came of it yet."""
    event_id: int | None
    """The newest event that no prescriber has answered, such as an overdose; None where there is none."""
    newest_dose_id: int | None
    newest_dose_at: datetime | None
    """When the newest dose that was recorded by a trusted clock was written down."""
    confirmed_after_id: int | None
    """The newest dose when two people last confirmed the clock."""
    confirmed_at: datetime | None

    @property
    def trusted_at(self) -> datetime | None:
        """The newest moment that this computer's clock cannot be before; None where nothing was recorded yet."""
        if self.confirmed_at is not None and (self.newest_dose_id or 0) <= (self.confirmed_after_id or 0):
            return self.confirmed_at
        return self.newest_dose_at


def signs_of(session: Session, person_id: int, clinic_day: date) -> Signs | None:
    """Return what stands about a person on a clinic day, or None if there is no such person."""
    row = session.execute(_SIGNS, {"person_id": person_id, "clinic_day": clinic_day}).one_or_none()
    return Signs(*row) if row else None


def _without(table: type[Base], column: ColumnElement[int]) -> ColumnElement[bool]:
    """Match rows of a person that nothing has ended."""
    facts = table.__table__.c
    return exists().where(same_person(facts.person_id), ~exists().where(column == facts.id))


def _alike() -> ColumnElement[bool]:
    """Match somebody else in treatment who shares a way of writing the name."""
    mine, other = NameKey.__table__.alias(), NameKey.__table__.alias()
    who, episode, end = Person.__table__.alias(), Episode.__table__, EpisodeEnd.__table__
    corrected = exists().where(EpisodeEndCorrection.__table__.c.episode_end_id == end.c.id)
    ended = exists().where(end.c.episode_id == episode.c.id, ~corrected)
    return exists().where(
        mine.c.person_id == bindparam("person_id"),
        other.c.key == mine.c.key,
        other.c.person_id != mine.c.person_id,
        who.c.id == other.c.person_id,
        who.c.root_id.is_(None),
        episode.c.person_id == who.c.id,
        ~ended,
    )


def _on_this_day(table: type[Base]) -> ColumnElement[bool]:
    return exists().where(
        same_person(table.__table__.c.person_id), table.__table__.c.clinic_day == bindparam("clinic_day")
    )


def _on_paper() -> ColumnElement[bool]:
    day, stay = DowntimeDay.__table__.c, Episode.__table__.alias()
    return exists().where(
        day.clinic_day == bindparam("clinic_day"),
        ~exists().where(DowntimeEntered.__table__.c.downtime_day_id == day.id),
        day.site_id.in_(select(stay.c.site_id).where(same_person(stay.c.person_id))),
    )


def takes_home(
    whose: Callable[[ColumnElement[int]], ColumnElement[bool]], day: ColumnElement[date] | None = None
) -> ColumnElement[bool]:
    """Match somebody who may take doses home on a day: by a decision that holds, or one-off doses that are not over."""
    day = bindparam("clinic_day") if day is None else day
    decision, ended = TakeHomeDecision.__table__.c, TakeHomeDecisionEnd.__table__.c
    over = exists().where(ended.decision_id == decision.id, ended.last_day < day)
    once, undone = OneOffTakeHome.__table__.c, OneOffTakeHomeEnd.__table__.c
    return or_(
        exists().where(whose(decision.person_id), decision.effective_on <= day, ~over),
        exists().where(whose(once.person_id), once.last_on >= day, ~exists().where(undone.one_off_id == once.id)),
    )


ASKED_THE_CLOCK = (DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN, DoseOutcome.REPLACEMENT)
"""Doses that are recorded only by a clock that is trusted. What a wrong clock never stops, such as a withheld dose or an
incident, says nothing about the time: by it the clock would vouch for itself."""


def _newest_dose(column: str) -> ColumnElement[Any]:
    row = Dose.__table__.alias()
    asked = or_(*(row.c.outcome == outcome for outcome in ASKED_THE_CLOCK))  # IN would be written anew at every call
    return select(row.c[column]).where(asked).order_by(row.c.id.desc()).limit(1).scalar_subquery()


def _newest_confirmation(column: str) -> ColumnElement[Any]:
    row = ClockConfirmation.__table__.alias()
    return select(row.c[column]).order_by(row.c.id.desc()).limit(1).scalar_subquery()


_TASK, _REASON = Task.__table__.c, TaskReason.__table__.c
OPEN_EVENT = (
    _TASK.desk == Desk.PRESCRIBER,
    _TASK.resolved_at.is_(None),
    or_(*(_REASON.kind == kind for kind in EVENTS)),  # IN would be written anew at every call
)
"""An event on a prescriber's task that is still open."""


def _newest_event() -> ColumnElement[Any]:
    reasons = TaskReason.__table__.join(Task.__table__, _REASON.task_id == _TASK.id)
    mine = select(func.max(_REASON.id)).select_from(reasons).where(same_person(_TASK.person_id), *OPEN_EVENT)
    return mine.scalar_subquery()


_SIGNS = (
    select(
        _PERSON.id,
        _PERSON.number,
        _PERSON.family_name,
        _PERSON.given_name,
        _PERSON.birth_date,
        _PHOTO.digest,
        _PERSON.root_id,
        _without(Stop, StopRelease.__table__.c.stop_id),
        _without(Notice, NoticeTick.__table__.c.notice_id),
        _without(HealthFact, HealthFactEnd.__table__.c.health_fact_id),
        _alike(),
        _on_this_day(Supplement),
        _on_this_day(TelephoneOrder),
        _on_paper(),
        _without(Absence, AbsenceEnd.__table__.c.absence_id),
        _on_this_day(ReEntryAnswer),
        takes_home(same_person),
        _without(CallBack, CallBackOutcome.__table__.c.call_back_id),
        _newest_event(),
        _newest_dose("id"),
        _newest_dose("recorded_at"),
        _newest_confirmation("after_dose_id"),
        _newest_confirmation("confirmed_at"),
    )
    .outerjoin(PersonPhoto.__table__, _PHOTO.person_id == _PERSON.id)
    .where(_PERSON.id == bindparam("person_id"))
)
