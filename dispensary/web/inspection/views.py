"""The summary of any period, and the cross-index; every look at the index is noted for each person in it."""

from datetime import date

from flask import Response, render_template

from dispensary.errors import Refused
from dispensary.permissions import Permission
from dispensary.web import edge, gate
from dispensary.web.access import note_listed
from dispensary.web.database import db
from dispensary.web.inspection.blueprint import bp
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintLogForm
from dispensary.wording import N_, say
from models.enums import MovementKind, PrintedSheet
from reports import cross_index as report
from reports import reconciliation, sheet
from reports.cross_index import CrossIndexFigures

SUMMED = (
    MovementKind.RECEIVE,
    MovementKind.DISPENSE,
    MovementKind.TAKE_HOME,
    MovementKind.WASTE,
    MovementKind.SPILL,
    MovementKind.DESTROY,
)
"""Columns of the summary, in this order; the reconciliation of the same days has every line."""
NOT_UNDERSTOOD = say(N_("The days to print were not understood. Open the page again."))


@bp.get("")
@gate.requires(Permission.INSPECTION_VIEW)
def overview() -> str:
    """Show what was received, given, lost and left of each product over any days, and where everything else is."""
    about = asked.heading(*asked.days())
    figures = reconciliation.figures(db.session(), edge.sitting().site_id, about=about)
    return render_template("inspection/overview.html", figures=figures, summed=SUMMED)


@bp.get("/cross-index")
@gate.requires(Permission.INSPECTION_VIEW)
def cross_index() -> str:
    """Show whose number is whose, of everybody who was given anything on these days."""
    figures = _noted(_figures(*asked.days()))
    form = PrintLogForm(formdata=None, paper=figures.about.paper)
    return render_template("inspection/cross_index.html", figures=figures, report=report, form=form)


@bp.get("/cross-index.csv")
@gate.requires(Permission.INSPECTION_VIEW, Permission.REPORT_PRINT)
def cross_index_csv() -> Response:
    """Answer the index as CSV."""
    figures, speak = _noted(_figures(*asked.days())), edge.speaker()
    return asked.file(sheet.to_csv(report.as_sheet(figures, speak), speak.zone), asked.CSV, f"{_name(figures)}.csv")


@bp.post("/cross-index.pdf")
@gate.requires(Permission.INSPECTION_VIEW, Permission.REPORT_PRINT)
def cross_index_pdf() -> Response:
    """Note who prints, and answer the index as a sheet."""
    form = PrintLogForm()
    if not form.validate_on_submit():
        raise Refused(NOT_UNDERSTOOD, code="not_understood")
    first, last = asked.checked(*form.days)
    figures = _noted(_figures(first, last, form.paper.data))
    paper.note(PrintedSheet.CROSS_INDEX, first, last)
    return asked.file(report.render(figures, speak=edge.speaker()), asked.PDF, f"{_name(figures)}.pdf")


def _figures(first: date, last: date, on_paper: str | None = None) -> CrossIndexFigures:
    about = asked.heading(first, last, on_paper)
    return report.figures(db.session(), edge.sitting().site_id, about=about)


def _noted(figures: CrossIndexFigures) -> CrossIndexFigures:
    note_listed([row.person_id for row in figures.rows], "cross-index")
    return figures


def _name(figures: CrossIndexFigures) -> str:
    return f"cross-index-{asked.span(figures.about.first, figures.about.last)}"
