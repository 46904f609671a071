"""How the people in treatment live, at the beginning and now: whole on the screen, without small numbers in what leaves it."""

from flask import Response, render_template

from dispensary.permissions import Permission
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.journey.blueprint import bp
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.forms import PrintForm
from models.enums import PrintedSheet
from reports import life_counts as report
from reports import sheet
from reports.life_counts import LifeFigures


@bp.get("/journey/life")
@gate.requires(Permission.CASEWORK_VIEW)
def life_counts() -> str:
    """Show the counts as they stand today."""
    figures = _figures()
    form = PrintForm(formdata=None, paper=figures.about.paper)
    return render_template("journey/life.html", figures=figures, report=report, form=form)


@bp.get("/journey/life.csv")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def life_csv() -> Response:
    """Answer the counts as CSV, as they may leave the clinic."""
    figures, speak = _figures(), edge.speaker()
    return asked.file(sheet.to_csv(report.as_sheet(figures, speak), speak.zone), asked.CSV, f"{_name(figures)}.csv")


@bp.post("/journey/life.pdf")
@gate.requires(Permission.CASEWORK_VIEW, Permission.REPORT_PRINT)
def life_pdf() -> Response:
    """Note who prints, and answer the counts as a sheet, as they may leave the clinic."""
    form = paper.understood(PrintForm())
    paper.note(PrintedSheet.LIFE_COUNTS)
    figures = _figures(form.paper.data)
    return asked.file(report.render(figures, speak=edge.speaker()), asked.PDF, f"{_name(figures)}.pdf")


def _figures(on_paper: str | None = None) -> LifeFigures:
    act = edge.act()
    return report.figures(db.session(), act.site_id, about=asked.heading(act.clinic_day, act.clinic_day, on_paper))


def _name(figures: LifeFigures) -> str:
    return f"life-over-time-{figures.about.last.isoformat()}"
