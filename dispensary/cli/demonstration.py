"""`dispensary demo`: a home with a made-up clinic in it, its history, and a sign-in for each role."""

import contextlib
from zoneinfo import available_timezones

import click
from flask import Flask
from flask_migrate import upgrade

from dispensary.cli import opening
from dispensary.cli.opening import MakeApp
from dispensary.demo import make, setting
from dispensary.home import Home
from dispensary.queries import sites
from dispensary.safekeeping import keys, packs
from dispensary.web.database import db, unit_of_work


def _known_zone(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if value not in available_timezones():
        raise click.BadParameter("no zone of the tz database, such as Asia/Ho_Chi_Minh")
    return value


@click.command("demo")
@click.option("--patients", default=300, show_default=True, type=click.IntRange(1, 5000), help="How many people.")
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 3660), help="Days before today.")
@click.option("--seed", default=7, show_default=True, help="The same seed makes the same people and doses.")
@click.option(
    "--time-zone", default="Europe/London", show_default=True, callback=_known_zone, help="The clinic's zone."
)
@click.option("--home-if-empty", is_flag=True, help="Do nothing where a clinic was made before.")
@click.pass_obj
@opening.in_plain_words
def demo(create_app: MakeApp, patients: int, days: int, seed: int, time_zone: str, home_if_empty: bool) -> None:
    """Make a clinic of made-up people with a year of history; today is half done. For trying things out."""
    app = opening.made(create_app)
    home: Home = app.extensions["home"]
    if there := [file for file in keys.key_files(home).values() if file.exists()]:
        if home_if_empty:
            _say_that_it_stays(app, home)
            return
        raise click.ClickException(f"a clinic was already made here: {there[0]} exists, and is never overwritten")
    home.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.profiles.mkdir(mode=0o700, exist_ok=True)
    with app.app_context(), contextlib.ExitStack() as undo:
        keys.create_keys(home)
        packs.create_password(home)
        undo.callback(_take_away_keys, home)
        upgrade()
        with unit_of_work() as session, click.progressbar(length=days + 1, label="Days lived through") as bar:
            make.make_clinic(
                session,
                patients=patients,
                days=days,
                seed=seed,
                time_zone=time_zone,
                password_hash=app.extensions["hasher"].hash(setting.PASSWORD),
                key=keys.read_seal_key(home),
                now=app.extensions["clock"](),
                progress=bar.update,
            )
        undo.pop_all()
        db.session.remove()
    _say_who_signs_in(home)


def _take_away_keys(home: Home) -> None:
    for file in keys.key_files(home).values():
        file.unlink(missing_ok=True)


def _say_that_it_stays(app: Flask, home: Home) -> None:
    with app.app_context():
        opening.check_revision(app)
        made_up = any(site.name == setting.SITE_NAME for site in sites.sites(db.session()))
        db.session.remove()
    if made_up:
        _say_who_signs_in(home)
    else:
        click.echo(f"A clinic is in {home.folder} already; it stays as it is.")


def _say_who_signs_in(home: Home) -> None:
    click.echo(f"\nA made-up clinic is in {home.folder}. Nobody in it is real. Everyone signs in with the password:\n")
    click.echo(f"  {setting.PASSWORD}\n")
    administrator, name, _ = setting.ADMINISTRATOR
    click.echo(f"  {administrator:12} {name:14} administrator")
    for username, name, _, roles in setting.STAFF:
        click.echo(f"  {username:12} {name:14} {', '.join(role.value.replace('_', ' ') for role in roles)}")
    click.echo(
        "\nA dose is recorded at a dispensing window. Served as below, a browser on this PC stands at the first one;"
    )
    click.echo("sign in as nurse. Other computers are named on the administrator's page: Site, Name this computer.")
    click.echo(
        "Opened on a later day, it asks two people to confirm date and time before the first dose: nobody was dosed since."
    )
    click.echo('\nNext: `dispensary serve --this-computer "Terminal 1"`.')
