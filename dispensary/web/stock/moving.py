"""Sealed containers between the safe and the windows, and the breaking of a seal."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from dispensary.errors import Conflict, Refused
from dispensary.permissions import Permission
from dispensary.queries import sites
from dispensary.queries import stock as stock_queries
from dispensary.queries.containers import ContainerCard
from dispensary.services import stock_moving
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.once import Work, once
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
    if form.validate_on_submit():
        try:
            with once(form.token.data or "") as work:
                _move(form, work)
                work.leads_to(url_for("stock.overview"))
            return redirect(work.result, 303)
        except (Refused, Conflict) as refusal:
            form.refuse(refusal)
    return render_template("stock/move.html", form=form, products=products), form.status


def _move(form: MoveForm, work: Work) -> None:
    chosen = form.containers.data or []
    if form.to.data == TO_SAFE:
        stock_moving.move_to_safe(work.session, container_ids=chosen, act=work.act)
    else:
        stock_moving.move_to_window(work.session, container_ids=chosen, window_id=form.to.data, act=work.act)


@bp.route("/containers/<int:container_id>/open", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_MOVE)
def open_container(container_id: int) -> tuple[str, int] | Response:
    """Break a container's seal at the window where it stands."""
    card, form = card_of(container_id), OpenForm()
    needs_witness = _is_new_strength(card)
    if form.validate_on_submit():
        try:
            witness_id = prove_witness(form) if needs_witness else None
            with once(form.token.data or "") as work:
                stock_moving.open_container(
                    work.session, container_id=container_id, witnessed_by_id=witness_id, act=work.act
                )
                work.leads_to(url_for("stock.container", container_id=container_id))
            return redirect(work.result, 303)
        except (Refused, Conflict) as refusal:
            form.refuse(refusal)
            needs_witness = needs_witness or refusal.code == "witness_needed"
    return render_template("stock/open.html", form=form, card=card, needs_witness=needs_witness), form.status


def _is_new_strength(card: ContainerCard) -> bool:
    return card.window_id is not None and stock_queries.is_new_strength(
        db.session(), product_id=card.product_id, window_id=card.window_id, at=edge.now()
    )
