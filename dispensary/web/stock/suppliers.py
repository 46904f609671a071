"""The list of suppliers on the screen, and the levels at which each product is ordered again."""

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import reorder as reorder_queries
from dispensary.queries import suppliers as records
from dispensary.queries.reorder import ReorderLine
from dispensary.services import suppliers as services
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.forms import Form
from dispensary.web.once import Work
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.supply_forms import ChangeSupplierForm, LevelForm, SupplierForm
from dispensary.wording import N_, say

Answer = tuple[str, int] | Response


@bp.get("/suppliers")
@gate.requires(Permission.STOCK_VIEW)
def suppliers() -> str:
    """Show the list, those retired at its end."""
    listed = records.suppliers(db.session(), edge.sitting().site_id, with_retired=True)
    return render_template("stock/suppliers.html", listed=listed)


@bp.route("/suppliers/new", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_SET_UP)
def add_supplier() -> Answer:
    """Put a supplier on the list."""
    form = SupplierForm()

    def change(work: Work) -> str:
        services.list_supplier(work.session, entry=form.entry, act=work.act)
        return url_for("stock.suppliers")

    return carried_out(form, change, said=_("On the list.")) or _form_page(form, _("A supplier for the list"))


@bp.route("/suppliers/<int:supplier_id>", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_SET_UP)
def change_supplier(supplier_id: int) -> Answer:
    """Change what the list says of a supplier, or retire it."""
    known = records.supplier(db.session(), supplier_id, edge.sitting().site_id)
    form = ChangeSupplierForm(obj=known, retired=known.retired_on is not None)

    def change(work: Work) -> str:
        services.change_supplier(
            work.session,
            supplier_id=supplier_id,
            entry=form.entry,
            retired=bool(form.retired.data),
            act=work.act,
        )
        return url_for("stock.suppliers")

    return carried_out(form, change, said=_("Changed.")) or _form_page(form, _("Change a supplier"))


def _form_page(form: Form, title: str) -> tuple[str, int]:
    return render_template("stock/supplier.html", form=form, title=title), form.status


@bp.get("/reorder")
@gate.requires(Permission.STOCK_VIEW)
def reorder() -> str:
    """Show what is to be ordered of each product, and the numbers that say so."""
    lines = reorder_queries.reorder_list(db.session(), edge.sitting().site_id, edge.act().clinic_day)
    return render_template("stock/reorder.html", lines=lines)


@bp.route("/reorder/<int:product_id>", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_SET_UP)
def set_level(product_id: int) -> Answer:
    """Set when a product is ordered again."""
    line = line_of(product_id)
    form = LevelForm(obj=line.level)

    def change(work: Work) -> str:
        level = form.level()
        services.set_level(
            work.session,
            product_id=product_id,
            reorder_at=level.reorder_at,
            order_up_to=level.order_up_to,
            delivery_days=level.delivery_days,
            act=work.act,
        )
        return url_for("stock.reorder")

    return carried_out(form, change, said=_("Set.")) or (
        render_template("stock/level.html", form=form, line=line),
        form.status,
    )


def line_of(product_id: int) -> ReorderLine:
    """Return a product in use, with its level and what follows from it.

    Raises:
        NotFound: no such product in use.
    """
    lines = reorder_queries.reorder_list(db.session(), edge.sitting().site_id, edge.act().clinic_day)
    found = next((line for line in lines if line.product.id == product_id), None)
    if found is None:
        raise NotFound(say(N_("There is no such product in use.")), code="no_product")
    return found
