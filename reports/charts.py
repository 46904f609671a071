"""Charts, drawn once: an .svg of its own address for the screen, the same lines in the PDF. Readable in black and white."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from reportlab.graphics import renderSVG
from reportlab.graphics.shapes import Drawing, Group, Line, PolyLine, Rect, String
from reportlab.lib.colors import Color, black, white

from models.units import Mg
from reports import fonts

LEFT, RIGHT, TOP, BOTTOM = 44, 26, 20, 26
GREY, PALE = Color(0.45, 0.45, 0.45), Color(0.85, 0.85, 0.85)
MOST_LABELS = 12
NOTHING = Mg(Decimal(0))
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class DoseDay:
    """One clinic day of one drug: what was ordered, what was swallowed. None ordered means nothing is known of an order."""

    day: date
    ordered_mg: Mg | None
    taken_mg: Mg
    """By ordinary doses here."""
    beside_mg: Mg = NOTHING
    """Swallowed in another way: elsewhere, to replace what came up, by mistake."""
    incident: bool = False
    came_up: bool = False

    @property
    def total_mg(self) -> Mg:
        """Everything that was swallowed."""
        return Mg(self.taken_mg + self.beside_mg)

    @property
    def mark(self) -> str:
        """The sign above the bar."""
        return "!" * self.incident + "v" * self.came_up


@dataclass(frozen=True)
class Panel:
    """One drug's days, oldest first, and the words around them."""

    title: str
    days: Sequence[DoseDay]
    first: date
    last: date
    marks_gaps: bool = True
    """Whether a day without a dose is marked; not where a dose covers weeks."""


@dataclass(frozen=True)
class Legend:
    """The words that say what is drawn."""

    taken: str
    ordered: str
    gap: str
    beside: str
    marks: str


def dose_chart(panels: Sequence[Panel], legend: Legend, *, width: int = 760, panel_height: int = 170) -> Drawing:
    """Return ordered and taken milligrams by day, one panel a drug.

    What was taken is a filled bar, what was ordered a line of steps, a day without any record of a dose a mark below
    the axis, so that a gap is seen and not guessed. What was swallowed in another way is an empty bar on top, with a
    sign over it where it was a dosing incident or came up again.
    """
    fonts.ready()
    drawing = Drawing(width, panel_height * max(1, len(panels)) + 16)
    box(drawing, 0, 0, drawing.width, drawing.height, white)
    _draw_legend(drawing, legend)
    for n, panel in enumerate(panels):
        drawing.add(_panel(panel, width, panel_height, drawing.height - 16 - (n + 1) * panel_height))
    return drawing


def svg(drawing: Drawing) -> bytes:
    """Return a drawing as SVG, for an address of its own: inline it would lose its styles under our policy."""
    text = str(renderSVG.drawToString(drawing))
    for font, look in (
        (fonts.BOLD, "'Noto Sans', sans-serif; font-weight: bold"),
        (fonts.REGULAR, "'Noto Sans', sans-serif"),
    ):
        text = text.replace(f"font-family: {font};", f"font-family: {look};")
    return text.encode()


def fitted(drawing: Drawing, width: float = 520) -> Drawing:
    """Return the drawing as wide as a sheet of paper has room for."""
    share = width / drawing.width
    drawing.width, drawing.height = width, drawing.height * share
    drawing.scale(share, share)
    return drawing


def _draw_legend(drawing: Drawing, legend: Legend) -> None:
    y = drawing.height - 11
    box(drawing, LEFT, y, 10, 7, GREY)
    x = LEFT + 14 + write(drawing, LEFT + 14, y, legend.taken)
    drawing.add(Line(x + 14, y + 3, x + 32, y + 3, strokeColor=black, strokeWidth=1.4))
    x += 36 + write(drawing, x + 36, y, legend.ordered)
    _gap_mark(drawing, x + 19, y + 4)
    x += 40 + write(drawing, x + 26, y, legend.gap)
    box(drawing, x, y, 10, 7, white, black)
    x += 14 + write(drawing, x + 14, y, legend.beside)
    write(drawing, x + 14, y, legend.marks)


