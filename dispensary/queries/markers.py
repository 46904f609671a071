"""Markers of special groups: of one person, for the few who may read them; and counted among those in treatment."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries import urine_schedule
from dispensary.queries.signs import same_person
from dispensary.wording import N_, say
from models import Marker, MarkerEnd, Person, Staff
from models.enums import MarkerKind
from models.person import root_of

_MARKER, _END = Marker.__table__.c, MarkerEnd.__table__.c


@dataclass(frozen=True)
class MarkerLine:
    """One marker of a person, and when it ended."""

    id: int
    kind: MarkerKind
    from_on: date
    by: str
    ended_on: date | None


def of_person(session: Session, person_id: int) -> list[MarkerLine]:
    """Return a person's markers, those that stand first."""
    query = (
        select(_MARKER.id, _MARKER.kind, _MARKER.from_on, Staff.name, _END.ended_on)
        .select_from(Marker)
        .join(Staff, Staff.id == _MARKER.recorded_by_id)
        .outerjoin(MarkerEnd, _END.marker_id == _MARKER.id)
        .where(same_person(_MARKER.person_id, person_id))
        .order_by(_END.ended_on.is_not(None), _MARKER.from_on.desc(), _MARKER.id.desc())
    )
    return [MarkerLine(*row) for row in session.execute(query)]


def person_of(session: Session, marker_id: int) -> int:
    """Return whose marker it is.

    Raises:
        NotFound: there is none such.
    """
    query = select(root_of(Person)).join(Marker, _MARKER.person_id == Person.id)
    found = session.scalar(query.where(_MARKER.id == marker_id))
    if found is None:
        raise NotFound(say(N_("There is no such marker on record.")), code="no_such_marker")
    return found


def counts(session: Session, site_id: int, today: date) -> tuple[int, dict[MarkerKind, int]]:
    """Return how many are in treatment at a site, and how many of them belong to each group today."""
    people = {one.person_id for one in urine_schedule.treated(session, site_id, today)}
    query = (
        select(root_of(Person), _MARKER.kind)
        .select_from(Marker)
        .join(Person, Person.id == _MARKER.person_id)
        .outerjoin(MarkerEnd, _END.marker_id == _MARKER.id)
        .where(_MARKER.from_on <= today, _END.id.is_(None))
        .distinct()
    )
    found = Counter(kind for person_id, kind in session.execute(query) if person_id in people)
    return len(people), {kind: found[kind] for kind in MarkerKind}
