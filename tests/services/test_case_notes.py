"""Case notes are written once and corrected by another; the audit knows nothing of what they say."""

from datetime import timedelta

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import case_notes as records
from dispensary.services import case_notes, sessions
from models.enums import AuditKind, Discipline, Role, SessionKind
from tests import factories, rows

DAY = timedelta(days=1)


@pytest.fixture
def who(session, world):
    made = factories.patient(session, world)
    session.commit()
    return made


@pytest.fixture
def act(world):
    return world.act(world.staff[Role.COUNSELLOR])


def write(session, who, act, text="Sleeps badly.\nWants work.", **values):
    return case_notes.write_note(
        session, person_id=who.id, text=text, about_on=values.pop("about_on", act.clinic_day), act=act, **values
    )


def test_note_keeps_its_paragraphs_and_who_wrote_it(session, who, act):
    write(session, who, act, "  Sleeps badly. \r\n\r\nWants work.\n")

    (note,) = records.of_person(session, who.id)
    assert note.text == "Sleeps badly.\n\nWants work."
    assert (note.by, note.about_on, note.session_id) == ("Carl Brook", act.clinic_day, None)


def test_audit_says_that_a_note_was_written_and_nothing_of_what_it_says(session, who, act):
    write(session, who, act)

    (event,) = rows.audited(session, AuditKind.CASE_NOTE_WRITTEN)
    assert "Sleeps" not in event.body


def test_note_belongs_to_a_session_of_the_same_person_only(session, world, who, act):
    other = factories.patient(session, world, family_name="Brandt")
    made = sessions.arrange(
        session,
        person_id=who.id,
        kind=SessionKind.FAMILY,
        discipline=Discipline.COUNSELLING,
        with_id=act.by_id,
        starts_at=act.at,
        minutes=30,
        act=act,
    )

    write(session, who, act, session_id=made.id)
    with pytest.raises(Refused) as refusal:
        write(session, other, act, session_id=made.id)

    assert records.of_person(session, who.id)[0].session_kind is SessionKind.FAMILY
    assert refusal.value.code == "not_theirs"


@pytest.mark.parametrize(
    ("text", "code"),
    [(" \n ", "blank"), ("a" * 4001, "long"), ("\n".join(["a" * 3000] * 2), "long"), ("a\x00", "control")],
)
def test_text_that_is_none_or_too_long_is_refused_at_its_field(session, who, act, text, code):
    with pytest.raises(Refused) as refusal:
        write(session, who, act, text)

    assert (refusal.value.code, refusal.value.field) == (code, "text")


@pytest.mark.parametrize("away", [DAY, -367 * DAY])
def test_note_about_tomorrow_or_long_ago_is_refused(session, who, act, away):
    with pytest.raises(Refused) as refusal:
        write(session, who, act, about_on=act.clinic_day + away)

    assert refusal.value.field == "about_on"


def test_mistaken_note_is_answered_by_another_and_both_stay(session, who, act):
    first = write(session, who, act)

    second = case_notes.correct_note(session, note_id=first.id, text="Sleeps well.", act=act)

    notes = {note.id: note for note in records.of_person(session, who.id)}
    assert notes[first.id].corrected_by_id == second.id
    assert notes[second.id].corrects_id == first.id
    with pytest.raises(Conflict):
        case_notes.correct_note(session, note_id=first.id, text="Once more.", act=act)


def test_nobody_corrects_what_somebody_else_wrote(session, world, who, act):
    first = write(session, who, act)

    with pytest.raises(Refused) as refusal:
        case_notes.correct_note(session, note_id=first.id, text="No.", act=world.act(world.prescriber))

    assert refusal.value.code == "not_own_note"


def test_note_that_is_not_there_is_not_found(session, act):
    with pytest.raises(NotFound):
        case_notes.correct_note(session, note_id=999, text="No.", act=act)
