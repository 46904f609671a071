"""Case notes: written once, never changed; a mistaken one is answered by another that names it.

The audit says that a note was written, never what it says.
"""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy.orm import Session

from dispensary.errors import Conflict, Refused
from dispensary.queries import case_notes as records
from dispensary.queries import here, sessions
from dispensary.queries.people import surviving
from dispensary.services import audit, events, people
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import CareSession, CaseNote
from models.enums import AuditKind, TaskReasonKind

LONGEST = 4000
LONGEST_BACK = timedelta(days=366)


def write_note(
    session: Session,
    *,
    person_id: int,
    text: str,
    about_on: date,
    session_id: int | None = None,
    tells: Collection[TaskReasonKind] = (),
    act: Act,
) -> CaseNote:
    """Write a note about a person.

    Args:
        about_on: the clinic day that it is about.
        session_id: the session that it belongs to, if it belongs to one.
        tells: the events that it tells of; the window and the prescriber hear of them, and nothing else of the note.

    Raises:
        NotFound: there is no such session here.
        Refused: it is empty or too long, its day cannot be right, or the session is another person's.
    """
    here.refuse_elsewhere(session, CareSession, session_id, act.site_id)
    text = paragraphs(text)
    _check_day(about_on, act)
    people.lock(session, person_id)
    people.refuse_linked_away(session, person_id)
    if session_id is not None and sessions.one(session, session_id).person_id != person_id:
        raise Refused(say(N_("That session was with somebody else. Open it again from its list.")), code="not_theirs")
    events.tell_all(session, person_id=person_id, kinds=tells, act=act)
    return _keep(session, CaseNote(person_id=person_id, care_session_id=session_id, text=text, about_on=about_on), act)


def correct_note(session: Session, *, note_id: int, text: str, act: Act) -> CaseNote:
    """Write a note in place of one's own that was mistaken; both stay to be read.

    Raises:
        NotFound: there is no such note.
        Refused: it is empty or too long, or somebody else wrote the mistaken one.
        Conflict: it was corrected already.
    """
    here.refuse_elsewhere(session, CaseNote, note_id, act.site_id)
    text = paragraphs(text)
    before = records.one(session, note_id)
    person_id = surviving(session, before.person_id)
    people.lock(session, person_id)
    if before.by_id != act.by_id:
        words = N_("%(by)s wrote this note and corrects it. Write a note of your own instead.")
        raise Refused(say(words, by=before.by), code="not_own_note")
    if records.one(session, note_id).corrected_by_id is not None:
        raise Conflict(say(N_("This note was corrected already. Correct the newer one.")), code="corrected_before")
    note = CaseNote(
        person_id=person_id,
        care_session_id=before.session_id,
        corrects_id=note_id,
        text=text,
        about_on=before.about_on,
    )
    return _keep(session, note, act)


def paragraphs(text: str) -> str:
    """Return a text of several lines, each composed and trimmed.

    Raises:
        Refused: it is blank, too long, or holds characters that cannot be printed.
    """
    lines = (people.line(line, "text", longest=LONGEST) for line in text.replace("\r\n", "\n").split("\n"))
    whole = "\n".join(lines).strip()
    if not whole:
        raise Refused(say(N_("Please fill this in.")), code="blank", field="text")
    if len(whole) > LONGEST:
        raise Refused(say(N_("This is too long: %(max)s characters at most."), max=LONGEST), code="long", field="text")
    return whole


def _check_day(about_on: date, act: Act) -> None:
    if not act.clinic_day - LONGEST_BACK <= about_on <= act.clinic_day:
        words = say(N_("A note is about a day of the last year, today at the latest."))
        raise Refused(words, code="note_day", field="about_on")


def _keep(session: Session, note: CaseNote, act: Act) -> CaseNote:
    for column, value in act.stamp.items():
        setattr(note, column, value)
    kept = write(session, note)
    audit.record(session, AuditKind.CASE_NOTE_WRITTEN, kept, act, person=kept.person_id)
    return kept
