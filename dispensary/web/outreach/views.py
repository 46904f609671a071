"""Outreach: one's own contacts, or everybody's where that is allowed; meetings, screening, brief interventions, who it was."""

from flask import abort, render_template, url_for
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.policy.instruments import definition
from dispensary.queries import instruments as scores
from dispensary.queries import outreach as records
from dispensary.queries import overdoses
from dispensary.services import instruments, outreach
from dispensary.web import edge, gate
from dispensary.web.assessment.forms import TakeBackForm
from dispensary.web.assessment.score_form import ScoreForm
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.outreach.blueprint import Answer, address_of, bp, form_page, opened
from dispensary.web.outreach.forms import FirstMeetingForm, InterventionForm, MeetingForm, RecogniseForm
from dispensary.web.reporting import asked
from models.enums import Instrument, InterventionResult, OutreachPlace, Substance


@bp.get("")
@gate.requires(Permission.OUTREACH_RECORD)
def mine() -> str:
    """List one's own contacts, those met last first."""
    return _list(edge.sitting().staff_id, everyone=False)


@bp.get("/all")
@gate.requires(Permission.OUTREACH_VIEW)
def everyones() -> str:
    """List everybody's contacts."""
    return _list(None, everyone=True)


def _list(made_by_id: int | None, *, everyone: bool) -> str:
    page = asked.page_number()
    found, more = records.contacts(db.session(), edge.sitting().site_id, made_by_id, page)
    return render_template("outreach/contacts.html", contacts=found, more=more, page=page, everyone=everyone)


@bp.route("/new", methods=["GET", "POST"])
@gate.requires(Permission.OUTREACH_RECORD)
def meet_first() -> Answer:
    """Note that somebody was met for the first time."""
    form = FirstMeetingForm(met_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        met = outreach.meet_first(
            work.session,
            called=form.called.data or "",
            met_on=form.met_on.data,
            place=OutreachPlace(form.place.data),
            minutes=form.minutes.number or 0,
            note=form.note.data or "",
            act=work.act,
        )
        return address_of(met.id)

    hint = _("Nobody has to give a name, and a no closes nothing: naloxone, supplies and the way in stay open.")
    return carried_out(form, change, said=_("Saved.")) or form_page(
        form, _("Somebody new"), back=url_for("outreach.mine"), hint=hint
    )


@bp.get("/<int:outreach_contact_id>")
@gate.requires(Permission.OUTREACH_RECORD)
def contact(outreach_contact_id: int) -> str:
    """Show what is known of a contact; who it turned out to be only to whoever may see people."""
    found = opened(outreach_contact_id)
    session = db.session()
    return render_template(
        "outreach/contact.html",
        contact=found,
        meetings=records.meetings_of(session, found.id),
        screenings=scores.scores_of_contact(session, found.id),
        interventions=records.interventions_of_contact(session, found.id),
        overdoses=overdoses.of_contact(session, found.id),
        person_name=records.name_of(session, found.person_id) if found.person_id else "",
    )


@bp.route("/<int:outreach_contact_id>/meeting", methods=["GET", "POST"])
@gate.requires(Permission.OUTREACH_RECORD)
def meet_again(outreach_contact_id: int) -> Answer:
    """Note a further meeting."""
    found, form = opened(outreach_contact_id), MeetingForm(met_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        outreach.meet_again(
            work.session,
            contact_id=found.id,
            met_on=form.met_on.data,
            place=OutreachPlace(form.place.data),
            minutes=form.minutes.number or 0,
            note=form.note.data or "",
            act=work.act,
        )
        return address_of(found.id)

    return carried_out(form, change, said=_("Saved.")) or form_page(
        form, _("Met again"), back=address_of(found.id), called=found.called
    )


@bp.route("/<int:outreach_contact_id>/screening", methods=["GET", "POST"])
@gate.requires(Permission.OUTREACH_RECORD)
def screen(outreach_contact_id: int) -> Answer:
    """Enter the screening of a contact."""
    found, form = opened(outreach_contact_id), ScoreForm.asking(definition(Instrument.ASSIST))

    def change(work: Work) -> str:
        instruments.score_instrument(
            work.session,
            definition=form.definition,
            values=form.values(),
            taken_on=form.taken_on.data,
            outreach_contact_id=found.id,
            act=work.act,
        )
        return address_of(found.id)

    if answer := carried_out(form, change, said=_("Entered.")):
        return answer
    back = address_of(found.id)
    page = render_template("outreach/screening.html", form=form, definition=form.definition, contact=found, back=back)
    return page, form.status


@bp.route("/screenings/<int:screening_id>/take-back", methods=["GET", "POST"])
@gate.requires(Permission.OUTREACH_RECORD)
def take_back_screening(screening_id: int) -> Answer:
    """Take back the screening of a contact that was entered by mistake."""
    taken = scores.score(db.session(), screening_id)
    if taken.outreach_contact_id is None:
        abort(404)
    found, form = opened(taken.outreach_contact_id), TakeBackForm()

    def change(work: Work) -> str:
        instruments.take_back(work.session, score_id=screening_id, reason=form.reason.data or "", act=work.act)
        return address_of(found.id)

    return carried_out(form, change, said=_("Taken back.")) or form_page(
        form,
        _("A screening entered by mistake"),
        back=address_of(found.id),
        hint=_("It stays to be read, struck through, and counts nowhere; enter it anew if it was mistyped."),
        called=found.called,
    )


@bp.route("/<int:outreach_contact_id>/intervention", methods=["GET", "POST"])
@gate.requires(Permission.OUTREACH_RECORD)
def intervene(outreach_contact_id: int) -> Answer:
    """Record a brief intervention with a contact."""
    found, form = opened(outreach_contact_id), InterventionForm(given_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        outreach.intervene_with_contact(
            work.session,
            contact_id=found.id,
            about=Substance(form.about.data),
            minutes=form.minutes.number or 0,
            result=InterventionResult(form.result.data),
            agreed=form.agreed.data or "",
            given_on=form.given_on.data,
            act=work.act,
        )
        return address_of(found.id)

    hint = _("Who wants treatment is brought along: the way in is the same day wherever a place is free.")
    return carried_out(form, change, said=_("Saved.")) or form_page(
        form, _("Brief intervention"), back=address_of(found.id), called=found.called, hint=hint
    )


@bp.route("/<int:outreach_contact_id>/person", methods=["GET", "POST"])
@gate.requires(Permission.OUTREACH_RECORD, Permission.OUTREACH_VIEW, Permission.PERSON_REGISTER)
def recognise(outreach_contact_id: int) -> Answer:
    """Note which person on record a contact turned out to be."""
    found, form = opened(outreach_contact_id), RecogniseForm()

    def change(work: Work) -> str:
        number = form.number.data or ""
        known = outreach.recognise(work.session, contact_id=found.id, number=number, act=work.act)
        return url_for("journey.of_person", person_id=known.person_id)

    hint = _(
        "Register the person first if they are not on record. What was said outside then stands on their own page."
    )
    return carried_out(form, change, said=_("Noted.")) or form_page(
        form, _("Who it turned out to be"), back=address_of(found.id), called=found.called, hint=hint
    )
