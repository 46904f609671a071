"""`dispensary risk evaluate`: the nightly scan looked back on, the same figures as on the page."""

import json
from datetime import date, datetime, timedelta

import click
from flask import Flask

from dispensary.cli import opening
from dispensary.cli.opening import MakeApp
from dispensary.cli.report import DAY
from dispensary.cli.retention import print_table, yesterday
from dispensary.policy.evaluation import looking_back
from dispensary.queries import sites
from dispensary.queries.risk_nights import Period
from dispensary.web.database import db
from models import Site
from reports import risk_evaluation as report
from reports.risk_evaluation_figures import Question, figures

A_YEAR = timedelta(days=364)


@click.command()
@click.option("--from", "first", type=DAY, help="First night; a year before the last if not given.")
@click.option("--to", "last", type=DAY, help="Last night; the last of which it is known what came of it if not given.")
@click.option("--site", "site_code", help="Short name of one site; all of them if not given.")
@click.option("--follow-up", type=click.IntRange(28, 36_525), help="Follow nobody for longer than so many days.")
@click.option("--json", "as_json", is_flag=True, help="Everything, for another program.")
@click.pass_obj
@opening.in_plain_words
def evaluate(
    create_app: MakeApp,
    first: datetime | None,
    last: datetime | None,
    site_code: str | None,
    follow_up: int | None,
    as_json: bool,
) -> None:
    """Say what the scan would have been worth on every night of a period: ranks, probabilities, alerts, by group and month.

    A local model is judged on nights it does not know: a kept version after its own nights, or one fitted now to other people
    (extra: refit). Nothing is changed.
    """
    with opening.clinic(create_app) as app:
        asked = _asked(app, first, last, site_code, follow_up)
        found, speak = figures(db.session(), asked), opening.speaker()
    if as_json:
        click.echo(json.dumps(report.as_dict(found, speak), ensure_ascii=False, indent=1))
        return
    for rule in report.rules(found):
        click.echo(speak(rule))
    for table in report.tables(found):
        if table.rows:
            print_table(table, speak)


def _asked(
    app: Flask, first: datetime | None, last: datetime | None, site_code: str | None, follow_up: int | None
) -> Question:
    """Return which nights of which sites the options ask for.

    Raises:
        UsageError: there is no such site, or the first night lies after the last.
    """
    session, at = db.session(), app.extensions["clock"]()
    wanted: list[Site] = [site for site in sites.sites(session) if site_code in (None, site.code)]
    if not wanted:
        raise click.UsageError(f"there is no site {site_code}")
    over = min(yesterday(session, site, at) for site in wanted)
    until: date = min(last.date(), over) if last else over - timedelta(days=looking_back().evaluation.behind)
    since: date = first.date() if first else until - A_YEAR
    if since > until:
        raise click.UsageError(f"the first night, {since}, lies after the last that is over, {until}")
    return Question(tuple(wanted), Period(since, until, over, follow_up), fit=True)
