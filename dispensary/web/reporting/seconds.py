"""Seconds at the window: the page and its files."""

from flask import Response, render_template

from dispensary.permissions import Permission
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.reporting import asked
from dispensary.web.reporting.blueprint import bp
from reports import seconds as report
from reports import sheet
from reports.seconds import SecondsFigures


@bp.get("/seconds")
@gate.requires(Permission.REPORT_PRINT)
def seconds() -> str:
    """Show how long a dose took at each terminal and hour, from the scan to the record."""
    return render_template("reporting/seconds.html", figures=_figures(), report=report, speak=edge.speaker())


@bp.get("/seconds.csv")
@gate.requires(Permission.REPORT_PRINT)
def seconds_csv() -> Response:
    """Answer the same figures as CSV."""
    figures, speak = _figures(), edge.speaker()
    return asked.file(sheet.to_csv(report.as_sheet(figures, speak), speak.zone), asked.CSV, f"{_name(figures)}.csv")


@bp.get("/seconds.xlsx")
@gate.requires(Permission.REPORT_PRINT)
def seconds_xlsx() -> Response:
    """Answer the same figures as a workbook."""
    figures, speak = _figures(), edge.speaker()
    content = sheet.to_xlsx([report.as_sheet(figures, speak)], speak.zone, edge.now())
    return asked.file(content, asked.XLSX, f"{_name(figures)}.xlsx")


def _figures() -> SecondsFigures:
    first, last = asked.days()
    zone, site_id = edge.settings().zone, edge.sitting().site_id
    return report.figures(db.session(), site_id, first, last, zone=zone, about=asked.heading(first, last))


def _name(figures: SecondsFigures) -> str:
    return f"seconds-{asked.span(figures.about.first, figures.about.last)}"
