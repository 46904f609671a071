"""A word for one person, left and ticked without leaving their page at the window."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField, SubmitField

from dispensary.permissions import Permission
from dispensary.queries import people
from dispensary.services import stops
from dispensary.web import gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import Form, TextField, choices
from dispensary.web.once import Work
from dispensary.web.patients.forms import Press
from dispensary.web.patients.pages import show_form
from dispensary.web.station.blueprint import bp
from models.enums import NoticeKind, Origin

Answer = tuple[str, int] | BaseResponse


class WordForm(Form):
    """What the person should hear when they next come."""

    note = TextField(_l("In your own words"), description=_l("Such as “comes at 11”."), longest=200)
    kind = SelectField(_l("What about?"), choices=choices(NoticeKind), default=NoticeKind.OTHER.value)
    submit = SubmitField(_l("Leave the notice"))


@bp.route("/<int:person_id>/notice", methods=["GET", "POST"])
@gate.requires(Permission.STATION_USE, Permission.NOTICE_SET)
def leave_notice(person_id: int) -> Answer:
    """Leave something that the person should hear; it shows here until it is ticked."""
    note_access(person_id, "notice")
    form = WordForm()

    def change(work: Work) -> str:
        note = form.note.data or ""
        stops.set_notice(work.session, person_id=person_id, kind=NoticeKind(form.kind.data), note=note, act=work.act)
        return url_for("station.person", person_id=person_id)

    return carried_out(form, change, origin=Origin.WINDOW) or show_form(person_id, form, _("Notice"))


@bp.post("/notices/<int:notice_id>/tick")
@gate.requires(Permission.STATION_USE, Permission.NOTICE_SET)
def tick_notice(notice_id: int) -> Answer:
    """Tick a notice as passed on, and go back to the person."""
    page = url_for("station.person", person_id=people.person_of_notice(db.session(), notice_id))
    form = Press()

    def change(work: Work) -> str:
        stops.tick_notice(work.session, notice_id=notice_id, act=work.act)
        return page

    answer = carried_out(form, change, said=_("Passed on."), origin=Origin.WINDOW)
    for error in form.form_errors:
        flash(error, "warning")
    return answer or redirect(page, 303)
