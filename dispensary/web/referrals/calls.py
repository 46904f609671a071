"""Calls on a schedule: begun, made, ended."""

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import call_plans as records
from dispensary.queries import contact_rules
from dispensary.rules.call_plans import PlanFacts
from dispensary.services import call_plans
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.agencies.pages import show_form
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.referrals.blueprint import bp
from dispensary.web.referrals.forms import CallForm, CallsForm, EndForm
from dispensary.web.referrals.views import address_of
from dispensary.web.worklist.blueprint import reach_in_words
from models.enums import CallSeries, ReleaseKind

Answer = tuple[str, int] | Response


@bp.route("/of/<int:person_id>/calls", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def begin_calls(person_id: int) -> Answer:
    """Begin calls on a schedule."""
    note_access(person_id, "referrals")
    form = CallsForm(since_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        call_plans.begin(
            work.session,
            person_id=person_id,
            series=CallSeries(form.series.data),
            since_on=form.since_on.data,
            release_kind=ReleaseKind(form.release_kind.data) if form.release_kind.data else None,
            act=work.act,
        )
        return address_of(person_id)

    hint = _("Only with the person's agreement. The days of the calls follow from the schedule of the house.")
    return carried_out(form, change, said=_("The calls are planned.")) or show_form(
        form, _("Calls on a schedule"), back=address_of(person_id), person_id=person_id, hint=hint
    )


def _opened(call_plan_id: int) -> PlanFacts:
    found = records.plan(db.session(), call_plan_id)
    note_access(found.person_id, "referrals")
    return found


@bp.route("/calls/<int:call_plan_id>", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def call(call_plan_id: int) -> Answer:
    """Record a call that was made or tried."""
    plan, form = _opened(call_plan_id), CallForm()
    form.offer(plan)

    def change(work: Work) -> str:
        call_plans.record_call(work.session, plan_id=call_plan_id, call=form.call, act=work.act)
        return address_of(plan.person_id)

    hint = _(
        "☎ %(phone)s: %(how)s",
        phone=plan.phone or _("no number on record"),
        how=reach_in_words(contact_rules.rule_of(db.session(), plan.person_id)),
    )
    return carried_out(form, change, said=_("The call is on record.")) or show_form(
        form, _("A call"), back=address_of(plan.person_id), person_id=plan.person_id, hint=hint
    )


@bp.route("/calls/<int:call_plan_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def end_calls(call_plan_id: int) -> Answer:
    """End calls before their time."""
    plan, form = _opened(call_plan_id), EndForm()

    def change(work: Work) -> str:
        call_plans.end(work.session, plan_id=call_plan_id, reason=form.reason.data or "", act=work.act)
        return address_of(plan.person_id)

    return carried_out(form, change, said=_("The calls have ended.")) or show_form(
        form, _("End the calls"), back=address_of(plan.person_id), person_id=plan.person_id
    )
