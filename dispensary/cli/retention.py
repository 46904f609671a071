"""`dispensary retention`: how long people stay in treatment, the same figures as on the page."""

import json
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import click
from flask import Flask
from sqlalchemy.orm import Session

from dispensary.analytics.cox import NoModel, NotInstalled, cox
from dispensary.analytics.survival import Interval
from dispensary.cli import opening
from dispensary.cli.opening import MakeApp
from dispensary.cli.report import DAY, joined
from dispensary.clock import clinic_day
from dispensary.policy.retention import retention_rules
from dispensary.queries import imported_cohorts, sites
from dispensary.queries.retention import Asked
from dispensary.web.database import db
from dispensary.wording import Speaker
from models import Site
from reports import covariates, sheet
from reports import retention as report
from reports.retention import Table
from reports.retention_figures import DRUGS, By, Period, Question, RetentionFigures, figures
from reports.sheet import Cell

A_DAY = timedelta(days=1)
NOT_INSTALLED = (
    "this needs lifelines, which a clinic does not need every day: run `pip install 'dispensary-tracker[cox]'` where "
    "dispensary is installed, then call again"
)
DAYS = click.IntRange(min=1, max=100_000)


def some_days(context: click.Context, option: click.Parameter, value: str | None) -> tuple[int, ...]:
    """Return whole numbers of days with commas between, each once and in order; none where nothing was asked."""
    words = [word.strip() for word in value.split(",")] if value else []
    if not all(word.isascii() and word.isdigit() and len(word) < len(str(DAYS.max)) for word in words):
        raise click.BadParameter("write days as whole numbers with commas between, such as 90,180,365")
    return tuple(sorted({int(word) for word in words}))


def words(vocabulary: type[By] | type[Period] | type[Interval]) -> click.Choice[str]:
    """Return a choice among the words of a vocabulary."""
    return click.Choice([word.value for word in vocabulary])


Parameters = dict[str, Any]
WHICH = joined(
    click.option(
        "--gap",
        type=DAYS,
        default=retention_rules().usual_gap,
        show_default=True,
        help="Lost after so many days in a row without a dose.",
    ),
    click.option(
        "--landmark",
        type=DAYS,
        default=retention_rules().landmark,
        show_default=True,
        help="Day of treatment whose dose counts.",
    ),
    click.option("--from", "first", type=DAY, help="Admitted on this day or later."),
    click.option("--to", "last", type=DAY, help="Admitted on this day or before."),
    click.option("--until", type=DAY, help="Last day looked at; yesterday if not given."),
    click.option("--follow-up", type=DAYS, help="Follow nobody for longer than so many days."),
    click.option("--site", "site_code", help="Short name of one site; all of them if not given."),
    click.option("--imported", help="A cohort that came in without daily doses, by the name of its source."),
    click.option(
        "--medication",
        "told_drug",
        type=click.Choice(list(DRUGS)),
        help="Of such a cohort, the medicine, where its file does not say.",
    ),
    click.option(
        "--dose-day",
        "told_dose_day",
        type=click.IntRange(min=0, max=100_000),
        help="Of such a cohort, the day of treatment of its doses, where its file does not say; never for a largest dose.",
    ),
)
"""Which courses are looked at, and by which rules."""


def asked_for(app: Flask, given: Parameters) -> Asked:
    """Return which courses the options ask for.

    Raises:
        UsageError: there is no such site or cohort.
    """
    session, at = db.session(), app.extensions["clock"]()
    site, code, until = site_of(session, given["site_code"]), given["site_code"], given["until"]
    known_cohort(session, given["imported"])
    _fitting(given)
    over = yesterday(session, site, at) if given["imported"] is None else date.max
    return Asked(
        gap=given["gap"],
        looked_at=min(over, until.date()) if until else over,
        landmark=given["landmark"],
        first=given["first"].date() if given["first"] else date.min,
        last=given["last"].date() if given["last"] else date.max,
        follow_up=given["follow_up"],
        site_id=site.id if code else None,
        told_drug=given["told_drug"],
        told_dose_day=given["told_dose_day"],
    )


