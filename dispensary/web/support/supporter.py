"""Somebody who stands by a person: named with both consents, reached otherwise, shown more or less, and ended."""

from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.services import support
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.once import Work
from dispensary.web.sessions.blueprint import Answer
from dispensary.web.support.blueprint import address_of, bp, form_page, supporter_here
from dispensary.web.support.forms import EndSupporterForm, ReachForm, SeesForm, SupporterForm
from models.enums import ProgrammeEndReason


@bp.route("/people/<int:person_id>/support/supporter", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def name_supporter(person_id: int) -> Answer:
    """Name who stands by a person, as both agreed."""
    note_access(person_id, "supporter")
    today = edge.act().clinic_day
    form = SupporterForm(person_agreed_on=today, supporter_agreed_on=today)

    def change(work: Work) -> str:
        support.name_supporter(work.session, person_id=person_id, naming=form.naming, act=work.act)
        return address_of(person_id)

    hint = _(
        "Nothing else is kept of a supporter. The person may take this back on any day; from then on they are shown nothing"
        " and nobody calls them."
    )
    return carried_out(form, change, said=_("Recorded.")) or form_page(
        person_id, form, _("Somebody who stands by the person"), hint=hint
    )


@bp.route("/supporters/<int:supporter_id>/change", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def change_supporter(supporter_id: int) -> Answer:
    """Change how a supporter is reached."""
    known = supporter_here(supporter_id)
    form = ReachForm()
    form.begin(known)

    def change(work: Work) -> str:
        support.change_supporter(
            work.session,
            supporter_id=supporter_id,
            name=form.name.data or "",
            phone=form.phone.data or "",
            contact_rules=form.contact_rules.data or "",
            act=work.act,
        )
        return address_of(known.person_id)

    return carried_out(form, change, said=_("Changed.")) or form_page(
        known.person_id, form, _("How the supporter is reached")
    )


@bp.route("/supporters/<int:supporter_id>/sees", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def sees(supporter_id: int) -> Answer:
    """Record what the person lets their supporter see."""
    known = supporter_here(supporter_id)
    form = SeesForm(agreed_on=edge.act().clinic_day, about_doses=known.about_doses, about_urine=known.about_urine)

    def change(work: Work) -> str:
        support.let_see(
            work.session,
            supporter_id=supporter_id,
            about_doses=bool(form.about_doses.data),
            about_urine=bool(form.about_urine.data),
            agreed_on=form.agreed_on.data,
            act=work.act,
        )
        return address_of(known.person_id)

    hint = _("%(name)s sees the weeks and what the two plan. Beside that only what is ticked here.", name=known.name)
    return carried_out(form, change, said=_("Recorded.")) or form_page(
        known.person_id, form, _("What the supporter may see"), hint=hint
    )


@bp.route("/supporters/<int:supporter_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def end_supporter(supporter_id: int) -> Answer:
    """Take back the consent, or record that the supporter left; from this moment they are shown nothing."""
    known = supporter_here(supporter_id)
    form = EndSupporterForm()

    def change(work: Work) -> str:
        support.end_supporter(
            work.session,
            supporter_id=supporter_id,
            reason=ProgrammeEndReason(form.reason.data),
            next_step=form.next_step.data or "",
            act=work.act,
        )
        return address_of(known.person_id)

    hint = _(
        "%(name)s is shown nothing from today on, and the telephone number is not kept. Treatment goes on as it is.",
        name=known.name,
    )
    said = _("Ended. Nothing more is shown or told to the supporter.")
    return carried_out(form, change, said=said) or form_page(
        known.person_id, form, _("Consent taken back, or supporter left"), hint=hint
    )
