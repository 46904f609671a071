"""At the prescriber's desk: an injection that would be early or late today is released, or not."""

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import people
from dispensary.rules.dosing import DosingFacts, reasons_to_withhold
from dispensary.rules.order_words import in_words
from dispensary.services import injections
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.orders.blueprint import bp
from dispensary.web.orders.forms import ReleaseDoseForm
from dispensary.wording import N_, Words, say
from models.units import plain

Answer = tuple[str, int] | Response


@bp.route("/people/<int:person_id>/injection", methods=["GET", "POST"])
@gate.requires(Permission.STOP_RELEASE)
def release_injection(person_id: int) -> Answer:
    """Release an injection for today although it is early or late."""
    note_access(person_id, "injection")
    form = ReleaseDoseForm()

    def change(work: Work) -> str:
        order_id, _days, amount_mg = form.shown()
        reason = form.reason.data or ""
        injections.release_injection(
            work.session, person_id=person_id, order_id=order_id, amount_mg=amount_mg, reason=reason, act=work.act
        )
        return url_for("orders.desk")

    if answer := carried_out(form, change, said=_("Today's injection is released.")):
        return answer
    person = people.identity(db.session(), person_id)
    facts = injections.waiting_injection(db.session(), person_id, edge.act())
    if facts is None or facts.order is None:
        return render_template("orders/nothing_held.html", person=person), form.status
    amount_mg = injections.ordered_mg(facts)
    form.order_id.data, form.amount_mg.data = str(facts.order.id), plain(amount_mg)
    form.days_without_medicine.data = str(facts.days_without_medicine)
    form.submit.label.text = _("Release today's injection")
    said = [*_why(facts), say(N_("Released is %(mg)s mg, for today only."), mg=amount_mg), *in_words(facts.order)]
    page = render_template("orders/decide.html", form=form, person=person, title=_("Release an injection"), facts=said)
    return page, form.status


def _why(facts: DosingFacts) -> list[Words]:
    """Return why it is not given without a decision, and when the last one was."""
    reasons = [r for r in reasons_to_withhold(facts, edge.settings().rules) if r.code.startswith("injection_")]
    said = [reason.message for reason in reasons]
    if facts.injection is not None and facts.injection.last_on is not None:
        said.append(say(N_("The last injection was on %(day)s."), day=facts.injection.last_on))
    citations = [say(N_("Source: %(citation)s"), citation=reason.citation) for reason in reasons if reason.citation]
    return [*said, *citations]
