"""What somebody wished of a taper, who asked, and what a prescriber answered."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.queries.signs import same_person
from dispensary.rules.tapers import TaperFacts
from dispensary.wording import N_, say
from models import Staff, TaperAnswer, TaperRequest

_WISH, _ANSWER = TaperRequest.__table__.c, TaperAnswer.__table__.c


def of_person(session: Session, person_id: int) -> list[TaperFacts]:
    """Return every wish of a person about a taper, the newest first."""
    query = _wishes().where(same_person(_WISH.person_id, person_id)).order_by(_WISH.id.desc())
    return [TaperFacts(*row) for row in session.execute(query)]


def open_of(session: Session, person_id: int) -> list[TaperFacts]:
    """Return what of it no prescriber has answered."""
    return [wish for wish in of_person(session, person_id) if wish.open]


def wish(session: Session, taper_request_id: int) -> TaperFacts:
    """Return one wish.

    Raises:
        NotFound: there is none such.
    """
    row = session.execute(_wishes().where(_WISH.id == taper_request_id)).one_or_none()
    if row is None:
        raise NotFound(say(N_("There is no such wish on record.")), code="no_such_taper_wish")
    return TaperFacts(*row)


def _wishes() -> Select[Any]:
    answered_by = aliased(Staff)
    return (
        select(
            _WISH.id,
            _WISH.person_id,
            _WISH.wish,
            _WISH.asked_by,
            _WISH.said_on,
            _WISH.words,
            Staff.name,
            _ANSWER.followed,
            func.coalesce(_ANSWER.words, ""),
            answered_by.name,
            _ANSWER.recorded_at,
            _WISH.site_id,
        )
        .select_from(TaperRequest)
        .join(Staff, Staff.id == _WISH.recorded_by_id)
        .outerjoin(TaperAnswer, _ANSWER.taper_request_id == _WISH.id)
        .outerjoin(answered_by, answered_by.id == _ANSWER.recorded_by_id)
    )
