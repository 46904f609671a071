"""Who has died: nobody is expected at a session or a group after that day, and no list asks for them."""

from datetime import date

from sqlalchemy import ColumnElement, exists, func
from sqlalchemy.orm import aliased

from models import Episode, EpisodeEnd, EpisodeEndCorrection, Person
from models.enums import EpisodeEndReason

_OWN, _OTHER, _STAY, _END = aliased(Person), aliased(Person), aliased(Episode), aliased(EpisodeEnd)


def died_before(person_id: ColumnElement[int], day: ColumnElement[date] | date) -> ColumnElement[bool]:
    """Match people of whom it is on record that they died before a day, on whichever of their linked records."""
    taken_back = exists().where(EpisodeEndCorrection.episode_end_id == _END.id)
    return exists().where(
        _OWN.id == person_id,
        func.coalesce(_OTHER.root_id, _OTHER.id) == func.coalesce(_OWN.root_id, _OWN.id),
        _STAY.person_id == _OTHER.id,
        _END.episode_id == _STAY.id,
        _END.reason == EpisodeEndReason.DIED,
        _END.ended_on < day,
        ~taken_back,
    )
