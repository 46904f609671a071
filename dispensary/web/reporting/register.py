"""Register pages on paper and as files; on the screen they are the stock's."""

from flask import Response

from dispensary.errors import Refused
from dispensary.permissions import Permission
from dispensary.services import printing
from dispensary.web import edge, gate
from dispensary.web.database import db, unit_of_work
from dispensary.web.reporting import asked
from dispensary.web.reporting.blueprint import bp
from dispensary.web.reporting.forms import PrintRegisterForm
from dispensary.web.reporting.log import NOT_UNDERSTOOD
from dispensary.web.sealing import seal_key
from dispensary.wording import N_, say
from models.enums import PrintedSheet
from reports import register, sheet
from reports.register import RegisterFigures

MOST_PAGES = 500


@bp.post("/register/<int:product_id>.pdf")
@gate.requires(Permission.REGISTER_VIEW, Permission.REPORT_PRINT)
def register_pdf(product_id: int) -> Response:
    """Seal the heads, note who prints, and answer the pages."""
    form = PrintRegisterForm()
    if not form.validate_on_submit():
        raise Refused(NOT_UNDERSTOOD, code="not_understood")
    first, last = form.pages
    if not 0 <= last - first < MOST_PAGES:
        raise Refused(say(N_("Print at most %(n)s pages at once, the first before the last."), n=MOST_PAGES))
    _figures(product_id, first, last)  # no page, nothing printed and nothing sealed
    act, key = edge.act(), seal_key()
    with unit_of_work() as session:
        printing.seal_for_print(session, sheet=PrintedSheet.REGISTER, key=key, act=act, product_id=product_id)
    content = register.render(_figures(product_id, first, last, form.paper.data), speak=edge.speaker())
    return asked.file(content, asked.PDF, f"register-{product_id}-pages-{first}-{last}.pdf")


@bp.get("/register/<int:product_id>.csv")
@gate.requires(Permission.REGISTER_VIEW, Permission.REPORT_PRINT)
def register_csv(product_id: int) -> Response:
    """Answer every line of a register, with the chained texts and their digests, as CSV."""
    speak = edge.speaker()
    today = edge.act().clinic_day
    figures = register.whole(db.session(), edge.sitting().site_id, product_id, about=asked.heading(today, today))
    return asked.file(
        sheet.to_csv(register.as_sheet(figures, speak), speak.zone), asked.CSV, f"register-{product_id}.csv"
    )


def _figures(product_id: int, first: int, last: int, on_paper: str | None = None) -> RegisterFigures:
    today = edge.act().clinic_day
    about = asked.heading(today, today, on_paper)
    return register.figures(db.session(), edge.sitting().site_id, product_id, first, last, about=about)
