"""The waiting list: one queue with a known place for everybody in it, and the way onto it and off it."""

from flask import render_template, url_for
from flask_babel import gettext as _

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.policy.journey import journey_rules
from dispensary.queries import waiting as records
from dispensary.services import waiting
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.journey.blueprint import Answer, address_of, bp, form_page
from dispensary.web.journey.forms import WaitedForm, WaitForm
from dispensary.web.once import Work
from dispensary.wording import N_, say
from models.enums import WaitingEndReason


@bp.get("/journey/waiting")
@gate.requires(Permission.CASEWORK_VIEW)
def waiting_list() -> str:
    """Show who waits for treatment, in the order of the queue."""
    act = edge.act()
    return render_template(
        "journey/waiting.html",
        queue=records.waiting_list(db.session(), act.site_id),
        target=edge.settings().targets.waiting_days,
        contact_every=journey_rules().contact_every,
        today=act.clinic_day,
    )


@bp.route("/people/<int:person_id>/journey/wait", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def wait(person_id: int) -> Answer:
    """Put somebody on the waiting list."""
    note_access(person_id, "journey")
    form = WaitForm(since_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        since_on, why = form.since_on.data, form.why.data or ""
        waiting.wait(work.session, person_id=person_id, since_on=since_on, why=why, act=work.act)
        return address_of(person_id)

    hint = _(
        "Only where treatment cannot begin today. Meanwhile: talks, groups, supplies and naloxone, as for anybody."
    )
    return carried_out(form, change, said=_("On the list.")) or form_page(person_id, form, _("Waiting list"), hint=hint)


@bp.route("/journey/waiting/<int:waiting_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def stop_waiting(waiting_id: int) -> Answer:
    """Take somebody off the waiting list who is not admitted."""
    person_id = records.person_of_waiting(db.session(), waiting_id)
    if person_id is None:
        raise NotFound(say(N_("There is no such place on the waiting list here.")), code="no_such_waiting")
    note_access(person_id, "journey")
    form = WaitedForm(ended_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        reason, ended_on = WaitingEndReason(form.reason.data), form.ended_on.data
        waiting.stop_waiting(work.session, waiting_id=waiting_id, reason=reason, ended_on=ended_on, act=work.act)
        return url_for("journey.waiting_list")

    hint = _("Whoever is admitted leaves the list by that. Anybody else may come back to it at any time.")
    return carried_out(form, change, said=_("Off the list.")) or form_page(
        person_id, form, _("No longer waiting"), hint=hint, back=url_for("journey.waiting_list")
    )
