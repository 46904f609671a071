"""`dispensary backup`: a backup now, restored on trial; and `backup drill`, which tries any backup file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask

from dispensary.cli import opening
from dispensary.cli.opening import MakeApp
from dispensary.home import Home
from dispensary.jobs.backup import make_and_prove, prove
from dispensary.jobs.lock import only_one
from dispensary.queries import backups as records
from dispensary.queries import sites
from dispensary.rules.job_times import Lane
from dispensary.safekeeping import backups
from dispensary.safekeeping.drill import Proof
from dispensary.safekeeping.vault import BackupKey
from dispensary.web.database import db
from dispensary.wording import label
from models.enums import DrillOutcome

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
KEY = click.option("--key", "key_file", type=FILE, help="The backup key, if it is not the one in the home.")


@click.group(invoke_without_command=True)
@click.option(
    "--to",
    "folder",
    type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
    help="Copy it into this folder as well: a stick, another disk.",
)
@click.pass_context
@opening.in_plain_words
def backup(context: click.Context, folder: Path | None) -> None:
    """Make an encrypted backup of the whole database now, restore it on trial, and say whether it is good."""
    if context.invoked_subcommand:
        return
    with _alone(context.obj) as app:
        made, proof = make_and_prove(app, _first_site())
        click.echo(f"{made.file}\n  {made.size:,} bytes, key {made.key_id}, SHA-256 {made.digest}")
        if folder:
            click.echo(f"Copied to {backups.copy_to(made.file, folder)}")
    _say(proof)


@backup.command("drill")
@click.argument("file", type=FILE)
@KEY
@click.pass_obj
@opening.in_plain_words
def drill(create_app: MakeApp, file: Path, key_file: Path | None) -> None:
    """Restore a backup file on trial, into a database of its own that is taken away again."""
    with _alone(create_app) as app:
        key = BackupKey(key_file or app.extensions["home"].backup_key_file)
        on_record = records.on_record(db.session(), _own_name(app, file), backups.digest_of(file))
        site_id = _first_site()
        kept = (
            None if key_file else on_record
        )  # another key than the clinic's own says nothing about the clinic's backup
        proof = prove(app, site_id, file, kept, key)
    _say(proof)


def _own_name(app: Flask, file: Path) -> str:
    """Return the name of a file in the clinic's own folder of backups; of any other copy nothing is kept by its name."""
    home: Home = app.extensions["home"]
    return file.name if file.resolve().parent == home.backups.resolve() else ""


@contextmanager
def _alone(create_app: MakeApp) -> Iterator[Flask]:
    """Open the clinic as the only process that makes or tries backups."""
    with opening.clinic(create_app) as app, only_one(db.engine, Lane.NIGHTS) as mine:
        if not mine:
            raise click.ClickException("another process is running jobs at this moment; try again in a minute")
        yield app


def _first_site() -> int:
    found = sites.first_site_id(db.session())
    db.session.rollback()
    assert found is not None  # a clinic was made, so it has one
    return found


def _say(proof: Proof) -> None:
    if proof.outcome is not DrillOutcome.PROVED:
        raise click.ClickException(f"{label(proof.outcome)}: {proof.why}")
    click.echo(
        f"Restored on trial: {proof.rows:,} rows agree table by table, {proof.chained_rows:,} chained rows verified."
    )
