"""What the nightly scan said of one person: for those who work with them, and on paper for the person alone."""

from flask import render_template
from sqlalchemy.orm import Session

from dispensary.permissions import Permission
from dispensary.rules.consents import Ground
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.database import db
from dispensary.web.disclosures.forms import HandForm
from dispensary.web.disclosures.paper import handed_out
from dispensary.web.forms import Form
from dispensary.web.reporting import asked
from dispensary.web.risk.blueprint import Answer, bp
from models.enums import ConsentScope, PrintedSheet
from reports import risk_sheet as report
from reports.risk_sheet import RiskFigures


@bp.get("/people/<int:person_id>/risk")
@gate.requires(Permission.RISK_VIEW)
def of_person(person_id: int) -> Answer:
    """Show what the nightly scan said of a person, and what came of it."""
    note_access(person_id, "risk")
    return _page(person_id, HandForm())


@bp.post("/people/<int:person_id>/risk")
@gate.requires(Permission.RISK_VIEW, Permission.REPORT_PRINT, Permission.DISCLOSE)
def print_own(person_id: int) -> Answer:
    """Print it for the person's own hand; for anybody else there is no such sheet."""
    note_access(person_id, "risk")
    form = HandForm()

    def draw(session: Session, ground: Ground) -> bytes:
        return report.render(_figures(person_id), ground, speak=edge.speaker())

    sheet, scopes = PrintedSheet.RISK, frozenset({ConsentScope.IN_TREATMENT})
    answer = handed_out(form, person_id, sheet=sheet, scopes=scopes, draw=draw, name="sheet.pdf")
    return answer or _page(person_id, form)


def _page(person_id: int, form: Form) -> tuple[str, int]:
    html = render_template("risk/person.html", figures=_figures(person_id), form=form, report=report)
    return html, form.status


def _figures(person_id: int) -> RiskFigures:
    today = edge.act().clinic_day
    return report.figures(db.session(), person_id, about=asked.heading(today, today))
