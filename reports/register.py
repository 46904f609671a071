"""Pages of the controlled-drug register as they are printed: the same pages, with the same numbers, as on the screen.

Each line carries the beginning of its digest, each page the balance brought forward and carried on, and at its foot the
newest seal, so that a page in a folder can be held against the database years later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.platypus import Flowable, PageBreak
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries import paper
from dispensary.queries import register as queries
from dispensary.queries.paper import SealOnPaper
from dispensary.queries.register import RegisterBook, RegisterPage, RegisterRow
from dispensary.wording import N_, Speaker, Words, in_unit, say
from models.enums import DoseOutcome, PlaceKind
from models.units import Quantity
from reports import page, sheet
from reports.dose_words import seal_words
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Controlled-drug register"))
DIGEST_SHOWN = 12
"""So many characters of a digest are printed: enough that no second line of a clinic has the same by chance."""


@dataclass(frozen=True)
class RegisterFigures:
    """Some pages of one product's register, and the newest seal on it."""

    about: Heading
    book: RegisterBook
    pages: tuple[RegisterPage, ...]
    seal: SealOnPaper | None

    @property
    def rows(self) -> tuple[RegisterRow, ...]:
        """All lines of these pages."""
        return tuple(row for page in self.pages for row in page.rows)


def figures(
    session: Session, site_id: int, product_id: int, first_page: int, last_page: int, *, about: Heading
) -> RegisterFigures:
    """Return pages of a product's register, the first and the last included.

    Raises:
        NotFound: the product has no such pages here.
    """
    found = [queries.register_page(session, site_id, product_id, n) for n in range(first_page, last_page + 1)]
    pages = tuple(p for p in found if p is not None)
    if not pages:
        raise NotFound(say(N_("The register has no such page.")), code="no_register_page")
    seal = paper.register_seals(session, site_id).get(product_id)
    days = [row.clinic_day for p in pages for row in p.rows]
    return RegisterFigures(page.over(about, *_span(days, about)), pages[0].book, pages, seal)


def whole(session: Session, site_id: int, product_id: int, *, about: Heading) -> RegisterFigures:
    """Return every page of a product's register.

    Raises:
        NotFound: the product has no register here.
    """
    book = next((b for b in queries.books(session, site_id) if b.product_id == product_id), None)
    return figures(session, site_id, product_id, 1, book.pages if book else 0, about=about)


def _span(days: Sequence[date], about: Heading) -> tuple[date, date]:
    return (min(days), max(days)) if days else (about.first, about.last)


def place(kind: PlaceKind, window: str, speak: Speaker) -> str:
    """Return a place as it is printed: a window by its name."""
    return window or speak(kind)


def source_or_person(row: RegisterRow) -> str:
    """Return what a line refers to outside the stock: a person's number, or supplier and document."""
    return row.person_number or " ".join(filter(None, (row.supplier, row.document_no)))


COLUMNS = (
    (N_("No."), 26, True),
    (N_("Date and time"), 64, False),
    (N_("What"), 58, False),
    (N_("From"), 58, False),
    (N_("To"), 78, False),
    (N_("Person, or\nsupplier and document"), 82, False),
    (N_("Container"), 46, False),
    (N_("Lot"), 42, False),
    (N_("In"), 44, True),
    (N_("Out"), 44, True),
    (N_("Moved here"), 54, True),
    (N_("Balance"), 58, True),
    (N_("By"), 26, False),
    (N_("Witness"), 34, False),
    (N_("Remarks"), 88, False),
    (N_("Digest"), 60, False),
)


def cells(row: RegisterRow, book: RegisterBook, speak: Speaker) -> tuple[str, ...]:
    """Return one line as text, in the order of COLUMNS."""
    inside = row.quantity if row.came_in is None and row.went_out is None else None
    return (
        str(row.number),
        speak.moment(row.at),
        speak(row.kind),
        place(row.from_kind, row.from_window, speak),
        place(row.to_kind, row.to_window, speak),
        source_or_person(row),
        row.container,
        row.lot,
        _unit(row.came_in, book, speak),
        _unit(row.went_out, book, speak),
        _unit(inside, book, speak),
        _unit(row.balance, book, speak),
        row.by_initials,
        row.witness_initials,
        ", ".join(speak(words) for words in remarks(row)),
        row.digest[:DIGEST_SHOWN],
    )


