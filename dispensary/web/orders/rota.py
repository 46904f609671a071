"""The rota: which prescriber is on call on each of the coming days, and under which number."""

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import on_call
from dispensary.services import on_call as verbs
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.orders.desk_forms import RotaForm

DAYS_SHOWN = 28
bp = Blueprint("rota", __name__)


@bp.route("/orders/rota", methods=["GET", "POST"])
@gate.requires(Permission.ROTA_SET)
def days() -> tuple[str, int] | Response:
    """Show the coming four weeks, and fill some of them."""
    form, act, session = RotaForm(), edge.act(), db.session()
    form.offer(on_call.prescribers(session, act.site_id, act.clinic_day))

    def change(work: Work) -> str:
        verbs.set_on_call(
            work.session,
            first=form.first.day,
            last=form.last.day,
            prescriber_id=int(form.prescriber_id.data),
            phone=form.phone.data or "",
            act=work.act,
        )
        return url_for("rota.days")

    if answer := carried_out(form, change, said=_("The rota is filled.")):
        return answer
    coming = on_call.rota(session, act.site_id, act.clinic_day, DAYS_SHOWN)
    return render_template("orders/rota.html", form=form, days=coming, today=act.clinic_day), form.status
