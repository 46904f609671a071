"""Everything about a person and the agencies on one page, and the steps of a referral."""

from flask import render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.policy.agencies import agency_rules
from dispensary.queries import call_plans, conferences, outside_visits, people
from dispensary.queries import referrals as records
from dispensary.rules.consents import Ground
from dispensary.rules.referrals import ReferralFacts
from dispensary.services import referrals
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.agencies.pages import show_form
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.disclosures.forms import SheetForm
from dispensary.web.disclosures.paper import handed_out
from dispensary.web.once import Work
from dispensary.web.referrals.blueprint import bp
from dispensary.web.referrals.forms import AnswerForm, CloseForm, MeetingForm, MetForm, ReferForm, moment_in
from dispensary.web.reporting import asked
from models.enums import ConsentScope, PrintedSheet, ReferralResult, ReplyKind
from reports import referral_sheet

Answer = tuple[str, int] | Response


def address_of(person_id: int) -> str:
    """Return the address of the page about a person and the agencies."""
    return url_for("referrals.of_person", person_id=person_id)


@bp.get("/of/<int:person_id>")
@gate.requires(Permission.CASEWORK_VIEW)
def of_person(person_id: int) -> str:
    """Show referrals, calls, conferences and visits elsewhere of a person."""
    note_access(person_id, "referrals")
    session, today = db.session(), edge.act().clinic_day
    visits = outside_visits.visits_of(session, person_id)
    return render_template(
        "referrals/of_person.html",
        person=people.identity(session, person_id),
        sent=records.referrals_of(session, person_id),
        plans=call_plans.plans_of(session, person_id),
        held=conferences.conferences_of(session, person_id),
        visits=visits,
        letter_is_due=outside_visits.letter_is_due(visits, today),
        rules=agency_rules(),
        today=today,
    )


@bp.route("/of/<int:person_id>/new", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def refer(person_id: int) -> Answer:
    """Send somebody to an agency."""
    note_access(person_id, "referrals")
    form = ReferForm(answer_by=edge.act().clinic_day + agency_rules().answer_within)
    form.offer()

    def change(work: Work) -> str:
        referrals.refer(work.session, person_id=person_id, sent=form.sent, act=work.act)
        return address_of(person_id)

    hint = _("Go along the first time, or see that somebody does: whoever is only sent rarely arrives.")
    return carried_out(form, change, said=_("Referred.")) or show_form(
        form, _("Refer to an agency"), back=address_of(person_id), person_id=person_id, hint=hint
    )


def _opened(referral_id: int) -> ReferralFacts:
    """Return a referral, once it is noted who opened the record of the person."""
    found = records.referral(db.session(), referral_id)
    note_access(found.person_id, "referrals")
    return found


@bp.route("/<int:referral_id>/meeting", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def arrange(referral_id: int) -> Answer:
    """Arrange the joint first meeting, or put it off."""
    found, form = _opened(referral_id), MeetingForm()
    form.begin(found.meeting.at if found.meeting else None)

    def change(work: Work) -> str:
        meets_at = moment_in(form) or work.act.at
        referrals.arrange_meeting(work.session, referral_id=referral_id, meets_at=meets_at, act=work.act)
        return address_of(found.person_id)

    return carried_out(form, change, said=_("Arranged.")) or _show(form, found, _("The joint first meeting"))


@bp.route("/<int:referral_id>/met", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def met(referral_id: int) -> Answer:
    """Record that the first meeting was held, and with whom."""
    found, form = _opened(referral_id), MetForm()
    form.begin(min(found.meeting.at, edge.now()) if found.meeting else None)

    def change(work: Work) -> str:
        referrals.meet(
            work.session,
            referral_id=referral_id,
            met_at=moment_in(form) or work.act.at,
            met_with=form.met_with.data or "",
            we_were_there=bool(form.we_were_there.data),
            act=work.act,
        )
        return address_of(found.person_id)

    return carried_out(form, change, said=_("On record.")) or _show(form, found, _("The meeting was held"))


@bp.route("/<int:referral_id>/answer", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def answer(referral_id: int) -> Answer:
    """Record what the agency answered."""
    found, form = _opened(referral_id), AnswerForm(replied_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        referrals.answer(
            work.session,
            referral_id=referral_id,
            reply=ReplyKind(form.reply.data),
            from_whom=form.from_whom.data or "",
            replied_on=form.replied_on.data,
            note=form.note.data or "",
            act=work.act,
        )
        return address_of(found.person_id)

    return carried_out(form, change, said=_("The answer is on record.")) or _show(
        form, found, _("Answer of the agency")
    )


@bp.route("/<int:referral_id>/close", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def close(referral_id: int) -> Answer:
    """Close the loop of a referral."""
    found, form = _opened(referral_id), CloseForm(closed_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        referrals.close(
            work.session,
            referral_id=referral_id,
            result=ReferralResult(form.result.data),
            closed_on=form.closed_on.data,
            note=form.note.data or "",
            act=work.act,
        )
        return address_of(found.person_id)

    return carried_out(form, change, said=_("Closed.")) or _show(form, found, _("Close a referral"))


@bp.route("/<int:referral_id>/sheet", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_VIEW, Permission.DISCLOSE, Permission.REPORT_PRINT)
def sheet(referral_id: int) -> Answer:
    """Print the sheet that goes along with a referral, where a consent covers it or the person carries it."""
    found, form = _opened(referral_id), SheetForm()
    form.offer_recipients(found.person_id, found.agency_id)

    def draw(session: Session, ground: Ground) -> bytes:
        today, site_id = edge.act().clinic_day, edge.sitting().site_id
        about = asked.heading(today, today)
        figures = referral_sheet.figures(session, referral_id, ground=ground, about=about, site_id=site_id)
        return referral_sheet.render(figures, speak=edge.speaker())

    return handed_out(
        form,
        found.person_id,
        sheet=PrintedSheet.REFERRAL,
        scopes=frozenset({ConsentScope.IN_TREATMENT, ConsentScope.SOCIAL}),
        draw=draw,
        name="referral.pdf",
    ) or _show(form, found, _("Sheet for a referral"))


def _show(form: AnswerForm | CloseForm | MeetingForm | SheetForm, found: ReferralFacts, title: str) -> tuple[str, int]:
    hint = _("%(agency)s, %(contact)s, %(phone)s: %(reason)s", agency=found.agency, contact=found.agency_contact,
             phone=found.agency_phone, reason=found.reason)  # fmt: skip
    return show_form(form, title, back=address_of(found.person_id), person_id=found.person_id, hint=hint)
