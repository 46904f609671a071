"""Visits and prescriptions elsewhere, and the factual letter that the person gets in hand."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.rules.consents import Ground
from dispensary.services import outside_visits
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.agencies.pages import show_form
from dispensary.web.changes import carried_out
from dispensary.web.disclosures.forms import HandForm
from dispensary.web.disclosures.paper import handed_out
from dispensary.web.once import Work
from dispensary.web.referrals.blueprint import bp
from dispensary.web.referrals.forms import VisitForm
from dispensary.web.referrals.views import address_of
from dispensary.web.reporting import asked
from models.enums import ConsentScope, PrintedSheet
from reports import factual_letter

Answer = tuple[str, int] | Response


@bp.route("/of/<int:person_id>/visit", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def note_visit(person_id: int) -> Answer:
    """Note a visit or a prescription elsewhere."""
    note_access(person_id, "referrals")
    form = VisitForm()

    def change(work: Work) -> str:
        outside_visits.note_visit(
            work.session, person_id=person_id, seen=form.seen, listed=policies.alerts(), act=work.act
        )
        return address_of(person_id)

    hint = _("Only what is known, with its source. It is no accusation and no reason to withhold a dose.")
    return carried_out(form, change, said=_("Noted.")) or show_form(
        form, _("Visit or prescription elsewhere"), back=address_of(person_id), person_id=person_id, hint=hint
    )


@bp.route("/of/<int:person_id>/factual-letter", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_VIEW, Permission.DISCLOSE, Permission.REPORT_PRINT)
def letter(person_id: int) -> Answer:
    """Print the factual letter; it is handed over in person, and to nobody else."""
    note_access(person_id, "letter")
    form = HandForm()

    def draw(session: Session, ground: Ground) -> bytes:
        today = edge.act().clinic_day
        figures = factual_letter.figures(session, person_id, ground=ground, about=asked.heading(today, today))
        return factual_letter.render(figures, speak=edge.speaker())

    sheet, scopes = PrintedSheet.FACTUAL_LETTER, frozenset({ConsentScope.HEALTH})
    hint = _("Give it in hand and read it together. It says which visits we know of and from whom, and nothing else.")
    return handed_out(form, person_id, sheet=sheet, scopes=scopes, draw=draw, name="letter.pdf") or show_form(
        form, _("Factual letter"), back=address_of(person_id), person_id=person_id, hint=hint
    )
