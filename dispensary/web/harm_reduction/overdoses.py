"""Overdoses: told by anybody, heard at once at the window and by the prescriber, followed up within days."""

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
from dispensary.web.harm_reduction.forms import FollowUpForm, OverdoseForm
from dispensary.web.once import Work


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


@bp.route("/overdoses/<int:overdose_id>/follow-up", methods=["GET", "POST"])
@gate.requires(Permission.OVERDOSE_RECORD)
def follow_up(overdose_id: int) -> Answer:
    """Note what was done after an overdose."""
    person_id = records.person_of(db.session(), overdose_id)
    note_access(person_id, "overdose")
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
        return address_of(person_id)

    return carried_out(form, change, said=_("Noted.")) or show_form(
        form, _("After an overdose"), back=address_of(person_id), person_id=person_id
    )
