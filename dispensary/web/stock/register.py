"""The controlled-drug register on the screen, page by page."""

from flask import render_template

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import register as register_queries
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.stock.blueprint import bp
from dispensary.wording import N_, say


@bp.get("/register")
@gate.requires(Permission.REGISTER_VIEW)
def register() -> str:
    """List the registers of the site."""
    books = register_queries.books(db.session(), edge.sitting().site_id)
    return render_template("stock/register.html", books=books)


@bp.get("/register/<int:product_id>")
@bp.get("/register/<int:product_id>/<int:number>")
@gate.requires(Permission.REGISTER_VIEW)
def register_page(product_id: int, number: int | None = None) -> str:
    """Show one page of a product's register, the newest if none is named."""
    page = register_queries.register_page(db.session(), edge.sitting().site_id, product_id, number)
    if page is None:
        raise NotFound(say(N_("There is no such page in the register.")), code="no_register_page")
    return render_template("stock/register_page.html", page=page)
