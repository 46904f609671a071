"""`dispensary init`: an empty clinic with its keys, its first site and its first administrator."""

import contextlib
from collections.abc import Iterator

import click
from flask import Flask
from flask_migrate import upgrade

from dispensary.cli import opening
from dispensary.cli.opening import MakeApp
from dispensary.home import Home
from dispensary.rules import seals
from dispensary.safekeeping import keys, packs
from dispensary.services import founding
from dispensary.services.founding import FirstAdministrator, FirstSite
from dispensary.web.database import db, unit_of_work
from reports import fonts


@click.command()
@click.option("--site-name", prompt="Name of the clinic", help="As printed on paper.")
@click.option("--site-code", prompt="Short name (letters, digits, dashes)", help="Such as `main`; never changed.")
@click.option("--time-zone", prompt="Time zone, such as Asia/Ho_Chi_Minh", help="A name of the tz database.")
@click.option("--window-name", default="Window 1", show_default=True, help="The first dispensing window.")
@click.option("--admin-name", prompt="Administrator's name", help="In full, as it is signed.")
@click.option("--admin-username", prompt="Administrator's sign-in name", help="Letters, digits, points, dashes.")
@click.option(
    "--admin-password",
    prompt="Administrator's password",
    hide_input=True,
    confirmation_prompt=True,
    envvar="DISPENSARY_ADMIN_PASSWORD",
    help="At least 10 characters. Better typed when asked, or given by DISPENSARY_ADMIN_PASSWORD.",
)
@click.pass_obj
@opening.in_plain_words
def init(create_app: MakeApp, /, **asked: str) -> None:
    """Make an empty clinic with its keys, its first site and its first administrator."""
    app = opening.made(create_app)
    home: Home = app.extensions["home"]
    _refuse_second(home)
    founding.check_password(asked["admin_password"], asked["admin_username"])
    home.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.profiles.mkdir(mode=0o700, exist_ok=True)
    with app.app_context(), _keys(home):
        upgrade()
        _found(app, home, asked)
    _say_what_next(home)


def _refuse_second(home: Home) -> None:
    """Refuse where a clinic has been made before.

    Raises:
        ClickException: see above.
    """
    if there := [file for file in keys.key_files(home).values() if file.exists()]:
        raise click.ClickException(f"a clinic was already made here: {there[0]} exists, and is never overwritten")


@contextlib.contextmanager
def _keys(home: Home) -> Iterator[None]:
    """Make the keys, and take them away again if the clinic itself cannot be made."""
    keys.create_keys(home)
    packs.create_password(home)
    try:
        yield
    except BaseException:
        for file in keys.key_files(home).values():
            file.unlink()
        raise


def _found(app: Flask, home: Home, asked: dict[str, str]) -> None:
    administrator = FirstAdministrator(
        username=asked["admin_username"],
        name=asked["admin_name"],
        initials=initials_of(asked["admin_name"]),
        password_hash=app.extensions["hasher"].hash(asked["admin_password"]),
    )
    site = FirstSite(asked["site_code"], asked["site_name"], asked["time_zone"], asked["window_name"])
    with unit_of_work() as session:
        founding.found_clinic(
            session,
            site=site,
            administrator=administrator,
            key=keys.read_seal_key(home),
            at=app.extensions["clock"](),
        )
    db.session.remove()


def initials_of(name: str) -> str:
    """Return the first letters of a name's words, at most three."""
    return "".join(word[0] for word in name.split())[:3].upper()


def _say_what_next(home: Home) -> None:
    public = keys.read_seal_key(home).public_key()
    click.echo(f"\nThe clinic was made in {home.folder}.\n")
    click.echo(
        "Keys: copy these files to a medium that lies in the safe. This is shown once; write the fingerprints down."
    )
    for purpose, file in keys.key_files(home).items():
        click.echo(f"  {purpose:8} {file.name:14} {keys.fingerprint(file)}")
    click.echo("\nThe password that opens the rolling downtime pack; write it down for the safe:\n")
    click.echo(f"  {packs.read_password(home)}")
    click.echo(f"\nThe public key that anyone needs to check a seal; on paper it is called {seals.key_id(public)}:\n")
    click.echo(keys.public_pem(public))
    click.echo("Next: `dispensary serve`, sign in as the administrator, make accounts, name the terminals.")
    if missing := fonts.missing_fonts():
        names = ", ".join(path.name for path in missing)
        click.echo(
            f"Warning: nothing can be printed until these fonts are there: {names}. As root: {fonts.APT}", err=True
        )
