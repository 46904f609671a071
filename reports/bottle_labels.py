"""The labels of bottles that go home: a sheet of 24, or a roll of 62 mm, one label a bottle.

The day on which it is to be taken is the largest thing on it; the code holds the bottle's own number and nothing about the
person. A further printing is marked as one, so that no bottle has two labels that look alike. (clinical-rules §4.5)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.queries import bottle_contents, handovers, sites
from dispensary.queries import labels as on_record
from dispensary.queries.bottle_contents import Content
from dispensary.queries.labels import LabelFacts
from dispensary.wording import N_, Speaker, Words, in_unit, say
from models.enums import Form, LabelLayout, Medication
from models.units import plain
from reports import fonts, page

ACROSS, DOWN = 3, 8
ON_SHEET = ACROSS * DOWN
SHEET_LABEL = (70 * mm, 37 * mm)
ROLL_LABEL = (62 * mm, 52 * mm)
EDGE = 3 * mm
"""Left free on every side of a label, for a printer that does not hit it squarely."""
SHEET_QR, ROLL_QR = 15 * mm, 16 * mm
ROLL_LARGER = 1.22
"""How much larger everything is on a roll, which has room for it."""
ASCENT, DESCENT = 0.88, 0.22
"""Of a line's size, what stands above and below its base line."""
LEAST_SIZE = 4.6
"""Points under which nothing is drawn; what does not fit then is narrowed."""

WEEKDAYS = (
    say(N_("Monday")),
    say(N_("Tuesday")),
    say(N_("Wednesday")),
    say(N_("Thursday")),
    say(N_("Friday")),
    say(N_("Saturday")),
    say(N_("Sunday")),
)


@dataclass(frozen=True)
class LabelFigures:
    """The labels of one handover, and whose clinic they are from."""

    clinic: str
    address: str
    phone: str
    language: str
    labels: tuple[LabelFacts, ...]
    contents: dict[int, tuple[Content, ...]]
    printing: int
    """1 at first; every further printing is a reprint."""
    printed_at: datetime


def figures(session: Session, issue_id: int, site_id: int, *, printing: int, printed_at: datetime) -> LabelFigures:
    """Return what stands on the labels of one handover.

    Raises:
        NotFound: nothing was handed out under this number here.
    """
    if handovers.issue(session, issue_id, site_id) is None:
        raise NotFound(say(N_("Nothing was handed out under this number here.")), code="no_such_issue")
    site, labels = sites.site(session, site_id), on_record.label_facts(session, issue_id)
    return LabelFigures(
        clinic=site.name,
        address=site.address,
        phone=site.phone,
        language=site.language,
        labels=tuple(labels),
        contents=bottle_contents.contents(session, [label.bottle_id for label in labels]),
        printing=printing,
        printed_at=printed_at,
    )


