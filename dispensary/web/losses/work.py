"""What is done about a reported loss: steps recorded and taken back, and the report closed."""

from flask import render_template, url_for
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.services import losses as services
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.losses.blueprint import bp
from dispensary.web.losses.forms import CloseForm, StepForm, TakeBackForm
from dispensary.web.losses.views import card_of
from dispensary.web.once import Work
from dispensary.wording import N_, say
from models import LossStep
from models.enums import LossStepKind


@bp.route("/<int:loss_report_id>/steps/new", methods=["GET", "POST"])
@gate.requires(Permission.LOSS_WORK)
def step(loss_report_id: int) -> tuple[str, int] | Response:
    """Record that something was done."""
    card = card_of(loss_report_id)
    next_one = next(iter(card.open_steps), None)
    form = StepForm(done_on=edge.act().clinic_day, kind=next_one.kind.value if next_one else "")
    form.offer()

    def change(work: Work) -> str:
        services.record_step(
            work.session,
            report_id=card.id,
            kind=LossStepKind(form.kind.data),
            done_on=form.done_on.data,
            number=form.number.data or "",
            to_whom=form.to_whom.data or "",
            note=form.note.data or "",
            act=work.act,
        )
        return url_for("losses.one", loss_report_id=card.id)

    answer = carried_out(form, change)
    return answer or (render_template("losses/step.html", form=form, card=card), form.status)


@bp.route("/steps/<int:loss_step_id>/take-back", methods=["GET", "POST"])
@gate.requires(Permission.LOSS_WORK)
def take_back(loss_step_id: int) -> tuple[str, int] | Response:
    """Take back a step that was entered and not done."""
    found = db.session().get(LossStep, loss_step_id)
    if found is None:
        raise NotFound(say(N_("There is no such step here.")), code="no_such_step")
    card, form = card_of(found.report_id), TakeBackForm()
    line = next(one for one in card.steps if one.id == loss_step_id)

    def change(work: Work) -> str:
        services.take_back_step(work.session, step_id=loss_step_id, reason=form.reason.data or "", act=work.act)
        return url_for("losses.one", loss_report_id=card.id)

    answer = carried_out(form, change)
    return answer or (render_template("losses/take_back.html", form=form, card=card, line=line), form.status)


@bp.route("/<int:loss_report_id>/close", methods=["GET", "POST"])
@gate.requires(Permission.LOSS_WORK)
def close(loss_report_id: int) -> tuple[str, int] | Response:
    """Close a report."""
    card, form = card_of(loss_report_id), CloseForm()

    def change(work: Work) -> str:
        services.close_report(
            work.session,
            report_id=card.id,
            reason=form.reason.data or "",
            recovered=form.recovered.data or "",
            despite_open=bool(form.despite_open.data),
            act=work.act,
        )
        return url_for("losses.one", loss_report_id=card.id)

    answer = carried_out(form, change)
    return answer or (render_template("losses/close.html", form=form, card=card), form.status)
