"""Who has died, or is told to have: nobody is expected at a session or a group after that day, and no list asks for them."""

from datetime import date

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.signs import same_person
from models import Episode, EpisodeEnd, EpisodeEndCorrection, Person, Task, TaskReason
from models.enums import Desk, EpisodeEndReason, TaskReasonKind
from models.person import root_of

_OWN, _OTHER, _STAY, _END = aliased(Person), aliased(Person), aliased(Episode), aliased(EpisodeEnd)


def died_before(person_id: ColumnElement[int], day: ColumnElement[date] | date) -> ColumnElement[bool]:
    """Match people of whom it is on record that they died before a day, on whichever of their linked records."""
    return _died(person_id, _END.ended_on < day)


def has_died(person_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Match people of whom it is on record that they died, on whichever of their linked records."""
    return _died(person_id)


def _died(person_id: ColumnElement[int], *when: ColumnElement[bool]) -> ColumnElement[bool]:
    taken_back = exists().where(EpisodeEndCorrection.episode_end_id == _END.id)
    return exists().where(
        _OWN.id == person_id,
        root_of(_OTHER) == root_of(_OWN),
        _STAY.person_id == _OTHER.id,
        _END.episode_id == _STAY.id,
        _END.reason == EpisodeEndReason.DIED,
        *when,
        ~taken_back,
    )


_TOLD = (
    Task.__table__.c.desk == Desk.PRESCRIBER,
    Task.__table__.c.resolved_at.is_(None),
    exists().where(
        TaskReason.__table__.c.task_id == Task.__table__.c.id,
        TaskReason.__table__.c.kind == TaskReasonKind.TOLD_DEAD,
    ),
)
"""A prescriber has not decided yet: the treatment ends as death, or whoever told of it was wrong."""


def told_dead(session: Session, person_id: int) -> bool:
    """Return whether somebody is told to have died, and no prescriber has decided yet what becomes of the treatment."""
    mine = select(Task.id).where(same_person(Task.__table__.c.person_id, person_id), *_TOLD)
    return session.scalar(mine.limit(1)) is not None


def all_told_dead(session: Session) -> frozenset[int]:
    """Return who is told to have died while no prescriber has decided yet, by surviving record."""
    query = select(root_of(Person)).join(Task, Task.person_id == Person.id).where(*_TOLD)
    return frozenset(session.scalars(query))
