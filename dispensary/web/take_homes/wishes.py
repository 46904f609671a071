"""What somebody asks for, handed to the prescriber; and the prescriber's answers that decide nothing anew."""

from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import take_home_requests
from dispensary.services import take_home_requests as verbs
from dispensary.services import take_home_reviews
from dispensary.web import gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.take_homes.blueprint import Answer, address_of, bp, form_page
from dispensary.web.take_homes.single_days_forms import DeclineForm, KeepForm, RequestForm
from dispensary.wording import N_, say


@bp.route("/people/<int:person_id>/take-homes/ask", methods=["GET", "POST"])
@gate.requires(Permission.TAKE_HOME_PREPARE)
def ask(person_id: int) -> Answer:
    """Write down what somebody asks for, and hand it to the prescriber's desk."""
    note_access(person_id, "take-home request")
    form = RequestForm()

    def change(work: Work) -> str:
        verbs.ask(work.session, person_id=person_id, act=work.act, **form.asked())
        return address_of(person_id)

    hint = _("The prescriber answers on this person's page of take-home doses; the answer is told to the person.")
    return carried_out(form, change, said=_("Handed to the prescriber's desk.")) or form_page(
        person_id, form, _("Asks for doses to take home"), hint=hint
    )


@bp.route("/take-homes/requests/<int:asked_id>/decline", methods=["GET", "POST"])
@gate.requires(Permission.TAKE_HOME_DECIDE)
def decline(asked_id: int) -> Answer:
    """Decline what somebody asked for, with the reason that they are told."""
    person_id = take_home_requests.person_of_request(db.session(), asked_id)
    note_access(person_id, "take-home request")
    form = DeclineForm()

    def change(work: Work) -> str:
        verbs.decline(work.session, asked_id=asked_id, reason=form.reason.data or "", act=work.act)
        return address_of(person_id)

    wish = next(one.wish for one in take_home_requests.requests_of(db.session(), person_id) if one.id == asked_id)
    return carried_out(form, change, said=_("Declined.")) or form_page(
        person_id,
        form,
        _("Decline what was asked for"),
        hint=_("The person may contest it; somebody else decides then."),
        facts=(say(N_("Asked for: %(wish)s"), wish=wish),),
    )


@bp.route("/people/<int:person_id>/take-homes/keep", methods=["GET", "POST"])
@gate.requires(Permission.TAKE_HOME_DECIDE)
def keep(person_id: int) -> Answer:
    """Answer a review: what was decided stands as it is."""
    note_access(person_id, "take-home decision")
    form = KeepForm()

    def change(work: Work) -> str:
        take_home_reviews.keep(work.session, person_id=person_id, rationale=form.rationale.data or "", act=work.act)
        return address_of(person_id)

    hint = _("The doses that waited for this answer are handed over again from now on.")
    return carried_out(form, change, said=_("Reviewed: it stays as decided.")) or form_page(
        person_id, form, _("Review of take-home doses"), hint=hint
    )
