"""`dispensary user`: accounts from the command line, for when nobody can sign in to make them on a page."""

from datetime import date, datetime

import click
from flask import Flask
from sqlalchemy.orm import Session

from dispensary.cli import opening
from dispensary.cli.init import initials_of
from dispensary.cli.opening import MakeApp
from dispensary.queries import accounts, sites
from dispensary.services import founding, sign_in, staff
from dispensary.services.act import Act
from dispensary.services.sites import set_up_staff
from dispensary.web.database import db, unit_of_work
from models import Site, Staff
from models.enums import Role

ROLE = click.Choice([role.value for role in Role])
DAY = click.DateTime(["%Y-%m-%d"])
password_option = click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    envvar="DISPENSARY_PASSWORD",
    help="At least 10 characters. Better typed when asked.",
)
site_option = click.option("--site", "site_code", help="Short name of the site; needed where there are several.")


@click.group()
def user() -> None:
    """Accounts and roles, for when nobody can sign in to manage them."""


@user.command("list")
@click.pass_obj
@opening.in_plain_words
def list_accounts(create_app: MakeApp) -> None:
    """List every account with its roles."""
    with opening.clinic(create_app) as app:
        for line in accounts.account_lines(db.session(), app.extensions["clock"]().date()):
            state = "ended" if line.ended else "signs in" if line.signs_in else "cannot sign in"
            click.echo(f"{line.username:24} {line.name:28} {state:15} {', '.join(line.roles)}")


@user.command("add")
@click.argument("username")
@click.option("--name", prompt=True, help="In full, as it is signed.")
@click.option("--initials", help="Printed beside each dose; made from the name if not given.")
@click.option("--role", type=ROLE, required=True)
@click.option("--until", type=DAY, help="Last day of the role; an inspector always has one.")
@site_option
@password_option
@click.pass_obj
@opening.in_plain_words
def add(
    create_app: MakeApp,
    username: str,
    name: str,
    initials: str | None,
    role: str,
    until: datetime | None,
    site_code: str | None,
    password: str,
) -> None:
    """Add an account with one role."""
    founding.check_password(password, username)
    with opening.clinic(create_app) as app:
        hashed = app.extensions["hasher"].hash(password)
        with unit_of_work() as session:
            site = _site(session, site_code)
            act = _act(app, session, site)
            made = staff.create_account(
                session,
                username=username,
                name=name,
                initials=initials or initials_of(name),
                password_hash=hashed,
                act=act,
            )
            _grant(session, made, role, until, act)
    click.echo(f"{username} may sign in as {role} at {site.name}.")


@user.command("end")
@click.argument("username")
@site_option
@click.pass_obj
@opening.in_plain_words
def end(create_app: MakeApp, username: str, site_code: str | None) -> None:
    """End an account at once, everywhere; what it signed stays signed."""
    with opening.clinic(create_app) as app, unit_of_work() as session:
        act = _act(app, session, _site(session, site_code))
        staff.end_account(session, staff=_account(session, username), act=act)
    click.echo(f"{username} has ended.")


@user.command("password")
@click.argument("username")
@site_option
@password_option
@click.pass_obj
@opening.in_plain_words
def change_password(create_app: MakeApp, username: str, site_code: str | None, password: str) -> None:
    """Set a new password; every sitting of the account ends."""
    founding.check_password(password, username)
    with opening.clinic(create_app) as app:
        hashed = app.extensions["hasher"].hash(password)
        with unit_of_work() as session:
            act = _act(app, session, _site(session, site_code))
            staff.change_password(session, staff=_account(session, username), password_hash=hashed, act=act)
    click.echo(f"{username} has a new password.")


@user.command("grant")
@click.argument("username")
@click.argument("role", type=ROLE)
@click.option("--until", type=DAY, help="Last day of the role; an inspector always has one.")
@site_option
@click.pass_obj
@opening.in_plain_words
def grant(create_app: MakeApp, username: str, role: str, until: datetime | None, site_code: str | None) -> None:
    """Give an account a further role from today on."""
    with opening.clinic(create_app) as app, unit_of_work() as session:
        site = _site(session, site_code)
        _grant(session, _account(session, username), role, until, _act(app, session, site))
    click.echo(f"{username} is {role} at {site.name}.")


@user.command("revoke")
@click.argument("username")
@click.argument("role", type=ROLE)
@site_option
@click.pass_obj
@opening.in_plain_words
def revoke(create_app: MakeApp, username: str, role: str, site_code: str | None) -> None:
    """Withdraw a role at once."""
    with opening.clinic(create_app) as app, unit_of_work() as session:
        site = _site(session, site_code)
        act = _act(app, session, site)
        held = accounts.role_held(session, _account(session, username).id, site.id, Role(role), act.at.date())
        if held is None:
            raise click.ClickException(f"{username} is not {role} at {site.name}")
        staff.withdraw_role(session, staff_role=held, act=act)
    click.echo(f"{username} is no longer {role} at {site.name}.")


def _grant(session: Session, account: Staff, role: str, until: datetime | None, act: Act) -> None:
    last: date | None = until.date() if until else None
    staff.grant_role(
        session,
        staff=account,
        role=Role(role),
        site_id=act.site_id,
        from_on=founding.first_day(act),
        until_on=last,
        act=act,
    )


def _site(session: Session, code: str | None) -> Site:
    known = sites.sites(session)
    chosen = [site for site in known if code is None or site.code == code.casefold()]
    if len(chosen) != 1:
        raise click.UsageError(f"say which site with --site: {', '.join(site.code for site in known)}")
    return chosen[0]


def _account(session: Session, username: str) -> Staff:
    found = sign_in.find_staff(session, username)
    if found is None:
        raise click.ClickException(f"there is no account {username}")
    return found


def _act(app: Flask, session: Session, site: Site) -> Act:
    at = app.extensions["clock"]()
    return founding.act_of_set_up(session, set_up_staff(session, at), site.id, at)
