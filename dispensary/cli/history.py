"""`dispensary import`: a folder of history, looked through first and written whole or not at all."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import click
from flask import Flask
from sqlalchemy.orm import Session

from dispensary.cli import opening
from dispensary.cli.opening import MakeApp
from dispensary.cli.report import DAY
from dispensary.clock import clinic_day
from dispensary.exchange import cohorts, history
from dispensary.exchange.cohorts import ExaminedCohort
from dispensary.exchange.examine import Examined, examine
from dispensary.exchange.faults import Faults, Remark
from dispensary.queries import sites
from dispensary.services.act import Act
from dispensary.web.database import db, unit_of_work
from models import Site
from models.enums import Origin

SHOWN = 100
"""How many bad rows, and how many odd ones, are printed; all are counted."""


@click.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Look through everything, report, write nothing.")
@click.option("--source", help="Where the records come from; the folder's name if not given.")
@click.option("--site", "site_code", help="Short name of the site; needed where there are several.")
@click.option(
    "--seen-until",
    type=DAY,
    help="Of a cohort (courses.csv): the day it was last looked at, for rows that name neither an end nor such a day.",
)
@click.option("--now", is_flag=True, help="Import although somebody is signed in at a window.")
@click.pass_obj
@opening.in_plain_words
def import_history(
    create_app: MakeApp,
    folder: Path,
    dry_run: bool,
    source: str | None,
    site_code: str | None,
    seen_until: datetime | None,
    now: bool,
) -> None:
    """Import a history from the CSV files in FOLDER (docs/import.md)."""
    with opening.clinic(create_app) as app:
        session, at = db.session(), app.extensions["clock"]()
        site = _site(session, site_code)
        settings = sites.settings_at(session, site.id, at)
        today = clinic_day(at, settings.zone, settings.day_starts)
        source = source or folder.resolve().name
        if cohorts.is_cohort(folder):
            last = seen_until.date() if seen_until else None
            cohort = cohorts.examine(session, folder, source=source, today=today, seen_until=last)
            _bring_in_cohort(app, cohort, site, dry_run)
            return
        if seen_until:
            raise click.UsageError("--seen-until goes with a cohort, a folder with courses.csv alone")
        with Bar("Looking through") as bar:
            found = examine(session, folder, source=source, today=today, progress=bar.forward)
        _report(found.faults)
        if dry_run or not found.new:
            _say_what_there_is(found.new, found.skipped, dry_run)
            return
        if not now:
            history.refuse_while_dosing(session, site_id=site.id, at=at)
        _write(app, found, site)


def _bring_in_cohort(app: Flask, found: ExaminedCohort, site: Site, dry_run: bool) -> None:
    """Import courses without names, which take no slot and hold up no window."""
    _report(found.faults)
    if dry_run or not found.new:
        _say_what_there_is(len(found.new), found.skipped, dry_run)
        return
    with unit_of_work() as session:
        cohorts.write(session, found, _act(app, session, site))
    click.echo(f"Imported the cohort {found.source}: {len(found.new):,} courses. {found.skipped:,} were here already.")


def _act(app: Flask, session: Session, site: Site) -> Act:
    at = app.extensions["clock"]()
    settings = sites.settings_at(session, site.id, at)
    return Act(
        by_id=history.signer(session, at).id,
        site_id=site.id,
        at=at,
        clinic_day=clinic_day(at, settings.zone, settings.day_starts),
        origin=Origin.IMPORT,
    )


def _write(app: Flask, found: Examined, site: Site) -> None:
    with Bar("Writing") as bar, unit_of_work() as session:
        act = _act(app, session, site)
        settings = sites.settings_at(session, site.id, act.at)
        history.write_history(session, found, zone=settings.zone, act=act, progress=bar.forward)
    click.echo(
        f"Imported into {site.name}: {len(found.people):,} people, {len(found.episodes):,} episodes, "
        f"{len(found.orders):,} orders, {len(found.doses):,} doses, {len(found.urine):,} urine tests. "
        f"{found.skipped:,} records were here already."
    )


def _say_what_there_is(new: int, skipped: int, dry_run: bool) -> None:
    if dry_run:
        click.echo(f"Nothing was written. {new:,} records are new, {skipped:,} are here already.")
    else:
        click.echo(f"Nothing new: all {skipped:,} records are here already.")


def _report(faults: Faults) -> None:
    """Print what is odd and what is bad.

    Raises:
        ClickException: there is a bad row, so that nothing is imported.
    """
    _print("odd", faults.odd, faults.odd_count)
    _print("bad", faults.bad, faults.bad_count)
    if faults.bad_count:
        raise click.ClickException(f"nothing was imported: {faults.bad_count:,} bad rows, listed above")


def _print(sort: str, remarks: Sequence[Remark], count: int) -> None:
    speak = opening.speaker()
    for remark in remarks[:SHOWN]:
        where = f"{remark.file}:{remark.line}" + (f" {remark.column}" if remark.column else "")
        click.echo(f"{sort}: {where}: {speak(remark.words)}", err=True)
    if count > SHOWN:
        click.echo(f"{sort}: and {count - SHOWN:,} more", err=True)


def _site(session: Session, code: str | None) -> Site:
    known = sites.sites(session)
    chosen = [site for site in known if code is None or site.code == code.casefold()]
    if len(chosen) != 1:
        raise click.UsageError(f"say which site with --site: {', '.join(site.code for site in known)}")
    return chosen[0]


class Bar:
    """A line on a terminal that counts rows as they pass; silent where the output is no terminal."""

    def __init__(self, label: str) -> None:
        """Begin to count."""
        self.label, self.rows, self.shown = label, 0, sys.stderr.isatty()

    def __enter__(self) -> Self:
        """Show the label."""
        self.forward(0)
        return self

    def forward(self, rows: int) -> None:
        """Count further rows."""
        self.rows += rows
        if self.shown:
            click.echo(f"\r{self.label}: {self.rows:,} rows", nl=False, err=True)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the line."""
        if self.shown:
            click.echo(err=True)
