"""A questionnaire over time as one drawing, for the screen and for paper: a panel for each total or rating that is followed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.graphics.shapes import Circle, Drawing, Group, Line, PolyLine, Rect, String
from reportlab.lib.colors import Color, black, white

from dispensary.policy.instruments import Band, Definition, Scoring
from dispensary.queries.instruments import Taken
from dispensary.wording import Speaker
from models.enums import Substance
from reports import fonts
from reports.charts import Anchor

LEFT, RIGHT, TOP, BOTTOM = 34, 120, 22, 22
GREY, PALE = Color(0.45, 0.45, 0.45), Color(0.88, 0.88, 0.88)
ONE_PANEL, SMALL_PANEL = 210, 120
FEWEST = 2
"""Points that make a line."""


@dataclass(frozen=True)
class Panel:
    """One line over time, its scale and what parts of the scale mean."""

    title: str
    most: int
    points: tuple[tuple[date, int], ...]
    bands: tuple[Band, ...]


def can_be_drawn(taken: Sequence[Taken]) -> bool:
    """Return whether there is anything to compare: two days at least that count, of the edition in use."""
    return len({one.taken_on for one in taken if one.compared}) >= FEWEST


def panels(definition: Definition, taken: Sequence[Taken], speak: Speaker) -> list[Panel]:
    """Return what is drawn, oldest point first; what was never answered has no panel, what was taken back no point."""
    compared = sorted((one for one in taken if one.compared), key=lambda one: (one.taken_on, one.id))
    if definition.scoring is Scoring.SUM:
        points = tuple((one.taken_on, one.total) for one in compared if one.total is not None)
        drawn = [Panel(speak(definition.instrument), definition.most or 0, points, definition.bands)]
    elif definition.scoring is Scoring.SUBSTANCES:
        drawn = [_of_substance(definition, substance, compared, speak) for substance in definition.substances]
    else:
        drawn = [
            Panel(
                speak.translate(item.words),
                item.most,
                tuple((one.taken_on, one.values[item.key]) for one in compared if item.key in one.values),
                (),
            )
            for item in definition.items
            if item.trend
        ]
    return [panel for panel in drawn if panel.points]


def _of_substance(definition: Definition, substance: Substance, compared: Sequence[Taken], speak: Speaker) -> Panel:
    totals = [(one.taken_on, part.total) for one in compared for part in one.score.parts if part.substance is substance]
    bands = tuple(band for band in definition.bands if substance in band.substances)
    return Panel(speak(substance), definition.most_of(substance), tuple(totals), bands)


def chart(definition: Definition, taken: Sequence[Taken], speak: Speaker, *, width: int = 760) -> Drawing:
    """Return every panel under the other over the same days; each point is said as a number, so that none is guessed."""
    fonts.ready()
    drawn = panels(definition, taken, speak)
    tall = ONE_PANEL if len(drawn) == 1 else SMALL_PANEL
    days = sorted(day for panel in drawn for day, _ in panel.points)
    drawing = Drawing(width, tall * max(1, len(drawn)))
    ground = Rect(0, 0, drawing.width, drawing.height)
    ground.fillColor, ground.strokeColor = white, None
    drawing.add(ground)
    for n, panel in enumerate(drawn):
        group = _panel(panel, days[0], days[-1], width, tall, speak)
        group.translate(0, drawing.height - (n + 1) * tall)
        drawing.add(group)
    return drawing


def _panel(panel: Panel, first: date, last: date, width: int, tall: int, speak: Speaker) -> Group:
    group = Group()
    up = (tall - TOP - BOTTOM) / max(1, panel.most)
    right = RIGHT if panel.bands else LEFT
    across = (width - LEFT - right) / max(1, (last - first).days)
    _text(group, LEFT, tall - TOP + 8, panel.title, bold=True)
    for value in (0, panel.most):
        _text(group, LEFT - 5, BOTTOM + value * up - 3, str(value), "end")
    for value in (panel.most, *(band.least for band in panel.bands if band.least), 0):
        y = BOTTOM + value * up
        group.add(Line(LEFT, y, width - right, y, strokeColor=PALE if value else black, strokeWidth=0.6))
    _say_bands(group, panel, up, width, speak)
    spots = [(LEFT + (day - first).days * across, BOTTOM + value * up, value) for day, value in panel.points]
    if len(spots) >= FEWEST:
        group.add(PolyLine([c for x, y, _ in spots for c in (x, y)], strokeColor=GREY, strokeWidth=1.4))
    for x, y, value in spots:
        group.add(Circle(x, y, 3, fillColor=black, strokeColor=black))
        _text(group, x, y - 13 if value == panel.most else y + 6, str(value), "middle", bold=True)
    _text(group, LEFT, BOTTOM - 14, speak(first))
    if last > first:
        _text(group, width - right, BOTTOM - 14, speak(last), "end")
    return group


def _say_bands(group: Group, panel: Panel, up: float, width: int, speak: Speaker) -> None:
    """Write beside the scale what its parts mean, from which total on; close ones make room for each other."""
    floor = 0.0
    for band in panel.bands:
        y = max(BOTTOM + band.least * up, floor)
        _text(group, width - RIGHT + 6, y + 1, f"{band.least}+ {speak.translate(band.words)}")
        floor = y + 9


def _text(group: Group, x: float, y: float, text: str, anchor: Anchor = "start", bold: bool = False) -> None:
    font = fonts.BOLD if bold else fonts.REGULAR
    group.add(String(x, y, text, fontName=font, fontSize=8, textAnchor=anchor))
