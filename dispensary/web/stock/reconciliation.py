"""The reconciliation of any period: the page, the sheet and the files."""

from datetime import date

from flask import Response, render_template

from dispensary.errors import Refused
from dispensary.permissions import Permission
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintLogForm
from dispensary.web.stock.blueprint import bp
from dispensary.wording import N_, say
from models.enums import PrintedSheet
from reports import reconciliation as report
from reports import sheet
from reports.reconciliation import ReconciliationFigures

NOT_UNDERSTOOD = say(N_("The days to print were not understood. Open the page again."))


@bp.get("/reconciliation")
@gate.requires(Permission.REGISTER_VIEW)
def reconciliation() -> str:
    """Show what every product was, what came and went and what it is, over the days that are asked for."""
    first, last = asked.days()
    form = PrintLogForm(formdata=None, first=first, last=last)
    figures = _figures(first, last)
    form.paper.data = figures.about.paper
    return render_template("stock/reconciliation.html", figures=figures, report=report, form=form, speak=edge.speaker())


@bp.get("/reconciliation.csv")
@gate.requires(Permission.REGISTER_VIEW, Permission.REPORT_PRINT)
def reconciliation_csv() -> Response:
    """Answer the statements as CSV."""
    figures, speak = _figures(*asked.days()), edge.speaker()
    return asked.file(sheet.to_csv(report.as_sheets(figures, speak)[0], speak.zone), asked.CSV, f"{_name(figures)}.csv")


@bp.get("/reconciliation.xlsx")
@gate.requires(Permission.REGISTER_VIEW, Permission.REPORT_PRINT)
def reconciliation_xlsx() -> Response:
    """Answer statements and differences as a workbook."""
    figures, speak = _figures(*asked.days()), edge.speaker()
    content = sheet.to_xlsx(report.as_sheets(figures, speak), speak.zone, edge.now())
    return asked.file(content, asked.XLSX, f"{_name(figures)}.xlsx")


@bp.post("/reconciliation.pdf")
@gate.requires(Permission.REGISTER_VIEW, Permission.REPORT_PRINT)
def reconciliation_pdf() -> Response:
    """Note who prints, and answer the sheet."""
    form = PrintLogForm()
    if not form.validate_on_submit():
        raise Refused(NOT_UNDERSTOOD, code="not_understood")
    first, last = asked.checked(*form.days)
    figures = _figures(first, last, form.paper.data)
    paper.note(PrintedSheet.RECONCILIATION, first, last)
    return asked.file(report.render(figures, speak=edge.speaker()), asked.PDF, f"{_name(figures)}.pdf")


def _figures(first: date, last: date, on_paper: str | None = None) -> ReconciliationFigures:
    about = asked.heading(first, last, on_paper)
    return report.figures(db.session(), edge.sitting().site_id, about=about)


def _name(figures: ReconciliationFigures) -> str:
    return f"reconciliation-{asked.span(figures.about.first, figures.about.last)}"
