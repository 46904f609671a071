"""The commissioner's counts of a period: whole on the screen, without small numbers in what leaves the clinic."""

from datetime import date

from flask import Response, render_template, request

from dispensary.permissions import Permission
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.journey.blueprint import bp
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintLogForm
from models.enums import PrintedSheet
from reports import commissioners_counts, sheet
from reports.commissioners_counts import CountsFigures


@bp.get("/journey/counts")
@gate.requires(Permission.CASEWORK_VIEW)
def counts() -> str:
    """Show the counts of a period; of this month so far where no days are asked for."""
    first, last = _period()
    figures = _figures(first, last)
    return render_template(
        "journey/counts.html",
        figures=figures,
        report=commissioners_counts,
        first=first,
        last=last,
        form=PrintLogForm(formdata=None, paper=figures.about.paper, first=first, last=last),
    )


@bp.get("/journey/counts.csv")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def counts_csv() -> Response:
    """Answer the counts as CSV, as they may leave the clinic."""
    first, last = _period()
    content = sheet.to_csv(commissioners_counts.as_sheet(_figures(first, last), edge.speaker()), edge.speaker().zone)
    return asked.file(content, asked.CSV, f"counts-{asked.span(first, last)}.csv")


@bp.post("/journey/counts.pdf")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def counts_pdf() -> Response:
    """Note who prints, and answer the counts as a sheet, as they may leave the clinic."""
    form = paper.understood(PrintLogForm())
    first, last = asked.checked(*form.days)
    paper.note(PrintedSheet.COMMISSIONERS_COUNTS, first, last)
    content = commissioners_counts.render(_figures(first, last, form.paper.data), speak=edge.speaker())
    return asked.file(content, asked.PDF, f"counts-{asked.span(first, last)}.pdf")


def _period() -> tuple[date, date]:
    """Return the days that the address asks for; the month so far where it names none."""
    if not request.args.get("from"):
        today = edge.act().clinic_day
        return today.replace(day=1), today
    return asked.days()


def _figures(first: date, last: date, on_paper: str | None = None) -> CountsFigures:
    about = asked.heading(first, last, on_paper)
    return commissioners_counts.figures(db.session(), edge.sitting().site_id, today=edge.act().clinic_day, about=about)
