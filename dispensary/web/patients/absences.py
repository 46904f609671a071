"""Stays in hospital or custody of one person, and why days were missed."""

from datetime import date

from flask import abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from dispensary.permissions import Permission
from dispensary.queries import absences as records
from dispensary.queries.people import surviving
from dispensary.services import absences
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.attendance.missed import address_of_list
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.patients.absence_forms import AwayForm, BackForm, MissedForm
from dispensary.web.patients.pages import address_of, bp, show_form
from models.enums import AbsenceKind, MissedReason

Answer = tuple[str, int] | BaseResponse


@bp.route("/<int:person_id>/away", methods=["GET", "POST"])
@gate.requires(Permission.ABSENCE_RECORD)
def record_absence(person_id: int) -> Answer:
    """Record that somebody is in hospital or custody."""
    note_access(person_id, "away")
    form = AwayForm(from_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        absences.record_absence(
            work.session,
            person_id=person_id,
            kind=AbsenceKind(form.kind.data),
            from_on=form.from_on.data,
            expected_until=form.expected_until.data,
            place=form.place.data or "",
            told_by=form.told_by.data or "",
            act=work.act,
        )
        return address_of(person_id)

    hint = _(
        "The prescriber hears of it. Days away count as days without medicine unless the doses there are verified."
    )
    return carried_out(form, change, said=_("The stay is on record.")) or show_form(
        person_id, form, _("In hospital or custody"), hint
    )


@bp.route("/absences/<int:absence_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.ABSENCE_RECORD)
def end_absence(absence_id: int) -> Answer:
    """Record the end of a stay."""
    person_id = surviving(db.session(), records.stay(db.session(), absence_id).person_id)
    note_access(person_id, "away")
    form = BackForm()

    def change(work: Work) -> str:
        absences.end_absence(
            work.session,
            absence_id=absence_id,
            last_day=form.last_day.data,
            told_by=form.told_by.data or "",
            act=work.act,
        )
        return address_of(person_id)

    hint = _("Call the place first and enter its last dose as a dose elsewhere. Without a verified dose on the last day"
             " away dosing stops until a prescriber decides.")  # fmt: skip
    return carried_out(form, change, said=_("The end of the stay is on record.")) or show_form(
        person_id, form, _("Back from hospital or custody"), hint
    )


@bp.route("/<int:person_id>/missed/<clinic_day>", methods=["GET", "POST"])
@gate.requires(Permission.ABSENCE_RECORD)
def explain_missed(person_id: int, clinic_day: str) -> Answer:
    """Note why somebody missed a day."""
    try:
        day = date.fromisoformat(clinic_day)
    except ValueError:
        abort(404)
    note_access(person_id, "missed")
    form, back = MissedForm(), _back(person_id)

    def change(work: Work) -> str:
        reason, note = MissedReason(form.reason.data), form.note.data or ""
        absences.explain_missed_day(
            work.session, person_id=person_id, clinic_day=day, reason=reason, note=note, act=work.act
        )
        return back

    title = _("Why %(day)s was missed", day=day.isoformat())
    return carried_out(form, change, said=_("Noted.")) or show_form(person_id, form, title, back=back)


def _back(person_id: int) -> str:
    """Return where a reason that is noted leads: the list from which somebody came, at the same place, or the person."""
    return address_of_list(person_id) if request.args.get("back") == "list" else address_of(person_id)
