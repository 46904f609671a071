"""The monthly summary: whole for whoever may see people, without small counts for others, in files, and on paper by choice."""

from flask import Response, render_template, url_for
from flask_babel import gettext

from dispensary.errors import Refused
from dispensary.permissions import Permission
from dispensary.rules.indicators import months_after
from dispensary.web import edge, gate
from dispensary.web.month.asking import asked_month, month_named, printed_month, summary_of
from dispensary.web.month.blueprint import bp
from dispensary.web.month.forms import PrintMonthForm, Reader
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting import behind as behind_figure
from dispensary.wording import N_, say
from models.enums import PrintedSheet
from reports import charts, sheet, small_cells
from reports import month as report
from reports.month_charts import trend_chart


@bp.get("/month")
@gate.requires(Permission.INDICATOR_VIEW)
def summary() -> str:
    """Show a month: twelve figures, the year beside them, and every part; the last whole month where none is asked for."""
    first = asked_month()
    whole = summary_of(first)
    names = _sees_people()
    return render_template(
        "month/summary.html",
        whole=whole,
        figures=whole if names else whole.outside,
        names=names,
        report=report,
        small_cells=small_cells,
        speak=edge.speaker(),
        first=first,
        before=month_named(months_after(first, -1)),
        after=month_named(months_after(first, 1)),
        form=PrintMonthForm(
            formdata=None, paper=whole.about.paper, first=first, last=whole.about.last, reader=Reader.OUTSIDE.value
        ),
    )


@bp.get("/month/definitions")
@gate.requires(Permission.INDICATOR_VIEW)
def definitions() -> str:
    """Say how each figure of the summary is defined, and where each definition comes from."""
    first = asked_month()
    return render_template(
        "month/definitions.html",
        figures=summary_of(first),
        report=report,
        speak=edge.speaker(),
        month=month_named(first),
    )


@bp.get("/month/charts.svg")
@gate.requires(Permission.INDICATOR_VIEW)
def year() -> Response:
    """Answer what is drawn of the last year as a picture."""
    figures = summary_of(asked_month())
    told = figures if _sees_people() else figures.outside
    speak = edge.speaker()
    drawing = trend_chart(report.chart_series(told, speak), report.chart_words(speak))
    return Response(charts.svg(drawing), content_type="image/svg+xml")


@bp.get("/month/<figure>/rows")
@gate.requires(Permission.INDICATOR_VIEW, Permission.PERSON_VIEW)
def rows(figure: str) -> str:
    """List the rows behind a figure, or behind its denominator."""
    first = asked_month()
    found = summary_of(first)
    period = {"month": month_named(first)}
    return behind_figure.page(
        found.figure(figure),
        first,
        found.about.last,
        period=period,
        back=url_for("month.summary", month=month_named(first)),
        back_to=gettext("the monthly summary"),
    )


@bp.get("/month.csv")
@gate.requires(Permission.INDICATOR_VIEW, Permission.REPORT_PRINT)
def as_csv() -> Response:
    """Answer every figure as CSV, as it may leave the clinic."""
    first, speak = asked_month(), edge.speaker()
    content = sheet.to_csv(report.as_sheets(summary_of(first).outside, speak)[0], speak.zone)
    return asked.file(content, asked.CSV, f"month-{month_named(first)}.csv")


@bp.get("/month.xlsx")
@gate.requires(Permission.INDICATOR_VIEW, Permission.REPORT_PRINT)
def as_xlsx() -> Response:
    """Answer every figure and the year as a workbook, as they may leave the clinic."""
    first, speak = asked_month(), edge.speaker()
    content = sheet.to_xlsx(report.as_sheets(summary_of(first).outside, speak), speak.zone, edge.now())
    return asked.file(content, asked.XLSX, f"month-{month_named(first)}.xlsx")


@bp.post("/month.pdf")
@gate.requires(Permission.INDICATOR_VIEW, Permission.REPORT_PRINT)
def as_pdf() -> Response:
    """Note who prints, and answer the summary as a sheet: whole for the clinic only where whoever prints may see people."""
    form = paper.understood(PrintMonthForm())
    first = printed_month(form)
    if form.reader.data == Reader.CLINIC and not _sees_people():
        raise Refused(say(N_("Only whoever may see people prints every number.")), code="not_for_you")
    figures = summary_of(first, form.paper.data)
    paper.note(PrintedSheet.MONTH_SUMMARY, figures.about.first, figures.about.last)
    told = figures if form.reader.data == Reader.CLINIC else figures.outside
    return asked.file(report.render(told, speak=edge.speaker()), asked.PDF, f"month-{month_named(first)}.pdf")


def _sees_people() -> bool:
    return Permission.PERSON_VIEW in edge.sitting().permissions
