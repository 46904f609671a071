"""The person's own sheet, printed to take along."""

from flask import Response

from dispensary.permissions import Permission
from dispensary.web import edge, gate, policies
from dispensary.web.access import note_access
from dispensary.web.database import db
from dispensary.web.disclosures.paper import into_own_hand
from dispensary.web.reporting import asked
from dispensary.web.reporting.blueprint import bp
from dispensary.web.reporting.forms import PrintForm
from models.enums import ConsentScope, PrintedSheet
from reports import own_sheet

TOLD = frozenset({ConsentScope.ATTENDANCE, ConsentScope.MEDICINE_AND_DOSE})


@bp.post("/person/<int:person_id>/own-sheet.pdf")
@gate.requires(Permission.PERSON_VIEW, Permission.REPORT_PRINT)
def own_sheet_pdf(person_id: int) -> Response:
    """Note who prints, and answer the sheet; its name says nothing about anybody."""
    note_access(person_id, "own-sheet")
    form, act = PrintForm(), edge.act()
    about = asked.heading(act.clinic_day, act.clinic_day, form.paper.data if form.validate_on_submit() else None)
    figures = own_sheet.figures(
        db.session(), person_id, act.site_id, policy=policies.take_homes(), at=act.at, about=about
    )
    into_own_hand(person_id, sheet=PrintedSheet.OWN_SHEET, scopes=TOLD)
    return asked.file(own_sheet.render(figures, speak=edge.speaker()), asked.PDF, "my-sheet.pdf")
