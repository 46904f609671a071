"""Register pages as PDF, drawn from their text alone: whoever has the text can draw the page again and lay the two side by side.

The same text goes with the PDF as an attachment, a CSV with its slip, so that a page can be checked without the database.
"""

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color, black
from reportlab.platypus import Flowable

from dispensary.rules.register_slip import CHAINED, PAGE_ROWS, PageText, code_of
from dispensary.wording import N_, Speaker, say
from reports import fonts, page
from reports.ledger import Text, broken
from reports.page import Heading
from reports.register import TITLE, as_csv, headings

ATTACHED = "register.csv"
SIZE, LEAST = 7.0, 6.0
"""Points of the table's text: smaller where that lets the page stand on one sheet, down to the least that is read."""
STEP = 0.5
LINE = 1.14
"""From line to line, as a share of the size."""
AIR = 2.0
CODE_SIDE = 64.0
"""Points of the square code's side."""
CODE_GAP = 10.0
IN_WORDS = {
    "drug_class": N_("Class of drug"),
    "drug": N_("Drug"),
    "form": N_("Form"),
    "strength": N_("Strength"),
    "unit": N_("Quantities in"),
}
"""What of the head is said about the product."""
ROOM = 330.0
"""Points of height that are left for the table on one landscape sheet, about."""
A_DAY_LONG = 10
"""Characters of a day, as 2026-03-02: words up to that are not broken."""
RULE = Color(0.6, 0.6, 0.6)


def fitted(shares: Sequence[int], least: Sequence[float], room: float) -> list[float]:
    """Return the widths of columns by their shares of the room, none narrower than it must be while there is room for that."""
    narrow: set[int] = set()
    while True:
        left = room - sum(least[n] for n in narrow)
        whole = sum(share for n, share in enumerate(shares) if n not in narrow)
        if left <= 0 or not whole:
            return [room * share / sum(shares) for share in shares]
        widths = [least[n] if n in narrow else left * share / whole for n, share in enumerate(shares)]
        more = {n for n, width in enumerate(widths) if width < least[n]}
        if not more:
            return widths
        narrow |= more


