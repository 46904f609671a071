"""Doses held after days without medicine: of one person, with the table and what was said, and of everyone on one page."""

from dataclasses import dataclass

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import people
from dispensary.queries.expected import Expected
from dispensary.rules.order_words import in_words
from dispensary.services import re_entry
from dispensary.services.re_entry import Held
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.orders.blueprint import bp
from dispensary.web.orders.forms import ReleaseDoseForm
from dispensary.wording import N_, Words, say

Answer = tuple[str, int] | Response


@dataclass(frozen=True)
class Line:
    """One person on the page of everyone held, and the form that releases their dose."""

    who: Expected
    held: Held
    form: ReleaseDoseForm


@bp.route("/people/<int:person_id>/held-dose", methods=["GET", "POST"])
@gate.requires(Permission.STOP_RELEASE)
def release_dose(person_id: int) -> Answer:
    """Release today's held dose for the ordered amount."""
    note_access(person_id, "held dose")
    form = ReleaseDoseForm()
    if answer := carried_out(form, lambda work: _release(form, person_id, work), said=_("Released for today.")):
        return answer
    person = people.identity(db.session(), person_id)
    held = re_entry.held_today(db.session(), person_id, edge.act())
    if held is None:
        return render_template("orders/nothing_held.html", person=person), form.status
    form.show(held)
    page = render_template("orders/held_dose.html", form=form, person=person, held=held, facts=_facts(held))
    return page, form.status


@bp.get("/prescriber/held")
@gate.requires(Permission.STOP_RELEASE)
def everyone_held() -> str:
    """Show everyone whose dose the gate holds today, as after a closure; each line is decided on its own."""
    act = edge.act()
    lines = [Line(who, held, _form(held)) for who, held in re_entry.held_everywhere(db.session(), act)]
    return render_template("orders/held.html", lines=lines, today=act.clinic_day)


def _form(held: Held) -> ReleaseDoseForm:
    form = ReleaseDoseForm(formdata=None)
    form.show(held)
    return form


def _facts(held: Held) -> list[Words]:
    words = N_("%(days)s days without medicine. Released is %(mg)s mg, for today only; another amount is a new order.")
    return [say(words, days=held.days_without_medicine, mg=held.amount_mg), *in_words(held.order)]


def _release(form: ReleaseDoseForm, person_id: int, work: Work) -> str:
    order_id, days, amount_mg = form.shown()
    re_entry.release_held_dose(
        work.session,
        person_id=person_id,
        order_id=order_id,
        days_without_medicine=days,
        amount_mg=amount_mg,
        reason=form.reason.data or "",
        act=work.act,
    )
    return url_for("orders.everyone_held" if request.form.get("from_list") else "orders.desk")
