"""`dispensary verify --page`: whether a page of the register is what the clinic's key signed, and what the record says."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from dispensary.cli import opening
from dispensary.cli.opening import MakeApp
from dispensary.rules import register_slip
from dispensary.rules.register_slip import Compared, NotAPage, PageText
from dispensary.safekeeping import keys
from dispensary.web.database import db
from dispensary.wording import N_, Words, say
from models import Site
from reports import page as sheets
from reports import register, register_reading

YEARS = range(2000, 2200)
"""In which a page can have been printed, so that the days beside it can be reckoned with too."""


@dataclass(frozen=True)
class Held:
    """A page that was held against itself, and against the record where there is one."""

    page: PageText
    faults: list[Words]
    record: Compared | None


def verify_page(create_app: MakeApp, file: Path, public_key: Path | None, alone: bool) -> int:
    """Check a register page and print what was found; return how many things do not hold.

    Args:
        public_key: the clinic's key; the key of this computer's clinic where none is given.
        alone: leave the record of this computer's clinic out of it.

    Raises:
        ClickException: the file holds no page of a register, or there is no key to check it with.
    """
    try:
        if file.stat().st_size > register_reading.LARGEST:
            raise NotAPage(register_reading.NOT_READ)
        content = file.read_bytes()
        pages = register_reading.read(content)
        _check_times(pages)
    except NotAPage as found:
        raise click.ClickException(_printable(f"{file}: {opening.speaker()(found.words)}")) from None
    key = keys.read_public_key(public_key) if public_key else None
    together = register_slip.faults_of_file(pages)
    if register_reading.is_pdf(content):
        together += register_reading.drawn_otherwise(content, pages, opening.speaker())
    if alone or not _clinic_is_here(create_app):
        if key is None:
            raise click.ClickException("say with --public-key which clinic's key the page is to be checked with")
        return _told(file, [_held(page, key, None) for page in pages], together)
    with opening.clinic(create_app) as app:
        known = key or keys.read_seal_key(app.extensions["home"]).public_key()
        return _told(file, [_held(page, known, db.session()) for page in pages], together)


def _check_times(pages: list[PageText]) -> None:
    """Refuse a slip whose moment or zone is none, before anything is worked out from it."""
    for page in pages:
        try:
            at = datetime.fromisoformat(page.slip["printed_at"])
            if at.tzinfo is None or at.astimezone(UTC).year not in YEARS:
                raise ValueError
            at.astimezone(ZoneInfo(page.slip["zone"]))
        except (ValueError, OverflowError, ZoneInfoNotFoundError, OSError):
            raise NotAPage(say(N_("The slip says no moment of printing."))) from None


def _clinic_is_here(create_app: MakeApp) -> bool:
    home = opening.made(create_app).extensions["home"]
    return home.secret_key_file.exists() and opening.database_is_there(home)


def _held(page: PageText, key: Ed25519PublicKey, session: Session | None) -> Held:
    faults = register_slip.faults(page, key)
    return Held(page, faults, _compared(session, page) if session else None)


def _compared(session: Session, page: PageText) -> Compared:
    """Return where a page differs from the record as it stood when the page was printed."""
    at, site_id = datetime.fromisoformat(page.slip["printed_at"]), int(page.slip["chain"].split("/")[0])
    missing = Compared((say(N_("The record has no such page, or does not go as far as it was sealed.")),), ())
    if session.get(Site, site_id) is None:
        return missing
    if page.layout is None:
        words = N_("It stands in version %(version)s of the layout %(layout)s, which this program does not know.")
        return Compared((say(words, version=page.layout_version, layout=page.slip["layout"]),), ())
    about = sheets.heading(session, site_id, at.date(), at.date(), printed_by="", printed_at=at)
    about = replace(about, zone=page.slip["zone"])
    known = register.again(session, page, about=about, speak=opening.speaker())
    return missing if known is None else register_slip.compared(page, known)


def _told(file: Path, held: list[Held], together: list[Words]) -> int:
    """Print what was found of each page and of the file, and return how many things do not hold."""
    speak = opening.speaker()
    for one in held:
        for line in _lines(one):
            click.echo(_printable(line))
    for fault in together:
        click.echo(_printable(f"  FAULT   {file.name}: {speak(fault)}"))
    return len(together) + sum(len(one.faults) + len(one.record.faults if one.record else ()) for one in held)


def _printable(line: str) -> str:
    """Return a line without what would drive the terminal: a page may come from anybody."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)


def _lines(one: Held) -> Iterator[str]:
    speak, slip = opening.speaker(), one.page.slip
    yield (
        f"{dict(one.page.head).get('product', '?')}, page {slip['page']}, lines {slip['first']} to {slip['last']},"
        f" layout {slip['layout']} v{one.page.layout_version}, printed {slip['printed_at']} at {slip['site']}, key {slip['key']}"
    )
    yield from (f"  FAULT   by itself: {speak(fault)}" for fault in one.faults)
    if not one.faults:
        yield "  whole   by itself: chained lines, digest, signature"
    if one.record is None:
        yield "  open    not held against the record, which is not here"
        return
    yield from (f"  FAULT   against the record: {speak(fault)}" for fault in one.record.faults)
    yield from (f"  note    changed since, where no history is kept: {speak(note)}" for note in one.record.notes)
    if not one.record.faults:
        yield "  whole   as the record stood when it was printed"
