"""Which font prints which character.

Noto Sans draws Latin and Vietnamese rightly; WenQuanYi MicroHei has every Chinese, Japanese and Korean character in use but
draws ờ as ớ, so it is asked last; VL Gothic gives Japanese names their own shapes. What no font has is printed as its number
in a box, never as a blank.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from reportlab.graphics import shapes
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from dispensary.errors import Unavailable
from dispensary.wording import N_, say

FOLDER = Path("/usr/share/fonts/truetype")
REGULAR, BOLD, JAPANESE, CHINESE = "NotoSans", "NotoSans-Bold", "VLGothic", "WQYMicroHei"
FILES = {
    REGULAR: FOLDER / "noto" / "NotoSans-Regular.ttf",
    BOLD: FOLDER / "noto" / "NotoSans-Bold.ttf",
    JAPANESE: FOLDER / "vlgothic" / "VL-Gothic-Regular.ttf",
    CHINESE: FOLDER / "wqy" / "wqy-microhei.ttc",
}
APT = "apt install fonts-noto-core fonts-wqy-microhei fonts-vlgothic"
BOX_SIZE = 0.62
"""The size of a boxed number, as a share of the text around it."""
BOX_AIR = 1.5
"""Points left and right of a boxed number."""


def missing_fonts() -> list[Path]:
    """Return the font files that are not on this machine; `APT` installs them."""
    return [path for path in FILES.values() if not path.exists()]


@dataclass(frozen=True)
class Run:
    """A stretch of text that one font can print; boxed when no font can."""

    text: str
    font: str
    boxed: bool = False

    def width(self, size: float) -> float:
        """Return how wide it prints, in points."""
        if self.boxed:
            return stringWidth(self.text, self.font, size * BOX_SIZE) + 2 * BOX_AIR
        return stringWidth(self.text, self.font, size)


@cache
def _faces() -> dict[str, dict[int, int]]:
    """Register the fonts, once a process, and return what each can print."""
    if missing_fonts():
        raise Unavailable(say(N_("Fonts are missing, so nothing can be printed. As root: %(apt)s"), apt=APT))
    faces = {}
    for name, path in FILES.items():
        font = TTFont(name, str(path), subfontIndex=0)
        registerFont(font)
        faces[name] = font.face.charToGlyph
    shapes.STATE_DEFAULTS["fontName"] = (
        REGULAR  # else every drawing, even one without text, names a font no file carries
    )
    return faces


def ready() -> None:
    """Make the fonts known to ReportLab.

    Raises:
        Unavailable: a font file is missing; the message says how to install it.
    """
    _faces()


def chain(bold: bool = False, language: str = "en") -> tuple[str, ...]:
    """Return the fonts in the order in which they are asked for a character."""
    first = BOLD if bold else REGULAR
    return (first, JAPANESE, CHINESE) if language == "ja" else (first, CHINESE, JAPANESE)


@lru_cache(maxsize=65536)
def runs(text: str, bold: bool = False, language: str = "en") -> tuple[Run, ...]:
    """Return the text in composed form, split into stretches of one font each."""
    faces, order = _faces(), chain(bold, language)
    first = faces[order[0]]
    text = unicodedata.normalize("NFC", text)
    if all(ord(c) in first for c in text):
        return (Run(text, order[0]),) if text else ()
    made: list[Run] = []
    for character in text:
        font = next((name for name in order if ord(character) in faces[name]), None)
        if font is None:
            made.append(Run(f"U+{ord(character):04X}", order[0], boxed=True))
        elif made and made[-1].font == font and not made[-1].boxed:
            made[-1] = Run(made[-1].text + character, font)
        else:
            made.append(Run(character, font))
    return tuple(made)


@lru_cache(maxsize=65536)
def width(text: str, size: float, bold: bool = False, language: str = "en") -> float:
    """Return how wide a text prints, in points."""
    return sum(run.width(size) for run in runs(text, bold, language))


def draw(
    canvas: Canvas, x: float, y: float, text: str, size: float, *, bold: bool = False, language: str = "en"
) -> None:
    """Draw a text from its left end on a base line."""
    pen = Pen(canvas, size, language)
    pen.write(x, y, text, bold=bold)
    pen.finish()


class Pen:
    """Writes many texts of one size onto a page in one go, which is several times faster than one by one."""

    def __init__(self, canvas: Canvas, size: float, language: str = "en") -> None:
        """Begin; nothing is on the page before `finish`."""
        self._canvas, self._size, self._language = canvas, size, language
        self._text = canvas.beginText()
        self._look: tuple[str, float, float] = ("", 0, 1)

    def write(self, x: float, y: float, text: str, *, bold: bool = False, narrowed: float = 1) -> None:
        """Write a text from its left end on a base line, narrowed to a share of its width if need be."""
        for run in runs(text, bold, self._language):
            wide = run.width(self._size) * narrowed
            if run.boxed:
                self._canvas.setLineWidth(0.4)
                self._canvas.rect(x + 0.5, y - 0.2 * self._size, wide - 1, self._size, stroke=1, fill=0)
                self._out(run, x + BOX_AIR * narrowed, y + 0.1 * self._size, self._size * BOX_SIZE, narrowed)
            else:
                self._out(run, x, y, self._size, narrowed)
            x += wide

    def _out(self, run: Run, x: float, y: float, size: float, narrowed: float) -> None:
        if (run.font, size, narrowed) != self._look:
            self._text.setFont(run.font, size)
            self._text.setHorizScale(narrowed * 100)
            self._look = (run.font, size, narrowed)
        self._text.setTextOrigin(x, y)
        self._text.textOut(run.text)

    def finish(self) -> None:
        """Put everything on the page."""
        self._canvas.drawText(self._text)
