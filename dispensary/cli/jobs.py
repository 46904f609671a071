"""`dispensary jobs`, `dispensary scheduler`, `dispensary pack`: what runs by itself, by hand; and the packs' password."""

from datetime import date, datetime, timedelta

import click
from flask import Flask

from dispensary.cli import opening
from dispensary.cli.opening import MakeApp
from dispensary.clock import clinic_day
from dispensary.home import Home
from dispensary.jobs import scheduler as ticking
from dispensary.jobs.lock import only_one
from dispensary.jobs.table import JOBS, Job
from dispensary.jobs.tick import run as run_one
from dispensary.queries import jobs as records
from dispensary.queries import sites
from dispensary.rules.job_times import A_DAY, Due, Nightly, SiteClock
from dispensary.rules.job_times import night as due_for
from dispensary.safekeeping import packs
from dispensary.web.database import db
from dispensary.web.jobs.failures import KINDS
from models import Site
from models.enums import JobOutcome

DAY = click.DateTime(["%Y-%m-%d"])
A_YEAR = timedelta(days=366)
NAME = click.Choice([job.name for job in JOBS])


@click.group()
def jobs() -> None:
    """What runs by itself: how it went, and running one by hand."""


@jobs.command("list")
@click.pass_obj
@opening.in_plain_words
def list_jobs(create_app: MakeApp) -> None:
    """List every job of every site with its last attempt."""
    with opening.clinic(create_app):
        session = db.session()
        for site in sites.sites(session):
            last = records.last_runs(session, site.id)
            for job in JOBS:
                click.echo(f"{site.code:12} {job.name:20} {_in_words(last.get(job.name))}")


def _in_words(line: records.RunLine | None) -> str:
    if line is None:
        return "never ran"
    ended = f"{line.ended_at:%Y-%m-%d %H:%M} UTC"
    return f"{line.outcome} for {line.clinic_day}, {ended}, {line.seconds:.1f} s {line.note}".rstrip()


@jobs.command("run")
@click.argument("name", type=NAME)
@click.option("--night", type=DAY, help="Clinic day; the last that is over if not given, today's for a job by day.")
@click.option("--site", "site_code", help="Short name of the site; needed where there are several.")
@click.pass_obj
@opening.in_plain_words
def run(create_app: MakeApp, name: str, night: datetime | None, site_code: str | None) -> None:
    """Run one job now, for one clinic day; what was done for it before is not done again."""
    job = next(job for job in JOBS if job.name == name)
    day = night.date() if night else None
    with opening.clinic(create_app) as app, only_one(db.engine, job.lane) as mine:
        if not mine:
            raise click.ClickException("another process is running jobs at this moment; try again in a minute")
        site = _site(site_code)
        one = _asked(app, job, site, day)
        if done := records.done_for(db.session(), site.id, name, one.clinic_day) if _nightly(job) else None:
            click.echo(f"{name} was done for {one.clinic_day} already, {done.ended_at:%Y-%m-%d %H:%M} UTC.")
            return
        outcome = run_one(app, one)
        note = records.last_runs(db.session(), site.id)[name].note
    if outcome is JobOutcome.FAILED:
        known = [KINDS[part] for part in note.split() if part in KINDS]
        raise click.ClickException(f"{name} failed for {one.clinic_day}: {', '.join([note, *known])}")
    click.echo(f"{name}: done for {one.clinic_day}.")


def _nightly(job: Job) -> bool:
    return isinstance(job.when, Nightly)


def _asked(app: Flask, job: Job, site: Site, day: date | None) -> Due:
    """Return the run that was asked for, after the attempts on record."""
    session, now = db.session(), app.extensions["clock"]()
    have = sites.settings_at(session, site.id, now)
    clock = SiteClock(site.id, have.zone, have.day_starts, None)
    today = clinic_day(now, have.zone, have.day_starts)
    if not _nightly(job):
        if day not in (None, today):
            raise click.UsageError(f"{job.name} tells how things stand now: leave --night out")
        if have.pack_folder == records.NO_FOLDER:
            raise click.ClickException("no folder is named for the pack: the administrator names one under Site")
        return Due(site.id, job.name, now, today, 1)
    day = day or today - A_DAY
    if not today - A_YEAR <= day < today:
        raise click.UsageError("--night is a clinic day that is over, within the last year")
    due_at = due_for(job, clock, day)
    return Due(site.id, job.name, due_at, day, records.attempts(session, site.id, job.name, due_at) + 1)


def _site(code: str | None) -> Site:
    known = sites.sites(db.session())
    chosen = [site for site in known if code is None or site.code == code.casefold()]
    if len(chosen) != 1:
        raise click.UsageError(f"say which site with --site: {', '.join(site.code for site in known)}")
    return chosen[0]


@click.command()
@click.pass_obj
@opening.in_plain_words
def scheduler(create_app: MakeApp) -> None:
    """Run jobs only, without serving: where several hosts serve with --no-jobs."""
    with opening.clinic(create_app) as app:
        click.echo("The jobs run by themselves now. Ctrl-C ends.")
    ticking.for_ever(app)


@click.group()
def pack() -> None:
    """The rolling downtime pack."""


@pack.command("password")
@click.pass_obj
@opening.in_plain_words
def password(create_app: MakeApp) -> None:
    """Show the password that opens the packs; it belongs on paper, in the safe."""
    home: Home = opening.made(create_app).extensions["home"]
    opening.check_home(home)
    click.echo(packs.read_password(home))
