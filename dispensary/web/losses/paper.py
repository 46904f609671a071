"""A report of theft or loss on paper, field by field as a regulator's form asks."""

from flask import Response

from dispensary.errors import Refused
from dispensary.permissions import Permission
from dispensary.services import printing
from dispensary.web import edge, gate
from dispensary.web.database import db, unit_of_work
from dispensary.web.losses.blueprint import bp
from dispensary.web.losses.views import card_of
from dispensary.web.reporting import asked
from dispensary.web.reporting.forms import PrintForm
from dispensary.web.reporting.log import NOT_UNDERSTOOD
from models.enums import PrintedSheet
from reports import loss_report


@bp.post("/<int:loss_report_id>/sheet.pdf")
@gate.requires(Permission.LOSS_VIEW, Permission.REPORT_PRINT)
def sheet(loss_report_id: int) -> Response:
    """Note who prints, and answer the sheet."""
    card, form = card_of(loss_report_id), PrintForm()
    if not form.validate_on_submit():
        raise Refused(NOT_UNDERSTOOD, code="not_understood")
    act = edge.act()
    with unit_of_work() as session:
        printing.note_printed(
            session, sheet=PrintedSheet.LOSS_REPORT, act=act, first=card.first_on, last=card.discovered_on
        )
    about = asked.heading(card.first_on, card.discovered_on, form.paper.data)
    figures = loss_report.figures(db.session(), card.id, card.site_id, act.clinic_day, about=about)
    return asked.file(loss_report.render(figures, speak=edge.speaker()), asked.PDF, f"loss-report-{card.id}.pdf")
