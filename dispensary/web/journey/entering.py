"""Writing down the way of one person: how they came, a brief intervention, the stage, the aim, and what is asked at intake."""

from flask import abort
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.services import aims, intake, journey, outreach, waiting
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.agencies.pages import agency_choices
from dispensary.web.changes import carried_out
from dispensary.web.forms import id_in
from dispensary.web.journey.blueprint import Answer, address_of, bp, form_page
from dispensary.web.journey.forms import DONE, AimForm, CameForm, IntakeForm, StageForm
from dispensary.web.once import Work
from dispensary.web.outreach.forms import InterventionForm
from models.enums import Aim, IntakeItem, InterventionResult, JourneyStage, Substance


@bp.route("/people/<int:person_id>/journey/came", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def came(person_id: int) -> Answer:
    """Record how somebody came to us."""
    note_access(person_id, "journey")
    form = CameForm(received_on=edge.act().clinic_day)
    form.agency.choices = agency_choices(_("nobody: by themselves or through a peer"))

    def change(work: Work) -> str:
        waiting.receive(
            work.session,
            person_id=person_id,
            agency_id=id_in(form.agency.data) or None,
            received_on=form.received_on.data,
            reason=form.reason.data or "",
            act=work.act,
        )
        return address_of(person_id)

    return carried_out(form, change, said=_("Saved.")) or form_page(person_id, form, _("How the person came to us"))


@bp.route("/people/<int:person_id>/journey/intervention", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def intervene(person_id: int) -> Answer:
    """Record a brief intervention with a person."""
    note_access(person_id, "journey")
    form = InterventionForm(given_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        outreach.intervene(
            work.session,
            person_id=person_id,
            about=Substance(form.about.data),
            minutes=form.minutes.number or 0,
            result=InterventionResult(form.result.data),
            agreed=form.agreed.data or "",
            given_on=form.given_on.data,
            act=work.act,
        )
        return address_of(person_id)

    return carried_out(form, change, said=_("Saved.")) or form_page(person_id, form, _("Brief intervention"))


@bp.route("/people/<int:person_id>/journey/stage", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def set_stage(person_id: int) -> Answer:
    """Set where the journey stands."""
    note_access(person_id, "journey")
    form = StageForm(from_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        journey.set_stage(
            work.session,
            person_id=person_id,
            stage=JourneyStage(form.stage.data),
            from_on=form.from_on.data,
            reason=form.reason.data or "",
            act=work.act,
        )
        return address_of(person_id)

    hint = _("A stage says where the person stands in their own life. It changes no dose and ends no treatment.")
    return carried_out(form, change, said=_("Saved.")) or form_page(
        person_id, form, _("Stage of the journey"), hint=hint
    )


@bp.route("/people/<int:person_id>/journey/aim", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def say_aim(person_id: int) -> Answer:
    """Write down what the person wants of treatment."""
    note_access(person_id, "journey")
    form = AimForm(said_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        aims.say_aim(
            work.session,
            person_id=person_id,
            aim=Aim(form.aim.data),
            words=form.words.data or "",
            said_on=form.said_on.data,
            act=work.act,
        )
        return address_of(person_id)

    hint = _("To stay for good is as good an aim as any. Nothing changes by this entry; a wish for a smaller dose is "
             "passed on to the prescriber on its own page.")  # fmt: skip
    return carried_out(form, change, said=_("Written down.")) or form_page(
        person_id, form, _("The person's own aim"), hint=hint
    )


@bp.route("/people/<int:person_id>/journey/intake/<item>", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def take_step(person_id: int, item: str) -> Answer:
    """Record that something asked at intake was done, or begun."""
    if item not in set(IntakeItem) or IntakeItem(item) in intake.KEPT_ELSEWHERE:
        abort(404)
    note_access(person_id, "journey")
    form = IntakeForm(done_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        intake.take_step(
            work.session,
            person_id=person_id,
            item=IntakeItem(item),
            complete=form.state.data == DONE,
            done_on=form.done_on.data,
            note=form.note.data or "",
            act=work.act,
        )
        return address_of(person_id)

    hint = _("Half done is good enough for today. No dose waits for it.")
    title = _("Intake: %(what)s", what=edge.speaker()(IntakeItem(item)))
    return carried_out(form, change, said=_("Saved.")) or form_page(person_id, form, title, hint=hint)
