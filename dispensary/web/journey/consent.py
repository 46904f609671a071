"""The consent to treatment: what it says, on the screen and as a sheet to sign, and what the person answered."""

from flask import Response, render_template
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import people
from dispensary.rules.intake import CONSENT_SAYS, EDITION
from dispensary.services import intake
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.disclosures.paper import into_own_hand
from dispensary.web.journey.blueprint import Answer, address_of, bp
from dispensary.web.journey.forms import GIVEN, ConsentForm
from dispensary.web.once import Work
from dispensary.web.reporting import asked
from dispensary.web.reporting.forms import PrintForm
from models.enums import ConsentScope, PrintedSheet
from reports import treatment_consent


@bp.route("/people/<int:person_id>/journey/consent", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def consent(person_id: int) -> Answer:
    """Record the person's answer to the consent, which stands above the form."""
    note_access(person_id, "consent")
    form, act = ConsentForm(signed_on=edge.act().clinic_day), edge.act()

    def change(work: Work) -> str:
        given, signed_on = form.answer.data == GIVEN, form.signed_on.data
        intake.record_consent(work.session, person_id=person_id, given=given, signed_on=signed_on, act=work.act)
        return address_of(person_id)

    if answer := carried_out(form, change, said=_("Recorded.")):
        return answer
    about = asked.heading(act.clinic_day, act.clinic_day)
    page = render_template(
        "journey/consent.html",
        person=people.identity(db.session(), person_id),
        form=form,
        says=CONSENT_SAYS,
        edition=EDITION,
        print_form=PrintForm(formdata=None, paper=about.paper),
    )
    return page, form.status


@bp.post("/people/<int:person_id>/journey/consent.pdf")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def consent_pdf(person_id: int) -> Response:
    """Note who prints, and answer the sheet to sign; its name says nothing about anybody."""
    note_access(person_id, "consent")
    form, act = PrintForm(), edge.act()
    about = asked.heading(act.clinic_day, act.clinic_day, form.paper.data if form.validate_on_submit() else None)
    figures = treatment_consent.figures(db.session(), person_id, about=about)
    into_own_hand(person_id, sheet=PrintedSheet.TREATMENT_CONSENT, scopes=frozenset({ConsentScope.IN_TREATMENT}))
    return asked.file(treatment_consent.render(figures, speak=edge.speaker()), asked.PDF, "my-agreement.pdf")
