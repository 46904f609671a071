"""The days of which somebody had the doses at home, as the strip at the window shows them."""

from datetime import date

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from dispensary.queries.signs import same_person
from dispensary.rules.person_days import presumed_taken
from models import Bottle, BottleEnd

_BOTTLE, _END = Bottle.__table__.c, BottleEnd.__table__.c
_BOTTLES = (
    select(_BOTTLE.covers_on, _END.fate, _END.state, func.coalesce(_END.early, False).label("early"))
    .outerjoin(BottleEnd.__table__, _END.bottle_id == _BOTTLE.id)
    .where(same_person(_BOTTLE.person_id), _BOTTLE.covers_on.between(bindparam("first"), bindparam("last")))
)


def days_at_home(session: Session, person_id: int, first: date, last: date) -> frozenset[date]:
    """Return the days, from one to another, for which somebody was given doses to take home that are presumed to be taken."""
    found = session.execute(_BOTTLES, {"person_id": person_id, "first": first, "last": last})
    return frozenset(row.covers_on for row in found if presumed_taken(row.fate, row.state, bool(row.early)))
