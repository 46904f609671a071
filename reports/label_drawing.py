"""Draws one label into its place, from the top down; whatever does not fit makes all of it smaller, and nothing is left out."""

from collections.abc import Iterator
from dataclasses import dataclass

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from reports import fonts

EDGE = 3 * mm
"""Left free on every side of a label, for a printer that does not hit it squarely."""
GAP = 1.5 * mm
"""Between the code and what stands beside it."""
ASCENT, DESCENT = 0.88, 0.22
"""Of a line's size, what stands above and below its base line."""
RULE = 1.6
"""Points that the line under the clinic's name takes."""
LEAST_SIZE = 4.6
"""Points under which no line is made smaller because it is long; it is narrowed then."""
SENTENCE_SIZE = 4.6
"""Points of a sentence that a profile wants printed besides."""


@dataclass(frozen=True)
class Place:
    """Where a label goes, and how large it is."""

    corner: tuple[float, float]
    size: tuple[float, float]
    qr: float
    larger: float = 1.0
    """How much larger everything is than on a sheet."""


@dataclass(frozen=True)
class Text:
    """One line of a label."""

    words: str
    size: float
    bold: bool = False
    right: str = ""
    """Stands at the right end of the line."""


@dataclass(frozen=True)
class Drawn:
    """Everything of one label."""

    head: tuple[Text, ...]
    """Above the rule."""
    whole: tuple[Text, ...]
    """Over the whole width."""
    beside_code: tuple[Text, ...]
    also: tuple[str, ...]
    """Sentences word for word, on as many lines as they take."""
    code: str
    language: str

    def draw(self, canvas: Canvas, place: Place) -> None:
        """Draw all of it; the code is in the lower right corner."""
        _Pen(canvas, place, self).draw()


class _Pen:
    """Steps down one label."""

    def __init__(self, canvas: Canvas, place: Place, label: Drawn) -> None:
        self.canvas, self.place, self.label = canvas, place, label
        self.left, self.bottom = place.corner[0] + EDGE, place.corner[1] + EDGE
        self.width, self.height = place.size[0] - 2 * EDGE, place.size[1] - 2 * EDGE
        self.narrow = self.width - place.qr - GAP
        self.y = self.bottom + self.height
        self.scale = self._scale()

    def draw(self) -> None:
        for text in self.label.head:
            self._line(text, self.width)
        self._rule()
        for text in self.label.whole:
            self._line(text, self.width)
        for text in (*self.label.beside_code, *self._sentences()):
            self._line(text, self.narrow)
        self._code()

    def _scale(self) -> float:
        """Return by how much everything is larger, or smaller where there is more than fits."""
        lines = (*self.label.head, *self.label.whole, *self.label.beside_code)
        self.scale = self.place.larger
        sizes = [text.size for text in (*lines, *self._sentences()) if text.words]
        return min(self.place.larger, (self.height - RULE) / (sum(sizes) * (ASCENT + DESCENT)))

    def _sentences(self) -> Iterator[Text]:
        """Yield the sentences, broken where a line is full."""
        for sentence in self.label.also:
            line = ""
            for word in sentence.split():
                longer = f"{line} {word}".strip()
                if line and fonts.width(longer, SENTENCE_SIZE * self.scale, False, self.label.language) > self.narrow:
                    yield Text(line, SENTENCE_SIZE)
                    longer = word
                line = longer
            yield Text(line, SENTENCE_SIZE)

    def _line(self, text: Text, room: float) -> None:
        """Draw one line in what room there is, smaller or narrower if it must be, and step down."""
        if not text.words:
            return
        language, size = self.label.language, text.size * self.scale
        self.y -= size * ASCENT
        if text.right:
            beside = fonts.width(text.right, size, True, language)
            end = self.left + self.width - beside
            fonts.draw(self.canvas, end, self.y, text.right, size, bold=True, language=language)
            room -= beside + 2 * mm
        wide = fonts.width(text.words, size, text.bold, language)
        fits = max(min(LEAST_SIZE, size), size * min(1.0, room / wide))
        narrowed = min(1.0, room / fonts.width(text.words, fits, text.bold, language))
        pen = fonts.Pen(self.canvas, fits, language)
        pen.write(self.left, self.y, text.words, bold=text.bold, narrowed=narrowed)
        pen.finish()
        self.y -= size * DESCENT

    def _rule(self) -> None:
        self.y -= 0.6
        self.canvas.setLineWidth(0.5)
        self.canvas.line(self.left, self.y, self.left + self.width, self.y)
        self.y -= 1

    def _code(self) -> None:
        """Draw the code: the bottle's own number, in capitals, which a scanner reads from fewer squares."""
        side = self.place.qr
        widget = QrCodeWidget(self.label.code, barLevel="M", barBorder=0)
        left, bottom, right, top = widget.getBounds()
        drawing = Drawing(side, side, transform=[side / (right - left), 0, 0, side / (top - bottom), 0, 0])
        drawing.add(widget)
        renderPDF.draw(drawing, self.canvas, self.left + self.width - side, self.bottom)
