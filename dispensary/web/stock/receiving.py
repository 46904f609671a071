"""Stock coming in: the first inventory, deliveries, and the second signature."""

from dataclasses import replace

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.permissions import Permission
from dispensary.queries import containers
from dispensary.queries import stock as stock_queries
from dispensary.queries.containers import Delivery
from dispensary.services import stock_receiving
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.once import once
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
    if form.validate_on_submit():
        try:
            witness_id = prove_witness(form)
            with once(form.token.data or "") as work:
                stock_receiving.take_initial_inventory(
                    work.session, batch=form.batch(), witnessed_by_id=witness_id, act=work.act
                )
                work.leads_to(url_for("stock.overview"))
            return redirect(work.result, 303)
        except (Refused, Conflict) as refusal:
            form.refuse(refusal)
    return render_template("stock/take_inventory.html", form=form), form.status


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
    if form.validate_on_submit():
        try:
            with once(form.token.data or "") as work:
                receipt = stock_receiving.receive_delivery(
                    work.session,
                    supplier=form.supplier.data or "",
                    document_no=form.document_no.data or "",
                    batch=form.batch(),
                    act=work.act,
                )
                work.leads_to(url_for("stock.delivery", receipt_id=receipt.id))
            return redirect(work.result, 303)
        except (Refused, Conflict) as refusal:
            form.refuse(refusal)
    return render_template("stock/receive.html", form=form), form.status


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
    if form.validate_on_submit():
        try:
            signer = prove_witness(form) if needs_witness else edge.sitting().staff_id
            with once(form.token.data or "") as work:
                stock_receiving.countersign_receipt(
                    work.session, receipt_id=receipt_id, act=replace(work.act, by_id=signer)
                )
                work.leads_to(url_for("stock.delivery", receipt_id=receipt_id))
            return redirect(work.result, 303)
        except (Refused, Conflict) as refusal:
            form.refuse(refusal)
    came = containers.containers_of_delivery(db.session(), found.id)
    page = {"delivery": found, "containers": came, "needs_witness": needs_witness}
    return render_template("stock/countersign.html", form=form, **page), form.status


def _delivery(receipt_id: int) -> Delivery:
    found = containers.delivery(db.session(), edge.sitting().site_id, receipt_id)
    if found is None:
        raise NotFound(say(N_("There is no such delivery here.")), code="no_receipt")
    return found
