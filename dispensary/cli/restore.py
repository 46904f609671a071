"""`dispensary restore`: a backup becomes the clinic's database, where there is none; what is there is never overwritten."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session

from dispensary.cli import opening
from dispensary.cli.backup import FILE, KEY
from dispensary.cli.opening import MakeApp
from dispensary.home import Home
from dispensary.queries import accounts, sites
from dispensary.safekeeping import backups, keys, restoring, revisions
from dispensary.safekeeping.backups import About
from dispensary.safekeeping.copies import is_sqlite, plain_engine, sqlite_url
from dispensary.safekeeping.drill import Proof, proved
from dispensary.safekeeping.keys import KeyUnreadable
from dispensary.safekeeping.vault import BackupKey
from dispensary.services import backups as verbs
from dispensary.services import founding, seals
from dispensary.services.sites import set_up_staff
from dispensary.web import database
from models.enums import DrillOutcome, SealOccasion

GOOD = frozenset({DrillOutcome.PROVED, DrillOutcome.CHAINS_BROKEN, DrillOutcome.OTHER_REVISION})
"""What is put into place: all rows are there; what does not hold did not hold when it was copied."""


@click.command()
@click.argument("file", type=FILE)
@click.option("--into", help="Another place than the clinic's own: a new SQLite file, or an empty PostgreSQL database.")
@KEY
@click.option("--by", "username", help="Sign-in name of whoever restores; stands in the audit row.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
@opening.in_plain_words
def restore(
    create_app: MakeApp, file: Path, into: str | None, key_file: Path | None, username: str | None, yes: bool
) -> None:
    """Restore a backup. Refused where there is a database already; stop `serve` and move that away first."""
    app = opening.made(create_app)
    home: Home = app.extensions["home"]
    own = make_url(home.database_url)
    url = own if into is None else _named(own, into)
    restoring.check_free(url)
    key = BackupKey(key_file or home.backup_key_file)
    with backups.opened(file, key) as (about, _):
        _check_revision(app, about)
    click.echo(f"The backup holds the clinic as of {about.made_at:%Y-%m-%d %H:%M} UTC: {about.rows:,} rows.")
    if not yes:
        click.confirm(f"Restore it into {url.database}?", abort=True)
    _, lies = restoring.restore(file, key, url)
    try:
        proof = _check(app, home, about, lies)
        _write_that_it_was_restored(app, home, about, key, lies, username)
    except BaseException:
        restoring.clear(url)
        raise
    restoring.settle_in(url)
    if into is None:
        _complete(home, key_file)
    _say_what_next(app, about, proof, url)


def _named(own: URL, into: str) -> URL:
    return sqlite_url(Path(into).resolve()) if is_sqlite(own) else own.set(database=into)


def _check_revision(app: Flask, about: About) -> None:
    if not revisions.known(Path(app.extensions["migrate"].directory), about.revision):
        raise click.ClickException(
            f"the backup is at revision {about.revision or 'none'}, which this program does not know:"
            " take the version of the program that made it, or a newer one"
        )


def _check(app: Flask, home: Home, about: About, lies: URL) -> Proof | None:
    """Compare and verify what was restored; None where there is no key to verify seals with."""
    try:
        public_key = keys.read_seal_key(home).public_key()
    except KeyUnreadable:
        return None
    proof = proved(plain_engine(lies), about, public_key, opening.revision_wanted(app))
    if proof.outcome not in GOOD:
        raise click.ClickException(f"what was restored is not what was copied: {proof.why}; take another backup")
    return proof


def _write_that_it_was_restored(
    app: Flask, home: Home, about: About, key: BackupKey, lies: URL, username: str | None
) -> None:
    """Write the row that says so into the audit of every site, and seal it where the seal key is there."""
    engine = create_engine(lies, **database.engine_options(str(lies.drivername)))
    database.prepare(engine)
    at = max(app.extensions["clock"](), about.made_at)
    with (
        _closed_after(engine),
        engine.connect().execution_options(writes=True) as connection,
        Session(connection, autoflush=False, expire_on_commit=False) as session,
    ):
        by = accounts.named(session, username) if username else None
        if username and by is None:
            raise click.ClickException(f"nobody in this backup signs in as {username}; leave --by out or correct it")
        for site in sites.sites(session):
            act = founding.act_of_set_up(session, set_up_staff(session, at), site.id, at)
            verbs.note_restored(session, made_at=about.made_at, key_id=key.name, by_id=by, act=act)
            if home.seal_key_file.exists():
                seals.seal_heads(session, occasion=SealOccasion.RESTORE, key=keys.read_seal_key(home), act=act)
        session.commit()


@contextmanager
def _closed_after(engine: Engine) -> Iterator[None]:
    """Leave no connection behind, whatever happens: the place may have to be emptied again."""
    try:
        yield
    finally:
        engine.dispose()


def _complete(home: Home, key_file: Path | None) -> None:
    """Give a new home what it lacks and can be made: the backup key that was named, and a key for cookies."""
    if key_file and not home.backup_key_file.exists():
        keys.write_once(home.backup_key_file, key_file.read_bytes())
        click.echo(f"The backup key was copied to {home.backup_key_file}.")
    if not home.secret_key_file.exists():
        keys.create_cookie_key(home)
        click.echo("A new key for cookies was made: every terminal has to be named once more.")


def _say_what_next(app: Flask, about: About, proof: Proof | None, url: URL) -> None:
    click.echo(f"Restored into {url.database}.")
    if proof is None:
        click.echo(
            "Not verified: put seal_key.pem from the safe into the home, then run `dispensary verify`.", err=True
        )
    elif proof.outcome is DrillOutcome.CHAINS_BROKEN:
        click.echo(f"Warning: {proof.why}. They did not hold when the backup was made.", err=True)
    elif proof.outcome is DrillOutcome.PROVED:
        click.echo(f"{proof.rows:,} rows agree table by table, {proof.chained_rows:,} chained rows verified.")
    upgrade = "`dispensary upgrade`, then " if about.revision != opening.revision_wanted(app) else ""
    click.echo(
        f"\nNext: {upgrade}`dispensary verify`, then `dispensary serve`."
        f"\nNothing recorded after {about.made_at:%Y-%m-%d %H:%M} UTC is in it. Dose nobody before every dose since then"
        "\nis entered: from the newest rolling downtime pack and from paper, on the page Paper and back."
        "\nThen `dispensary backup`."
    )
