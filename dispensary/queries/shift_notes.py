"""Notes from shift to shift: what one nurse has still to read, and who has read what."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from models import ShiftNote, ShiftNoteRead, Staff

SHOWN_FOR = timedelta(days=14)
"""A note that is older is history: somebody back from a long leave is told, not shown a month of mornings."""


@dataclass(frozen=True)
class Note:
    """A note as it was left."""

    id: int
    clinic_day: date
    text: str
    written_at: datetime
    written_by: str


_NOTE, _READ = ShiftNote.__table__.c, ShiftNoteRead.__table__.c
_NOTES = (
    select(_NOTE.id, _NOTE.clinic_day, _NOTE.text, _NOTE.written_at, Staff.__table__.c.name.label("written_by"))
    .join(Staff.__table__, Staff.__table__.c.id == _NOTE.recorded_by_id)
    .where(_NOTE.site_id == bindparam("site_id"), _NOTE.clinic_day >= bindparam("since"))
)
_UNREAD = _NOTES.where(
    _NOTE.recorded_by_id != bindparam("staff_id"),
    ~exists().where(_READ.shift_note_id == _NOTE.id, _READ.recorded_by_id == bindparam("staff_id")),
).order_by(_NOTE.id)


def unread(session: Session, *, site_id: int, staff_id: int, clinic_day: date) -> tuple[Note, ...]:
    """Return the notes that others left here and this person has not signed, oldest first; one read."""
    values = {"site_id": site_id, "staff_id": staff_id, "since": clinic_day - SHOWN_FOR}
    return tuple(Note(**row._mapping) for row in session.execute(_UNREAD, values))


@dataclass(frozen=True)
class Reading:
    """Who signed a note, and when."""

    by: str
    read_at: datetime


@dataclass(frozen=True)
class NoteAndReaders:
    """A note, and everyone who has signed it."""

    note: Note
    readings: tuple[Reading, ...]


def recent(session: Session, *, site_id: int, clinic_day: date) -> list[NoteAndReaders]:
    """Return the notes of the last two weeks, newest first, with who read them when."""
    rows = session.execute(_NOTES.order_by(_NOTE.id.desc()), {"site_id": site_id, "since": clinic_day - SHOWN_FOR})
    notes = [Note(**row._mapping) for row in rows]
    query = (
        select(ShiftNoteRead.shift_note_id, Staff.name, ShiftNoteRead.read_at)
        .join(Staff, Staff.id == ShiftNoteRead.recorded_by_id)
        .where(ShiftNoteRead.shift_note_id.in_([note.id for note in notes]))
        .order_by(ShiftNoteRead.id)
    )
    readings: dict[int, list[Reading]] = defaultdict(list)
    for note_id, by, read_at in session.execute(query):
        readings[note_id].append(Reading(by, read_at))
    return [NoteAndReaders(note, tuple(readings[note.id])) for note in notes]
