"""Stock coming in: the first inventory, deliveries, and the second signature."""

from dataclasses import replace

from flask import render_template, url_for
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import containers
from dispensary.queries import stock as stock_queries
from dispensary.queries.containers import Delivery
from dispensary.services import stock_receiving
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.forms import CountersignForm, DeliveryForm, InventoryForm
from dispensary.web.witness import prove_witness
from dispensary.wording import N_, say


@bp.route("/inventory/new", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_SET_UP)
def take_inventory() -> tuple[str, int] | Response:
    """Enter stock that was here before this register, counted by two people."""
    form = InventoryForm()
    form.offer(stock_queries.products(db.session()))

    def change(work: Work) -> str:
        stock_receiving.take_initial_inventory(
            work.session, batch=form.batch(), witnessed_by_id=work.witness_id, act=work.act
        )
        return url_for("stock.overview")

    answer = carried_out(form, change, witness=lambda: prove_witness(form))
    return answer or (render_template("stock/take_inventory.html", form=form), form.status)


@bp.get("/deliveries")
@gate.requires(Permission.STOCK_VIEW)
def deliveries() -> str:
    """List the newest deliveries."""
    found = containers.deliveries(db.session(), edge.sitting().site_id)
    return render_template("stock/deliveries.html", deliveries=found)


@bp.route("/deliveries/new", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_RECEIVE)
def receive() -> tuple[str, int] | Response:
    """Take a delivery into the safe."""
    form = DeliveryForm()
    form.offer(stock_queries.products(db.session()))

    def change(work: Work) -> str:
        receipt = stock_receiving.receive_delivery(
            work.session,
            supplier=form.supplier.data or "",
            document_no=form.document_no.data or "",
            batch=form.batch(),
            act=work.act,
        )
        return url_for("stock.delivery", receipt_id=receipt.id)

    return carried_out(form, change) or (render_template("stock/receive.html", form=form), form.status)


@bp.get("/deliveries/<int:receipt_id>")
@gate.requires(Permission.STOCK_VIEW)
def delivery(receipt_id: int) -> str:
    """Show a delivery with its containers and signatures."""
    found = _delivery(receipt_id)
    came = containers.containers_of_delivery(db.session(), found.id)
    return render_template("stock/delivery.html", delivery=found, containers=came)


@bp.route("/deliveries/<int:receipt_id>/countersign", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_RECEIVE)
def countersign(receipt_id: int) -> tuple[str, int] | Response:
    """Sign a delivery as the second person: whoever sits here, or a witness beside whoever took it in."""
    found, form = _delivery(receipt_id), CountersignForm()
    needs_witness = found.by_id == edge.sitting().staff_id

    def change(work: Work) -> str:
        signed = replace(work.act, by_id=work.witness_id or work.act.by_id)
        stock_receiving.countersign_receipt(work.session, receipt_id=receipt_id, act=signed)
        return url_for("stock.delivery", receipt_id=receipt_id)

    if answer := carried_out(form, change, witness=(lambda: prove_witness(form)) if needs_witness else None):
        return answer
    came = containers.containers_of_delivery(db.session(), found.id)
    page = {"delivery": found, "containers": came, "needs_witness": needs_witness}
    return render_template("stock/countersign.html", form=form, **page), form.status


def _delivery(receipt_id: int) -> Delivery:
    found = containers.delivery(db.session(), edge.sitting().site_id, receipt_id)
    if found is None:
        raise NotFound(say(N_("There is no such delivery here.")), code="no_receipt")
    return found
