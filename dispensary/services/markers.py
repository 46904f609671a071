"""Markers of special groups: set and ended by few, read by few, counted for the clinic."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import markers
from dispensary.queries.people import surviving
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.past_days import refuse_unless_past
from dispensary.wording import N_, say
from models import Marker, MarkerEnd
from models.enums import AuditKind, MarkerKind


def set_marker(session: Session, *, person_id: int, kind: MarkerKind, from_on: date, act: Act) -> Marker:
    """Note that a person belongs to a group whose needs are counted.

    Raises:
        NotFound: there is no such person.
        Refused: the day cannot be right, or the record was linked into another one.
        Conflict: it stands already.
    """
    refuse_unless_past(from_on, "from_on", act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    if any(one.kind is kind and one.ended_on is None for one in markers.of_person(session, person_id)):
        raise Conflict(say(N_("This stands already. End it first if its day is wrong.")), code="marked_already")
    turns = select(func.max(Marker.turn)).where(Marker.person_id == person_id, Marker.kind == kind)
    turn = (session.scalar(turns) or 0) + 1
    marker = write(session, Marker(person_id=person_id, kind=kind, turn=turn, from_on=from_on, **act.stamp))
    audit.record(session, AuditKind.MARKER_SET, marker, act, person=person_id)
    return marker


def end_marker(session: Session, *, marker_id: int, ended_on: date, act: Act) -> MarkerEnd:
    """Note that it holds no more; ended on its first day it never did.

    Raises:
        NotFound: there is no such marker.
        Refused: the day cannot be right.
        Conflict: it was ended before.
    """
    marker = session.get(Marker, marker_id)
    if marker is None:
        raise NotFound(say(N_("There is no such marker on record.")), code="no_such_marker")
    person_id = surviving(session, marker.person_id)
    people.lock(session, person_id)
    if session.scalar(select(MarkerEnd.id).where(MarkerEnd.marker_id == marker_id)) is not None:
        raise Conflict(say(N_("This was ended before.")), code="ended_before")
    if not marker.from_on <= ended_on <= act.clinic_day:
        words = say(N_("This lies between %(day)s, when it began, and today."), day=marker.from_on)
        raise Refused(words, code="ended_when", field="ended_on")
    end = write(session, MarkerEnd(marker_id=marker_id, ended_on=ended_on, **act.stamp))
    audit.record(session, AuditKind.MARKER_ENDED, end, act, person=person_id, marker=marker_id)
    return end
