"""The indicators: whole for whoever may see people, without small numbers for others, in files and on paper."""

from datetime import date, timedelta
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext

from dispensary.errors import Refused
from dispensary.permissions import Permission
from dispensary.rules.indicators import months_after
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.indicators.blueprint import bp
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting import behind as behind_figure
from dispensary.web.reporting.forms import PrintLogForm
from dispensary.wording import N_, say
from models.enums import PrintedSheet
from reports import indicators as report
from reports import sheet, small_cells
from reports.indicators import IndicatorFigures

A_DAY = timedelta(days=1)


@bp.get("/indicators")
@gate.requires(Permission.INDICATOR_VIEW)
def overview() -> str:
    """Show the figures of a period; of this month so far where no days are asked for."""
    first, last = _period()
    figures = _figures(first, last)
    names = Permission.PERSON_VIEW in edge.sitting().permissions
    return render_template(
        "indicators/overview.html",
        figures=figures,
        sections=figures.sections if names else figures.outside,
        names=names,
        small_cells=small_cells,
        speak=edge.speaker(),
        first=first,
        last=last,
        months={"before": _month(months_after(first, -1)), "after": _month(months_after(first, 1))},
        form=PrintLogForm(formdata=None, paper=figures.about.paper, first=first, last=last),
    )


@bp.get("/indicators/<figure>/people")
@gate.requires(Permission.INDICATOR_VIEW, Permission.PERSON_VIEW)
def behind(figure: str) -> str:
    """List whoever is behind a figure, with what of them counted."""
    first, last = _period()
    days: dict[str, Any] = {"from": first.isoformat(), "until": last.isoformat()}
    back = url_for("indicators.overview", **days)
    found = _figures(first, last).figure(figure)
    return behind_figure.page(found, first, last, period=days, back=back, back_to=gettext("the indicators"))


@bp.get("/indicators.csv")
@gate.requires(Permission.INDICATOR_VIEW, Permission.REPORT_PRINT)
def as_csv() -> Response:
    """Answer the figures as CSV, as they may leave the clinic."""
    first, last = _period()
    speak = edge.speaker()
    content = sheet.to_csv(report.as_sheet(_figures(first, last), speak), speak.zone)
    return asked.file(content, asked.CSV, f"indicators-{asked.span(first, last)}.csv")


@bp.get("/indicators.xlsx")
@gate.requires(Permission.INDICATOR_VIEW, Permission.REPORT_PRINT)
def as_xlsx() -> Response:
    """Answer the figures as a workbook, as they may leave the clinic."""
    first, last = _period()
    speak = edge.speaker()
    content = sheet.to_xlsx([report.as_sheet(_figures(first, last), speak)], speak.zone, edge.now())
    return asked.file(content, asked.XLSX, f"indicators-{asked.span(first, last)}.xlsx")


@bp.post("/indicators.pdf")
@gate.requires(Permission.INDICATOR_VIEW, Permission.REPORT_PRINT)
def as_pdf() -> Response:
    """Note who prints, and answer the figures as a sheet, as they may leave the clinic."""
    form = paper.understood(PrintLogForm())
    first, last = asked.checked(*form.days)
    paper.note(PrintedSheet.INDICATORS, first, last)
    content = report.render(_figures(first, last, form.paper.data), speak=edge.speaker())
    return asked.file(content, asked.PDF, f"indicators-{asked.span(first, last)}.pdf")


def _month(day: date) -> tuple[date, date]:
    """Return the first and last day of a month."""
    first = day.replace(day=1)
    return first, months_after(first, 1) - A_DAY


def _period() -> tuple[date, date]:
    """Return the days that the address asks for: a month, or days; where it names none, the month so far.

    Raises:
        Refused: they are written in another way, in the wrong order, too many, or in no clinic's time.
    """
    today = edge.act().clinic_day
    if month := request.args.get("month"):
        try:
            first, last = _month(date.fromisoformat(f"{month}-01"))
        except ValueError:
            raise Refused(say(N_("A month is written as year-month, such as 2026-03.")), code="not_a_month") from None
        last = min(last, today) if first <= today else last
        return asked.checked(first, last)
    return asked.days((today.replace(day=1), today))


def _figures(first: date, last: date, on_paper: str | None = None) -> IndicatorFigures:
    about = asked.heading(first, last, on_paper)
    return report.figures(db.session(), edge.sitting().site_id, today=edge.act().clinic_day, about=about)