class Ruled(Flowable):
    """A table with a rule between all columns and rows as high as their texts; its headings stand on every sheet."""

    def __init__(
        self,
        shares: Sequence[int],
        numbers: Sequence[bool],
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        size: float,
        language: str,
    ) -> None:
        """Keep what it shows; a heading may begin with the part it belongs to, and a colon."""
        super().__init__()
        self.shares, self.numbers, self.heads, self.rows = shares, numbers, heads, rows
        self.size, self.language = size, language

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Break every text to its column."""
        self.width = available_width
        self.groups, names = zip(*(head.rpartition(": ")[::2] for head in self.heads), strict=True)
        self.edges = [0.0]
        for width in fitted(self.shares, [self._least(n, name) for n, name in enumerate(names)], available_width):
            self.edges.append(self.edges[-1] + width)
        self.broken_heads = [self._broken(name, n, bold=True) for n, name in enumerate(names)]
        self.broken_rows = [[self._broken(cell, n) for n, cell in enumerate(row)] for row in self.rows]
        step = self.size * LINE
        self.group_height = step + 2 * AIR if any(self.groups) else 0.0
        self.head_height = max(len(cell) for cell in self.broken_heads) * step + 2 * AIR
        self.heights = [max(len(cell) for cell in row) * step + 2 * AIR for row in self.broken_rows]
        self.height = self.group_height + self.head_height + sum(self.heights)
        return self.width, self.height

    def _least(self, n: int, name: str) -> float:
        """Return how wide a column must be, so that no word of its heading, no day and no number is broken."""
        short = {word for row in self.rows for word in row[n].split() if len(word) <= A_DAY_LONG}
        widths = [fonts.width(word, self.size, False, self.language) for word in short]
        heads = [fonts.width(f"{word} ", self.size, True, self.language) for word in name.split()]
        return max([*widths, *heads], default=0.0) + 2 * AIR + 0.5

    def _broken(self, text: str, n: int, bold: bool = False) -> list[str]:
        return broken(text, self.size, self.edges[n + 1] - self.edges[n] - 2 * AIR, bold, self.language)

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        """Return two pieces, the first as long as the sheet has room; none if there is no room for a row."""
        self.wrap(available_width, available_height)
        room, fitting = available_height - self.group_height - self.head_height, 0
        for height in self.heights:
            room -= height
            if room < 0:
                break
            fitting += 1
        if not fitting:
            return []
        pieces: list[Flowable] = [self._piece(self.rows[:fitting])]
        return pieces if fitting == len(self.rows) else [*pieces, self._piece(self.rows[fitting:])]

    def _piece(self, rows: Sequence[Sequence[str]]) -> "Ruled":
        return Ruled(self.shares, self.numbers, self.heads, rows, size=self.size, language=self.language)

    def draw(self) -> None:
        """Draw headings, rows and rules."""
        pen = fonts.Pen(self.canv, self.size, self.language)
        y = self.height
        self._across(y, black, 0.8)
        self._draw_groups(pen, y)
        y -= self.group_height
        self._draw_row(pen, self.broken_heads, y, bold=True)
        y -= self.head_height
        self._across(y, black, 0.8)
        for row, height in zip(self.broken_rows, self.heights, strict=True):
            self._draw_row(pen, row, y)
            y -= height
            self._across(y, RULE, 0.25)
        self._draw_edges()
        pen.finish()

    def _draw_groups(self, pen: fonts.Pen, top: float) -> None:
        """Draw over its first column the name of each part."""
        for n, group in enumerate(self.groups):
            if group and (n == 0 or self.groups[n - 1] != group):
                pen.write(self.edges[n] + AIR, top - AIR - self.size + 0.2 * self.size, group.upper(), bold=True)

    def _draw_row(self, pen: fonts.Pen, row: Sequence[Sequence[str]], top: float, bold: bool = False) -> None:
        for n, cell in enumerate(row):
            for m, line in enumerate(cell):
                y = top - AIR - self.size - m * self.size * LINE + 0.2 * self.size
                wide = fonts.width(line, self.size, bold, self.language)
                x = self.edges[n + 1] - AIR - wide if self.numbers[n] else self.edges[n] + AIR
                pen.write(x, y, line, bold=bold)

    def _draw_edges(self) -> None:
        """Draw the rules between columns, stronger where another part begins."""
        for n, x in enumerate(self.edges):
            other = n in (0, len(self.groups)) or self.groups[n - 1] != self.groups[n]
            self.canv.setStrokeColor(black if other else RULE)
            self.canv.setLineWidth(0.6 if other else 0.25)
            self.canv.line(x, 0, x, self.height)

    def _across(self, y: float, colour: Color, thick: float) -> None:
        self.canv.setStrokeColor(colour)
        self.canv.setLineWidth(thick)
        self.canv.line(0, y, self.width, y)


class Head(Flowable):
    """What stands over the lines, with the square code of the slip at its right."""

    def __init__(self, texts: Sequence[Text], code: str) -> None:
        """Keep the lines and what the code holds."""
        super().__init__()
        self.texts, self.code = texts, code

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Return how much room it takes."""
        self.width = available_width
        self.room = available_width - CODE_SIDE - CODE_GAP
        self.heights = [text.wrap(self.room, available_height)[1] for text in self.texts]
        self.height = max(CODE_SIDE + AIR, sum(self.heights)) + 2 * AIR
        return self.width, self.height

    def draw(self) -> None:
        """Draw the lines from the top down, and the code beside them."""
        y = self.height
        for text, height in zip(self.texts, self.heights, strict=True):
            y -= height
            text.drawOn(self.canv, 0, y)
        widget = QrCodeWidget(self.code, barLevel="L", barBorder=0)
        left, bottom, right, top = widget.getBounds()
        scale = [CODE_SIDE / (right - left), 0, 0, CODE_SIDE / (top - bottom), 0, 0]
        drawing = Drawing(CODE_SIDE, CODE_SIDE, transform=scale)
        drawing.add(widget)
        renderPDF.draw(drawing, self.canv, self.width - CODE_SIDE, self.height - CODE_SIDE)


