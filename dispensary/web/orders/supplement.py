"""A further part on an induction day, ordered when the person was seen some hours after the part before."""

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.policy.house import house_rules
from dispensary.queries import people
from dispensary.rules.supplements import reasons_against
from dispensary.services import supplements
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.orders.blueprint import bp
from dispensary.web.orders.desk_forms import SupplementForm


@bp.route("/orders/<int:order_id>/supplement", methods=["GET", "POST"])
@gate.requires(Permission.ORDER_SIGN)
def supplement(order_id: int) -> tuple[str, int] | Response:
    """Order a further part for today."""
    form, session = SupplementForm(), db.session()
    facts, day = supplements.today_under(session, order_id, edge.act())
    note_access(facts.person_id, "order form")

    def change(work: Work) -> str:
        further = form.further(policies.order_limits())
        supplements.order_supplement(work.session, order_id=order_id, further=further, act=work.act)
        return url_for("orders.of_person", person_id=facts.person_id)

    if answer := carried_out(form, change, said=_("The further part is ordered; the window shows it.")):
        return answer
    if request.method == "GET":
        form.hours.data = house_rules().supplement_after_hours
    speak = edge.speaker()
    page = render_template(
        "orders/supplement.html",
        form=form,
        person=people.identity(session, facts.person_id),
        facts=facts,
        day=day,
        against=[(speak(r.message), speak(r.next_step)) for r in reasons_against(day)],
        limits=[limit for limit in policies.order_limits().in_force if limit.rule.medication is day.medication],
    )
    return page, form.status
