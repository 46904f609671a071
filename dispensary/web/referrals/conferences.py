"""Case conferences: recorded, what was agreed ticked off, and the sheet for each agency that was there."""

from flask import render_template
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import conferences as records
from dispensary.queries import people
from dispensary.rules.consents import Ground
from dispensary.services import conferences
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.agencies.pages import show_form
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.disclosures.forms import SheetForm
from dispensary.web.disclosures.paper import handed_out
from dispensary.web.once import Work
from dispensary.web.referrals.blueprint import bp
from dispensary.web.referrals.forms import ConferenceForm, DoneForm
from dispensary.web.referrals.views import address_of
from dispensary.web.reporting import asked
from models.enums import PrintedSheet
from reports import conference_sheet

Answer = tuple[str, int] | Response


@bp.route("/of/<int:person_id>/conference", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD, Permission.DISCLOSE)
def hold(person_id: int) -> Answer:
    """Record a case conference; what was shared is a disclosure to each agency, on its own consent."""
    note_access(person_id, "conference")
    form = ConferenceForm(held_on=edge.act().clinic_day)
    form.offer()

    def change(work: Work) -> str:
        conferences.hold(work.session, person_id=person_id, conference=form.conference, act=work.act)
        return address_of(person_id)

    if answer := carried_out(form, change, said=_("The conference is on record.")):
        return answer
    person = people.identity(db.session(), person_id)
    return render_template("referrals/conference.html", form=form, person=person), form.status


@bp.route("/actions/<int:conference_action_id>/done", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def done(conference_action_id: int) -> Answer:
    """Record that what was agreed was done."""
    person_id = records.person_of_action(db.session(), conference_action_id)
    note_access(person_id, "conference")
    form = DoneForm(done_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        conferences.tick_action(work.session, action_id=conference_action_id, done_on=form.done_on.data, act=work.act)
        return address_of(person_id)

    return carried_out(form, change, said=_("Ticked.")) or show_form(
        form, _("Done as agreed"), back=address_of(person_id), person_id=person_id
    )


@bp.route("/conferences/<int:case_conference_id>/sheet", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_VIEW, Permission.DISCLOSE, Permission.REPORT_PRINT)
def conference(case_conference_id: int) -> Answer:
    """Print what was agreed, for an agency whose consent stands still, or for the person."""
    held = records.conference(db.session(), case_conference_id)
    note_access(held.person_id, "conference")
    form = SheetForm()
    form.offer_recipients(held.person_id)

    def draw(session: Session, ground: Ground) -> bytes:
        about = asked.heading(held.held_on, held.held_on)
        figures = conference_sheet.figures(session, case_conference_id, ground=ground, about=about)
        return conference_sheet.render(figures, speak=edge.speaker())

    scopes = frozenset(scope for party in held.parties for scope in party.scopes)
    sheet, name = PrintedSheet.CONFERENCE, "conference.pdf"
    return handed_out(form, held.person_id, sheet=sheet, scopes=scopes, draw=draw, name=name) or show_form(
        form, _("Sheet of a case conference"), back=address_of(held.person_id), person_id=held.person_id
    )
