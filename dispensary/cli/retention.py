"""`dispensary retention`: how long people stay in treatment, the same figures as on the page."""

import json
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal

import click
from sqlalchemy.orm import Session

from dispensary.analytics.survival import Interval
from dispensary.cli import opening
from dispensary.cli.opening import MakeApp
from dispensary.cli.report import DAY
from dispensary.clock import clinic_day
from dispensary.policy.retention import retention_rules
from dispensary.queries import imported_cohorts, sites
from dispensary.queries.retention import Asked
from dispensary.web.database import db
from dispensary.wording import Speaker
from models import Site
from reports import retention as report
from reports import sheet
from reports.retention import Table
from reports.retention_figures import By, Period, Question, RetentionFigures, figures
from reports.sheet import Cell

A_DAY = timedelta(days=1)
DAYS = click.IntRange(min=1, max=100_000)


def words(vocabulary: type[By] | type[Period] | type[Interval]) -> click.Choice[str]:
    """Return a choice among the words of a vocabulary."""
    return click.Choice([word.value for word in vocabulary])


@click.group(invoke_without_command=True)
@click.option("--by", type=words(By), default=By.CLINIC.value, show_default=True, help="What courses are grouped by.")
@click.option(
    "--gap",
    type=DAYS,
    default=retention_rules().usual_gap,
    show_default=True,
    help="Lost after so many days in a row without a dose.",
)
@click.option(
    "--ci", type=words(Interval), default=Interval.LOG_LOG.value, show_default=True, help="Scale of the intervals."
)
@click.option(
    "--cohort",
    "period",
    type=words(Period),
    default=Period.MONTH.value,
    show_default=True,
    help="Period of admission that makes a cohort.",
)
@click.option(
    "--landmark",
    type=DAYS,
    default=retention_rules().landmark,
    show_default=True,
    help="Day of treatment whose dose makes the group.",
)
@click.option("--from", "first", type=DAY, help="Admitted on this day or later.")
@click.option("--to", "last", type=DAY, help="Admitted on this day or before.")
@click.option("--until", type=DAY, help="Last day looked at; yesterday if not given.")
@click.option("--follow-up", type=DAYS, help="Follow nobody for longer than so many days.")
@click.option("--site", "site_code", help="Short name of one site; all of them if not given.")
@click.option("--imported", help="A cohort that came in without daily doses, by the name of its source.")
@click.option("--json", "kind", flag_value="json", help="Everything, for another program.")
@click.option("--csv", "kind", flag_value="csv", help="The table under the curve, for another program.")
@click.pass_context
@opening.in_plain_words
def retention(
    context: click.Context,
    by: str,
    gap: int,
    ci: str,
    period: str,
    landmark: int,
    first: datetime | None,
    last: datetime | None,
    until: datetime | None,
    follow_up: int | None,
    site_code: str | None,
    imported: str | None,
    kind: str | None,
) -> None:
    """Say how long people stay: curves with who is at risk, medians, log-rank, other ways out, cohorts."""
    if context.invoked_subcommand is not None:
        return
    make_app: MakeApp = context.obj
    with opening.clinic(make_app) as app:
        session, at = db.session(), app.extensions["clock"]()
        site = site_of(session, site_code)
        asked = Asked(
            gap=gap,
            looked_at=min(yesterday(session, site, at), until.date()) if until else yesterday(session, site, at),
            landmark=landmark,
            first=first.date() if first else date.min,
            last=last.date() if last else date.max,
            follow_up=follow_up,
            site_id=site.id if site_code else None,
        )
        known_cohort(session, imported)
        question = Question(By(by), asked, Interval(ci), Period(period), imported)
        print_figures(figures(session, question), kind, opening.speaker())


def yesterday(session: Session, site: Site, at: datetime) -> date:
    """Return the last clinic day that is over."""
    settings = sites.settings_at(session, site.id, at)
    return clinic_day(at, settings.zone, settings.day_starts) - A_DAY


def site_of(session: Session, code: str | None) -> Site:
    """Return the site that was named, or the first where none was."""
    known = sites.sites(session)
    chosen = next((site for site in known if code is None or site.code == code.casefold()), None)
    if chosen is None:
        raise click.UsageError(f"there is no site {code!r}; one of: {', '.join(site.code for site in known)}")
    return chosen


def known_cohort(session: Session, name: str | None) -> None:
    """Refuse the name of a cohort that never came in.

    Raises:
        UsageError: see above; says which there are.
    """
    if name is not None and name not in (known := imported_cohorts.names(session)):
        raise click.UsageError(f"no cohort {name!r} came in; there are: {', '.join(known) or 'none'}")


def print_figures(found: RetentionFigures, kind: str | None, speak: Speaker) -> None:
    """Print figures as JSON, as CSV, or as tables for reading."""
    if kind == "json":
        click.echo(json.dumps(report.as_dict(found, speak), ensure_ascii=False, indent=2))
    elif kind == "csv":
        sys.stdout.write(sheet.to_csv(report.tables(found)[0].as_sheet(speak), speak.zone).decode())
    else:
        for rule in report.rules(found):
            click.echo(speak(rule))
        for table in report.tables(found):
            if table.rows:
                print_table(table, speak)


def print_table(table: Table, speak: Speaker) -> None:
    """Print one table with its columns under each other, numbers to the right."""
    made = table.as_sheet(speak)
    cells = [
        list(made.headings),
        *([_printed(cell, speak) for cell in row] for row in made.rows),
    ]
    widths = [max(len(row[n]) for row in cells) for n in range(len(made.headings))]
    right = [all(not isinstance(row[n], str) for row in made.rows) for n in range(len(made.headings))]
    click.echo(f"\n{made.name}")
    for line in cells:
        click.echo("  ".join(_filled(*one) for one in zip(line, widths, right, strict=True)).rstrip())


def _printed(cell: Cell, speak: Speaker) -> str:
    if cell is None:
        return "–"
    return str(cell) if isinstance(cell, Decimal) else sheet.text_of(cell, speak.zone)


def _filled(text: str, width: int, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)
