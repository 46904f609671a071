"""The missed-dose list on the screen, on paper and as files: the same figures everywhere."""

from datetime import timedelta
from typing import TypedDict

from flask import Response, render_template, request, url_for

from dispensary.permissions import Permission
from dispensary.queries.calendar import calendar_of
from dispensary.web import edge, gate
from dispensary.web.attendance.blueprint import bp
from dispensary.web.attendance.forms import PrintMissedForm
from dispensary.web.database import db
from dispensary.web.reporting import asked, paper
from models.enums import PrintedSheet
from reports import missed_doses, sheet
from reports.missed_doses import MissedFigures, Order, Part

A_WEEK = timedelta(days=7)


@bp.get("/missed")
@gate.requires(Permission.ATTENDANCE_VIEW)
def missed() -> str:
    """Show everyone who misses doses, the longest run first."""
    figures = _figures(**_asked())
    return render_template(
        "attendance/missed.html",
        figures=figures,
        reach=figures.reach,
        asked={"least": figures.at_least, "sort": figures.by.value, "of": figures.of.value},
        report=missed_doses,
        speak=edge.speaker(),
        missed_day=_last_open_day(figures),
        form=PrintMissedForm(formdata=None, paper=figures.about.paper),
    )


@bp.get("/missed.csv")
@gate.requires(Permission.ATTENDANCE_VIEW, Permission.REPORT_PRINT)
def missed_csv() -> Response:
    """Answer the list as CSV."""
    figures, speak = _figures(**_asked()), edge.speaker()
    content = sheet.to_csv(missed_doses.as_sheet(figures, speak), speak.zone)
    return asked.file(content, asked.CSV, f"{_name(figures)}.csv")


@bp.get("/missed.xlsx")
@gate.requires(Permission.ATTENDANCE_VIEW, Permission.REPORT_PRINT)
def missed_xlsx() -> Response:
    """Answer the list as a workbook."""
    figures, speak = _figures(**_asked()), edge.speaker()
    content = sheet.to_xlsx([missed_doses.as_sheet(figures, speak)], speak.zone, edge.now())
    return asked.file(content, asked.XLSX, f"{_name(figures)}.xlsx")


@bp.post("/missed.pdf")
@gate.requires(Permission.ATTENDANCE_VIEW, Permission.REPORT_PRINT)
def missed_pdf() -> Response:
    """Note who prints, and answer the list as a sheet."""
    form = paper.understood(PrintMissedForm())
    paper.note(PrintedSheet.MISSED_DOSES)
    figures = _figures(form.least.data or 1, Order(form.sort.data), Part(form.of.data), form.paper.data)
    content = missed_doses.render(figures, speak=edge.speaker())
    return asked.file(content, asked.PDF, f"{_name(figures)}.pdf")


class Asked(TypedDict):
    """What of the list an address asks for."""

    least: int
    sort: Order
    of: Part


def _asked() -> Asked:
    """Return what the address asks for; where it names nothing that can be, everybody with a day, the longest run first."""
    text = request.args.get("least", "1")
    least = max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 5 else 1  # noqa: PLR2004 - digits
    sort, of = request.args.get("sort", ""), request.args.get("of", "")
    return Asked(
        least=least,
        sort=Order(sort) if sort in set(Order) else Order.DAYS,
        of=Part(of) if of in set(Part) else Part.ALL,
    )


def address_of_list(person_id: int) -> str:
    """Return the address of the list as this request's own address has it, at the place of a person."""
    return url_for("attendance.missed", **_asked(), _anchor=f"person-{person_id}")


def _figures(least: int, sort: Order, of: Part, on_paper: str | None = None) -> MissedFigures:
    today = edge.act().clinic_day
    about = asked.heading(today, today, on_paper)
    return missed_doses.figures(db.session(), edge.sitting().site_id, at_least=least, by=sort, of=of, about=about)


def _last_open_day(figures: MissedFigures) -> str:
    """Return the newest day before today on which the clinic was open: the one to note a reason for."""
    today = figures.about.last
    days = calendar_of(db.session(), edge.sitting().site_id, today - A_WEEK, today - timedelta(days=1))
    newest = max((day.day for day in days.values() if day.open), default=today - timedelta(days=1))
    return newest.isoformat()


def _name(figures: MissedFigures) -> str:
    return f"missed-doses-{figures.about.last.isoformat()}"
