"""Containers on their way to another site: sent before a witness, taken in blind, and what became of the rest."""

from flask import render_template, url_for
from werkzeug.wrappers import Response

from dispensary.errors import Conflict, NotFound
from dispensary.permissions import Permission
from dispensary.queries import consignments as sent_out
from dispensary.queries import sites
from dispensary.queries import stock as stock_queries
from dispensary.queries.consignments import SentConsignment
from dispensary.services import consignments
from dispensary.services.consignments import Found
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintForm
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.forms import ArrivalForm, ConsignmentEndForm, ConsignmentForm
from dispensary.web.witness import prove_witness
from dispensary.wording import N_, say
from models.enums import ConsignmentFate, PrintedSheet
from reports import consignment_note


@bp.get("/consignments")
@gate.requires(Permission.STOCK_VIEW)
def consignments_list() -> str:
    """List what is on its way from and to this site, and the newest of the rest."""
    site_id = edge.sitting().site_id
    found = sent_out.of_site(db.session(), site_id)
    return render_template("stock/consignments.html", consignments=found, here=site_id)


@bp.route("/consignments/new", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_MOVE)
def send() -> tuple[str, int] | Response:
    """Send whole sealed containers of the safe to another site, before a witness."""
    form, site_id = ConsignmentForm(), edge.sitting().site_id
    products = stock_queries.overview(db.session(), site_id)
    form.offer([site for site in sites.sites(db.session()) if site.id != site_id])

    def change(work: Work) -> str:
        sent = consignments.send(
            work.session,
            sending=form.sending(),
            container_ids=form.containers.data or [],
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("stock.consignment", consignment_id=sent.id)

    answer = carried_out(form, change, witness=lambda: prove_witness(form))
    return answer or (render_template("stock/send.html", form=form, products=products), form.status)


@bp.get("/consignments/<int:consignment_id>")
@gate.of_any_site
@gate.requires(Permission.STOCK_VIEW)
def consignment(consignment_id: int) -> str:
    """Show a consignment; what is in it, its addressee sees once it has looked itself."""
    found = _consignment(consignment_id)
    form = PrintForm(formdata=None)
    return render_template("stock/consignment.html", c=found, shown=_is_shown(found), ours=_is_ours(found), form=form)


@bp.route("/consignments/<int:incoming_id>/receive", methods=["GET", "POST"])
@gate.of_any_site
@gate.requires(Permission.STOCK_RECEIVE)
def receive_consignment(incoming_id: int) -> tuple[str, int] | Response:
    """Take in what came, as it was found, before what was sent is shown."""
    found = _consignment(incoming_id)
    if _is_ours(found):
        raise NotFound(say(N_("There is no such consignment here.")), code="no_consignment")
    turn = len(found.arrivals) + 1
    form = ArrivalForm(turn=str(turn))

    def change(work: Work) -> str:
        consignments.receive(work.session, consignment_id=incoming_id, found=_found(form), act=work.act)
        return url_for("stock.consignment", consignment_id=incoming_id)

    answer = carried_out(form, change)
    return answer or (render_template("stock/receive_consignment.html", form=form, c=found), form.status)


@bp.route("/consignments/<int:consignment_id>/end", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_MOVE)
def end_consignment(consignment_id: int) -> tuple[str, int] | Response:
    """Say, two people together, what became of containers that are still on their way."""
    found, form = _consignment(consignment_id), ConsignmentEndForm()
    form.offer(by_paper=found.to_site_id is None)

    def change(work: Work) -> str:
        consignments.end(
            work.session,
            consignment_id=consignment_id,
            line_ids=form.lines.data or [],
            fate=ConsignmentFate(form.fate.data),
            note=form.note.data or "",
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("stock.consignment", consignment_id=consignment_id)

    answer = carried_out(form, change, witness=lambda: prove_witness(form))
    return answer or (render_template("stock/end_consignment.html", form=form, c=found), form.status)


@bp.post("/consignments/<int:consignment_id>.pdf")
@gate.requires(Permission.STOCK_VIEW, Permission.REPORT_PRINT)
def consignment_pdf(consignment_id: int) -> Response:
    """Note who prints, and answer the note that goes along under the seal."""
    found, form = _consignment(consignment_id), paper.understood(PrintForm())
    paper.note(PrintedSheet.CONSIGNMENT)
    today = edge.act().clinic_day
    figures = consignment_note.NoteFigures(asked.heading(today, today, form.paper.data), found)
    return asked.file(consignment_note.render(figures, speak=edge.speaker()), asked.PDF, "consignment.pdf")


def _found(form: ArrivalForm) -> Found:
    turn = form.turn.data or ""
    if not (turn.isascii() and turn.isdigit() and len(turn) < 4):  # noqa: PLR2004 - digits of a number of looks
        raise Conflict(say(N_("This page was not whole. Open it again.")), code="changed_since_shown")
    return Found(
        turn=int(turn),
        seal_no=form.seal_no.data or "",
        seal_whole=form.seal.data == "whole",
        labels=tuple((form.labels.data or "").splitlines()),
        note=form.note.data or "",
    )


def _is_ours(found: SentConsignment) -> bool:
    return found.site_id == edge.sitting().site_id


def _is_shown(found: SentConsignment) -> bool:
    return _is_ours(found) or bool(found.arrivals)


def _consignment(consignment_id: int) -> SentConsignment:
    found = sent_out.consignment(db.session(), edge.sitting().site_id, consignment_id)
    if found is None:
        raise NotFound(say(N_("There is no such consignment here.")), code="no_consignment")
    return found
