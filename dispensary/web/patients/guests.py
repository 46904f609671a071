"""Guests from other clinics, and the letters that go between the clinics."""

from decimal import Decimal

from flask import Response, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from dispensary.errors import Refused
from dispensary.permissions import Permission
from dispensary.queries import guests as stays
from dispensary.queries import people as records
from dispensary.services import guests, printing
from dispensary.services.episodes import TransferIn
from dispensary.services.guests import Visit
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db, unit_of_work
from dispensary.web.once import Work
from dispensary.web.patients.forms import GuestForm, LetterForm
from dispensary.web.patients.pages import address_of, bp, show_form
from models.enums import Medication, PrintedSheet
from models.units import Mg
from reports import guest_letter, page

Answer = tuple[str, int] | BaseResponse
PDF = "application/pdf"


@bp.route("/<int:person_id>/guest", methods=["GET", "POST"])
@gate.requires(Permission.EPISODE_CHANGE)
def admit_guest(person_id: int) -> Answer:
    """Begin the stay of another clinic's patient."""
    note_access(person_id, "guest")
    form = GuestForm()

    def change(work: Work) -> str:
        guests.admit_guest(work.session, person_id=person_id, visit=_visit(form), act=work.act)
        return address_of(person_id)

    hint = _("The home clinic's letter says all of this. Without a dose that it has confirmed, call it first.")
    done = carried_out(form, change, said=_("The guest is admitted. A prescriber signs the order."))
    return done or show_form(person_id, form, _("Guest from another clinic"), hint)


def _visit(form: GuestForm) -> Visit:
    last_dose = TransferIn(
        clinic=form.clinic.data or "",
        confirmed_by=form.confirmed_by.data or "",
        last_dose_on=form.last_dose_on.data,
        last_dose_mg=Mg(form.last_dose_mg.data or Decimal(0)),
        last_dose_medication=Medication(form.last_dose_medication.data),
    )
    return Visit(form.home_contact.data or "", form.letter.data or "", form.until_on.data, last_dose)


@bp.route("/<int:person_id>/letter", methods=["GET", "POST"])
@gate.requires(Permission.HISTORY_VIEW, Permission.REPORT_PRINT)
def letter(person_id: int) -> Answer:
    """Ask to whom, and on what consent; then answer the letter as a sheet."""
    note_access(person_id, "letter")
    page_of = records.person_page(db.session(), person_id, edge.now())
    episode = page_of.open_episode or next(iter(page_of.episodes), None)
    guest = stays.guest_of(db.session(), episode.id) if episode else None
    form = LetterForm(to=guest.home_clinic if guest else "")
    if form.validate_on_submit():
        try:
            return _letter(person_id, form)
        except Refused as refusal:
            form.refuse(refusal)
    return render_template("patients/letter.html", form=form, person=page_of.identity, guest=guest), form.status


def _letter(person_id: int, form: LetterForm) -> Response:
    who, act, session = edge.sitting(), edge.act(), db.session()
    today, at = act.clinic_day, edge.now()
    about = page.heading(session, who.site_id, today, today, printed_by=who.name, printed_at=at)
    figures = guest_letter.figures(
        session,
        person_id,
        to=form.to.data or "",
        consent_on=form.consent_on.data,
        with_days=form.with_days.data,
        about=about,
        at=at,
    )
    content = guest_letter.render(figures, speak=edge.speaker())
    with unit_of_work() as writing:
        printing.note_printed(writing, sheet=PrintedSheet.GUEST_LETTER, act=act, person_id=person_id)
    response = Response(content, content_type=PDF)
    response.headers["Content-Disposition"] = 'attachment; filename="letter.pdf"'
    return response
