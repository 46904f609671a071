"""Lots: which came here, and for a recall where one of them went."""

from flask import Response, render_template

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import lot_trace
from dispensary.web import edge, gate
from dispensary.web.access import note_listed
from dispensary.web.database import db
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintForm
from dispensary.web.stock.blueprint import bp
from dispensary.wording import N_, say
from models.enums import PrintedSheet
from reports import lot_trace as report
from reports import sheet
from reports.lot_trace import LotFigures

SHOWN_AT_ONCE = 200
"""Doses, and bottles, on one page of the screen; paper and CSV have them all."""


@bp.get("/lots")
@gate.requires(Permission.REGISTER_VIEW)
def lots() -> str:
    """List the lots that ever came here."""
    found = lot_trace.lots(db.session(), edge.sitting().site_id)
    return render_template("stock/lots.html", lots=found, today=edge.act().clinic_day)


@bp.get("/lots/<int:lot_id>")
@gate.requires(Permission.REGISTER_VIEW)
def lot(lot_id: int) -> str:
    """Show whom to call, and the doses and bottles of a lot page by page; noted as a look at each of these people."""
    figures = _noted(_figures(lot_id))
    trace, number = figures.trace, asked.page_number()
    start = (number - 1) * SHOWN_AT_ONCE
    return render_template(
        "stock/lot.html",
        figures=figures,
        parts=report.parts(figures, edge.speaker(), slice(start, start + SHOWN_AT_ONCE)),
        page=number,
        pages=max(1, -(-max(len(trace.doses), len(trace.bottles)) // SHOWN_AT_ONCE)),
        report=report,
        form=PrintForm(formdata=None, paper=figures.about.paper),
    )


@bp.get("/lots/<int:lot_id>.csv")
@gate.requires(Permission.REGISTER_VIEW, Permission.REPORT_PRINT)
def lot_csv(lot_id: int) -> Response:
    """Answer every dose and bottle of a lot as CSV, for the calls."""
    figures, speak = _noted(_figures(lot_id)), edge.speaker()
    return asked.file(sheet.to_csv(report.as_sheet(figures, speak), speak.zone), asked.CSV, f"lot-{lot_id}.csv")


@bp.post("/lots/<int:lot_id>.pdf")
@gate.requires(Permission.REGISTER_VIEW, Permission.REPORT_PRINT)
def lot_pdf(lot_id: int) -> Response:
    """Note who prints, and answer the sheet for the calls."""
    form = paper.understood(PrintForm())
    figures = _noted(_figures(lot_id, form.paper.data))
    paper.note(PrintedSheet.LOT_TRACE)
    return asked.file(report.render(figures, speak=edge.speaker()), asked.PDF, f"lot-{lot_id}.pdf")


def _figures(lot_id: int, on_paper: str | None = None) -> LotFigures:
    today, who = edge.act().clinic_day, edge.sitting()
    about, may_call = asked.heading(today, today, on_paper), Permission.PERSON_VIEW in who.permissions
    found = report.figures(db.session(), who.site_id, lot_id, about=about, may_call=may_call)
    if found is None:
        raise NotFound(say(N_("No container of this lot ever came here.")), code="no_lot")
    return found


def _noted(figures: LotFigures) -> LotFigures:
    note_listed([one.person_id for one in figures.trace.people], "lot trace")
    return figures
