"""`dispensary risk refit|models|promote|retire`: the scan fitted to the clinic's own people; nothing changes by itself."""

from datetime import date, datetime, timedelta
from typing import Any

import click
from flask import Flask
from sqlalchemy.orm import Session

from dispensary.analytics.refit import NotInstalled
from dispensary.cli import opening
from dispensary.cli.opening import MakeApp
from dispensary.cli.report import DAY
from dispensary.cli.retention import yesterday
from dispensary.permissions import Permission, permissions_of
from dispensary.policy.evaluation import looking_back
from dispensary.queries import accounts, sites
from dispensary.queries.risk_models import Version, versions
from dispensary.services import founding, risk_models, sign_in
from dispensary.services import refit as fitting
from dispensary.services.act import Act
from dispensary.services.sites import set_up_staff
from dispensary.web.database import db, unit_of_work
from models import Site

NOT_INSTALLED = (
    "a model of the clinic's own needs scikit-learn, which a clinic does not need every day: run "
    "`pip install 'dispensary-tracker[refit]'` where dispensary is installed, then call again"
)
FAR_BACK = timedelta(days=5 * 365)
site_option = click.option("--site", "site_code", help="Short name of the site; needed where there are several.")


@click.command()
@click.option("--to", "last", type=DAY, help="Last day whose facts count; yesterday if not given.")
@click.option("--from", "first", type=DAY, help="First night that counts; five years back if not given.")
@site_option
@click.pass_obj
@opening.in_plain_words
def refit(create_app: MakeApp, last: datetime | None, first: datetime | None, site_code: str | None) -> None:
    """Fit what the clinic's own people are enough for, and keep it as new versions; nothing else changes."""
    with opening.clinic(create_app) as app, unit_of_work() as session:
        site, at = _site(session, site_code), app.extensions["clock"]()
        over = yesterday(session, site, at)
        until: date = min(last.date(), over) if last else over
        since: date = first.date() if first else until - FAR_BACK
        of = fitting.material(session, site.id, since, until)
        _say_stage(of)
        act = founding.act_of_set_up(session, set_up_staff(session, at), site.id, at)
        try:
            kept = [risk_models.keep(session, one, act).version for one in fitting.fits(session, of)]
        except NotInstalled:
            raise click.ClickException(NOT_INSTALLED) from None
        found = [one for one in versions(session, site.id) if one.version in kept]
    for one in found:
        _print(one)


def _say_stage(of: fitting.Material) -> None:
    stage, rules = of.stage, looking_back().refit
    people = len(set(of.nights.person.tolist()))
    click.echo(f"{people:,} people, {of.lost:,} lost, {of.days:,} days of nights that can be judged.")
    if not stage.recalibrate:
        click.echo(
            f"Points only: a probability takes {rules.recalibrate_dropouts} people lost in {rules.recalibrate_days} days."
        )
    if not stage.challenger:
        click.echo(f"No model of the clinic's own: it takes {rules.challenger_dropouts} people lost.")


@click.command()
@site_option
@click.pass_obj
@opening.in_plain_words
def models(create_app: MakeApp, site_code: str | None) -> None:
    """List every version that was fitted, what it was fitted on, what it has shown, and what was decided."""
    with opening.clinic(create_app):
        session = db.session()
        known = [site for site in sites.sites(session) if site_code in (None, site.code)]
        found = [one for site in known for one in versions(session, site.id)]
    if not found:
        click.echo("Nothing was fitted yet: the points stand as they are printed.")
    for one in found:
        _print(one)


@click.command()
@click.argument("version")
@click.option("--reason", required=True, help="Why, in a sentence; it is kept.")
@click.option("--by", "username", required=True, help="Sign-in name of who decides; it takes the right to evaluate.")
@site_option
@click.pass_obj
@opening.in_plain_words
def promote(create_app: MakeApp, version: str, reason: str, username: str, site_code: str | None) -> None:
    """Put a fitted version into use from the next night on."""
    with opening.clinic(create_app) as app, unit_of_work() as session:
        act = _act_of(app, session, _site(session, site_code), username)
        risk_models.promote(session, version=version, reason=reason, act=act)
    click.echo(f"{version} is in use from the next night on.")


@click.command()
@click.argument("version")
@click.option("--reason", required=True, help="Why, in a sentence; it is kept.")
@click.option("--by", "username", required=True, help="Sign-in name of who decides; it takes the right to evaluate.")
@site_option
@click.pass_obj
@opening.in_plain_words
def retire(create_app: MakeApp, version: str, reason: str, username: str, site_code: str | None) -> None:
    """Take a version out of use."""
    with opening.clinic(create_app) as app, unit_of_work() as session:
        act = _act_of(app, session, _site(session, site_code), username)
        risk_models.retire(session, version=version, reason=reason, act=act)
    click.echo(f"{version} is not in use any more.")


def _site(session: Session, code: str | None) -> Site:
    known = sites.sites(session)
    chosen = [site for site in known if code is None or site.code == code.casefold()]
    if len(chosen) != 1:
        raise click.UsageError(f"say which site with --site: {', '.join(site.code for site in known)}")
    return chosen[0]


def _act_of(app: Flask, session: Session, site: Site, username: str) -> Act:
    """Return the act of the person who decides.

    Raises:
        ClickException: there is no such account in use, or it may not.
    """
    account = sign_in.find_staff(session, username)
    if account is None or account.ended_at is not None:
        raise click.ClickException(f"there is no account {username} in use")
    act = founding.act_of_set_up(session, account, site.id, app.extensions["clock"]())
    may = permissions_of(accounts.roles_of(session, account.id, site.id, act.clinic_day))
    if Permission.RISK_EVALUATE not in may:
        raise click.ClickException(f"{username} may not decide this at {site.name}: it takes a clinic head")
    return act


def _print(one: Version) -> None:
    used = "in use" if one.in_use else "not in use"
    click.echo(f"{one.version}  {one.kind.value}, {used}, card {one.card}, code {one.code_digest[:12]}")
    click.echo(
        f"  nights {one.data_from} to {one.data_until}, facts to {one.known_until}: {one.people:,} people,"
        f" {one.nights:,} nights, {one.events:,} events, {one.dropouts:,} lost"
    )
    for name, what in one.metrics.items():
        click.echo(f"  {name}: {_plainly(what)}")
    if not one.fits_this_program:
        click.echo("  it goes with another card or other columns than this program's, and says nothing: fit again")
    elif not one.same_code:
        click.echo("  the code that counts was changed since: fit again, and compare")
    for decided in one.decisions:
        click.echo(f"  {decided.step.value} {decided.at:%Y-%m-%d %H:%M} UTC by {decided.by}: {decided.reason}")


def _plainly(what: Any) -> str:
    if isinstance(what, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_plainly(value)}" for key, value in what.items())
    if isinstance(what, bool):
        return "met" if what else "not met"
    return f"{what:.4g}" if isinstance(what, float) else "none" if what is None else str(what)
