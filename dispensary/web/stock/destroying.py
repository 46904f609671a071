"""What waits for destruction, and its destruction by two people."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response as File
from flask import render_template, url_for
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import destructions as records
from dispensary.queries.destructions import HeldContainer, WaitingReturn
from dispensary.services import destruction as services
from dispensary.web import edge, gate
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintForm
from dispensary.web.stock.blueprint import bp
from dispensary.web.stock.supply_forms import DestroyForm, by_key, rows_of
from dispensary.web.witness import prove_witness
from models.enums import DestructionMethod, PrintedSheet
from reports import destruction as report


@bp.get("/returns")
@gate.requires(Permission.STOCK_VIEW, Permission.REGISTER_VIEW)
def returns() -> str:
    """Show what people brought back and nobody has destroyed yet, the longest wait first."""
    waiting = records.returns_waiting(db.session(), edge.sitting().site_id)
    return render_template("stock/returns.html", waiting=waiting, today=edge.act().clinic_day)


@bp.get("/destructions")
@gate.requires(Permission.STOCK_VIEW, Permission.REGISTER_VIEW)
def destructions() -> str:
    """List the newest destructions, and what waits for the next."""
    session, site_id, today = db.session(), edge.sitting().site_id, edge.act().clinic_day
    expired = [c for c in records.containers_held(session, site_id) if c.expires_on < today]
    return render_template(
        "stock/destructions.html",
        done=records.destructions(session, site_id),
        expired=expired,
        waiting=records.returns_waiting(session, site_id),
        today=today,
    )


@bp.route("/destructions/new", methods=["GET", "POST"])
@gate.requires(Permission.STOCK_WASTE, Permission.REGISTER_VIEW)
def destroy() -> tuple[str, int] | Response:
    """Destroy some things before a witness."""
    session, site_id, today = db.session(), edge.sitting().site_id, edge.act().clinic_day
    held, waiting = records.containers_held(session, site_id), records.returns_waiting(session, site_id)
    form = DestroyForm(data={"things": rows_of(held, waiting, today)})
    form.offer()

    def change(work: Work) -> str:
        made = services.destroy(
            work.session,
            containers=form.containers(),
            returns=form.returns(),
            method=DestructionMethod(form.method.data),
            document_no=form.document_no.data or "",
            how=form.how.data or "",
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("stock.destruction", destruction_id=made.id)

    if answer := carried_out(form, change, witness=lambda: prove_witness(form)):
        return answer
    things = by_key(held, waiting)
    return render_template("stock/destroy.html", form=form, things=things, today=today, **_rows(form, things, today)), (
        form.status
    )


def _rows(form: DestroyForm, things: Mapping[str, HeldContainer | WaitingReturn], today: date) -> dict[str, Any]:
    """Return the rows of the page, table by table; what is here no more stands with what was brought back."""
    found = [(row, things.get(row.form.key.data or "")) for row in form.things]
    held = [(row, thing) for row, thing in found if isinstance(thing, HeldContainer)]
    others = [row for row, thing in held if thing.expires_on >= today]
    return {
        "expired_rows": [row for row, thing in held if thing.expires_on < today],
        "returned_rows": [row for row, thing in found if not isinstance(thing, HeldContainer)],
        "other_rows": others,
        "other_open": any(row.form.chosen.data or row.errors for row in others),
    }


@bp.get("/destructions/<int:destruction_id>")
@gate.requires(Permission.STOCK_VIEW, Permission.REGISTER_VIEW)
def destruction(destruction_id: int) -> str:
    """Show one destruction, thing by thing."""
    found = records.destruction(db.session(), destruction_id, edge.sitting().site_id)
    things = records.things_destroyed(db.session(), found.id)
    return render_template("stock/destruction.html", found=found, things=things, form=PrintForm())


@bp.post("/destructions/<int:destruction_id>.pdf")
@gate.requires(Permission.STOCK_VIEW, Permission.REGISTER_VIEW, Permission.REPORT_PRINT)
def destruction_pdf(destruction_id: int) -> File:
    """Note who prints, and answer the record of one destruction."""
    form, site_id = paper.understood(PrintForm()), edge.sitting().site_id
    found = records.destruction(db.session(), destruction_id, site_id)
    about = asked.heading(found.clinic_day, found.clinic_day, form.paper.data)
    figures = report.figures(db.session(), destruction_id, site_id, about=about)
    paper.note(PrintedSheet.DESTRUCTION, found.clinic_day)
    return asked.file(report.render(figures, speak=edge.speaker()), asked.PDF, f"destruction-{destruction_id}.pdf")
