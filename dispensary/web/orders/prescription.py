"""The prescription: one version of an order on paper, for a signature by hand."""

from flask import Response

from dispensary.permissions import Permission
from dispensary.services import printing
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.database import db, unit_of_work
from dispensary.web.orders.blueprint import bp
from dispensary.web.reporting import asked
from models.enums import PrintedSheet
from reports import prescription as report


@bp.post("/orders/<int:order_id>/prescription.pdf")
@gate.requires(Permission.ORDER_VIEW, Permission.REPORT_PRINT)
def prescription(order_id: int) -> Response:
    """Note who prints, and answer the order as a sheet."""
    today = edge.act().clinic_day
    figures = report.figures(db.session(), order_id, about=asked.heading(today, today))
    note_access(figures.person.id, "prescription")
    with unit_of_work() as session:
        printing.note_printed(
            session,
            sheet=PrintedSheet.PRESCRIPTION,
            act=edge.act(),
            first=figures.order.starts_on,
            last=figures.order.ends_on,
            person_id=figures.person.id,
        )
    return asked.file(report.render(figures, speak=edge.speaker()), asked.PDF, f"prescription-{order_id}.pdf")
