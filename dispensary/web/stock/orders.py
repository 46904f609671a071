"""Orders of stock on the screen: written down, received on, ended."""

from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import reorder as reorder_queries
from dispensary.queries import stock as stock_queries
from dispensary.queries import suppliers as records
from dispensary.rules import deliveries as rules
from dispensary.services import stock_orders, stock_receiving
from dispensary.services.stock_orders import Source
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.receiving import signed_for_tares
from dispensary.web.stock.suppliers import line_of
from dispensary.web.stock.supply_forms import EndOrderForm, ReceiveOnOrderForm, StockOrderForm, chosen_supplier
from models.enums import StockOrderEndKind

Answer = tuple[str, int] | Response


@bp.get("/orders")
@gate.requires(Permission.STOCK_VIEW)
def orders() -> str:
    """List the newest orders, those on which something may still come first."""
    return render_template("stock/orders.html", orders=records.orders(db.session(), edge.sitting().site_id))


@bp.route("/orders/new", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_RECEIVE)
def place_order() -> Answer:
    """Write down what was ordered of a supplier."""
    return _ordering(StockOrderForm(ordered_on=edge.act().clinic_day))


@bp.route("/orders/new/<int:product_id>", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_RECEIVE)
def order_proposed(product_id: int) -> Answer:
    """Write down an order, with what is proposed for a product filled in."""
    found, session, site_id = line_of(product_id).proposal, db.session(), edge.sitting().site_id
    last = reorder_queries.last_supplier(session, site_id, product_id)
    form = StockOrderForm(ordered_on=edge.act().clinic_day, supplier_id=str(last or ""))
    if not form.is_submitted():
        form.fill(product_id, found.container_size if found else None, found.containers or None if found else None)
    return _ordering(form)


def _ordering(form: StockOrderForm) -> Answer:
    session, site_id = db.session(), edge.sitting().site_id
    listed = records.suppliers(session, site_id)
    form.offer(listed, stock_queries.products(session))

    def change(work: Work) -> str:
        order = stock_orders.place_order(
            work.session,
            supplier_id=chosen_supplier(form),
            form_number=form.form_number.data or "",
            ordered_on=form.ordered_on.data,
            lines=form.ordered(),
            note=form.note.data or "",
            act=work.act,
        )
        return url_for("stock.order", stock_order_id=order.id)

    return carried_out(form, change) or (
        render_template("stock/place_order.html", form=form, listed=listed),
        form.status,
    )


@bp.get("/orders/<int:stock_order_id>")
@gate.requires(Permission.STOCK_VIEW)
def order(stock_order_id: int) -> str:
    """Show one order: what was ordered, what came of it and when, and what is still to come."""
    return render_template("stock/order.html", **_page_of(stock_order_id))


@bp.route("/orders/<int:stock_order_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_RECEIVE)
def end_order(stock_order_id: int) -> Answer:
    """Say that nothing more comes on an order."""
    page = _page_of(stock_order_id)
    form = EndOrderForm(kind=StockOrderEndKind.CLOSED if page["received"] else StockOrderEndKind.CANCELLED)

    def change(work: Work) -> str:
        stock_orders.end_order(
            work.session,
            stock_order_id=stock_order_id,
            kind=StockOrderEndKind(form.kind.data),
            reason=form.reason.data or "",
            act=work.act,
        )
        return url_for("stock.order", stock_order_id=stock_order_id)

    return carried_out(form, change) or (render_template("stock/end_order.html", form=form, **page), form.status)


@bp.route("/orders/<int:stock_order_id>/receive", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_RECEIVE)
def receive_on_order(stock_order_id: int) -> Answer:
    """Take in a lot that came on an order."""
    page, form = _page_of(stock_order_id), ReceiveOnOrderForm()
    if not form.is_submitted():
        form.shown.data = page["shown"]
    form.offer(stock_queries.products(db.session()))

    def change(work: Work) -> str:
        receipt = stock_receiving.receive_delivery(
            work.session,
            supplier=form.supplier.data or "",
            document_no=form.document_no.data or "",
            batch=form.batch(),
            source=Source(page["order"].supplier_id, stock_order_id, form.shown.data or ""),
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("stock.delivery", receipt_id=receipt.id)

    return carried_out(
        form,
        change,
        said=_("Taken in. A second person signs before the first container is opened."),
        witness=signed_for_tares(form),
    ) or (
        render_template("stock/receive_on_order.html", form=form, **page),
        form.status,
    )


def _page_of(stock_order_id: int) -> dict[str, Any]:
    session, site_id = db.session(), edge.sitting().site_id
    found = records.order(session, stock_order_id, site_id)
    lines, came = records.lines_of(session, found.id), records.came_on(session, found.id)
    ordered = [line.ordered for line in lines]
    return {
        "order": found,
        "supplier": records.supplier(session, found.supplier_id, site_id),
        "lines": lines,
        "received": records.received_on(session, found.id),
        "to_come": rules.still_to_come(ordered, came),
        "shown": rules.shown_order(ordered, came),
    }
