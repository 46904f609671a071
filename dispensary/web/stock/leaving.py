"""What is lost for use: waste and spills, and the end of a bottle."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from dispensary.errors import Conflict, Refused
from dispensary.permissions import Permission
from dispensary.services import stock_leaving
from dispensary.web import gate
from dispensary.web.once import once
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.forms import EndForm, WasteForm
from dispensary.web.stock.shelf import card_of
from dispensary.web.witness import prove_witness
from models.enums import WasteReason
from models.units import Quantity


@bp.route("/containers/<int:container_id>/waste", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_WASTE)
def waste(container_id: int) -> tuple[str, int] | Response:
    """Waste some or all of a container's content before a witness."""
    card, form = card_of(container_id), WasteForm()
    if form.validate_on_submit():
        try:
            witness_id = prove_witness(form)
            with once(form.token.data or "") as work:
                stock_leaving.waste_stock(
                    work.session,
                    container_id=container_id,
                    quantity=Quantity(form.quantity.data),  # type: ignore[arg-type]
                    reason=WasteReason(form.reason.data),
                    note=form.note.data or "",
                    witnessed_by_id=witness_id,
                    act=work.act,
                )
                work.leads_to(url_for("stock.container", container_id=container_id))
            return redirect(work.result, 303)
        except (Refused, Conflict) as refusal:
            form.refuse(refusal)
    return render_template("stock/waste.html", form=form, card=card), form.status


@bp.route("/containers/<int:container_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_WASTE)
def end(container_id: int) -> tuple[str, int] | Response:
    """End an open container with what was measured in it."""
    card, form = card_of(container_id), EndForm()
    if form.validate_on_submit():
        try:
            needs_witness = bool(card.holds or form.measured.data)
            witness_id = prove_witness(form) if needs_witness else None
            with once(form.token.data or "") as work:
                stock_leaving.mark_emptied(
                    work.session,
                    container_id=container_id,
                    measured=Quantity(form.measured.data),  # type: ignore[arg-type]
                    note=form.note.data or "",
                    witnessed_by_id=witness_id,
                    act=work.act,
                )
                work.leads_to(url_for("stock.container", container_id=container_id))
            return redirect(work.result, 303)
        except (Refused, Conflict) as refusal:
            form.refuse(refusal)
    return render_template("stock/end.html", form=form, card=card), form.status
