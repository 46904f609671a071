"""Between nurses, over HTTP: a word for one person, left and ticked on their page; notes read and signed at the window."""

import pytest
from sqlalchemy import select

from models import Notice, NoticeTick, ShiftNote, ShiftNoteRead
from models.enums import NoticeKind
from tests import factories
from tests.rows import count_stored


@pytest.fixture
def next_nurse(client, session, world):
    return lambda: client.sign_in(session, world, world.witness)


def home(client):
    return client.get("/window").get_data(as_text=True)


def test_a_note_left_at_the_window_is_read_and_signed_by_the_next_nurse(nurse, session, next_nurse):
    answer = nurse.send("/window/notes", {"text": "The pump drips."}, page="/window")
    own = home(nurse)
    other = next_nurse()
    before = home(other)
    note_id = session.scalars(select(ShiftNote.id)).one()
    session.rollback()

    signed = other.send(f"/window/notes/{note_id}/read", {}, page="/window")

    assert (answer.headers["Location"], signed.headers["Location"]) == ("/window", "/window")
    assert "The pump drips." not in own
    assert "The pump drips." in before
    assert "1 note to read" in before
    assert "The pump drips." not in home(other)
    assert "✓ " in other.get("/window/notes").get_data(as_text=True)
    assert count_stored(session, ShiftNoteRead) == 1


def test_an_empty_note_is_asked_for_again(nurse, session):
    answer = nurse.send("/window/notes", {"text": " "})

    assert answer.status_code == 422
    assert "Please fill this in." in answer.get_data(as_text=True)
    assert count_stored(session, ShiftNote) == 0


def test_a_note_that_is_too_long_is_not_lost(nurse, session):
    answer = nurse.send("/window/notes", {"text": "x" * 501})

    assert answer.status_code == 422
    assert "x" * 501 in answer.get_data(as_text=True)
    assert count_stored(session, ShiftNote) == 0


def test_signing_one_s_own_note_says_why_not(nurse, session):
    nurse.send("/window/notes", {"text": "The pump drips."})
    note_id = session.scalars(select(ShiftNote.id)).one()
    session.rollback()

    answer = nurse.send(f"/window/notes/{note_id}/read", {}, page="/window", follow_redirects=True)

    assert "This note is your own" in answer.get_data(as_text=True)
    assert count_stored(session, ShiftNoteRead) == 0


def test_a_word_for_one_person_is_left_shown_once_and_ticked_without_leaving_their_page(nurse, session, who):
    page = f"/window/{who.id}"
    left = nurse.send(f"{page}/notice", {"note": "comes at 11", "kind": "other"}, page=page)
    shown = nurse.get(page).get_data(as_text=True)
    notice = session.scalars(select(Notice)).one()
    session.rollback()

    ticked = nurse.send(f"/window/notices/{notice.id}/tick", {}, page=page)

    assert (left.headers["Location"], ticked.headers["Location"]) == (page, page)
    assert (notice.kind, notice.note) == (NoticeKind.OTHER, "comes at 11")
    assert "comes at 11</" in shown or "comes at 11 <" in shown
    assert "comes at 11 <" not in nurse.get(page).get_data(as_text=True)
    assert count_stored(session, NoticeTick) == 1


def test_a_word_without_a_word_is_asked_for_again(nurse, session, who):
    answer = nurse.send(f"/window/{who.id}/notice", {"note": "", "kind": "other"})

    assert answer.status_code == 422
    assert "Please fill this in." in answer.get_data(as_text=True)
    assert count_stored(session, Notice) == 0


def test_a_second_tick_says_that_it_was_passed_on(nurse, session, world, who):
    notice = factories.save(
        session, Notice(person_id=who.id, kind=NoticeKind.FEE, set_at=world.at, **factories.stamp(world))
    )
    session.commit()
    page = f"/window/{who.id}"
    nurse.send(f"/window/notices/{notice.id}/tick", {}, page=page)

    again = nurse.send(f"/window/notices/{notice.id}/tick", {}, page=page, follow_redirects=True)

    assert "already passed on" in again.get_data(as_text=True)
    assert count_stored(session, NoticeTick) == 1