def _fitting(given: Parameters) -> None:
    """Refuse options that say nothing of what is asked for.

    Raises:
        UsageError: a site of an imported cohort, or what is told of one where none is asked for.
    """
    if given["imported"] is not None and given["site_code"] is not None:
        raise click.UsageError("an imported cohort is of no site here: leave out --site, or use --by clinic")
    if given["imported"] is None and (given["told_drug"] is not None or given["told_dose_day"] is not None):
        raise click.UsageError("--medication and --dose-day are told of an imported cohort: name it with --imported")


@click.group(invoke_without_command=True)
@click.option("--by", type=words(By), default=By.CLINIC.value, show_default=True, help="What courses are grouped by.")
@click.option(
    "--ci", type=words(Interval), default=Interval.LOG_LOG.value, show_default=True, help="Scale of the intervals."
)
@click.option(
    "--cohort",
    "period",
    type=words(Period),
    default=Period.MONTH.value,
    show_default=True,
    help="Period of the first dose that makes a cohort.",
)
@click.option("--days", callback=some_days, help="Days that the table under the curve says, such as 90,180,365.")
@click.option("--json", "kind", flag_value="json", help="Everything, for another program.")
@click.option("--csv", "kind", flag_value="csv", help="One table, for another program.")
@click.option(
    "--table",
    type=click.Choice(list(report.TABLES)),
    default="curve",
    show_default=True,
    help="Which table --csv gives; steps is every day on which somebody was lost or last seen.",
)
@WHICH
@click.pass_context
@opening.in_plain_words
def retention(
    context: click.Context,
    /,
    by: str,
    ci: str,
    period: str,
    days: tuple[int, ...],
    kind: str | None,
    table: str,
    **given: Any,
) -> None:
    """Say how long people stay: curves with who is at risk, medians, log-rank, other ways out, cohorts."""
    if context.invoked_subcommand is not None:
        return
    with opening.clinic(context.obj) as app:
        question = Question(By(by), asked_for(app, given), Interval(ci), Period(period), given["imported"], days)
        print_figures(figures(db.session(), question), kind, opening.speaker(), table)


@retention.command("cox")
@click.option(
    "--covariate",
    "names",
    multiple=True,
    type=click.Choice(list(covariates.COVARIATES)),
    default=("medication",),
    show_default=True,
    help="What may make a difference; may be given several times.",
)
@WHICH
@click.pass_obj
@opening.in_plain_words
def cox_model(create_app: MakeApp, /, names: tuple[str, ...], **given: Any) -> None:
    """Say how much faster some are lost than others, everything else equal (Cox); needs the extra named cox."""
    with opening.clinic(create_app) as app:
        asked = asked_for(app, given)
        found = covariates.known(db.session(), asked, given["imported"], names)
        try:
            model = cox(found.times, found.lost, found.columns)
        except NotInstalled:
            raise click.ClickException(NOT_INSTALLED) from None
        except NoModel as why:
            raise click.ClickException(f"there is no such model: {why}") from None
    click.echo(
        f"{model.people:,} courses, {model.lost:,} lost; {found.left_out:,} left out, not everything is known of them."
    )
    click.echo(found.rule % {"gap": asked.gap, "day": asked.landmark})
    for hazard in model.hazards:
        click.echo(
            f"{hazard.name}: hazard ratio {hazard.ratio:.4f} (95 % interval {hazard.lower:.4f} to {hazard.upper:.4f}), "
            f"p = {hazard.p:.2g}"
        )
    click.echo(f"Concordance {model.concordance:.4f}")


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


def print_figures(found: RetentionFigures, kind: str | None, speak: Speaker, table: str) -> None:
    """Print figures as JSON, one table of them as CSV, or all as tables for reading."""
    if kind == "json":
        click.echo(json.dumps(report.as_dict(found, speak), ensure_ascii=False, indent=2))
    elif kind == "csv":
        sys.stdout.write(sheet.to_csv(report.TABLES[table](found).as_sheet(speak), speak.zone).decode())
    else:
        for rule in report.rules(found):
            click.echo(speak(rule))
        for one in report.tables(found):
            if one.rows:
                print_table(one, speak)


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
