"""The missed-dose list on the screen, on paper and as files: the same figures everywhere."""

from datetime import timedelta

from flask import Response, render_template, request

from dispensary.errors import Refused
from dispensary.permissions import Permission
from dispensary.queries.calendar import calendar_of
from dispensary.services import printing
from dispensary.web import edge, gate
from dispensary.web.attendance.blueprint import bp
from dispensary.web.attendance.forms import PrintMissedForm
from dispensary.web.database import db, unit_of_work
from dispensary.web.reporting import asked
from dispensary.wording import N_, say
from models.enums import PrintedSheet
from reports import missed_doses, sheet
from reports.missed_doses import MissedFigures

A_WEEK = timedelta(days=7)


@bp.get("/missed")
@gate.requires(Permission.ATTENDANCE_VIEW)
def missed() -> str:
    """Show everyone who misses doses, the longest run first."""
    figures = _figures(_least())
    return render_template(
        "attendance/missed.html",
        figures=figures,
        report=missed_doses,
        speak=edge.speaker(),
        missed_day=_last_open_day(figures),
        form=PrintMissedForm(formdata=None, least=figures.at_least, paper=figures.about.paper),
    )


@bp.get("/missed.csv")
@gate.requires(Permission.ATTENDANCE_VIEW, Permission.REPORT_PRINT)
def missed_csv() -> Response:
    """Answer the list as CSV."""
    figures, speak = _figures(_least()), edge.speaker()
    content = sheet.to_csv(missed_doses.as_sheet(figures, speak), speak.zone)
    return asked.file(content, asked.CSV, f"{_name(figures)}.csv")


@bp.get("/missed.xlsx")
@gate.requires(Permission.ATTENDANCE_VIEW, Permission.REPORT_PRINT)
def missed_xlsx() -> Response:
    """Answer the list as a workbook."""
    figures, speak = _figures(_least()), edge.speaker()
    content = sheet.to_xlsx([missed_doses.as_sheet(figures, speak)], speak.zone, edge.now())
    return asked.file(content, asked.XLSX, f"{_name(figures)}.xlsx")


@bp.post("/missed.pdf")
@gate.requires(Permission.ATTENDANCE_VIEW, Permission.REPORT_PRINT)
def missed_pdf() -> Response:
    """Note who prints, and answer the list as a sheet."""
    form, act = PrintMissedForm(), edge.act()
    if not form.validate_on_submit():
        raise Refused(say(N_("What to print was not understood. Open the list again.")), code="not_understood")
    with unit_of_work() as session:
        printing.note_printed(
            session, sheet=PrintedSheet.MISSED_DOSES, act=act, first=act.clinic_day, last=act.clinic_day
        )
    figures = _figures(form.least.data or 1, form.paper.data)
    content = missed_doses.render(figures, speak=edge.speaker())
    return asked.file(content, asked.PDF, f"{_name(figures)}.pdf")


def _least() -> int:
    """Return from how many days on the address asks for; 1 where it names none."""
    text = request.args.get("least", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 5 else 1  # noqa: PLR2004 - digits


def _figures(least: int, on_paper: str | None = None) -> MissedFigures:
    today = edge.act().clinic_day
    about = asked.heading(today, today, on_paper)
    return missed_doses.figures(db.session(), edge.sitting().site_id, at_least=least, about=about)


def _last_open_day(figures: MissedFigures) -> str:
    """Return the newest day before today on which the clinic was open: the one to note a reason for."""
    today = figures.about.last
    days = calendar_of(db.session(), edge.sitting().site_id, today - A_WEEK, today - timedelta(days=1))
    newest = max((day.day for day in days.values() if day.open), default=today - timedelta(days=1))
    return newest.isoformat()


def _name(figures: MissedFigures) -> str:
    return f"missed-doses-{figures.about.last.isoformat()}"