def remarks(row: RegisterRow) -> list[Words]:
    """Return what a reader must not miss about a line: a mistake; which line it takes back, or which took it back; a reason."""
    said = []
    if row.outcome is DoseOutcome.INCIDENT:
        said.append(say(N_("⚠ DOSING INCIDENT")))
    if row.outcome is DoseOutcome.REPLACEMENT:
        said.append(say("%(what)s", what=row.outcome))
    said += _of_a_bottle(row)
    if row.reverses is not None:
        said.append(say(N_("takes back no. %(n)s"), n=row.reverses))
    if row.reversed_by is not None:
        said.append(say(N_("TAKEN BACK by no. %(n)s"), n=row.reversed_by))
    if row.waste_reason is not None:
        said.append(say("%(why)s", why=row.waste_reason))
    if row.note:
        said.append(say("%(note)s", note=row.note))
    return said


def _of_a_bottle(row: RegisterRow) -> list[Words]:
    """Return for which day a bottle is, and who collected it."""
    said = [say(N_("for %(day)s"), day=row.covers_on)] if row.covers_on is not None else []
    return [*said, say(N_("collected by %(who)s"), who=row.collector)] if row.collector else said


def _unit(quantity: Quantity | None, book: RegisterBook, speak: Speaker) -> str:
    return "" if quantity is None else speak(in_unit(quantity, book.unit))


def render(figures: RegisterFigures, *, speak: Speaker) -> bytes:
    """Return the pages as PDF, one register page a sheet."""
    story: list[Flowable] = []
    for one in figures.pages:
        story += [*_page(figures, one, speak), PageBreak()]
    foot = speak(seal_words(figures.seal, figures.book.product)) if figures.seal else speak(say(N_("Not sealed yet")))
    return page.build(story[:-1], title=TITLE, about=figures.about, speak=speak, landscape=True, foot=foot)


def _page(figures: RegisterFigures, one: RegisterPage, speak: Speaker) -> list[Flowable]:
    book, language = figures.book, figures.about.language
    columns = [Column(speak(say(title)), share, number) for title, share, number in COLUMNS]
    head = say(N_("%(product)s · register page %(n)s of %(of)s"), product=book.product, n=one.number, of=book.pages)
    forward = say(N_("Brought forward: %(balance)s"), balance=_unit(one.brought_forward, book, speak))
    carried = say(N_("Carried on: %(balance)s"), balance=_unit(one.carried_on, book, speak))
    parts: list[Flowable] = [
        Text(speak(head), size=11, bold=True, language=language),
        Text(speak(forward), language=language),
        Ledger(columns, [Row(cells(row, book, speak)) for row in one.rows], language=language, row_height=13),
        Text(speak(carried), language=language, bold=True, above=3),
    ]
    for found in one.breaks:
        broken = say(
            N_("THE CHAIN IS BROKEN AT NO. %(n)s. Tell the clinic head; nothing here may be relied on."), n=found.number
        )
        parts.append(Text(speak(broken), bold=True, language=language))
    return parts


HEADINGS = (
    N_("number"), N_("clinic day"), N_("time"), N_("what"), N_("from"), N_("to"), N_("person"), N_("supplier"),
    N_("document"), N_("container"), N_("lot"), N_("in"), N_("out"), N_("quantity"), N_("balance"), N_("unit"), N_("by"),
    N_("witness"), N_("takes back"), N_("taken back by"), N_("waste reason"), N_("note"), N_("to be taken on"),
    N_("collected by"), N_("recorded at"), N_("body"), N_("previous digest"), N_("digest"),
)  # fmt: skip


def as_sheet(figures: RegisterFigures, speak: Speaker) -> sheet.Sheet:
    """Return the same lines for other programs, with the chained text, so that the chain can be checked anywhere."""
    unit = speak(figures.book.unit)
    rows: list[list[sheet.Cell]] = [
        [
            row.number, row.clinic_day, speak.moment(row.at), speak(row.kind),
            place(row.from_kind, row.from_window, speak), place(row.to_kind, row.to_window, speak),
            row.person_number, row.supplier, row.document_no, row.container, row.lot, row.came_in, row.went_out,
            row.quantity, row.balance, unit, row.by, row.witness, row.reverses, row.reversed_by, speak(row.waste_reason),
            row.note, row.covers_on, row.collector, speak.moment(row.recorded_at), row.body, row.previous_digest, row.digest,
        ]
        for row in figures.rows
    ]  # fmt: skip
    return sheet.Sheet(speak(say(N_("Register"))), [speak(say(h)) for h in HEADINGS], rows)
