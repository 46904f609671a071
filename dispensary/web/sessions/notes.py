"""Case notes, behind their own permission; opening them is noted like every page about a person."""

from flask import render_template, url_for
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import case_notes as records
from dispensary.queries import people
from dispensary.services import case_notes
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.glass import may_read, opened_until, to_open
from dispensary.web.once import Work
from dispensary.web.sessions.blueprint import Answer, bp, form_page, where_it_is_kept
from dispensary.web.sessions.forms import CorrectNoteForm, NoteForm
from dispensary.web.told_events import told_in
from models.enums import RestrictedPart


@bp.get("/people/<int:person_id>/notes")
@gate.requires(Permission.PERSON_VIEW)
def notes(person_id: int) -> Answer:
    """Show a person's case notes to who may read them; to anybody else the way to open them with a reason."""
    if not may_read(person_id, RestrictedPart.CASE_NOTES):
        return to_open(person_id, RestrictedPart.CASE_NOTES)
    note_access(person_id, "case notes")
    session, act = db.session(), edge.act()
    html = render_template(
        "sessions/notes.html",
        person=people.identity(session, person_id),
        notes=records.of_person(session, person_id),
        kept=where_it_is_kept(),
        me=act.by_id,
        opened_until=opened_until(person_id, RestrictedPart.CASE_NOTES),
    )
    return html, 200


@bp.route("/people/<int:person_id>/notes/write", methods=["GET", "POST"])
@gate.requires(Permission.CASE_NOTE_WRITE)
def write_note(person_id: int) -> Answer:
    """Write a case note that belongs to no session."""
    note_access(person_id, "case note")
    form = NoteForm(about_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        case_notes.write_note(
            work.session,
            person_id=person_id,
            text=form.text.data or "",
            about_on=form.about_on.data,
            tells=told_in(form.tells),
            act=work.act,
        )
        return _address_of(person_id)

    return carried_out(form, change, said=_("Written.")) or form_page(
        person_id, form, _("Write a case note"), hint=where_it_is_kept(), back=_address_of(person_id)
    )


@bp.route("/notes/<int:case_note_id>/correct", methods=["GET", "POST"])
@gate.requires(Permission.CASE_NOTE_VIEW, Permission.CASE_NOTE_WRITE)
def correct_note(case_note_id: int) -> Answer:
    """Write a note in place of one's own mistaken one."""
    before = records.one(db.session(), case_note_id)
    person_id = people.surviving(db.session(), before.person_id)
    note_access(person_id, "case note")
    form = CorrectNoteForm(text=before.text)

    def change(work: Work) -> str:
        case_notes.correct_note(work.session, note_id=case_note_id, text=form.text.data or "", act=work.act)
        return _address_of(person_id)

    return carried_out(form, change, said=_("Written. The mistaken note stays to be read below it.")) or form_page(
        person_id, form, _("Correct a case note"), hint=where_it_is_kept(), back=_address_of(person_id)
    )


def _address_of(person_id: int) -> str:
    return url_for("sessions.notes", person_id=person_id)
