"""The card a person carries: a code to scan and their number, and nothing that says where it is from or what for."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries import paper
from dispensary.queries.people import identity
from dispensary.wording import N_, Speaker, say
from reports import fonts, page

WIDTH, HEIGHT = 85.6 * mm, 54 * mm
"""A wallet card (ISO/IEC 7810 ID-1)."""
QR_SIZE = 44 * mm


@dataclass(frozen=True)
class PatientCardFigures:
    """What is on a card."""

    code: str
    number: str
    language: str
    printed_at: datetime


def figures(session: Session, person_id: int, *, language: str, printed_at: datetime) -> PatientCardFigures:
    """Return what is on a person's card in use.

    Raises:
        NotFound: the person has no card in use.
    """
    code = paper.current_card_code(session, person_id)
    if code is None:
        raise NotFound(say(N_("This person has no card in use. Issue one first.")), code="no_card")
    return PatientCardFigures(code, identity(session, person_id).number, language, printed_at)


def render(figures: PatientCardFigures, *, speak: Speaker) -> bytes:
    """Return the card as a PDF of one page in its own size; its title is no more than *Card*."""
    fonts.ready()
    out = BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, lang=figures.language, initialFontName=fonts.REGULAR)  # type: ignore[arg-type] # a name; the stubs say a number
    canvas.setTitle(speak(say(N_("Card"))))
    canvas.setAuthor("")
    canvas.setDateFormatter(lambda *_: page.stamp(figures.printed_at))
    canvas.setLineWidth(0.3)
    canvas.roundRect(0.5 * mm, 0.5 * mm, WIDTH - 1 * mm, HEIGHT - 1 * mm, 3 * mm)
    renderPDF.draw(_qr(figures.code), canvas, 3 * mm, (HEIGHT - QR_SIZE) / 2)
    left, room = QR_SIZE + 5 * mm, WIDTH - QR_SIZE - 8 * mm
    size = min(15.0, 15.0 * room / fonts.width(figures.number, 15, bold=True))
    fonts.draw(canvas, left, HEIGHT / 2 + 4 * mm, figures.number, size, bold=True)
    half = -(-len(figures.code) // 2)
    for n, part in enumerate((figures.code[:half], figures.code[half:])):
        small = min(10.0, 10.0 * room / max(1, fonts.width(part, 10)))
        fonts.draw(canvas, left, HEIGHT / 2 - (3 + 5 * n) * mm, part, small)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _qr(code: str) -> Drawing:
    widget = QrCodeWidget(code, barLevel="M")
    left, bottom, right, top = widget.getBounds()
    drawing = Drawing(QR_SIZE, QR_SIZE, transform=[QR_SIZE / (right - left), 0, 0, QR_SIZE / (top - bottom), 0, 0])
    drawing.add(widget)
    return drawing
