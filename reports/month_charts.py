"""The last year beside a month, drawn once for the screen and the paper: small columns of bars, readable in black and white."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reportlab.graphics.shapes import Drawing, Group, Line
from reportlab.lib.colors import Color, black, white

from reports import fonts
from reports.charts import box, write

WIDTH, PANEL, ACROSS = 540, 100, 3
LEFT, RIGHT, TOP, BOTTOM = 6, 14, 26, 16
EARLIER = Color(0.72, 0.72, 0.72)
SIZE = 8
Number = int | Decimal


@dataclass(frozen=True)
class Series:
    """One figure over the months, oldest first; None where a month has none, or none that may be told."""

    title: str
    months: tuple[tuple[date, Number | None], ...]


@dataclass(frozen=True)
class ChartWords:
    """The words in the drawing."""

    no_number: str


def trend_chart(series: Sequence[Series], words: ChartWords) -> Drawing:
    """Return one small panel a figure, three beside each other: a bar a month, the last one black, with its number.

    Bars stand on zero. A month without a number has a dash where its bar would be.
    """
    fonts.ready()
    rows = -(-len(series) // ACROSS)
    drawing = Drawing(WIDTH, PANEL * max(1, rows))
    box(drawing, 0, 0, WIDTH, drawing.height, white)
    for n, one in enumerate(series):
        row, column = divmod(n, ACROSS)
        panel = _panel(one, WIDTH // ACROSS, words)
        panel.translate(column * (WIDTH // ACROSS), drawing.height - (row + 1) * PANEL)
        drawing.add(panel)
    return drawing


def _panel(one: Series, wide: int, words: ChartWords) -> Group:
    group = Group()
    room = wide - LEFT - RIGHT
    write(group, LEFT, PANEL - 11, _cut(one.title, room), bold=True)
    numbers = [number for _, number in one.months if number is not None]
    top = max([Decimal(1), *(Decimal(number) for number in numbers)])
    many = max(1, len(one.months))
    group.add(Line(LEFT, BOTTOM, wide - RIGHT, BOTTOM, strokeColor=black, strokeWidth=0.6))
    if not numbers:
        write(group, LEFT + room // 2, PANEL // 2, words.no_number, anchor="middle")
    for n, (month, number) in enumerate(one.months):
        x, last = LEFT + room * n // many, n == len(one.months) - 1
        middle = x + room // many // 2
        if number is None:
            write(group, middle, BOTTOM + 2, "–", anchor="middle")
        else:
            tall = int(Decimal(PANEL - TOP - BOTTOM) * Decimal(number) / top)
            box(group, x + 1, BOTTOM, room // many - 3, tall, black if last else EARLIER)
            if last or n == 0:
                write(group, middle, BOTTOM + tall + 3, f"{Decimal(number).normalize():f}", anchor="middle", bold=last)
        if n in (0, many // 2, many - 1):
            write(
                group,
                middle,
                4,
                f"{month:%Y-%m}",
                anchor="middle" if 0 < n < many - 1 else "start" if n == 0 else "end",
            )
    return group


def _cut(text: str, room: int) -> str:
    """Return a title that fits; a cut shows."""
    if fonts.width(text, SIZE, True) <= room:
        return text
    while text and fonts.width(f"{text}…", SIZE, True) > room:
        text = text[:-1]
    return f"{text}…"
