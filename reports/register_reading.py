"""Reading back a register page that left the program, as PDF or CSV: its text, and whether what is drawn is that text."""

import csv
import struct
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO, StringIO

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject
from reportlab.platypus.doctemplate import LayoutError

from dispensary.rules.register_slip import CHAINED, NotAPage, PageText, pages_in
from dispensary.wording import N_, Speaker, Words, say
from reports import fonts, register_sheet
from reports.page import SIZES
from reports.register_sheet import ATTACHED

LARGEST = 200_000_000
"""Bytes: more than any register that is printed at once."""
DELIMITERS = ",;\t"
"""What spreadsheets put between cells, by their country."""
SHOWN = 40
DAMAGED = (
    PyPdfError, LayoutError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, RuntimeError,
    MemoryError, OSError, EOFError, struct.error, zlib.error,
)  # fmt: skip
"""What reading or drawing a file that somebody changed may end in."""
NOTHING = DictionaryObject()
NOT_READ = say(N_("This file cannot be read: it is damaged, or no page of a register."))


def is_pdf(content: bytes) -> bool:
    """Return whether a file calls itself a PDF."""
    return b"%PDF-" in content[:1024]


def read(content: bytes) -> list[PageText]:
    """Return the pages that a PDF carries with it, or that a CSV holds.

    Raises:
        NotAPage: the file is neither, is damaged, or its rows are none of a register's.
    """
    if len(content) > LARGEST:
        raise NotAPage(NOT_READ)
    try:
        text = (_attached(content) if is_pdf(content) else content).decode("utf-8-sig")
        delimiter = text[4:5] if text.startswith("head") and text[4:5] in DELIMITERS else ","
        return pages_in(csv.reader(StringIO(text), delimiter=delimiter))
    except (csv.Error, *DAMAGED):
        raise NotAPage(NOT_READ) from None


def _attached(content: bytes) -> bytes:
    found = PdfReader(BytesIO(content)).attachments.get(ATTACHED, [])
    if len(found) != 1:
        words = N_(
            "This PDF does not carry the text of its pages: it was printed anew by another program, or is none of ours."
            " Take the file as it was written, or its CSV."
        )
        raise NotAPage(say(words))
    return found[0]


def drawn_otherwise(content: bytes, pages: Sequence[PageText], speak: Speaker) -> list[Words]:
    """Return where what a PDF shows is not what the text that it carries says; nothing where it is.

    The pages are drawn again from their text, and sheet by sheet the two must be the same: letters, lines and fonts.
    """
    try:
        reader = PdfReader(BytesIO(content))
        paper = _paper_of(reader.pages[0])
        language = str(reader.root_object.get("/Lang", "en"))
        known = register_sheet.render(pages, paper=paper, language=language, speak=speak)
        return [] if known == content else list(_differences(reader, PdfReader(BytesIO(known)), pages))
    except DAMAGED:
        return [NOT_READ]


def _paper_of(sheet: PageObject) -> str:
    """Return on which paper a sheet lies: its longer side tells."""
    longer = max(sheet.mediabox.width, sheet.mediabox.height)
    return min(SIZES, key=lambda name: abs(SIZES[name][1] - longer))


def _differences(found: PdfReader, known: PdfReader, pages: Sequence[PageText]) -> Iterator[Words]:
    if len(found.pages) != len(known.pages):
        words = N_("The file has %(found)s sheets, and its text makes %(known)s.")
        yield say(words, found=len(found.pages), known=len(known.pages))
        return
    for n, (sheet, should) in enumerate(zip(found.pages, known.pages, strict=True), start=1):
        shown, said = sheet.extract_text().split(), should.extract_text().split()
        if shown != said:
            yield _named(n, shown, said, pages)
        elif _painted(sheet) != _painted(should):
            words = N_("Sheet %(n)s is not drawn as this program draws its text: something may be laid over it.")
            yield say(words, n=n)


def _painted(sheet: PageObject) -> tuple[bytes, list[bytes], list[str], bool]:
    """Return what is painted on a sheet: its operators, the fonts that give letters their shape, and what else is called in."""
    contents = sheet.get_contents()  # never asked for its truth: it counts its own keys, and has none
    resources = sheet.get("/Resources", NOTHING).get_object()
    files = []
    for font in resources.get("/Font", NOTHING).get_object().values():
        described = font.get_object().get("/FontDescriptor", NOTHING).get_object()
        if "/FontFile2" in described:
            files.append(described["/FontFile2"].get_object().get_data())
    others = sorted(str(name) for name in resources.get("/XObject", NOTHING).get_object())
    return b"" if contents is None else contents.get_data(), sorted(files), others, "/Annots" in sheet


def _named(n: int, shown: Sequence[str], said: Sequence[str], pages: Sequence[PageText]) -> Words:
    """Return the first word on a sheet that is another, with the cell that it stands in."""
    at = next((i for i, (a, b) in enumerate(zip(shown, said, strict=False)) if a != b), min(len(shown), len(said)))
    page = "".join(said)
    where = _cell_at(page, len("".join(said[:at])), pages)
    a, b = " ".join(shown[at : at + 1])[:SHOWN] or "—", " ".join(said[at : at + 1])[:SHOWN] or "—"
    if where is None:
        return say(N_("Sheet %(n)s shows “%(shown)s” where its text says “%(said)s”."), n=n, shown=a, said=b)
    words = N_("Sheet %(n)s, line %(line)s, “%(heading)s”: it shows “%(shown)s”, its text says “%(said)s”.")
    return say(words, n=n, line=where[0], heading=where[1], shown=a, said=b)


def _cell_at(sheet: str, at: int, pages: Sequence[PageText]) -> tuple[str, str] | None:
    """Return line and heading of the cell that stands at a place of a sheet's text, written without blanks."""
    begins = 0
    for page in pages:
        for line in page.lines:
            cells = ["".join(run.text for run in fonts.runs(cell)).replace(" ", "") for cell in line[: -len(CHAINED)]]
            found = sheet.find("".join(cells), begins)
            if found < 0:
                continue
            for heading, cell in zip(page.columns, cells, strict=False):
                if cell and found <= at < found + len(cell):
                    return line[0], heading
                found += len(cell)
            begins = found
    return None