def render(texts: Sequence[PageText], *, paper: str, language: str, speak: Speaker) -> bytes:
    """Return pages as one PDF, each with its slip at the foot of its sheets, and all of them attached as CSV."""
    writer = PdfWriter()
    for text in texts:
        writer.append(
            PdfReader(BytesIO(drawn(text, paper=paper, language=language, speak=speak))), import_outline=False
        )
    title = speak(TITLE)
    at = page.stamp(datetime.fromisoformat(texts[0].slip["printed_at"]))
    writer.add_metadata({"/Title": title, "/Author": texts[0].slip["site"], "/CreationDate": at, "/ModDate": at})
    writer.root_object[NameObject("/Lang")] = TextStringObject(language)
    writer.add_attachment(ATTACHED, as_csv(texts))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def drawn(text: PageText, *, paper: str, language: str, speak: Speaker) -> bytes:
    """Return one page as PDF, on one sheet unless its texts are too long for that."""
    speak = Speaker(speak.translate, ZoneInfo(text.slip["zone"]))
    head = dict(text.head)
    about = _about(text, head, paper, language)
    story: list[Flowable] = [Head(_over(text, head, language, speak), code_of(text.slip)), _table(text, about)]
    for n, (line, said, at, by) in enumerate(text.footnotes):
        words = say(N_("Footnote to line %(line)s, %(at)s, %(by)s: %(text)s"), line=line, at=at, by=by, text=said)
        story.append(Text(speak(words), size=8, language=language, above=3 if n == 0 else 0))
    title = say(N_("Controlled-drug register: %(product)s"), product=head["product"])
    return page.build(story, title=title, about=about, speak=speak, landscape=True, foot=_foot(text, speak), bare=True)


def _about(text: PageText, head: dict[str, str], paper: str, language: str) -> Heading:
    first, _, last = head["days"].partition(" to ")
    return Heading(
        clinic="",
        address="",
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        zone=text.slip["zone"],
        policies=(),
        printed_by=text.slip["printed_by"],
        printed_at=datetime.fromisoformat(text.slip["printed_at"]),
        paper=paper,
        language=language,
    )


def _over(text: PageText, head: dict[str, str], language: str, speak: Speaker) -> list[Text]:
    """Return what stands over the lines: the place, the product, which page, and the balance brought forward."""
    slip = text.slip
    of = -(-text.number("head") // PAGE_ROWS)
    layout = text.layout
    where = " · ".join(filter(None, (head["clinic"], head["address"], slip["site"])))
    facts = [f"{speak(say(IN_WORDS[name]))}: {said}" for name, said in text.head if name in IN_WORDS]
    title = say(N_("%(product)s · register page %(n)s of %(of)s"), product=head["product"], n=slip["page"], of=of)
    balances = say(
        N_("Brought forward: %(before)s. Carried on: %(after)s."),
        before=slip["brought_forward"],
        after=slip["carried_on"],
    )
    return [
        Text(speak(title), size=11, bold=True, language=language),
        Text(where, size=8.5, language=language),
        Text(" · ".join(facts), size=8.5, bold=True, language=language),
        Text(speak(balances), size=8.5, language=language),
        Text(layout.title if layout else slip["layout"], size=7.5, language=language),
    ]


def _table(text: PageText, about: Heading) -> Ruled:
    """Return the lines as a table, in letters as large as let it stand on one sheet."""
    heads = text.columns[: -len(CHAINED)]
    layout = text.layout
    known = layout is not None and headings(layout) == heads
    shares = [column.share for column in layout.columns] if layout and known else [1] * len(heads)
    numbers = [column.number for column in layout.columns] if layout and known else [False] * len(heads)
    rows = [line[: -len(CHAINED)] for line in text.lines]
    width = page.SIZES[about.paper][1] - 2 * page.MARGIN

    def of(size: float) -> Ruled:
        return Ruled(shares, numbers, heads, rows, size=size, language=about.language)

    sizes = (SIZE, SIZE - STEP, LEAST)
    return next((of(size) for size in sizes if of(size).wrap(width, 0)[1] <= ROOM), of(SIZE))


def _foot(text: PageText, speak: Speaker) -> str:
    """Return the verification slip as it stands at the foot of every sheet of the page."""
    slip = text.slip
    words = N_(
        "Verification slip %(version)s. Register %(chain)s of %(site)s, layout %(layout)s, page %(page)s, lines %(first)s to"
        " %(last)s (of %(asked_from)s to %(asked_until)s asked for); sealed to line %(head)s, digest %(head_digest)s;"
        " footnotes to no. %(footnotes)s; printed %(printed_at)s. Digest of the page %(digest)s. Key %(key)s,"
        " signature %(signature)s"
    )
    version = "" if "layout_version" not in slip else f" v{slip['layout_version']}"
    return speak(say(words, **{**slip, "layout": slip["layout"] + version}))
