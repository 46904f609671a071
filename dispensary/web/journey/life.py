"""How the people in treatment live, at the beginning and now: whole on the screen, without small numbers in what leaves it."""

from flask import Response, render_template

from dispensary.errors import Refused
from dispensary.permissions import Permission
from dispensary.services import printing
from dispensary.web import edge, gate
from dispensary.web.database import db, unit_of_work
from dispensary.web.journey.blueprint import bp
from dispensary.web.reporting import asked
from dispensary.web.reporting.forms import PrintForm
from dispensary.wording import N_, say
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
    form, act = PrintForm(), edge.act()
    if not form.validate_on_submit():
        raise Refused(say(N_("What to print was not understood. Open the counts again.")), code="not_understood")
    with unit_of_work() as session:
        printing.note_printed(
            session, sheet=PrintedSheet.LIFE_COUNTS, act=act, first=act.clinic_day, last=act.clinic_day
        )
    figures = _figures(form.paper.data)
    return asked.file(report.render(figures, speak=edge.speaker()), asked.PDF, f"{_name(figures)}.pdf")


def _figures(on_paper: str | None = None) -> LifeFigures:
    act = edge.act()
    return report.figures(db.session(), act.site_id, about=asked.heading(act.clinic_day, act.clinic_day, on_paper))


def _name(figures: LifeFigures) -> str:
    return f"life-over-time-{figures.about.last.isoformat()}"
