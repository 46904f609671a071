"""What is lost for use: waste and spills, and the end of a bottle."""

from flask import render_template, url_for
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.services import stock_leaving
from dispensary.web import gate
from dispensary.web.changes import carried_out
from dispensary.web.once import Work
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.forms import EndForm, WasteForm
from dispensary.web.stock.shelf import card_of
from dispensary.web.witness import prove_witness
from models.enums import WasteReason
from models.units import Quantity


@bp.route("/containers/<int:container_id>/waste", methods=["GET", "POST"])
@bp.route(
    "/containers/<int:container_id>/not-swallowed",
    methods=["GET", "POST"],
    defaults={"reason": WasteReason.NOT_SWALLOWED},
    endpoint="waste_not_swallowed",
)
@gate.requires(Permission.STOCK_WASTE)
def waste(container_id: int, reason: WasteReason | None = None) -> tuple[str, int] | Response:
    """Waste some or all of a container's content before a witness; what was poured and not swallowed, if that is the reason."""
    card, form = card_of(container_id), WasteForm(reason=reason)

    def change(work: Work) -> str:
        stock_leaving.waste_stock(
            work.session,
            container_id=container_id,
            quantity=Quantity(form.quantity.data),  # type: ignore[arg-type]
            reason=WasteReason(form.reason.data),
            note=form.note.data or "",
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("stock.container", container_id=container_id)

    answer = carried_out(form, change, witness=lambda: prove_witness(form))
    return answer or (render_template("stock/waste.html", form=form, card=card), form.status)


@bp.route("/containers/<int:container_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_WASTE)
def end(container_id: int) -> tuple[str, int] | Response:
    """End an open container with what was measured in it."""
    card, form = card_of(container_id), EndForm()

    def change(work: Work) -> str:
        stock_leaving.mark_emptied(
            work.session,
            container_id=container_id,
            measured=Quantity(form.measured.data),  # type: ignore[arg-type]
            note=form.note.data or "",
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("stock.container", container_id=container_id)

    witness = (lambda: prove_witness(form)) if card.holds or form.measured.data else None
    answer = carried_out(form, change, witness=witness)
    return answer or (render_template("stock/end.html", form=form, card=card), form.status)
