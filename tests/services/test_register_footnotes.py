"""Footnotes on the register: dated and signed, the line untouched, held against the audit, and of this site alone."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select, text

from dispensary.errors import NotFound, Refused
from dispensary.queries import register
from dispensary.queries.verification.facts import changed_fact, unaudited_fact
from dispensary.services import register_footnotes
from models import AuditEvent, RegisterEntry, RegisterFootnote
from models.enums import AuditKind
from tests import factories
from tests.migrations.least_rows import Rows


@pytest.fixture
def entry(session, world):
    who = factories.person(session)
    factories.dose(session, world, who, factories.order(session, world, who))
    product = world.products["methadone"].id
    return session.scalars(select(RegisterEntry).where(RegisterEntry.product_id == product)).all()[-1]


def test_footnote_is_dated_signed_and_audited_and_the_line_stays(session, world, entry):
    before = (entry.body, entry.digest)

    made = register_footnotes.write_footnote(session, entry_id=entry.id, text="  9 mL,  not 8 ", act=world.act())

    session.expire_all()
    (note,) = register.footnotes(session, [entry.id])
    assert (note.number, note.text, note.by_initials, note.written_at) == (entry.number, "9 mL, not 8", "RA", world.at)
    assert (entry.body, entry.digest) == before
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.REGISTER_FOOTNOTED)).one()
    assert (event.subject, event.subject_id) == ("register_footnote", made.id)
    assert "9 mL" not in event.body


@pytest.mark.parametrize("words", ["", "   ", "\u200b\u2060", "\u3164", "...", "a\x07b", "x" * 501])
def test_footnote_that_says_nothing_readable_is_refused(session, world, entry, words):
    with pytest.raises(Refused):
        register_footnotes.write_footnote(session, entry_id=entry.id, text=words, act=world.act())

    assert session.scalars(select(RegisterFootnote)).all() == []


def test_footnote_on_another_sites_line_is_refused(session, world, entry):
    other = Rows(session).add("site")["id"]

    with pytest.raises(NotFound):
        register_footnotes.write_footnote(
            session, entry_id=entry.id, text="wrong", act=replace(world.act(), site_id=other)
        )
    with pytest.raises(NotFound):
        register_footnotes.write_footnote(session, entry_id=999_999, text="wrong", act=world.act())
    assert register.place_of(session, other, entry.id) is None


def test_verification_names_a_footnote_that_was_changed_taken_off_or_added(session, world, entry, backend):
    if backend != "sqlite":
        pytest.skip("the walls come down by other words there; the comparison is the same")
    made = register_footnotes.write_footnote(session, entry_id=entry.id, text="9 mL", act=world.act())
    session.commit()
    walls = ("register_footnote_no_update", "register_footnote_no_delete")
    for wall in walls:
        session.execute(text(f"DROP TRIGGER {wall}"))

    assert changed_fact(session, world.site.id, lambda n: None) is None
    session.execute(text("UPDATE register_footnote SET text = '8 mL'"))
    changed = changed_fact(session, world.site.id, lambda n: None)
    session.execute(text("DELETE FROM register_footnote"))
    gone = changed_fact(session, world.site.id, lambda n: None)
    columns = {"id": made.id + 7, "register_entry_id": entry.id, "clinic_day": world.day, "written_at": world.at}
    session.execute(insert(RegisterFootnote.__table__).values(**columns, text="mine", **world.act().stamp))
    added = unaudited_fact(session, world.site.id, lambda n: None)

    assert changed is not None and changed.what.values["fields"] == "text"
    assert gone is not None and gone.what.msgid == "it is gone"
    assert added is not None and added.where.values["table"] == "register_footnote"
    session.rollback()
