"""The rolling downtime pack on disk: encrypted, written whole or not at all, the last three kept.

Its password is made once, by `init` or `upgrade`, and lies in the safe as well: the pack is read where no computer runs.
"""

import os
import secrets
from datetime import datetime
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader, PdfWriter

from dispensary.home import Home
from dispensary.safekeeping.backups import settle
from dispensary.safekeeping.keys import KeyUnreadable, write_once

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike on paper."""
GROUPS, GROUP = 5, 4
"""Twenty letters of thirty-one: 99 bits."""
KEPT = 3


def create_password(home: Home) -> str:
    """Make the password of the packs of a home.

    Raises:
        FileExistsError: there is one already; it is never overwritten.
    """
    groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
    password = "-".join(groups)
    write_once(home.pack_password_file, password.encode())
    return password


def read_password(home: Home) -> str:
    """Return the password of the packs.

    Raises:
        KeyUnreadable: there is none; `dispensary upgrade` makes it.
    """
    try:
        password = home.pack_password_file.read_text("ascii").strip()
    except (OSError, ValueError) as error:
        raise KeyUnreadable(f"the password of the packs cannot be read: {home.pack_password_file}") from error
    if not password:
        raise KeyUnreadable(f"the password of the packs is empty: {home.pack_password_file}")
    return password


def encrypted(pdf: bytes, password: str) -> bytes:
    """Return a PDF under AES-256, which any reader opens with the password and none without."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    writer.encrypt(password, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def write(folder: Path, code: str, at: datetime, content: bytes) -> Path:
    """Write a pack into its folder, whole or not at all, and take away all but the last three of the site.

    The new one stays whatever its name: after a clock that stood ahead, those before it have the later names.

    Raises:
        OSError: the folder is not there, or its disk is full; the packs before stay as they are.
    """
    target = folder / f"{code}-{at:%Y%m%dT%H%M%SZ}.pdf"
    part = target.with_suffix(".part")
    for left in folder.glob(f"{code}-????????T??????Z.part"):  # the computer went down while one was written
        left.unlink(missing_ok=True)
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
        settle(folder)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    others = sorted(set(folder.glob(f"{code}-????????T??????Z.pdf")) - {target})
    for old in others[: 1 - KEPT]:
        old.unlink(missing_ok=True)
    return target
