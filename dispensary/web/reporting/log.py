"""The dispensing log on the screen, on paper and as files."""

from datetime import date

from flask import Response, render_template

from dispensary.errors import Refused
from dispensary.permissions import Permission
from dispensary.services import printing
from dispensary.web import edge, gate
from dispensary.web.database import db, unit_of_work
from dispensary.web.reporting import asked
from dispensary.web.reporting.blueprint import bp
from dispensary.web.reporting.forms import PrintLogForm
from dispensary.web.sealing import seal_key
from dispensary.wording import N_, say
from models.enums import PrintedSheet
from reports import dispensing_log, sheet
from reports.dispensing_log import DispensingLogFigures

SHOWN_AT_ONCE = 500
NOT_UNDERSTOOD = say(N_("The days or pages to print were not understood. Open the page again."))


@bp.get("/log")
@gate.requires(Permission.REPORT_PRINT)
def day_log() -> str:
    """Show the log of a day or of some days, with the figures that the paper has."""
    figures = _figures(*asked.days())
    size, number = figures.about.paper, asked.page_number()
    first, last = figures.about.first, figures.about.last
    form = PrintLogForm(formdata=None, first=first, last=last, paper=size)
    start = (number - 1) * SHOWN_AT_ONCE
    return render_template(
        "reporting/log.html",
        figures=figures,
        rows=figures.rows[start : start + SHOWN_AT_ONCE],
        page=number,
        pages=max(1, -(-len(figures.rows) // SHOWN_AT_ONCE)),
        form=form,
        log=dispensing_log,
        speak=edge.speaker(),
    )


@bp.post("/log.pdf")
@gate.requires(Permission.REPORT_PRINT)
def day_log_pdf() -> Response:
    """Seal the heads, note who prints, and answer the sheet; each press is a sheet of its own, and noted as one."""
    form = PrintLogForm()
    if not form.validate_on_submit():
        raise Refused(NOT_UNDERSTOOD, code="not_understood")
    first, last = asked.checked(*form.days)
    act, key = edge.act(), seal_key()
    with unit_of_work() as session:
        printing.seal_for_print(session, sheet=PrintedSheet.DISPENSING_LOG, key=key, act=act, first=first, last=last)
    figures = _figures(first, last, form.paper.data)
    content = dispensing_log.render(figures, speak=edge.speaker())
    return asked.file(content, asked.PDF, f"dispensing-log-{asked.span(first, last)}.pdf")


@bp.get("/log.csv")
@gate.requires(Permission.REPORT_PRINT)
def day_log_csv() -> Response:
    """Answer the rows of the log as CSV."""
    figures, speak = _figures(*asked.days()), edge.speaker()
    content = sheet.to_csv(dispensing_log.as_sheets(figures, speak)[0], speak.zone)
    return asked.file(content, asked.CSV, f"dispensing-log-{asked.span(figures.about.first, figures.about.last)}.csv")


@bp.get("/log.xlsx")
@gate.requires(Permission.REPORT_PRINT)
def day_log_xlsx() -> Response:
    """Answer rows and totals of the log as a workbook."""
    figures, speak = _figures(*asked.days()), edge.speaker()
    content = sheet.to_xlsx(dispensing_log.as_sheets(figures, speak), speak.zone, edge.now())
    return asked.file(content, asked.XLSX, f"dispensing-log-{asked.span(figures.about.first, figures.about.last)}.xlsx")


def _figures(first: date, last: date, on_paper: str | None = None) -> DispensingLogFigures:
    about = asked.heading(first, last, on_paper)
    return dispensing_log.figures(db.session(), edge.sitting().site_id, first, last, about=about)
