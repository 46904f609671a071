"""The curves of retention as one drawing, for the screen and for paper: steps, told apart without colour."""

from collections.abc import Iterable, Sequence
from typing import Any

from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import Color, black, white

from dispensary.wording import N_, Speaker, Words, say
from reports import fonts
from reports.charts import Anchor
from reports.retention_figures import Group, RetentionFigures

LEFT, RIGHT, TOP, BOTTOM = 44, 20, 14, 34
PLOT, LINE = 250, 13
MOST = 6
"""How many curves one drawing holds: those of the largest groups."""
LOOKS: tuple[tuple[float, Sequence[int]], ...] = (
    (1.8, ()),
    (1.8, [7, 3]),
    (1.8, [2, 2]),
    (0.9, ()),
    (0.9, [7, 3]),
    (0.9, [2, 2]),
)
"""How thick each curve is, and how it is dashed."""
PALE, GREY = Color(0.85, 0.85, 0.85), Color(0.6, 0.6, 0.6)
STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 365, 730)


def drawn(groups: Sequence[Group], least: int = 1) -> list[Group]:
    """Return the groups that are drawn, in their order: the largest, of at least so many people."""
    largest = sorted((g for g in groups if len(g.courses) >= least), key=lambda g: -len(g.courses))[:MOST]
    return [group for group in groups if any(group is one for one in largest)]


def chart(figures: RetentionFigures, speak: Speaker, *, width: int = 760, least: int = 1) -> Drawing:
    """Return the curves with their scale and a key under them; a single one with its interval.

    Args:
        least: groups of fewer are not drawn, and no curve goes on where fewer are still at risk.
    """
    fonts.ready()
    groups = drawn(figures.groups, least)
    key = LINE * (len(groups) + 1)
    drawing = Drawing(width, PLOT + TOP + BOTTOM + key)
    ground = Rect(0, 0, drawing.width, drawing.height)
    ground.fillColor, ground.strokeColor = white, None
    drawing.add(ground)
    last = max([group.curve.last or 0 for group in groups] + [1])
    first = figures.question.from_day
    across = (width - LEFT - RIGHT) / max(1, last - first)
    floor = BOTTOM + key
    _scale(drawing, first, last, across, floor, width)
    for group, look in zip(groups, LOOKS, strict=False):
        if len(groups) == 1:
            for bound in group.curve.bounds:
                _curve(drawing, group, bound, first, across, floor, (0.6, [1, 2]), least)
        _curve(drawing, group, group.curve.share, first, across, floor, look, least)
    for n, (group, (thick, dash)) in enumerate(zip(groups, LOOKS, strict=False), start=1):
        y = key - n * LINE + 4
        drawing.add(
            PolyLine(
                [LEFT, y + 3, LEFT + 30, y + 3], strokeColor=black, strokeWidth=thick, strokeDashArray=_dashes(dash)
            )
        )
        _text(drawing, LEFT + 36, y, f"{speak(group.name)} (n = {len(group.courses)})")
    _text(drawing, LEFT, key - (len(groups) + 1) * LINE + 4, speak(_rule(figures)))
    return drawing


def _rule(figures: RetentionFigures) -> Words:
    """Return in one line by which rule somebody is lost, and which interval is meant, so that the picture can stand alone."""
    question = figures.question
    if not figures.daily:
        return say(N_("Lost: on the recorded day of leaving. Interval: %(ci)s."), ci=question.interval.value)
    words = N_("Lost: after %(gap)s days without a dose, from the first of them. Interval: %(ci)s.")
    return say(words, gap=question.asked.gap, ci=question.interval.value)


def _scale(drawing: Drawing, first: int, last: int, across: float, floor: float, width: int) -> None:
    for quarter in range(5):
        y = floor + PLOT * quarter / 4
        drawing.add(Line(LEFT, y, width - RIGHT, y, strokeColor=PALE if quarter else black, strokeWidth=0.5))
        _text(drawing, LEFT - 4, y - 3, f"{25 * quarter} %", "end")
    step = next((step for step in STEPS if (last - first) / step <= 13), (last - first) // 13 + 1)  # noqa: PLR2004 - room
    for day in range(first, last + 1, step):
        x = LEFT + (day - first) * across
        drawing.add(Line(x, floor, x, floor - 4, strokeColor=black, strokeWidth=0.5))
        _text(drawing, x, floor - 14, str(day), "middle")


def _curve(
    drawing: Drawing,
    group: Group,
    shares: Iterable[float],
    first: int,
    across: float,
    floor: float,
    look: tuple[float, Sequence[int]],
    least: int,
) -> None:
    """Draw one line of steps, as far as it is defined."""
    table, height = group.curve.table, 1.0
    points: list[tuple[float, float]] = [(LEFT, floor + PLOT)]
    for day, at_risk, share in zip(table.times, table.at_risk, shares, strict=True):
        if at_risk < least or share != share:  # noqa: PLR0124 - not a number where no interval is defined
            break
        x = LEFT + max(0, int(day) - first) * across
        points.append((x, floor + PLOT * height))
        height = share
        points.append((x, floor + PLOT * height))
    thick, dash = look
    drawing.add(
        PolyLine(
            [c for point in points for c in point], strokeColor=black, strokeWidth=thick, strokeDashArray=_dashes(dash)
        )
    )


def _dashes(look: Sequence[int]) -> Any:
    return list(look) or None  # None is a whole line


def _text(drawing: Drawing, x: float, y: float, text: str, anchor: Anchor = "start") -> None:
    drawing.add(String(x, y, text, fontName=fonts.REGULAR, fontSize=8, textAnchor=anchor))
