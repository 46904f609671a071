"""Notes from shift to shift: left at the window, shown there until read and signed, and listed with who read them."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SubmitField

from dispensary.permissions import Permission
from dispensary.queries import shift_notes
from dispensary.queries.shift_notes import Note
from dispensary.services import shift_notes as verbs
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import Form, Required, TextField
from dispensary.web.once import Work
from dispensary.web.patients.forms import Press
from dispensary.web.station.blueprint import bp
from models.enums import Origin

Answer = tuple[str, int] | BaseResponse


class ShiftNoteForm(Form):
    """What the next shift should know."""

    text = TextField(
        _l("For the next shift"),
        [Required()],
        longest=verbs.LONGEST,
        render_kw={"autofocus": True, "autocomplete": "off"},
    )
    submit = SubmitField(_l("Leave the note"))


def unread_notes() -> tuple[Note, ...]:
    """Return what whoever is signed in has still to read here; nothing for those who keep no shift notes."""
    who = edge.sitting()
    if Permission.SHIFT_NOTE not in who.permissions:
        return ()
    return shift_notes.unread(
        db.session(), site_id=who.site_id, staff_id=who.staff_id, clinic_day=edge.act().clinic_day
    )


@bp.route("/notes", methods=["GET", "POST"])
@gate.requires(Permission.SHIFT_NOTE)
def notes() -> Answer:
    """Leave a note for the next shift, and list those of the last two weeks with who read them when."""
    form = ShiftNoteForm()

    def change(work: Work) -> str:
        verbs.write_note(work.session, text=form.text.data or "", act=work.act)
        return url_for("station.home")

    if answer := carried_out(form, change, said=_("The note is left for the next shift."), origin=Origin.WINDOW):
        return answer
    act = edge.act()
    listed = shift_notes.recent(db.session(), site_id=act.site_id, clinic_day=act.clinic_day)
    mine = {note.id for note in unread_notes()}
    return render_template("station/shift_notes.html", form=form, notes=listed, unread=mine), form.status


@bp.post("/notes/<int:shift_note_id>/read")
@gate.requires(Permission.SHIFT_NOTE)
def sign_note(shift_note_id: int) -> Answer:
    """Sign that one has read a note."""
    form = Press()

    def change(work: Work) -> str:
        verbs.sign_note(work.session, shift_note_id=shift_note_id, act=work.act)
        return url_for("station.home")

    answer = carried_out(form, change, said=_("Read and signed."), origin=Origin.WINDOW)
    for error in form.form_errors:
        flash(error, "warning")
    return answer or redirect(url_for("station.home"), 303)
