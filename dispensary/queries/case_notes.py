"""Case notes, which only those read who have the permission for them; see services/case_notes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.queries.signs import same_person
from dispensary.wording import N_, say
from models import CareSession, CaseNote, Staff
from models.enums import SessionKind

_NOTE = CaseNote.__table__.c


@dataclass(frozen=True)
class Note:
    """A case note, and whether another one corrects it."""

    id: int
    person_id: int
    about_on: date
    text: str
    written_at: datetime
    by_id: int
    by: str
    session_id: int | None
    session_kind: SessionKind | None
    corrects_id: int | None
    corrected_by_id: int | None
    site_id: int
    """Where it was recorded, and where alone it is opened."""


def of_person(session: Session, person_id: int) -> tuple[Note, ...]:
    """Return a person's notes, those about the latest day first."""
    query = _notes().where(same_person(_NOTE.person_id, person_id))
    return tuple(Note(*row) for row in session.execute(query.order_by(_NOTE.about_on.desc(), _NOTE.id.desc())))


def one(session: Session, note_id: int) -> Note:
    """Return one note.

    Raises:
        NotFound: there is none such.
    """
    row = session.execute(_notes().where(_NOTE.id == note_id)).one_or_none()
    if row is None:
        raise NotFound(say(N_("There is no such note on record.")), code="no_such_note")
    return Note(*row)


def _notes() -> Select[Any]:
    correction = aliased(CaseNote)
    return (
        select(
            _NOTE.id,
            _NOTE.person_id,
            _NOTE.about_on,
            _NOTE.text,
            _NOTE.recorded_at,
            _NOTE.recorded_by_id,
            Staff.name,
            _NOTE.care_session_id,
            CareSession.kind,
            _NOTE.corrects_id,
            correction.id,
            _NOTE.site_id,
        )
        .select_from(CaseNote)
        .join(Staff, Staff.id == _NOTE.recorded_by_id)
        .outerjoin(CareSession, CareSession.id == _NOTE.care_session_id)
        .outerjoin(correction, correction.corrects_id == _NOTE.id)
    )
