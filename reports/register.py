"""Pages of the controlled-drug register as they leave the program: the same lines, in the layout that the place's law asks for.

Screen, PDF and CSV are made from the same cells. Each page that leaves carries a verification slip: which lines it holds,
their digest, and the signature of the site's key over both.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from io import StringIO
from itertools import groupby
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.policy.register_layouts import RegisterLayout, register_layouts
from dispensary.queries import paper
from dispensary.queries import register as queries
from dispensary.queries.register import AsOf, Footnote, RegisterBook, RegisterPage, RegisterRow
from dispensary.rules.register_slip import (
    CHAINED,
    PAGE_ROWS,
    VERSION,
    PageText,
    heading_of,
    normal,
    sealed,
    span_of_page,
)
from dispensary.rules.seals import chain_name
from dispensary.wording import N_, Speaker, in_unit, say
from models.enums import ChainKind
from models.units import MgPerUnit, plain
from reports.page import Heading
from reports.register_cells import Line, cells
from reports.sheet import guarded

TITLE = say(N_("Controlled-drug register"))


@dataclass(frozen=True)
class Asked:
    """Which lines of which register are to leave, in which layout."""

    site_id: int
    product_id: int
    layout: str
    first: int
    last: int


@dataclass(frozen=True)
class RegisterFigures:
    """Some pages of one product's register, each with its text and slip."""

    about: Heading
    pages: tuple[RegisterPage, ...]
    texts: tuple[PageText, ...]

    @property
    def rows(self) -> tuple[RegisterRow, ...]:
        """All lines of these pages."""
        return tuple(row for page in self.pages for row in page.rows)


def of_pages(site_id: int, product_id: int, layout: str, first: int, last: int) -> Asked:
    """Return what to ask for to get whole pages, the first and the last included."""
    return Asked(site_id, product_id, layout, (first - 1) * PAGE_ROWS + 1, last * PAGE_ROWS)


def figures(
    session: Session, asked: Asked, *, about: Heading, speak: Speaker, key: Ed25519PrivateKey
) -> RegisterFigures:
    """Return the lines that were asked for, page by page, each page with its slip; as far as the register is sealed.

    Raises:
        NotFound: the product has no such lines here, or none of them is sealed.
    """
    book = queries.book_of(session, asked.site_id, asked.product_id)
    seal = paper.register_seals(session, asked.site_id).get(asked.product_id)
    until = min(asked.last, seal.number if seal else 0)
    if book is None or seal is None or not 1 <= asked.first <= until:
        raise NotFound(say(N_("The register has no such page.")), code="no_register_page")
    as_of, speak = AsOf(seal.number, queries.last_footnote(session), about.printed_at), in_zone(speak, about.zone)
    made, layout = [], register_layouts()[asked.layout]
    for number in range(_page_of(asked.first), _page_of(until) + 1):
        first, last = span_of_page(number, asked.first, until)
        found = queries.lines_of_page(session, asked.site_id, book, number, first, last, as_of)
        slip = {
            "version": VERSION,
            "site": about.site_code,
            "chain": chain_name(asked.site_id, ChainKind.REGISTER, asked.product_id),
            "layout": asked.layout,
            "layout_version": str(layout.version),
            "page": str(number),
            "first": str(first),
            "last": str(last),
            "asked_from": str(asked.first),
            "asked_until": str(until),
            "brought_forward": speak(in_unit(found.brought_forward, book.unit)),
            "carried_on": speak(in_unit(found.carried_on, book.unit)),
            "head": str(seal.number),
            "head_digest": seal.digest,
            "footnotes": str(as_of.footnote_id),
            "zone": about.zone,
            "printed_by": normal(about.printed_by),
            "printed_at": about.printed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        }
        made.append((found, sealed(text_of(found, layout, about, speak, slip), key)))
    return RegisterFigures(about, tuple(page for page, _ in made), tuple(text for _, text in made))


def _page_of(line: int) -> int:
    return (line - 1) // PAGE_ROWS + 1


