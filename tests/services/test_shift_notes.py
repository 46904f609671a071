"""Notes from shift to shift: every other nurse reads and signs them once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import shift_notes as notes
from dispensary.services import shift_notes
from models import AuditEvent, Site
from models.enums import AuditKind
from tests import factories


def leave(session, world, text="The pump drips.", **changes):
    return shift_notes.write_note(session, text=text, act=world.act(**changes))


def unread(session, world, who, day=None):
    found = notes.unread(session, site_id=world.site.id, staff_id=who.id, clinic_day=day or world.day)
    return [note.text for note in found]


def test_a_note_is_shown_to_the_others_until_they_sign_it_and_not_to_its_writer(session, world):
    note = leave(session, world)

    before = (unread(session, world, world.nurse), unread(session, world, world.witness))
    shift_notes.sign_note(session, shift_note_id=note.id, act=world.act(world.witness))

    assert before == ([], ["The pump drips."])
    assert unread(session, world, world.witness) == []
    assert unread(session, world, world.prescriber) == ["The pump drips."]


def test_the_list_says_who_read_it_when(session, world):
    note, newer = leave(session, world), leave(session, world, "Safe key at the front.")
    later = world.at + timedelta(hours=1)

    shift_notes.sign_note(session, shift_note_id=note.id, act=world.act(world.witness, at=later))

    listed = notes.recent(session, site_id=world.site.id, clinic_day=world.day)
    assert [row.note.id for row in listed] == [newer.id, note.id]
    assert [(r.by, r.read_at) for r in listed[1].readings] == [(world.witness.name, later)]
    assert listed[0].readings == ()


def test_after_two_weeks_a_note_is_history(session, world):
    leave(session, world)

    assert unread(session, world, world.witness, world.day + timedelta(days=14)) == ["The pump drips."]
    assert unread(session, world, world.witness, world.day + timedelta(days=15)) == []


def test_a_note_is_of_one_site(session, world):
    other = factories.save(session, Site(code="north", name="North"))
    note = leave(session, world)

    assert notes.unread(session, site_id=other.id, staff_id=world.witness.id, clinic_day=world.day) == ()
    with pytest.raises(NotFound):
        shift_notes.sign_note(session, shift_note_id=note.id + 1, act=world.act(world.witness))


@pytest.mark.parametrize(("text", "code"), [(" ", "blank"), ("x" * 501, "long"), ("a\x07", "control")])
def test_a_note_says_something_that_can_be_read(session, world, text, code):
    with pytest.raises(Refused, match=code):
        leave(session, world, text)


def test_a_note_of_500_characters_is_kept_whole(session, world):
    assert len(leave(session, world, "x" * 500).text) == 500


def test_nobody_signs_twice_or_for_their_own_note(session, world):
    note = leave(session, world)
    shift_notes.sign_note(session, shift_note_id=note.id, act=world.act(world.witness))

    with pytest.raises(Conflict, match="signed_before"):
        shift_notes.sign_note(session, shift_note_id=note.id, act=world.act(world.witness))
    with pytest.raises(Refused, match="own_note"):
        shift_notes.sign_note(session, shift_note_id=note.id, act=world.act())


def test_the_audit_says_that_a_note_was_left_and_read_and_not_what_it_says(session, world):
    note = leave(session, world)
    shift_notes.sign_note(session, shift_note_id=note.id, act=world.act(world.witness))

    rows = session.execute(select(AuditEvent.kind, AuditEvent.body).order_by(AuditEvent.number)).all()
    assert [row.kind for row in rows] == [AuditKind.SHIFT_NOTE_WRITTEN, AuditKind.SHIFT_NOTE_READ]
    assert not any("pump" in row.body for row in rows)
