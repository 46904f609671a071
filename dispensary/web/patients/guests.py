"""Guests from other clinics, and the letters that go between the clinics."""

from decimal import Decimal

from flask import render_template
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from dispensary.permissions import Permission
from dispensary.queries import guests as stays
from dispensary.queries import people as records
from dispensary.rules.consents import Ground
from dispensary.services import guests
from dispensary.services.episodes import TransferIn
from dispensary.services.guests import Visit
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.disclosures.paper import handed_out
from dispensary.web.once import Work
from dispensary.web.patients.forms import GuestForm, LetterForm
from dispensary.web.patients.pages import address_of, bp, show_form
from dispensary.web.reporting import asked
from models.enums import ConsentScope, Medication, PrintedSheet
from models.units import Mg
from reports import guest_letter

Answer = tuple[str, int] | BaseResponse
LAST_DOSE = frozenset({ConsentScope.LAST_DOSE, ConsentScope.MEDICINE_AND_DOSE})
"""What every letter tells."""


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
@gate.requires(Permission.HISTORY_VIEW, Permission.REPORT_PRINT, Permission.DISCLOSE)
def letter(person_id: int) -> Answer:
    """Ask to whom it goes; then answer the letter as a sheet, where a consent covers it."""
    note_access(person_id, "letter")
    page_of = records.person_page(db.session(), person_id, edge.now())
    episode = page_of.open_episode or next(iter(page_of.episodes), None)
    guest = stays.guest_of(db.session(), episode.id) if episode else None
    form = LetterForm(recipient=guest.home_contact if guest else "")
    form.offer_recipients(person_id)
    with_days = guest is not None or bool(form.with_days.data)
    return handed_out(
        form,
        person_id,
        sheet=PrintedSheet.GUEST_LETTER if guest else PrintedSheet.TRANSFER_LETTER,
        scopes=LAST_DOSE | ({ConsentScope.ATTENDANCE} if with_days else frozenset()),
        draw=lambda session, ground: _letter(session, person_id, form, ground),
        name="letter.pdf",
    ) or (render_template("patients/letter.html", form=form, person=page_of.identity, guest=guest), form.status)


def _letter(session: Session, person_id: int, form: LetterForm, ground: Ground) -> bytes:
    act = edge.act()
    figures = guest_letter.figures(
        session,
        person_id,
        ground=ground,
        with_days=bool(form.with_days.data),
        confirmed_by=form.confirmed_by.data or "",
        about=asked.heading(act.clinic_day, act.clinic_day),
        at=act.at,
    )
    return guest_letter.render(figures, speak=edge.speaker())
