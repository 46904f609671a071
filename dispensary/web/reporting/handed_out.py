"""The dosing history as somebody else gets it: on a consent that covers it, or into the person's own hand."""

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.rules.consents import Ground
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.agencies.pages import show_form
from dispensary.web.database import db
from dispensary.web.disclosures.forms import SheetForm
from dispensary.web.disclosures.paper import handed_out
from dispensary.web.reporting import asked
from dispensary.web.reporting.blueprint import bp
from models.enums import ConsentScope, PrintedSheet
from reports import dose_history

ALWAYS_TOLD = frozenset({ConsentScope.ATTENDANCE, ConsentScope.MEDICINE_AND_DOSE, ConsentScope.LAST_DOSE})


@bp.route("/person/<int:person_id>/history/hand-out", methods=["GET", "POST"])
@gate.requires(Permission.HISTORY_VIEW, Permission.REPORT_PRINT, Permission.DISCLOSE)
def hand_out_history(person_id: int) -> tuple[str, int] | Response:
    """Ask to whom the history goes; then answer it as a sheet, where a consent covers it or the person carries it."""
    note_access(person_id, "history")
    today, form = edge.act().clinic_day, SheetForm()
    form.offer_recipients(person_id)
    about = asked.heading(today, today)
    figures = dose_history.figures(db.session(), person_id, edge.sitting().site_id, about=about)

    def draw(session: Session, ground: Ground) -> bytes:
        return dose_history.render(figures, speak=edge.speaker(), ground=ground)

    hint = _("It tells attendance, medicine and dose, the last dose, and what went wrong with a dose if anything did. A"
             " letter with the last dose alone tells less, and is on the person’s page.")  # fmt: skip
    return handed_out(
        form,
        person_id,
        sheet=PrintedSheet.DOSE_HISTORY,
        scopes=ALWAYS_TOLD | ({ConsentScope.HEALTH} if figures.tells_of_health else frozenset()),
        draw=draw,
        name="history.pdf",
    ) or show_form(
        form, _("Hand out the dosing history"), back=url_for("reporting.history", person_id=person_id),
        person_id=person_id, hint=hint,
    )  # fmt: skip
