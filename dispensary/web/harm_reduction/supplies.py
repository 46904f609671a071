"""Supplies: handed out to a person, to a contact, to somebody unknown; and what a site hands out month by month."""

from flask import Response as File
from flask import render_template, url_for
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.policy.house import house_rules
from dispensary.queries import overdoses, people
from dispensary.queries import supplies as records
from dispensary.queries.people import Identity
from dispensary.services import supplies
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.glass import may_read
from dispensary.web.harm_reduction.blueprint import Answer, address_of, bp
from dispensary.web.harm_reduction.forms import GiveForm
from dispensary.web.once import Work
from dispensary.web.outreach.blueprint import address_of as address_of_contact
from dispensary.web.outreach.blueprint import opened
from dispensary.web.reporting import asked
from models.enums import RestrictedPart, SupplyKind
from reports import harm_reduction as report
from reports import sheet

MONTHS = 13


@bp.get("/harm-reduction")
@gate.requires(Permission.CASEWORK_VIEW)
def home() -> str:
    """Show whom to follow up after an overdose, and supplies and overdoses month by month."""
    session, act = db.session(), edge.act()
    return render_template(
        "harm_reduction/home.html",
        waiting=overdoses.to_follow_up(session, act.site_id, house_rules().follow_up_overdose_within),
        figures=_figures(),
        kinds=list(SupplyKind),
        now=act.at,
    )


@bp.get("/harm-reduction/months.csv")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def months_csv() -> File:
    """Answer the counts by month as CSV."""
    speak = edge.speaker()
    content = sheet.to_csv(report.as_sheet(_figures(), speak, house_rules().least_shown), speak.zone)
    return asked.file(content, asked.CSV, "harm-reduction.csv")


@bp.get("/people/<int:person_id>/harm-reduction")
@gate.requires(Permission.CASEWORK_VIEW)
def of_person(person_id: int) -> str:
    """Show a person's supplies and overdoses; what was written about them only to who reads case notes."""
    note_access(person_id, "harm reduction")
    session = db.session()
    return render_template(
        "harm_reduction/of_person.html",
        person=people.identity(session, person_id),
        overdoses=overdoses.of_person(session, person_id),
        supplies=records.of_person(session, person_id),
        reads=may_read(person_id, RestrictedPart.CASE_NOTES),
    )


@bp.route("/people/<int:person_id>/supplies/give", methods=["GET", "POST"])
@gate.requires(Permission.SUPPLIES_GIVE)
def give(person_id: int) -> Answer:
    """Note what a person is given."""
    note_access(person_id, "harm reduction")
    form = GiveForm(given_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        _give(work, form, person_id=person_id)
        return address_of(person_id)

    hint = _("For the asking, whoever asks. Naloxone shows on the person's page as held.")
    if answer := carried_out(form, change, said=_("Noted.")):
        return answer
    return _form_page(form, hint, address_of(person_id), person=people.identity(db.session(), person_id))


@bp.route("/harm-reduction/give", methods=["GET", "POST"])
@gate.requires(Permission.SUPPLIES_GIVE)
def give_to_anybody() -> Answer:
    """Note what somebody unknown is given; no name is asked."""
    form = GiveForm(given_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        _give(work, form)
        return url_for("harm_reduction.home")

    hint = _("No name is asked. What is given is counted.")
    back = url_for("harm_reduction.home")
    return carried_out(form, change, said=_("Noted.")) or _form_page(form, hint, back)


@bp.route("/outreach/<int:outreach_contact_id>/supplies", methods=["GET", "POST"])
@gate.requires(Permission.OUTREACH_RECORD)
def give_to_contact(outreach_contact_id: int) -> Answer:
    """Note what a contact of outreach is given; a peer or volunteer gives to their own."""
    found = opened(outreach_contact_id)
    form, back = GiveForm(given_on=edge.act().clinic_day), address_of_contact(found.id)

    def change(work: Work) -> str:
        _give(work, form, contact_id=found.id)
        return back

    before = records.of_contact(db.session(), found.id)
    speak = edge.speaker()
    hint = _("So far: %(what)s.", what=", ".join(f"{pieces} {speak(kind)}" for kind, pieces in before) or "–")
    return carried_out(form, change, said=_("Noted.")) or _form_page(form, hint, back, called=found.called)


def _form_page(
    form: GiveForm, hint: str, back: str, *, person: Identity | None = None, called: str = ""
) -> tuple[str, int]:
    html = render_template(
        "harm_reduction/give.html",
        form=form,
        hint=hint,
        back=back,
        person=person,
        called=called,
        pieces=[form[kind.value] for kind in SupplyKind],
    )
    return html, form.status


def _give(work: Work, form: GiveForm, *, person_id: int | None = None, contact_id: int | None = None) -> None:
    supplies.give(
        work.session,
        items=form.items,
        given_on=form.given_on.data,
        taught=bool(form.taught.data),
        person_id=person_id,
        contact_id=contact_id,
        act=work.act,
    )


def _figures() -> report.MonthsFigures:
    act = edge.act()
    return report.figures(db.session(), act.site_id, act.clinic_day, MONTHS)
