"""Stock coming in: the first inventory, deliveries, and the second signature."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import render_template, url_for
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import containers
from dispensary.queries import stock as stock_queries
from dispensary.queries import suppliers as supplier_records
from dispensary.queries.containers import Delivery
from dispensary.rules.deliveries import shown_delivery
from dispensary.services import stock_receiving
from dispensary.services.stock_orders import Source
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.forms import CountersignForm, DeliveryForm, InventoryForm
from dispensary.web.stock.supply_forms import ReceiveOnOrderForm, chosen_supplier, supplier_choices
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
    form, session, site_id = DeliveryForm(), db.session(), edge.sitting().site_id
    listed = supplier_records.suppliers(session, site_id)
    form.supplier_id.choices = supplier_choices(listed)
    form.offer(stock_queries.products(session))

    def change(work: Work) -> str:
        receipt = stock_receiving.receive_delivery(
            work.session,
            supplier=form.supplier.data or "",
            document_no=form.document_no.data or "",
            batch=form.batch(),
            source=Source(chosen_supplier(form)),
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("stock.delivery", receipt_id=receipt.id)

    if answer := carried_out(form, change, witness=signed_for_tares(form)):
        return answer
    orders = supplier_records.orders(session, site_id, only_open=True)
    return render_template("stock/receive.html", form=form, listed=listed, orders=orders), form.status


def signed_for_tares(form: DeliveryForm | ReceiveOnOrderForm) -> Callable[[], int | None]:
    """Return how the second person of a delivery is proved: needed only where somebody typed what its containers weigh."""
    return lambda: prove_witness(form) if (form.tares.data or "").strip() or form.witness_username.data else None


@bp.get("/deliveries/<int:receipt_id>")
@gate.requires(Permission.STOCK_VIEW)
def delivery(receipt_id: int) -> str:
    """Show a delivery with its containers and signatures."""
    found = _delivery(receipt_id)
    return render_template("stock/delivery.html", **_facts_of(found))


@bp.route("/deliveries/<int:receipt_id>/countersign", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_RECEIVE)
def countersign(receipt_id: int) -> tuple[str, int] | Response:
    """Sign a delivery as the second person: whoever sits here, or a witness beside whoever took it in."""
    found, form = _delivery(receipt_id), CountersignForm()
    facts = _facts_of(found)
    if not form.is_submitted():
        form.shown.data = facts["shown"]
    needs_witness = found.by_id == edge.sitting().staff_id

    def change(work: Work) -> str:
        signed = replace(work.act, by_id=work.witness_id or work.act.by_id)
        stock_receiving.countersign_receipt(
            work.session,
            receipt_id=receipt_id,
            shown=form.shown.data or "",
            note=form.note.data or "",
            act=signed,
        )
        return url_for("stock.delivery", receipt_id=receipt_id)

    if answer := carried_out(form, change, witness=(lambda: prove_witness(form)) if needs_witness else None):
        return answer
    return render_template("stock/countersign.html", form=form, needs_witness=needs_witness, **facts), form.status


def _facts_of(found: Delivery) -> dict[str, Any]:
    """Return what a page says of a delivery: its source, its containers, and how it differs from its order."""
    session = db.session()
    differences = supplier_records.differences_now(session, found.id)
    batches = supplier_records.batches_of(session, [found.id])
    noted = supplier_records.noted_differences(session, found.id)
    return {
        "delivery": found,
        "source": supplier_records.source_of(session, found.id),
        "containers": containers.containers_of_delivery(session, found.id),
        "differences": noted if found.signed_at else supplier_records.in_words(session, differences),
        "shown": shown_delivery(batches, differences),
    }


def _delivery(receipt_id: int) -> Delivery:
    found = containers.delivery(db.session(), edge.sitting().site_id, receipt_id)
    if found is None:
        raise NotFound(say(N_("There is no such delivery here.")), code="no_receipt")
    return found
