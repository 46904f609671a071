"""When a person's treatment ended, for what ends with it: as SQL, beside a row that names a person and a first day."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select
from sqlalchemy.orm import aliased

from models import Episode, EpisodeEnd, EpisodeEndCorrection, Person
from models.enums import EpisodeEndReason
from models.person import root_of

_OWN, _OTHER = aliased(Person), aliased(Person)
_STAY, _OVER = aliased(Episode), aliased(EpisodeEnd)
_NEXT, _NEXT_OVER = aliased(Episode), aliased(EpisodeEnd)


def first_end(person_id: ColumnElement[int], from_on: ColumnElement[date]) -> ScalarSelect[date]:
    """Return the first day, from a day on, on which a person's treatment ended under whichever record.

    An end after which another stay goes on, as when somebody is taken back the same day, is none; nor is one taken back.
    """
    query = (
        select(func.min(_OVER.ended_on))
        .select_from(_OWN)
        .join(_OTHER, root_of(_OTHER) == root_of(_OWN))
        .join(_STAY, _STAY.person_id == _OTHER.id)
        .join(_OVER, _OVER.episode_id == _STAY.id)
        .where(
            _OWN.id == person_id,
            _OVER.ended_on >= from_on,
            _OVER.reason != EpisodeEndReason.LINKED,
            _stands(_OVER),
            ~_goes_on(),
        )
    )
    return query.correlate(person_id.table, from_on.table).scalar_subquery()


def _goes_on() -> ColumnElement[bool]:
    """Match an end at which the person is in another stay that lasts longer."""
    third = aliased(Person)
    over = exists().where(_NEXT_OVER.episode_id == _NEXT.id, _NEXT_OVER.ended_on <= _OVER.ended_on, _stands(_NEXT_OVER))
    return exists().where(
        root_of(third) == root_of(_OWN),
        _NEXT.person_id == third.id,
        _NEXT.id != _STAY.id,
        _NEXT.admitted_on <= _OVER.ended_on,
        ~over,
    )


def _stands(end: Any) -> ColumnElement[bool]:
    return ~exists().where(EpisodeEndCorrection.episode_end_id == end.id)
