"""Deciding on take-home doses, ending a decision, and crediting days in treatment elsewhere."""

from flask import render_template, url_for
from flask_babel import gettext as _

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import people, take_home_evidence, take_homes
from dispensary.rules.take_home_steps import Eligibility
from dispensary.services import take_homes as verbs
from dispensary.services import treatment_credit
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.take_homes.blueprint import Answer, address_of, bp, form_page
from dispensary.web.take_homes.forms import CreditForm, DecideForm, EndDecisionForm
from dispensary.wording import N_, say
from models.enums import TakeHomeEndReason


@bp.route("/people/<int:person_id>/take-homes/decide", methods=["GET", "POST"])
@gate.requires(Permission.TAKE_HOME_DECIDE)
def decide(person_id: int) -> Answer:
    """Decide on which days somebody comes, with the evidence beside each criterion."""
    note_access(person_id, "take-home decision")
    policy, known = policies.take_homes(), _known(person_id)
    form = DecideForm.asking(known.criteria)
    standing = take_home_evidence.standing(db.session(), person_id, edge.act().clinic_day)
    form.begin(standing, edge.act().clinic_day)

    def change(work: Work) -> str:
        verbs.decide(work.session, person_id=person_id, policy=policy, act=work.act, **form.decided())
        return address_of(person_id)

    if answer := carried_out(form, change, said=_("Decided.")):
        return answer
    person = people.identity(db.session(), person_id)
    return render_template("take_homes/decide.html", form=form, known=known, person=person), form.status


def _known(person_id: int) -> Eligibility:
    """Return what speaks for and against a decision.

    Raises:
        NotFound: there is no order that anything could be decided about.
    """
    act = edge.act()
    policy = policies.take_homes()
    known = take_home_evidence.eligibility_of(db.session(), person_id, act.site_id, act.clinic_day, policy)
    if known is None:
        words = N_("No order holds or is to come. Sign an order before deciding on doses to take home.")
        raise NotFound(say(words), code="no_order")
    return known


@bp.route("/take-homes/<int:decision_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.TAKE_HOME_DECIDE)
def end(decision_id: int) -> Answer:
    """End a standing decision, after a review or by the person's own wish."""
    person_id = take_homes.decision(db.session(), decision_id).person_id
    note_access(person_id, "take-home decision")
    form = EndDecisionForm(last_day=edge.act().clinic_day)

    def change(work: Work) -> str:
        reason, note = TakeHomeEndReason(form.reason.data), form.note.data or ""
        verbs.end(
            work.session, decision_id=decision_id, last_day=form.last_day.data, reason=reason, note=note, act=work.act
        )
        return address_of(person_id)

    hint = _("From the day after, the person comes on every day on which a dose is due. Bottles at home stay there.")
    return carried_out(form, change, said=_("The decision ends.")) or form_page(
        person_id, form, _("End the take-home decision"), hint=hint
    )


@bp.route("/people/<int:person_id>/take-homes/credit", methods=["GET", "POST"])
@gate.requires(Permission.TAKE_HOME_DECIDE)
def credit(person_id: int) -> Answer:
    """Credit days in treatment elsewhere."""
    note_access(person_id, "treatment credit")
    form = CreditForm()

    def change(work: Work) -> str:
        days, reason = form.days.data or 0, form.reason.data or ""
        treatment_credit.credit_treatment(work.session, person_id=person_id, days=days, reason=reason, act=work.act)
        return url_for("take_homes.of_person", person_id=person_id)

    hint = _("They count for the take-home ladder of this episode, once, under your name.")
    return carried_out(form, change, said=_("Credited.")) or form_page(
        person_id, form, _("Credit treatment elsewhere"), hint=hint
    )
