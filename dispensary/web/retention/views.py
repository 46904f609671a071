"""The page of retention, its curve, its files and its paper, and the people behind a number."""

from flask import Response, abort, render_template, request

from dispensary.analytics.printed import number, percent
from dispensary.analytics.survival import Interval
from dispensary.permissions import Permission
from dispensary.policy.retention import retention_rules
from dispensary.queries import imported_cohorts, sites
from dispensary.rules.retention import Exit
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintForm
from dispensary.web.retention.asking import address_of, by_address, question
from dispensary.web.retention.blueprint import bp
from models.enums import PrintedSheet
from reports import charts, sheet
from reports import retention as report
from reports.retention_chart import MOST, chart
from reports.retention_figures import DRUGS, By, Period, RetentionFigures, figures


@bp.get("/retention")
@gate.requires(Permission.RETENTION_VIEW)
def overview() -> str:
    """Show the curves, who is at risk, and everything that is said beside them."""
    found = _figures()
    act = edge.act()
    return render_template(
        "retention/overview.html",
        figures=found,
        report=report,
        told=address_of(found.question),
        form=PrintForm(formdata=None, paper=asked.heading(act.clinic_day, act.clinic_day).paper),
        house=retention_rules(),
        cohorts=imported_cohorts.names(db.session()),
        choices={"by": By, "ci": Interval, "cohort": Period, "medication": DRUGS},
        ways=list(Exit),
        hide_below=_least(),
        most=MOST,
        percent=percent,
        number=number,
    )


@bp.get("/retention/curve.svg")
@gate.requires(Permission.RETENTION_VIEW)
def curve() -> Response:
    """Answer the curves as a picture."""
    drawing = chart(_figures(), edge.speaker())
    return Response(charts.svg(drawing), content_type="image/svg+xml")


@bp.get("/retention/people")
@gate.requires(Permission.RETENTION_VIEW, Permission.PERSON_VIEW)
def behind() -> str:
    """List the courses behind a number: of a group, or of it those that ended in one way."""
    found = _figures()
    group = next((g for n, g in enumerate(found.summed) if str(n) == request.args.get("group", "0")), None)
    way = request.args.get("way", "")
    if group is None or way not in ("", "there", *Exit):
        abort(404)
    courses = group.courses if not way else group.ended(None if way == "there" else Exit(way))
    here = [course for course in courses if course.site_id == edge.act().site_id]
    return render_template(
        "retention/people.html",
        figures=found,
        report=report,
        group=group,
        courses=here,
        elsewhere=len(courses) - len(here),
        told=address_of(found.question),
    )


@bp.get("/retention.csv")
@gate.requires(Permission.RETENTION_VIEW, Permission.REPORT_PRINT)
def as_csv() -> Response:
    """Answer the table under the curves as CSV, as it may leave the clinic."""
    found, speak = _figures(), edge.speaker()
    table = report.as_sheets(found, _least(), speak)[0]
    return asked.file(sheet.to_csv(table, speak.zone), asked.CSV, f"{_name(found)}.csv")


@bp.get("/retention.xlsx")
@gate.requires(Permission.RETENTION_VIEW, Permission.REPORT_PRINT)
def as_xlsx() -> Response:
    """Answer every table as a spreadsheet, as it may leave the clinic."""
    found, speak = _figures(), edge.speaker()
    content = sheet.to_xlsx(report.as_sheets(found, _least(), speak), speak.zone, edge.now())
    return asked.file(content, asked.XLSX, f"{_name(found)}.xlsx")


@bp.post("/retention.pdf")
@gate.requires(Permission.RETENTION_VIEW, Permission.REPORT_PRINT)
def as_pdf() -> Response:
    """Note who prints, and answer everything as a sheet, as it may leave the clinic."""
    form = paper.understood(PrintForm())
    found = figures(db.session(), question(request.form))
    paper.note(PrintedSheet.RETENTION)
    about = asked.heading(found.question.asked.looked_at, found.question.asked.looked_at, form.paper.data)
    content = report.render(found, _least(), about=about, speak=edge.speaker())
    return asked.file(content, asked.PDF, f"{_name(found)}.pdf")


def _least() -> int:
    """Return from how many people on a count leaves this clinic."""
    return sites.settings_at(db.session(), edge.act().site_id, edge.now()).hide_below


def _figures() -> RetentionFigures:
    return figures(db.session(), question(by_address()))


def _name(found: RetentionFigures) -> str:
    return f"retention-{found.question.by}-{found.question.asked.looked_at.isoformat()}"