def again(session: Session, page: PageText, *, about: Heading, speak: Speaker) -> PageText | None:
    """Return a page as the record gives it now, as of the moment of its slip; None where there is no such page.

    The slip's own fields are kept, but for those that the record knows: balances, the sealed line's digest, the site.
    """
    site_id, _, product_id = page.slip["chain"].split("/")
    book = queries.book_of(session, int(site_id), int(product_id))
    layout = page.layout
    first, last = page.number("first"), page.number("last")
    if book is None or layout is None or book.last_number < max(page.number("head"), last):
        return None
    if not 1 <= first <= last < first + PAGE_ROWS:
        return None
    as_of = AsOf(page.number("head"), page.number("footnotes"), about.printed_at)
    speak = in_zone(speak, about.zone)
    found = queries.lines_of_page(session, int(site_id), book, page.number("page"), first, last, as_of)
    head = queries.register_rows(session, int(site_id), int(product_id), as_of.number, as_of.number)
    slip = dict(page.slip) | {
        "site": about.site_code,
        "brought_forward": speak(in_unit(found.brought_forward, book.unit)),
        "carried_on": speak(in_unit(found.carried_on, book.unit)),
        "head_digest": head[0].digest if head else "",
    }
    return text_of(found, layout, about, speak, slip)


def in_zone(speak: Speaker, zone: str) -> Speaker:
    """Return the same language in the time of the page."""
    return Speaker(speak.translate, ZoneInfo(zone))


def text_of(
    found: RegisterPage, layout: RegisterLayout, about: Heading, speak: Speaker, slip: dict[str, str]
) -> PageText:
    """Return a page as text: its head, columns, lines with their chained texts, and footnotes."""
    days = [row.clinic_day for row in found.rows]
    head = {
        "clinic": about.clinic,
        "address": about.address,
        "product": found.book.product,
        **{name: said_at_head(found.book, name, speak) for name in layout.head},
        "days": f"{min(days).isoformat()} to {max(days).isoformat()}",
    }
    return PageText(
        head=tuple((name, normal(text)) for name, text in head.items()),
        columns=(*headings(layout), *CHAINED),
        lines=tuple(
            (*map(normal, shown), row.body, row.previous_digest, row.digest)
            for row, shown in zip(found.rows, lines(found, layout, speak), strict=True)
        ),
        footnotes=tuple(footnote_cells(note, speak) for note in found.footnotes),
        slip=slip,
    )


def headings(layout: RegisterLayout) -> tuple[str, ...]:
    """Return a layout's headings, each with the part of the register that it belongs to."""
    return tuple(heading_of(column.group, column.heading) for column in layout.columns)


def groups(layout: RegisterLayout) -> list[tuple[str, int]]:
    """Return the parts of a register that stand over its columns, each with over how many; nothing where it has none."""
    found = [(name, len(list(of))) for name, of in groupby(layout.columns, key=lambda column: column.group)]
    return found if any(name for name, _ in found) else []


def lines(found: RegisterPage, layout: RegisterLayout, speak: Speaker) -> list[tuple[str, ...]]:
    """Return the lines of a page as a layout shows them."""
    return [
        cells(Line(row, found.book, tuple(f for f in found.footnotes if f.number == row.number), speak), layout)
        for row in found.rows
    ]


def footnote_cells(note: Footnote, speak: Speaker) -> tuple[str, str, str, str]:
    """Return a footnote as it is printed: which line, what it says, when and by whom."""
    return (
        str(note.number),
        normal(note.text),
        f"{speak.moment(note.written_at)}",
        normal(f"{note.by_initials}, {note.by}"),
    )


def said_at_head(book: RegisterBook, name: str, speak: Speaker) -> str:
    """Return what the head of a page says of the product: class, form, strength, unit."""
    strength = f"{strength_text(book.strength)}/{speak(book.unit)}"
    if book.naloxone_strength is not None:
        strength += f" + naloxone {strength_text(book.naloxone_strength)}/{speak(book.unit)}"
    said = {"form": speak(book.form), "strength": strength, "unit": speak(book.unit)}
    return said.get(name, speak(book.medication))


def strength_text(strength: MgPerUnit) -> str:
    """Return a strength in milligrams."""
    return f"{plain(strength)} mg"


def as_csv(texts: Sequence[PageText]) -> bytes:
    """Return pages as CSV in UTF-8 with a mark: a row's first cell says what it is, and each page ends with its slip."""
    out = StringIO()
    writer = csv.writer(out)
    for n, text in enumerate(texts):
        if n:
            writer.writerow([])
        writer.writerows([guarded(cell) for cell in row] for row in text.rows)
    return out.getvalue().encode("utf-8-sig")
