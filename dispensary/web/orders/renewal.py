"""Renewing an order from the list of those that end: as it is, until a new last day, with one signature."""

from collections.abc import Callable
from dataclasses import replace

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import doses_taken, orders, people
from dispensary.queries.orders import OrderVersion
from dispensary.rules.order_drafts import OrderDraft
from dispensary.rules.order_words import in_parts, in_words
from dispensary.rules.renewals import renewal
from dispensary.services import orders as verbs
from dispensary.services.orders import Signing
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.orders.blueprint import bp
from dispensary.web.orders.desk_forms import RenewForm
from dispensary.wording import N_, say


@bp.route("/orders/<int:order_id>/renew", methods=["GET", "POST"])
@gate.requires(Permission.ORDER_SIGN)
def renew(order_id: int) -> tuple[str, int] | Response:
    """Sign the order anew from the day after its last one."""
    session, old = db.session(), _order(order_id)
    note_access(old.person_id, "order form")
    form, today = RenewForm(), edge.act().clinic_day
    draft = renewal(old.facts, doses_taken.taken_days(session, old.person_id, old.facts.starts_on), today)

    if draft is not None:
        if answer := carried_out(form, _signing(form, order_id, draft), said=_("The order is renewed.")):
            return answer
        if not form.is_submitted():
            form.ends_on.data, form.reason.data = draft.ends_on, _("continued unchanged")
    person = people.identity(session, old.person_id)
    page = render_template(
        "orders/renew.html", form=form, person=person, old=old, draft=draft, in_words=in_words, in_parts=in_parts
    )
    return page, form.status


def _signing(form: RenewForm, order_id: int, draft: OrderDraft) -> Callable[[Work], str]:
    """Return what signs the draft as it was filled in."""

    def sign(work: Work) -> str:
        signed = replace(draft, ends_on=form.ends_on.day, reason=form.reason.data or "")
        signing = Signing(signed, policies.order_limits(), form.over_limit_reason.data or "")
        verbs.change_order(work.session, order_id=order_id, signing=signing, act=work.act)
        return url_for("orders.desk")

    return sign


def _order(order_id: int) -> OrderVersion:
    version = orders.version(db.session(), order_id)
    if version is None:
        raise NotFound(say(N_("There is no such order here.")), code="no_such_order")
    return version
