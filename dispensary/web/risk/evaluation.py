"""The page on which the nightly scan is looked back on: of everybody, by group, by month, and what was fitted here."""

from datetime import date, timedelta

from flask import Response, abort, render_template, request

from dispensary.permissions import Permission
from dispensary.policy.evaluation import looking_back
from dispensary.queries import sites
from dispensary.queries.risk_nights import Period
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintLogForm
from dispensary.web.risk.blueprint import bp
from models.enums import PrintedSheet
from reports import risk_evaluation as report
from reports import sheet
from reports.risk_evaluation_figures import EvaluationFigures, Question, figures

USUAL = timedelta(days=91)
A_DAY = timedelta(days=1)


@bp.get("/risk/evaluation")
@gate.requires(Permission.RISK_EVALUATE)
def evaluation() -> str:
    """Show what the scan would have been worth on every night of a period; the last three months if none is named."""
    first, last = _period()
    found, speak = _figures(first, last), edge.speaker()
    return render_template(
        "risk/evaluation.html",
        figures=found,
        first=first,
        last=last,
        rules=report.rules(found),
        tables=[(table.key, table.as_sheet(speak)) for table in report.tables(found)],
        form=PrintLogForm(formdata=None, paper=asked.heading(first, last).paper, first=first, last=last),
    )


@bp.get("/risk/evaluation.csv")
@gate.requires(Permission.RISK_EVALUATE, Permission.REPORT_PRINT)
def evaluation_csv() -> Response:
    """Answer one table as CSV, as it may leave the clinic: that by month where none is named."""
    first, last = _period()
    key, speak = request.args.get("of", "months"), edge.speaker()
    table = next((one for one in report.outside(_figures(first, last)) if one.key == key), None)
    if table is None:
        abort(404)
    content = sheet.to_csv(table.as_sheet(speak), speak.zone)
    return asked.file(content, asked.CSV, f"nightly-scan-{table.key}-{asked.span(first, last)}.csv")


@bp.get("/risk/evaluation.xlsx")
@gate.requires(Permission.RISK_EVALUATE, Permission.REPORT_PRINT)
def evaluation_xlsx() -> Response:
    """Answer every table as a workbook, as it may leave the clinic."""
    first, last = _period()
    speak = edge.speaker()
    content = sheet.to_xlsx(report.as_sheets(_figures(first, last), speak), speak.zone, edge.now())
    return asked.file(content, asked.XLSX, f"nightly-scan-{asked.span(first, last)}.xlsx")


@bp.post("/risk/evaluation.pdf")
@gate.requires(Permission.RISK_EVALUATE, Permission.REPORT_PRINT)
def evaluation_pdf() -> Response:
    """Note who prints, and answer every table as a sheet, as it may leave the clinic."""
    form = paper.understood(PrintLogForm())
    first, last = asked.checked(*form.days)
    found = _figures(first, last)
    paper.note(PrintedSheet.RISK_EVALUATION, first, last)
    content = report.render(found, about=asked.heading(first, last, form.paper.data), speak=edge.speaker())
    return asked.file(content, asked.PDF, f"nightly-scan-{asked.span(first, last)}.pdf")


def _period() -> tuple[date, date]:
    """Return the nights that the address asks for; where it names none, the last three months of which it is known."""
    judged = _over() - timedelta(days=looking_back().evaluation.behind)
    return asked.days(usual=(judged - USUAL, judged))


def _over() -> date:
    return edge.act().clinic_day - A_DAY


def _figures(first: date, last: date) -> EvaluationFigures:
    session, act = db.session(), edge.act()
    here = next(site for site in sites.sites(session) if site.id == act.site_id)
    return figures(session, Question((here,), Period(first, min(last, _over()), _over())))
