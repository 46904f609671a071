"""What stands where, and one container's page."""

from flask import render_template, url_for
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import (
    consignments,
    container_seals,
    containers,
    destructions,
    kits,
    losses,
    pumps,
    stock_counts,
    stock_rate,
    weighing,
)
from dispensary.queries import reorder as reorder_queries
from dispensary.queries import stock as stock_queries
from dispensary.queries.containers import ContainerCard
from dispensary.services import stock_products
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.forms import ProductForm
from dispensary.wording import N_, say


@bp.get("")
@gate.requires(Permission.STOCK_VIEW)
def overview() -> str:
    """Show what the site holds of each product, what is open, and what waits for somebody."""
    site_id, act = edge.sitting().site_id, edge.act()
    lines = reorder_queries.reorder_list(db.session(), site_id, act.clinic_day)
    products = stock_queries.overview(db.session(), site_id)
    at = stock_rate.rates(db.session(), site_id, act.clinic_day)
    return render_template(
        "stock/overview.html",
        products=products,
        lasting=stock_rate.lasting(products, at, act.clinic_day),
        unsigned=containers.deliveries(db.session(), site_id, only_unsigned=True),
        losses=losses.asking(db.session(), site_id, act.clinic_day),
        reorder=[line for line in lines if line.proposal and line.proposal.to_order],
        waiting=len(destructions.returns_waiting(db.session(), site_id)),
        on_the_way=consignments.open_at(db.session(), site_id),
        kits_out=kits.out(db.session(), site_id),
        any_kits=bool(kits.kits_of(db.session(), site_id)),
        now=edge.now(),
        here=site_id,
        today=act.clinic_day,
        due=stock_counts.due(db.session(), site_id, act.clinic_day),
        windows=stock_counts.window_names(db.session(), site_id),
        pumps=pumps.asking(db.session(), site_id, act.clinic_day),
    )


@bp.get("/containers/<int:container_id>")
@gate.requires(Permission.STOCK_VIEW)
def container(container_id: int) -> str:
    """Show one container and everything that moved in it."""
    card = card_of(container_id)
    return render_template(
        "stock/container.html",
        card=card,
        steps=containers.steps(db.session(), card.id),
        tares=weighing.tares_of(db.session(), edge.sitting().site_id, card.id),
        densities=weighing.densities_of(db.session(), edge.sitting().site_id, card.id),
        seals=container_seals.seals_of(db.session(), card.id),
        today=edge.act().clinic_day,
        here=edge.sitting().window_id,
    )


@bp.route("/products/new", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_SET_UP)
def add_product() -> tuple[str, int] | Response:
    """Add a product that may be stocked."""
    form = ProductForm()

    def change(work: Work) -> str:
        stock_products.add_product(work.session, **form.entered(), act=work.act)
        return url_for("stock.overview")

    return carried_out(form, change) or (render_template("stock/add_product.html", form=form), form.status)


def card_of(container_id: int) -> ContainerCard:
    """Return a container of this site.

    Raises:
        NotFound: no such container here.
    """
    card = containers.container(db.session(), edge.sitting().site_id, container_id)
    if card is None:
        raise NotFound(say(N_("There is no such container here.")), code="no_container")
    return card
