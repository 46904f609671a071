"""Agreeing a plan, anew at each review, and looking at what became of its steps."""

from datetime import date

from flask import render_template
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.policy.minimums import MinimumInForce, MinimumOf
from dispensary.queries import people
from dispensary.queries import plans as records
from dispensary.services import plans
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.plans.blueprint import Answer, address_of, bp, form_page
from dispensary.web.plans.forms import PlanForm, StepForm
from models.enums import PlanReviewResult


@bp.route("/people/<int:person_id>/plan/new", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def agree(person_id: int) -> Answer:
    """Agree a plan with the person, beginning with what is still open of the one before."""
    note_access(person_id, "plan")
    minimum = _minimum(person_id)
    today = edge.act().clinic_day
    latest = minimum.rule.due_on(today, today) if minimum else None
    form = PlanForm.begun(_before(person_id), latest)

    def change(work: Work) -> str:
        plans.agree_plan(
            work.session,
            person_id=person_id,
            goals=form.goals(),
            review_on=form.review_on.data,
            reasons_to_stay=form.reasons_to_stay.data or "",
            worries=form.worries.data or "",
            if_a_lapse=form.if_a_lapse.data or "",
            minimum=minimum,
            act=work.act,
        )
        return address_of(person_id)

    if answer := carried_out(form, change, said=_("Agreed. Let the person sign, on the screen or on paper.")):
        return answer
    person = people.identity(db.session(), person_id)
    page = render_template("plans/agree.html", person=person, form=form, minimum=minimum, latest=latest)
    return page, form.status


def _before(person_id: int) -> records.Plan | None:
    episode_id = people.episode_on(db.session(), person_id, edge.act().site_id)
    newest = records.newest_of_episode(db.session(), episode_id) if episode_id else None
    return records.plan(db.session(), newest) if newest else None


def _minimum(person_id: int) -> MinimumInForce | None:
    """Return how often a plan is reviewed at least for this person, where an approved profile says so."""
    spans = people.episodes_of(db.session(), [person_id]).get(person_id, [])
    admitted: date | None = next((span.admitted_on for span in spans if span.ended_on is None), None)
    if admitted is None:
        return None
    day = (edge.act().clinic_day - admitted).days + 1
    return policies.minimums().of(MinimumOf.PLAN_REVIEW, None, day)


@bp.route("/plan-steps/<int:plan_step_id>", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def look(plan_step_id: int) -> Answer:
    """Record what became of a step."""
    plan = records.plan_of_step(db.session(), plan_step_id)
    note_access(plan.person_id, "plan")
    form = StepForm(seen_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        plans.look_at_step(
            work.session,
            plan_step_id=plan_step_id,
            result=PlanReviewResult(form.result.data),
            note=form.note.data or "",
            seen_on=form.seen_on.data,
            act=work.act,
        )
        return address_of(plan.person_id)

    step = next(step for goal in plan.goals for step in goal.steps if step.id == plan_step_id)
    hint = _("%(what)s (%(who)s, by %(day)s)", what=step.text, who=step.owner, day=step.due_on.isoformat())
    return carried_out(form, change, said=_("Saved.")) or form_page(
        plan.person_id, form, _("What became of this step"), hint=hint
    )
