"""Register pages on paper and as files, in the layout that is asked for; on the screen they are the stock's."""

from collections.abc import Callable

from flask import Response

from dispensary.errors import NotFound, Refused
from dispensary.permissions import Permission
from dispensary.queries import register as records
from dispensary.rules.register_slip import PAGE_ROWS
from dispensary.services import printing
from dispensary.web import edge, gate
from dispensary.web.database import db, unit_of_work
from dispensary.web.reporting import asked, paper
from dispensary.web.reporting.blueprint import bp
from dispensary.web.reporting.forms import PrintRegisterDaysForm, PrintRegisterForm
from dispensary.web.sealing import seal_key
from dispensary.wording import N_, say
from models.enums import PrintedSheet
from reports import register, register_sheet
from reports.register import Asked, RegisterFigures

MOST_PAGES = 500
Writer = Callable[[RegisterFigures, str], Response]


@bp.post("/register/<int:product_id>.pdf")
@gate.requires(Permission.REGISTER_VIEW, Permission.REPORT_PRINT)
def register_pdf(product_id: int) -> Response:
    """Seal the heads, note who prints, and answer the pages, each with its slip."""
    return _pages(product_id, _pdf)


@bp.post("/register/<int:product_id>.csv")
@gate.requires(Permission.REGISTER_VIEW, Permission.REPORT_PRINT)
def register_csv(product_id: int) -> Response:
    """Answer the same as CSV, with the chained texts, so that the chain can be checked anywhere."""
    return _pages(product_id, _csv)


@bp.post("/register/<int:product_id>/days.pdf")
@gate.requires(Permission.REGISTER_VIEW, Permission.REPORT_PRINT)
def register_days_pdf(product_id: int) -> Response:
    """Answer the lines of some clinic days, page by page, as PDF."""
    return _days(product_id, _pdf)


@bp.post("/register/<int:product_id>/days.csv")
@gate.requires(Permission.REGISTER_VIEW, Permission.REPORT_PRINT)
def register_days_csv(product_id: int) -> Response:
    """Answer the lines of some clinic days, page by page, as CSV."""
    return _days(product_id, _csv)


def _pages(product_id: int, write: Writer) -> Response:
    form = paper.understood(PrintRegisterForm())
    first, last = form.pages
    wanted = register.of_pages(edge.sitting().site_id, product_id, form.layout.data, first, last)
    return write(_figures(wanted, form.paper.data), f"register-{product_id}-pages-{first}-{last}")


def _days(product_id: int, write: Writer) -> Response:
    form = paper.understood(PrintRegisterDaysForm())
    first, last = asked.checked(*form.days)
    site_id = edge.sitting().site_id
    found = records.lines_of_days(db.session(), site_id, product_id, first, last)
    if found is None:
        raise NotFound(say(N_("Nothing was entered in this register for these days.")), code="no_register_page")
    wanted = Asked(site_id, product_id, form.layout.data, *found)
    return write(_figures(wanted, form.paper.data), f"register-{product_id}-{asked.span(first, last)}")


def _figures(wanted: Asked, on_paper: str) -> RegisterFigures:
    """Seal the register, note who prints it, and return what was asked for.

    Raises:
        Refused: too much at once, or the first page after the last.
        NotFound: there is no such page; nothing is printed and nothing sealed.
    """
    if not 0 <= wanted.last - wanted.first < MOST_PAGES * PAGE_ROWS:
        raise Refused(say(N_("Print at most %(n)s pages at once, the first before the last."), n=MOST_PAGES))
    book = records.book_of(db.session(), wanted.site_id, wanted.product_id)
    if book is None or book.last_number < wanted.first:
        raise NotFound(say(N_("The register has no such page.")), code="no_register_page")
    act, key = edge.act(), seal_key()
    with unit_of_work() as session:
        printing.seal_for_print(session, sheet=PrintedSheet.REGISTER, key=key, act=act, product_id=wanted.product_id)
    about = asked.heading(act.clinic_day, act.clinic_day, on_paper)
    return register.figures(db.session(), wanted, about=about, speak=edge.speaker(), key=key)


def _pdf(figures: RegisterFigures, name: str) -> Response:
    about = figures.about
    content = register_sheet.render(figures.texts, paper=about.paper, language=about.language, speak=edge.speaker())
    return asked.file(content, asked.PDF, f"{name}.pdf")


def _csv(figures: RegisterFigures, name: str) -> Response:
    return asked.file(register.as_csv(figures.texts), asked.CSV, f"{name}.csv")
