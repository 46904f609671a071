"""A name signed on the screen, drawn again from its strokes: for the page and for the sheet."""

from reportlab.graphics.shapes import Drawing, PolyLine, Rect
from reportlab.lib.colors import black, white

from dispensary.rules.strokes import TALL, WIDE, strokes_in


def drawing(drawn: str, *, width: int = 300) -> Drawing:
    """Return the signature as it was drawn, of this width; the paper is white behind it."""
    share = width / WIDE
    made = Drawing(width, TALL * share)
    ground = Rect(0, 0, made.width, made.height)
    ground.fillColor, ground.strokeColor = white, None
    made.add(ground)
    for stroke in strokes_in(drawn):
        points = [c for x, y in stroke for c in (x * share, (TALL - y) * share)]
        if len(points) == 2:  # noqa: PLR2004 - one point: a dot
            points += [points[0] + share * 2, points[1]]
        made.add(PolyLine(points, strokeColor=black, strokeWidth=1.3, strokeLineCap=1))
    return made
