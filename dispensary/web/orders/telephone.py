"""Orders by telephone: the nurse takes one down and reads it back; the prescriber signs under it, or disowns it."""

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import on_call, people, telephone_orders
from dispensary.queries.telephone_orders import Call
from dispensary.rules.order_words import in_words
from dispensary.rules.telephone_orders import most_mg, reasons_against
from dispensary.services import telephone_orders as verbs
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.orders.blueprint import bp
from dispensary.web.orders.desk_forms import AGREED, CountersignForm, TelephoneForm
from dispensary.wording import N_, say
from models.enums import Origin, TelephoneOrderKind

Answer = tuple[str, int] | Response


@bp.route("/orders/person/<int:person_id>/telephone", methods=["GET", "POST"])
@gate.requires(Permission.TELEPHONE_ORDER)
def by_telephone(person_id: int) -> Answer:
    """Take down what a prescriber orders for today on the telephone."""
    note_access(person_id, "telephone order")
    form, act, session = TelephoneForm(), edge.act(), db.session()
    others = [who for who in on_call.prescribers(session, act.site_id, act.clinic_day) if who.id != act.by_id]
    form.offer(list(TelephoneOrderKind), others)

    def change(work: Work) -> str:
        verbs.take_telephone_order(work.session, person_id=person_id, said=form.said(), act=work.act)
        return url_for("station.person", person_id=person_id)

    said = _("The telephone order is taken down and lies on the prescriber's desk to be countersigned.")
    if answer := carried_out(form, change, said=said, origin=Origin.WINDOW):
        return answer
    call = _call(person_id)
    possible = _possible(call)
    form.offer([kind for kind, reasons in possible.items() if not reasons], others)
    page = render_template(
        "orders/telephone.html",
        form=form,
        person=people.identity(session, person_id),
        call=call,
        possible=possible,
        most={kind: most_mg(kind, call.facts) for kind in possible},
        allowed=edge.settings().telephone_orders,
        in_words=in_words,
        hours=int(edge.settings().countersign_within.total_seconds()) // 3600,
    )
    return page, form.status


def _call(person_id: int) -> Call:
    act = edge.act()
    return telephone_orders.call(
        db.session(),
        person_id,
        site_id=act.site_id,
        clinic_day=act.clinic_day,
        at=act.at,
        rules=edge.settings().rules,
    )


def _possible(call: Call) -> dict[TelephoneOrderKind, list[tuple[str, str]]]:
    """Return each kind of order with every reason why it cannot be taken down now, as sentences."""
    speak = edge.speaker()
    return {
        kind: [(speak(reason.message), speak(reason.next_step)) for reason in reasons_against(kind, call.facts)]
        for kind in TelephoneOrderKind
    }


@bp.route("/orders/telephone/<int:telephone_order_id>", methods=["GET", "POST"])
@gate.requires(Permission.ORDER_SIGN)
def countersign(telephone_order_id: int) -> Answer:
    """Countersign an order that was taken down by telephone, or disown it."""
    session, form = db.session(), CountersignForm()
    taken = telephone_orders.one(session, telephone_order_id, edge.act().site_id)
    if taken is None:
        raise NotFound(say(N_("There is no such telephone order here.")), code="no_such_telephone_order")
    note_access(taken.person_id, "telephone order")

    def change(work: Work) -> str:
        agreed, note = form.answer.data == AGREED, form.note.data or ""
        verbs.countersign(work.session, telephone_order_id=telephone_order_id, agreed=agreed, note=note, act=work.act)
        return url_for("orders.desk")

    if answer := carried_out(form, change, said=_("Signed.")):
        return answer
    person = people.identity(session, taken.person_id)
    late = taken.overdue(edge.now())
    return render_template("orders/countersign.html", form=form, taken=taken, person=person, late=late), form.status