def write(
    drawing: Drawing | Group, x: float, y: float, text: str, anchor: Anchor = "start", bold: bool = False
) -> float:
    """Write a text into a drawing, and return how wide it is."""
    font = fonts.BOLD if bold else fonts.REGULAR
    drawing.add(String(x, y, text, fontName=font, fontSize=8, textAnchor=anchor))
    return fonts.width(text, 8, bold)


def box(
    target: Drawing | Group, x: float, y: float, wide: float, tall: float, fill: Color, edge: Color | None = None
) -> None:
    """Draw a filled box, with an edge where one is given."""
    box = Rect(x, y, wide, tall)
    box.fillColor, box.strokeColor, box.strokeWidth = fill, edge, 0.6
    target.add(box)


def _gap_mark(drawing: Drawing | Group, x: float, y: float) -> None:
    drawing.add(Line(x - 1.5, y - 2, x + 1.5, y + 2, strokeColor=black, strokeWidth=0.7))
    drawing.add(Line(x - 1.5, y + 2, x + 1.5, y - 2, strokeColor=black, strokeWidth=0.7))


def _panel(panel: Panel, width: int, height: int, bottom: float) -> Group:
    group = Group(transform=(1, 0, 0, 1, 0, bottom))
    days = (panel.last - panel.first).days + 1
    top = _top_of_scale(panel.days)
    across = (width - LEFT - RIGHT) / days
    up = (height - TOP - BOTTOM) / int(top * 1000)
    write(group, LEFT, height - TOP + 6, panel.title, bold=True)
    _draw_scale(group, top, up, width)
    _draw_days(group, panel, across)
    by_day = {d.day: d for d in panel.days}
    steps: list[tuple[float, float]] = []
    for n in range(days):
        x = LEFT + n * across
        found = by_day.get(panel.first + timedelta(days=n))
        if found is None:
            if panel.marks_gaps:
                _gap_mark(group, x + across / 2, BOTTOM - 4)
            _draw_steps(group, steps)
            steps = []
            continue
        _draw_swallowed(group, found, x, across, up)
        if found.ordered_mg is not None:
            y = BOTTOM + int(found.ordered_mg * 1000) * up
            steps += [(x, y), (x + across, y)]
    _draw_steps(group, steps)
    return group


def _draw_swallowed(group: Group, day: DoseDay, x: float, across: float, up: float) -> None:
    tall, beside = int(day.taken_mg * 1000) * up, int(day.beside_mg * 1000) * up
    if tall:
        box(group, x + across * 0.1, BOTTOM, across * 0.8, tall, GREY)
    if beside:
        box(group, x + across * 0.1, BOTTOM + tall, across * 0.8, beside, white, black)
    if day.mark:
        write(group, x + across / 2, BOTTOM + tall + beside + 2, day.mark, "middle", bold=True)


def _draw_steps(group: Group, steps: Sequence[tuple[float, float]]) -> None:
    if steps:
        group.add(PolyLine([c for point in steps for c in point], strokeColor=black, strokeWidth=1.2))


def _top_of_scale(days: Sequence[DoseDay]) -> Decimal:
    """Return a round number at or above the largest amount: 1, 2 or 5 with zeros, or a quarter more of it."""
    largest = max([Decimal(1), *(max(d.total_mg, d.ordered_mg or Decimal(0)) for d in days)])
    size = Decimal(10) ** largest.adjusted()
    return next(size * n for n in (1, 2, 4, 5, 8, 10) if size * n >= largest)


def _draw_scale(group: Group, top: Decimal, up: float, width: int) -> None:
    for quarter in range(5):
        value = top * quarter / 4
        y = BOTTOM + int(value * 1000) * up
        group.add(Line(LEFT, y, width - RIGHT, y, strokeColor=PALE if quarter else black, strokeWidth=0.5))
        write(group, LEFT - 4, y - 3, f"{value.normalize():f} mg", "end")


def _draw_days(group: Group, panel: Panel, across: float) -> None:
    days = (panel.last - panel.first).days + 1
    every = -(-days // MOST_LABELS)
    for n in range(0, days, every):
        on = panel.first + timedelta(days=n)
        x = LEFT + n * across + across / 2
        group.add(Line(x, BOTTOM, x, BOTTOM - 8, strokeColor=GREY, strokeWidth=0.4))
        write(group, x, BOTTOM - 17, on.isoformat() if every > 1 or days == 1 else on.strftime("%m-%d"), "middle")
