"""A name signed on the screen: strokes of a pen as points, read strictly, so that nothing else can be stored as a signature."""

import re

WIDE, TALL = 600, 200
"""The field that is signed in."""
LONGEST = 8000
LEAST_POINTS = 8
"""Fewer are a slip of the finger."""
STROKES = re.compile(r"\d{1,3},\d{1,3}(?: \d{1,3},\d{1,3})*(?:;\d{1,3},\d{1,3}(?: \d{1,3},\d{1,3})*)*")

Stroke = tuple[tuple[int, int], ...]


def strokes_in(text: str) -> tuple[Stroke, ...]:
    """Return the strokes of a signature such as `10,20 12,22;40,50 41,52`, from the upper left corner.

    Raises:
        ValueError: it is none, or too little to be one.
    """
    if len(text) > LONGEST or not STROKES.fullmatch(text):
        raise ValueError("no signature")
    strokes = tuple(tuple(_point(pair) for pair in stroke.split(" ")) for stroke in text.split(";"))
    if any(x > WIDE or y > TALL for stroke in strokes for x, y in stroke):
        raise ValueError("outside of the field")
    if sum(map(len, strokes)) < LEAST_POINTS:
        raise ValueError("too short")
    return strokes


def _point(pair: str) -> tuple[int, int]:
    x, y = pair.split(",")
    return int(x), int(y)
