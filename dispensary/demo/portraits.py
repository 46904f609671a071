"""Portraits of people who do not exist: drawn from a few shapes, plainly no photo, yet told apart at a glance."""

import io
from random import Random

from PIL import Image, ImageDraw

from dispensary.demo.dice import chance

WIDTH, HEIGHT = 240, 300
SKIN = ("#f1d3bd", "#e3b795", "#d29f7a", "#b98058", "#8f5d3d", "#6b432c")
HAIR = ("#20180f", "#3d2a1c", "#6b4a2b", "#a8763e", "#8a8a8a", "#d8d8d8", "#7a2f1c")
WALL = ("#dbe6ee", "#e6e2d6", "#dfe9dc", "#eadfe6", "#e2e2ea")
CLOTH = ("#35506b", "#5b3a55", "#2f5d4d", "#7a5a32", "#444c56", "#8c3b3b")


def portrait(rng: Random) -> bytes:
    """Return a drawn portrait as PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), rng.choice(WALL))
    draw = ImageDraw.Draw(image)
    skin, hair, cloth = rng.choice(SKIN), rng.choice(HAIR), rng.choice(CLOTH)
    wide, tall = rng.randint(46, 58), rng.randint(62, 76)
    middle, face = WIDTH // 2, 130
    if chance(rng, 0.4):
        draw.rounded_rectangle((middle - wide - 14, face - tall, middle + wide + 14, face + tall + 30), 40, fill=hair)
    draw.ellipse((20, 215, WIDTH - 20, HEIGHT + 120), fill=cloth)
    draw.rectangle((middle - 20, face + tall - 20, middle + 20, 235), fill=skin)
    draw.ellipse((middle - wide, face - tall, middle + wide, face + tall), fill=skin)
    fringe = rng.randint(18, 44)
    draw.chord((middle - wide - 4, face - tall - 8, middle + wide + 4, face + tall), 180, 360, fill=hair)
    draw.ellipse((middle - wide + 4, face - tall + fringe, middle + wide - 4, face + tall), fill=skin)
    _features(draw, rng, middle, face, hair)
    return _png(image)


def _features(draw: ImageDraw.ImageDraw, rng: Random, middle: int, face: int, hair: str) -> None:
    apart = rng.randint(18, 24)
    for x in (middle - apart, middle + apart):
        draw.ellipse((x - 5, face - 4, x + 5, face + 6), fill="#222222")
        draw.line((x - 10, face - 16, x + 10, face - 16 + rng.randint(-3, 3)), fill=hair, width=4)
    draw.line((middle, face + 6, middle - 5, face + 26, middle + 4, face + 26), fill="#7a5240", width=2)
    draw.arc((middle - 18, face + 26, middle + 18, face + 48), 20, 160, fill="#8c4a44", width=3)
    if chance(rng, 0.3):
        for x in (middle - apart, middle + apart):
            draw.ellipse((x - 15, face - 13, x + 15, face + 15), outline="#333333", width=2)
        draw.line((middle - apart + 15, face, middle + apart - 15, face), fill="#333333", width=2)
    if chance(rng, 0.25):
        draw.chord((middle - 34, face + 20, middle + 34, face + 72), 20, 160, fill=hair)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
