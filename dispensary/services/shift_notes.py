"""What one shift tells the next: notes about the work, signed by every nurse who has read them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.services import audit, people
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import ShiftNote, ShiftNoteRead
from models.enums import AuditKind

LONGEST = 500


def write_note(session: Session, *, text: str, act: Act) -> ShiftNote:
    """Leave a note for the next shift.

    Raises:
        Refused: it is blank, too long, or holds what cannot be printed.
    """
    text = people.line(text, "text", needed=True, longest=LONGEST)
    note = ShiftNote(clinic_day=act.clinic_day, text=text, written_at=act.at, **act.stamp)
    session.add(note)
    session.flush()
    audit.record(session, AuditKind.SHIFT_NOTE_WRITTEN, note, act)
    return note


def sign_note(session: Session, *, shift_note_id: int, act: Act) -> ShiftNoteRead:
    """Sign that one has read a note; it is shown to this person no more.

    Raises:
        NotFound: there is no such note here.
        Refused: it is one's own.
        Conflict: this person signed it before.
    """
    note = session.get(ShiftNote, shift_note_id)
    if note is None or note.site_id != act.site_id:
        raise NotFound(say(N_("There is no such note here.")), code="no_such_note")
    if note.recorded_by_id == act.by_id:
        raise Refused(say(N_("This note is your own: the others sign it.")), code="own_note")
    signed = select(ShiftNoteRead.id).where(
        ShiftNoteRead.shift_note_id == shift_note_id, ShiftNoteRead.recorded_by_id == act.by_id
    )
    if session.scalar(signed) is not None:
        raise Conflict(say(N_("You have signed this note already.")), code="signed_before")
    read = ShiftNoteRead(shift_note_id=shift_note_id, read_at=act.at, **act.stamp)
    session.add(read)
    session.flush()
    audit.record(session, AuditKind.SHIFT_NOTE_READ, read, act)
    return read
