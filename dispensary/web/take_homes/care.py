"""Who else may collect the doses, and the talk about keeping them safely."""

from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import take_home_care as records
from dispensary.services import take_home_care as verbs
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.take_homes.blueprint import Answer, address_of, bp, form_page
from dispensary.web.take_homes.forms import CollectorForm, ReasonForm, SafetyForm
from models.enums import NaloxoneOffer


@bp.route("/people/<int:person_id>/take-homes/collector", methods=["GET", "POST"])
@gate.requires(Permission.TAKE_HOME_PREPARE)
def collector(person_id: int) -> Answer:
    """Name another person who may collect the doses."""
    note_access(person_id, "collector")
    form = CollectorForm(from_on=edge.act().clinic_day)

    def change(work: Work) -> str:
        verbs.name_collector(
            work.session,
            person_id=person_id,
            name=form.name.data or "",
            relation=form.relation.data or "",
            authority=form.authority.data or "",
            from_on=form.from_on.data,
            until_on=form.until_on.data,
            act=work.act,
        )
        return address_of(person_id)

    hint = _("The person signs the authority on paper. Whoever collects shows an identity paper each time.")
    return carried_out(form, change, said=_("Named.")) or form_page(
        person_id, form, _("Somebody else collects"), hint=hint
    )


@bp.route("/take-homes/collectors/<int:collector_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.TAKE_HOME_PREPARE)
def end_collector(collector_id: int) -> Answer:
    """Withdraw an authority to collect."""
    person_id = records.person_of_collector(db.session(), collector_id)
    note_access(person_id, "collector")
    form = ReasonForm()

    def change(work: Work) -> str:
        verbs.end_collector(work.session, collector_id=collector_id, reason=form.reason.data or "", act=work.act)
        return address_of(person_id)

    return carried_out(form, change, said=_("Withdrawn.")) or form_page(
        person_id, form, _("Withdraw the authority to collect")
    )


@bp.route("/people/<int:person_id>/take-homes/safety", methods=["GET", "POST"])
@gate.requires(Permission.TAKE_HOME_PREPARE)
def safety(person_id: int) -> Answer:
    """Go through keeping doses safely."""
    note_access(person_id, "safety check")
    form = SafetyForm()

    def change(work: Work) -> str:
        verbs.check_safety(
            work.session,
            person_id=person_id,
            locked_storage=form.locked_storage.data,
            taught=form.taught.data,
            child_resistant=form.child_resistant.data,
            naloxone=NaloxoneOffer(form.naloxone.data),
            note=form.note.data or "",
            act=work.act,
        )
        return address_of(person_id)

    hint = _("Go through it with the person. With something missing no dose goes home yet; naloxone may be declined.")
    return carried_out(form, change, said=_("Gone through.")) or form_page(
        person_id, form, _("Keeping doses safely"), hint=hint
    )
