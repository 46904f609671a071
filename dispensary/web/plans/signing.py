"""Names under a plan: the person's, drawn on the screen or on the printed sheet, and the counsellor's."""

from flask import Response, abort, render_template
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import people
from dispensary.queries import plans as records
from dispensary.rules.strokes import TALL, WIDE
from dispensary.services import plans
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.patients.forms import Press
from dispensary.web.plans.blueprint import Answer, address_of, bp
from dispensary.web.plans.forms import SignForm
from dispensary.web.signing import picture
from models.enums import SignedOn, Signer


@bp.route("/plans/<int:plan_id>/sign", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def sign(plan_id: int) -> Answer:
    """Take the person's name under their plan."""
    plan = records.plan(db.session(), plan_id)
    note_access(plan.person_id, "plan")
    form = SignForm(signed_on=edge.act().clinic_day, signed_how=SignedOn.SCREEN)

    def change(work: Work) -> str:
        plans.sign_plan(
            work.session,
            plan_id=plan_id,
            signer=Signer.PERSON,
            signed_how=SignedOn(form.signed_how.data),
            signed_on=form.signed_on.data,
            drawn=form.drawn.data or "",
            act=work.act,
        )
        return address_of(plan.person_id)

    if answer := carried_out(form, change, said=_("Signed.")):
        return answer
    person = people.identity(db.session(), plan.person_id)
    page = render_template("plans/sign.html", person=person, plan=plan, form=form, wide=WIDE, tall=TALL)
    return page, form.status


@bp.route("/plans/<int:plan_id>/countersign", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def countersign(plan_id: int) -> Answer:
    """Put the name of whoever is signed in under a plan."""
    plan = records.plan(db.session(), plan_id)
    note_access(plan.person_id, "plan")
    form = Press()

    def change(work: Work) -> str:
        plans.sign_plan(
            work.session,
            plan_id=plan_id,
            signer=Signer.COUNSELLOR,
            signed_how=SignedOn.SCREEN,
            signed_on=work.act.clinic_day,
            act=work.act,
        )
        return address_of(plan.person_id)

    if answer := carried_out(form, change, said=_("Signed.")):
        return answer
    person = people.identity(db.session(), plan.person_id)
    return render_template("plans/countersign.html", person=person, plan=plan, form=form), form.status


@bp.get("/plans/<int:plan_id>/signature.svg")
@gate.requires(Permission.CASEWORK_VIEW)
def drawn(plan_id: int) -> Response:
    """Answer the person's signature as a picture."""
    plan = records.plan(db.session(), plan_id)
    note_access(plan.person_id, "plan")
    signed = plan.signed_by(Signer.PERSON)
    if signed is None or signed.drawn is None:
        abort(404)
    return picture(signed.drawn)
