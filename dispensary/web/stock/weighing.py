"""What a container weighs empty, how heavy its liquid is, and its seal: each signed by two."""

from typing import Any

from flask import render_template, url_for
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import container_seals as seal_records
from dispensary.queries import weighing as weighing_records
from dispensary.queries.containers import ContainerCard
from dispensary.services import container_seals, weighing
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.forms import DensityForm, SealForm, TareForm
from dispensary.web.stock.shelf import card_of
from dispensary.web.witness import prove_witness
from models.units import Grams, GramsPerML

Answer = tuple[str, int] | Response


@bp.route("/containers/<int:container_id>/tare", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_COUNT)
def set_tare(container_id: int) -> Answer:
    """Write down what a container weighs empty."""
    card, form = card_of(container_id), TareForm()
    known = weighing_records.tares_of(db.session(), edge.sitting().site_id, container_id)
    _show_newest(form, known)

    def change(work: Work) -> str:
        weighing.set_tare(
            work.session,
            container_id=container_id,
            grams=Grams(form.grams.data),  # type: ignore[arg-type]
            of_kind=bool(form.of_kind.data),
            note=form.note.data or "",
            newest_id=int(form.newest.data or -1),
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("stock.container", container_id=container_id)

    return carried_out(form, change, witness=lambda: prove_witness(form)) or _page("tare", form, card, known)


@bp.route("/containers/<int:container_id>/density", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_COUNT)
def set_density(container_id: int) -> Answer:
    """Write down how heavy the liquid in a container is."""
    card, form = card_of(container_id), DensityForm()
    known = weighing_records.densities_of(db.session(), edge.sitting().site_id, container_id)
    _show_newest(form, known)

    def change(work: Work) -> str:
        weighing.set_density(
            work.session,
            container_id=container_id,
            density=GramsPerML(form.density.data),  # type: ignore[arg-type]
            of_lot=bool(form.of_lot.data),
            source=form.source.data or "",
            newest_id=int(form.newest.data or -1),
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("stock.container", container_id=container_id)

    return carried_out(form, change, witness=lambda: prove_witness(form)) or _page("density", form, card, known)


@bp.route("/containers/<int:container_id>/seal", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_COUNT)
def reseal(container_id: int) -> Answer:
    """Record another seal on a container."""
    card, form = card_of(container_id), SealForm()
    known = seal_records.seals_of(db.session(), container_id)
    _show_newest(form, known)

    def change(work: Work) -> str:
        container_seals.reseal(
            work.session,
            container_id=container_id,
            number=form.number.data or "",
            note=form.note.data or "",
            newest_id=int(form.newest.data or -1),
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("stock.container", container_id=container_id)

    return carried_out(form, change, witness=lambda: prove_witness(form)) or _page("seal", form, card, known)


def _show_newest(form: Any, known: list[Any]) -> None:
    if not form.is_submitted():
        form.newest.data = str(known[0].id if known else 0)


def _page(what: str, form: Any, card: ContainerCard, known: list[Any]) -> Answer:
    return render_template(f"stock/{what}.html", form=form, card=card, known=known), form.status