def render(figures: LabelFigures, layout: LabelLayout, *, speak: Speaker, start: int = 1) -> bytes:
    """Return the labels as PDF, titled *Labels* and nothing else.

    Args:
        layout: a sheet of 24, or a roll of 62 mm.
        start: on which label of the first sheet to begin, where some of it were used before; counted along the rows.
    """
    fonts.ready()
    out, roll = BytesIO(), layout is LabelLayout.ROLL_62
    canvas = Canvas(out, pagesize=ROLL_LABEL if roll else A4, invariant=1, lang=figures.language)
    canvas.setTitle(speak(say(N_("Labels"))))
    canvas.setDateFormatter(lambda *_: page.stamp(figures.printed_at))
    for n, label in enumerate(figures.labels, start=0 if roll else start - 1):
        if roll:
            _Label(canvas, figures, speak, (0, 0), ROLL_LABEL, ROLL_QR).draw(label)
            canvas.showPage()
        else:
            if n and n % ON_SHEET == 0:
                canvas.showPage()
            _Label(canvas, figures, speak, _corner(n % ON_SHEET), SHEET_LABEL, SHEET_QR).draw(label)
    if not roll:
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _corner(n: int) -> tuple[float, float]:
    """Return the lower left corner of a label on the sheet, counted from 0 along the rows."""
    width, height = SHEET_LABEL
    above = (A4[1] - DOWN * height) / 2
    return (n % ACROSS) * width, A4[1] - above - (n // ACROSS + 1) * height


class _Label:
    """Draws one label into its place, from the top down."""

    def __init__(
        self,
        canvas: Canvas,
        figures: LabelFigures,
        speak: Speaker,
        corner: tuple[float, float],
        size: tuple[float, float],
        qr_size: float,
    ) -> None:
        self.canvas, self.figures, self.speak, self.qr_size = canvas, figures, speak, qr_size
        self.left, self.bottom = corner[0] + EDGE, corner[1] + EDGE
        self.width, self.height = size[0] - 2 * EDGE, size[1] - 2 * EDGE
        self.y = self.bottom + self.height
        self.larger = ROLL_LARGER if qr_size == ROLL_QR else 1.0

    def draw(self, label: LabelFacts) -> None:
        """Draw everything of one label."""
        figures, speak = self.figures, self.speak
        reprint = speak(say(N_("Reprint %(n)s"), n=figures.printing)) if figures.printing > 1 else ""
        self._line(" · ".join(filter(None, (figures.clinic, figures.phone))), 6.5, bold=True, right=reprint)
        self._line(figures.address, 5.5)
        self._rule()
        self._line(label.person, 9, bold=True, right=label.person_number)
        self._line(self._what(label), 8.5, bold=True)
        self._take_on(label)
        narrow = self.width - self.qr_size - 1.5 * mm
        for text, size, bold in self._small(label):
            self._line(text, size, bold=bold, room=narrow)
        self._code(label)

    def _what(self, label: LabelFacts) -> str:
        """Return the drug, its amount and how much of it is in the bottle."""
        content = self.figures.contents.get(label.bottle_id, ())
        held = ", ".join(self.speak(in_unit(one.quantity, one.unit)) for one in content)
        drug = f"{self.speak(label.medication)}, {self.speak(label.form)}"
        return f"{drug} · {plain(label.amount_mg)} mg ({held})"

    def _take_on(self, label: LabelFacts) -> None:
        """Draw the day on which it is to be taken, as large as there is room for."""
        self._line(self.speak(say(N_("TO BE TAKEN ON"))), 5.5)
        room = self.width - self.qr_size - 1.5 * mm
        self._line(
            f"{self.speak(WEEKDAYS[label.covers_on.weekday()])} {_day(label.covers_on)}", 14, bold=True, room=room
        )

    def _small(self, label: LabelFacts) -> Sequence[tuple[str, float, bool]]:
        speak = self.speak
        lines: list[tuple[Words, float, bool]] = []
        if label.parts > 1:
            lines.append((say(N_("Part %(n)s of %(all)s of this day"), n=label.part, all=label.parts), 6.5, True))
        given = say(
            N_("Given %(day)s · bottle %(n)s of %(of)s"), day=label.issued_on, n=label.number, of=label.of_number
        )
        lines += [
            (directions(label.medication, label.form), 5.8, False),
            (given, 5.8, False),
            (say(N_("Prescriber: %(name)s"), name=label.prescriber), 5.8, False),
            (say(N_("KEEP LOCKED, OUT OF CHILDREN'S REACH.")), 5.8, True),
            (say(N_("MAY BE FATAL TO OTHERS.")), 5.8, True),
        ]
        return [(speak(words), size, bold) for words, size, bold in lines]

    def _line(self, text: str, size: float, *, bold: bool = False, right: str = "", room: float | None = None) -> None:
        """Draw one line in what room there is, smaller or narrower if it must be, and step down."""
        if not text:
            return
        language, room = self.figures.language, room or self.width
        size *= self.larger
        self.y -= size * ASCENT
        if right:
            beside = fonts.width(right, size, True, language)
            fonts.draw(self.canvas, self.left + self.width - beside, self.y, right, size, bold=True, language=language)
            room -= beside + 2 * mm
        wide = fonts.width(text, size, bold, language)
        fits = max(LEAST_SIZE, size * min(1.0, room / wide))
        narrowed = min(1.0, room / fonts.width(text, fits, bold, language))
        pen = fonts.Pen(self.canvas, fits, language)
        pen.write(self.left, self.y, text, bold=bold, narrowed=narrowed)
        pen.finish()
        self.y -= size * DESCENT

    def _rule(self) -> None:
        self.y -= 0.6
        self.canvas.setLineWidth(0.5)
        self.canvas.line(self.left, self.y, self.left + self.width, self.y)
        self.y -= 1

    def _code(self, label: LabelFacts) -> None:
        """Draw the code: the bottle's own number, in capitals, which a scanner reads from fewer squares."""
        widget = QrCodeWidget(str(label.uid).upper(), barLevel="M", barBorder=0)
        left, bottom, right, top = widget.getBounds()
        scale = self.qr_size / (right - left), self.qr_size / (top - bottom)
        drawing = Drawing(self.qr_size, self.qr_size, transform=[scale[0], 0, 0, scale[1], 0, 0])
        drawing.add(widget)
        renderPDF.draw(drawing, self.canvas, self.left + self.width - self.qr_size, self.bottom)


def directions(medication: Medication, form: Form) -> Words:
    """Return how a dose is taken, in plain words."""
    if form is Form.LIQUID:
        return say(N_("Drink all of it at once, on this day only."))
    if medication is Medication.METHADONE:
        return say(N_("Swallow all of it at once, on this day only."))
    return say(N_("Let all of it dissolve under the tongue, on this day only."))


def _day(day: date) -> str:
    return day.isoformat()
