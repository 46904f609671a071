"""Overdoses: told by anybody, heard at once at the window and by the prescriber, followed up within days."""

from flask import url_for
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import overdoses as records
from dispensary.services import overdoses
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.agencies.pages import show_form
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.harm_reduction.blueprint import Answer, address_of, bp
from dispensary.web.harm_reduction.forms import ContactOverdoseForm, FollowUpForm, OverdoseForm, TakeBackForm
from dispensary.web.once import Work
from dispensary.web.outreach.blueprint import address_of as address_of_contact
from dispensary.web.outreach.blueprint import form_page, opened


@bp.route("/people/<int:person_id>/overdoses/tell", methods=["GET", "POST"])
@gate.requires(Permission.OVERDOSE_RECORD)
def tell_overdose(person_id: int) -> Answer:
    """Record an overdose that somebody tells of."""
    note_access(person_id, "overdose")
    form = OverdoseForm(happened_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        overdoses.record(work.session, person_id=person_id, told=form.told, act=work.act)
        return address_of(person_id)

    hint = _("It is no reason to withhold treatment: the days after an overdose are when the dose protects most.")
    said = _("The window and the prescriber hear of it now.")
    return carried_out(form, change, said=said) or show_form(
        form, _("An overdose"), back=address_of(person_id), person_id=person_id, hint=hint
    )


@bp.route("/outreach/<int:outreach_contact_id>/overdose", methods=["GET", "POST"])
@gate.requires(Permission.OUTREACH_RECORD)
def tell_overdose_of_contact(outreach_contact_id: int) -> Answer:
    """Record an overdose of a contact; a peer or volunteer of their own, and learns nothing of who they are on record."""
    found = opened(outreach_contact_id)
    form, back = ContactOverdoseForm(happened_on=edge.act().clinic_day), address_of_contact(found.id)

    def change(work: Work) -> str:
        overdoses.record(work.session, contact_id=found.id, told=form.told, act=work.act)
        return back

    hint = _("Counsellors hear of it. It closes nothing: naloxone, supplies and the way in stay open.")
    return carried_out(form, change, said=_("Noted.")) or form_page(
        form, _("An overdose"), back=back, called=found.called, hint=hint
    )


@bp.route("/overdoses/<int:overdose_id>/follow-up", methods=["GET", "POST"])
@gate.requires(Permission.OVERDOSE_RECORD)
def follow_up(overdose_id: int) -> Answer:
    """Note what was done after an overdose of a person, or of a contact whom nobody has recognised yet."""
    whose, back, called = _of_whom(overdose_id)
    form = FollowUpForm(done_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        overdoses.follow_up(
            work.session,
            overdose_id=overdose_id,
            done_on=form.done_on.data,
            what=form.what.data or "",
            naloxone=form.naloxone.data or 0,
            act=work.act,
        )
        return back

    if answer := carried_out(form, change, said=_("Noted.")):
        return answer
    title = _("After an overdose")
    if whose.person_id is None:
        return form_page(form, title, back=back, called=called)
    return show_form(form, title, back=back, person_id=whose.person_id)


@bp.route("/overdoses/<int:overdose_id>/take-back", methods=["GET", "POST"])
@gate.requires(Permission.OVERDOSE_RECORD)
def take_back(overdose_id: int) -> Answer:
    """Take back an overdose that was recorded by mistake."""
    whose, back, called = _of_whom(overdose_id)
    form = TakeBackForm()

    def change(work: Work) -> str:
        overdoses.take_back(work.session, overdose_id=overdose_id, reason=form.reason.data or "", act=work.act)
        return back

    if answer := carried_out(form, change, said=_("Taken back.")):
        return answer
    title = _("An overdose recorded by mistake")
    if whose.person_id is None:
        return form_page(form, title, back=back, called=called)
    hint = _("It stays to be read and counts nowhere. The window shows it until the prescriber closes the task.")
    return show_form(form, title, back=back, person_id=whose.person_id, hint=hint)


def _of_whom(overdose_id: int) -> tuple[records.Whose, str, str]:
    """Return whose overdose it was, the way back, and what a contact is called whom nobody has recognised."""
    whose = records.whose(db.session(), overdose_id)
    if whose.person_id is None:
        return whose, url_for("harm_reduction.home"), opened(whose.contact_id or 0).called
    note_access(whose.person_id, "overdose")
    return whose, address_of(whose.person_id), ""
