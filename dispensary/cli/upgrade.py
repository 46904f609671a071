"""`dispensary upgrade`: a copy of the database first, then the migrations, then the verification."""

import sys
from datetime import datetime
from pathlib import Path

import click
from flask import Flask
from flask_migrate import upgrade as migrate

from dispensary.cli import opening
from dispensary.cli.opening import MakeApp
from dispensary.cli.verify import verify_all
from dispensary.home import Home
from dispensary.queries import sites
from dispensary.safekeeping import copies, keys, packs, revisions
from dispensary.services import founding, likeness, seals
from dispensary.services.sites import set_up_staff
from dispensary.web.database import db, unit_of_work
from models.enums import SealOccasion


@click.command()
@click.option("--no-backup", is_flag=True, help="Do not copy the database first; only where another copy was made.")
@click.pass_obj
@opening.in_plain_words
def upgrade(create_app: MakeApp, no_backup: bool) -> None:
    """Bring the database to this program's revision: copy, migrate, verify, seal. Stop `serve` before."""
    app = opening.made(create_app)
    home: Home = app.extensions["home"]
    opening.check_home(home)
    _make_pack_password(home)
    with app.app_context():
        found, wanted = opening.revision_found(), opening.revision_wanted(app)
        if found == wanted:
            click.echo(f"The database is at revision {wanted} already; nothing to do.")
            return
        if found and not revisions.known(Path(app.extensions["migrate"].directory), found):
            raise click.ClickException(f"the database is at revision {found}, which this program is too old to know")
        at = app.extensions["clock"]()
        if not no_backup:
            click.echo(f"Copied to {_copy(home, found or 'empty', at)}")
        migrate()
        db.session.remove()
        with unit_of_work() as session:
            likeness.renew_name_keys(session)
        _verify_and_seal(app, home, at)
    click.echo(f"The database is at revision {wanted}.")


def _make_pack_password(home: Home) -> None:
    """Make the password of the rolling packs in a home that was made before there were any; shown once, for the safe."""
    if not home.pack_password_file.exists():
        made = packs.create_password(home)
        click.echo(f"The password that opens the rolling downtime pack; write it down for the safe:\n\n  {made}\n")


def _copy(home: Home, revision: str, at: datetime) -> Path:
    with click.progressbar(length=100, label="Copying the database", file=sys.stderr) as bar:

        def tell(done: int, total: int) -> None:
            bar.update(done * 100 // max(total, 1) - bar.pos)

        try:
            return copies.copy_database(home, name=f"before-upgrade-from-{revision}", at=at, progress=tell)
        except copies.CopyImpossible as error:
            raise click.ClickException(f"{error}; --no-backup goes on without") from None


def _verify_and_seal(app: Flask, home: Home, at: datetime) -> None:
    key = keys.read_seal_key(home)
    if any(not found.sound for found in verify_all(key.public_key(), at)):
        raise click.ClickException("not everything holds after the upgrade, as named above; go back to the copy")
    for site in sites.sites(db.session()):
        with unit_of_work() as session:
            act = founding.act_of_set_up(session, set_up_staff(session, at), site.id, at)
            seals.seal_heads(session, occasion=SealOccasion.UPGRADE, key=key, act=act)
