"""`dispensary verify`: whether what is on record is what was recorded, in words, with the first broken row of each chain."""

import sys
from datetime import datetime
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dispensary.cli import opening
from dispensary.cli.opening import MakeApp
from dispensary.cli.verify_page import verify_page
from dispensary.home import Home
from dispensary.queries import sites, verification
from dispensary.queries.verification import Verification
from dispensary.safekeeping import keys
from dispensary.web.database import db
from dispensary.wording import Speaker


@click.command()
@click.option(
    "--public-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Check the seals with this key (PEM) instead of the clinic's own, as an inspector would.",
)
@click.option(
    "--page",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Check one file of register pages, PDF or CSV, instead of the whole database.",
)
@click.option("--alone", is_flag=True, help="With --page: by itself only, without the database.")
@click.pass_obj
@opening.in_plain_words
def verify(create_app: MakeApp, public_key: Path | None, page: Path | None, alone: bool) -> None:
    """Walk the audit and every register, their seals, and each record against its chained row; or check one page."""
    if page is not None:
        if wrong := verify_page(create_app, page, public_key, alone):
            raise click.ClickException(
                f"{wrong} things do not hold, named above; keep the file and call the clinic head"
            )
        click.echo("The page holds.")
        return
    with opening.clinic(create_app) as app:
        key = keys.read_public_key(public_key) if public_key else home_key(app.extensions["home"])
        faults = sum(len(found.faults) for found in verify_all(key, app.extensions["clock"]()))
    if faults:
        raise click.ClickException(f"{faults} things do not hold, named above; change nothing and call the clinic head")


def home_key(home: Home) -> Ed25519PublicKey:
    """Return the public half of the clinic's own seal key."""
    return keys.read_seal_key(home).public_key()


def verify_all(key: Ed25519PublicKey, at: datetime) -> list[Verification]:
    """Verify every site and print what was found."""
    session = db.session()
    results = []
    for site in sites.sites(session):
        rows = verification.rows_to_walk(session, site.id)
        with click.progressbar(length=rows, label=f"Verifying {site.name}", file=sys.stderr) as bar:
            found = verification.verify(session, site.id, key, bar.update)
        _print(found, opening.speaker(sites.settings_at(session, site.id, at).zone))
        results.append(found)
        session.rollback()
    return results


def _print(found: Verification, speak: Speaker) -> None:
    click.echo(f"{found.site}: {found.rows} chained rows, {found.facts_checked} doses, seal key {found.key_id}")
    for chain in found.chains:
        sealed = (
            f"sealed to row {chain.sealed_to} at {speak.moment(chain.sealed_at)}" if chain.sealed_at else "not sealed"
        )
        state = "BROKEN" if chain.fault else "whole"
        click.echo(f"  {state:6}  {speak(chain.name)}: {chain.rows} rows, {sealed}")
    for fault in found.faults:
        click.echo(f"  FAULT   {speak(fault.where)}: {speak(fault.what)}")
    for chain in found.chains:
        if chain.unproven and not chain.fault:
            click.echo(f"  open    {speak(chain.name)}: {speak(chain.unproven)}")
    click.echo("  Everything holds." if found.sound else "  Not everything holds.")
