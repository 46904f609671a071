"""Sealed containers between the safe and the windows, and the breaking of a seal."""

from flask import render_template, url_for
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import kits, sites
from dispensary.queries import stock as stock_queries
from dispensary.queries.containers import ContainerCard
from dispensary.services import stock_moving
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.forms import TO_SAFE, MoveForm, OpenForm
from dispensary.web.stock.shelf import card_of
from dispensary.web.witness import prove_witness


@bp.route("/move", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_MOVE)
def move() -> tuple[str, int] | Response:
    """Bring sealed containers from the safe to a window, or back."""
    form, site_id = MoveForm(), edge.sitting().site_id
    products = stock_queries.overview(db.session(), site_id)
    form.offer(sites.windows(db.session(), site_id), [(c.id, c.label) for p in products for c in p.sealed])
    away = kits.windows_out(db.session(), site_id)
    answer = carried_out(form, lambda work: _move(form, work))
    return answer or (render_template("stock/move.html", form=form, products=products, away=away), form.status)


def _move(form: MoveForm, work: Work) -> str:
    chosen = form.containers.data or []
    if form.to.data == TO_SAFE:
        stock_moving.move_to_safe(work.session, container_ids=chosen, act=work.act)
    else:
        stock_moving.move_to_window(work.session, container_ids=chosen, window_id=form.to.data, act=work.act)
    return url_for("stock.overview")


@bp.route("/containers/<int:container_id>/open", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_MOVE)
def open_container(container_id: int) -> tuple[str, int] | Response:
    """Break a container's seal at the window where it stands."""
    card, form = card_of(container_id), OpenForm()
    needs_witness = _is_new_strength(card)

    def change(work: Work) -> str:
        stock_moving.open_container(
            work.session, container_id=container_id, witnessed_by_id=work.witness_id, act=work.act
        )
        return url_for("stock.container", container_id=container_id)

    if answer := carried_out(form, change, witness=(lambda: prove_witness(form)) if needs_witness else None):
        return answer
    asked = needs_witness or bool(form.witness_username.errors)
    return render_template("stock/open.html", form=form, card=card, needs_witness=asked), form.status


def _is_new_strength(card: ContainerCard) -> bool:
    return card.window_id is not None and stock_queries.is_new_strength(
        db.session(), product_id=card.product_id, window_id=card.window_id, at=edge.now()
    )
