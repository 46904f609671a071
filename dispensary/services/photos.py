"""Photos made safe: whatever comes in leaves as a small JPEG of the picture alone, without what a camera wrote into it.

Decoding takes a moment, so it is done before a change begins, not while one holds the database.
"""

import hashlib
import io
import struct
import zlib
from dataclasses import dataclass

from PIL import Image, ImageOps

from dispensary.errors import Refused
from dispensary.wording import N_, say

LARGEST_FILE = 6 * 1024 * 1024
MOST_PIXELS = 40_000_000
"""More than any telephone's camera takes; a small file that unpacks to more is a trap."""
SIDE = 480
QUALITY = 85


@dataclass(frozen=True)
class WindowPhoto:
    """A photo as the window shows it: JPEG, at most 480 pixels a side."""

    jpeg: bytes
    digest: str


def window_photo(file: bytes) -> WindowPhoto:
    """Return the photo for the window made from an uploaded file.

    Raises:
        Refused: too large, neither JPEG nor PNG, or broken.
    """
    if len(file) > LARGEST_FILE:
        raise Refused(say(N_("This file is larger than 6 MB. Take the photo smaller.")), code="large", field="photo")
    try:
        picture = _small(file)
    except (
        OSError,
        SyntaxError,
        ValueError,
        struct.error,
        zlib.error,
        EOFError,
        IndexError,
        Warning,
        Image.DecompressionBombError,
    ):
        raise Refused(
            say(N_("This file is not a JPEG or PNG photo, or it is broken.")), code="not_a_photo", field="photo"
        ) from None
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return WindowPhoto(out.getvalue(), hashlib.sha256(out.getvalue()).hexdigest())


def _small(file: bytes) -> Image.Image:
    """Return the picture upright, small, and on a canvas of its own, so that nothing but the pixels is kept."""
    with Image.open(io.BytesIO(file), formats=("JPEG", "PNG")) as source:
        if source.width * source.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        source.draft("RGB", (2 * SIDE, 2 * SIDE))
        picture = ImageOps.exif_transpose(source).convert("RGBA")
    picture.thumbnail((SIDE, SIDE))
    canvas = Image.new("RGB", picture.size, "white")
    canvas.paste(picture, mask=picture.getchannel("A"))
    return canvas
