"""Rows and lines on a page, drawn straight onto it: fixed heights, so that a month of doses is laid out in seconds."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.colors import Color, black
from reportlab.platypus import Flowable

from reports import fonts

SIZE = 7.5
LINE = 8.5
"""Points from line to line in a row that is high enough for several."""
AIR = 2.5
"""Points between a cell's text and its column's edge."""
AFTER_NUMBER = 4.0
"""Points more before a text whose column follows one of numbers, so that the two are not read as one."""
RULE = Color(0.6, 0.6, 0.6)
NARROWEST = 0.7
"""A text too long for its column is narrowed to this share of its width, and then cut with a sign."""


@dataclass(frozen=True)
class Column:
    """One column: its heading with the unit, its share of the width, and whether numbers stand in it."""

    title: str
    share: float
    number: bool = False


@dataclass(frozen=True)
class Row:
    """One row of texts. Struck means legible under a line; the words beside say why."""

    cells: Sequence[str]
    struck: bool = False
    bold: bool = False


class Ledger(Flowable):
    """A table of fixed row heights that repeats its heading on every page."""

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row],
        *,
        language: str = "en",
        row_height: float = 11.5,
        span: tuple[int, int] | None = None,
    ) -> None:
        """Keep the rows; `span` is the part of them that this piece draws.

        A height of 0 is as much as the longest text needs, for a few rows of which nothing may be cut.
        """
        super().__init__()
        self.columns, self.rows, self.language, self.row_height = columns, rows, language, row_height
        self.start, self.stop = span or (0, len(rows))

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Return how much room it takes."""
        self.width = available_width
        self._set_edges()
        self.row_height = self.row_height or self._tallest()
        self.head = 11.0 if all(len(c.title.split("\n")) == 1 for c in self.columns) else 20.0
        self.height = self.head + (self.stop - self.start) * self.row_height
        return self.width, self.height

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        """Return two pieces, the first as long as the page has room; none if there is no room for a row."""
        self.wrap(available_width, available_height)
        fitting = int((available_height - self.head) // self.row_height)
        if fitting < 1:
            return []
        middle = min(self.stop, self.start + fitting)
        pieces: list[Flowable] = [self._piece(self.start, middle)]
        return pieces if middle == self.stop else [*pieces, self._piece(middle, self.stop)]

    def _piece(self, start: int, stop: int) -> "Ledger":
        return Ledger(self.columns, self.rows, language=self.language, row_height=self.row_height, span=(start, stop))

    def draw(self) -> None:
        """Draw heading, rows and rules."""
        pen = fonts.Pen(self.canv, SIZE, self.language)
        self._draw_head(pen)
        y = self.height - self.head
        for row in self.rows[self.start : self.stop]:
            y -= self.row_height
            self._draw_row(pen, row, y)
        pen.finish()

    def _set_edges(self) -> None:
        """Set where each column ends, and where its text begins."""
        whole = sum(c.share for c in self.columns)
        self.edges = [0.0]
        for column in self.columns:
            self.edges.append(self.edges[-1] + self.width * column.share / whole)
        self.starts = [
            left + (AFTER_NUMBER if before is not None and before.number and not column.number else 0)
            for before, column, left in zip((None, *self.columns), self.columns, self.edges, strict=False)
        ]

    def _tallest(self) -> float:
        """Return the height at which every text has all its lines."""
        lines = (
            len(broken(text, SIZE, self.edges[n + 1] - self.starts[n] - 2 * AIR, row.bold, self.language))
            for row in self.rows
            for n, text in enumerate(row.cells)
        )
        return max(lines, default=1) * LINE + 2 * AIR

    def _draw_head(self, pen: fonts.Pen) -> None:
        base = self.height - self.head
        for column, left, right in zip(self.columns, self.starts, self.edges[1:], strict=False):
            for n, text in enumerate(reversed(column.title.split("\n"))):
                self._write(pen, text, left, right, base + 3 + n * 8.5, number=column.number, bold=True)
        self._rule(base, black, 0.8)

    def _draw_row(self, pen: fonts.Pen, row: Row, y: float) -> None:
        for n, text in enumerate(row.cells):
            lines = self._lines(text, self.edges[n + 1] - self.starts[n] - 2 * AIR, row.bold) if text else []
            base = y + self.row_height / 2 - SIZE * 0.35 + (len(lines) - 1) * LINE / 2
            for m, line in enumerate(lines):
                at, number = base - m * LINE, self.columns[n].number
                self._write(pen, line, self.starts[n], self.edges[n + 1], at, number=number, bold=row.bold)
        self._rule(y, RULE, 0.25)
        if row.struck:
            self._rule(y + self.row_height / 2, black, 0.4, until=self.edges[-2])

    def _lines(self, text: str, room: float, bold: bool) -> list[str]:
        """Return a text in as many lines as a row is high; what is left over stays in the last, narrowed and cut."""
        most = int(self.row_height // LINE)
        if most == 1 or fonts.width(text, SIZE, bold, self.language) <= room:
            return [text]
        lines = broken(text, SIZE, room, bold, self.language)
        return [*lines[: most - 1], " ".join(lines[most - 1 :])] if len(lines) > most else lines

    def _rule(self, y: float, colour: Color, thick: float, until: float | None = None) -> None:
        self.canv.setStrokeColor(colour)
        self.canv.setLineWidth(thick)
        self.canv.line(0, y, until or self.width, y)

    def _write(
        self, pen: fonts.Pen, text: str, left: float, right: float, y: float, *, number: bool, bold: bool
    ) -> None:
        room = right - left - 2 * AIR
        wide = fonts.width(text, SIZE, bold, self.language)
        if wide > room:
            text = self._cut(text, room, bold)
            pen.write(
                left + AIR, y, text, bold=bold, narrowed=min(1, room / fonts.width(text, SIZE, bold, self.language))
            )
        else:
            pen.write(right - AIR - wide if number else left + AIR, y, text, bold=bold)

    def _cut(self, text: str, room: float, bold: bool) -> str:
        """Return what of a text fits when narrowed; a cut shows, and the file beside the sheet has the whole."""
        if fonts.width(text, SIZE, bold, self.language) * NARROWEST <= room:
            return text
        while text and fonts.width(f"{text}…", SIZE, bold, self.language) * NARROWEST > room:
            text = text[:-1]
        return f"{text}…"


class Text(Flowable):
    """Lines of text in any script, broken at blanks, or between characters where there is none."""

    def __init__(
        self,
        text: str,
        *,
        size: float = 8.5,
        bold: bool = False,
        language: str = "en",
        above: float = 0,
        with_next: bool = False,
    ) -> None:
        """Keep the text and its look; `above` is the room over it, in points."""
        super().__init__()
        self.text, self.size, self.bold, self.language, self.above = text, size, bold, language, above
        self.keepWithNext = with_next

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Break the text to the width."""
        self.lines = broken(self.text, self.size, available_width, self.bold, self.language)
        self.width, self.height = available_width, self.above + len(self.lines) * self.size * 1.35
        return self.width, self.height

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        """Return the text in two pieces, or none where not even one line fits."""
        self.wrap(available_width, available_height)
        fitting = int((available_height - self.above) // (self.size * 1.35))
        if fitting < 1:
            return []
        look = {"size": self.size, "bold": self.bold, "language": self.language}
        first, rest = "\n".join(self.lines[:fitting]), "\n".join(self.lines[fitting:])
        return [Text(first, above=self.above, **look), *([Text(rest, **look)] if rest else [])]  # type: ignore[arg-type]

    def draw(self) -> None:
        """Draw the lines, top to bottom."""
        y = self.height - self.above
        for line in self.lines:
            y -= self.size * 1.35
            fonts.draw(self.canv, 0, y + self.size * 0.3, line, self.size, bold=self.bold, language=self.language)


def broken(text: str, size: float, room: float, bold: bool = False, language: str = "en") -> list[str]:
    """Return a text broken into lines that fit a width."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph, size, room, bold, language):
            grown = line + piece
            if line and fonts.width(grown.rstrip(), size, bold, language) > room:
                lines.append(line.rstrip())
                line = piece.lstrip()
            else:
                line = grown
        lines.append(line.rstrip())
    return lines


def _pieces(text: str, size: float, room: float, bold: bool, language: str) -> list[str]:
    words = [f"{word} " for word in text.split(" ")]
    return [
        piece for word in words for piece in ([word] if fonts.width(word, size, bold, language) <= room else list(word))
    ]
