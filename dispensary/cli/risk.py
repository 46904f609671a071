"""`dispensary risk`: what the nightly scan's scorecard says of a night, without raising anybody."""

import json
from datetime import datetime, timedelta
from typing import Any

import click

from dispensary.cli import opening
from dispensary.cli.opening import MakeApp
from dispensary.cli.report import DAY
from dispensary.clock import clinic_day
from dispensary.policy.risk import risk_card
from dispensary.queries import sites
from dispensary.services.risk import Scored, scored
from dispensary.web.database import db
from models.units import plain


@click.group()
def risk() -> None:
    """The nightly scan for people at risk of being lost."""


@risk.command("score")
@click.option("--night", type=DAY, help="Clinic day; the last that is over if not given.")
@click.option("--site", "site_code", help="Short name of one site; all of them if not given.")
@click.option("--json", "as_json", is_flag=True, help="For another program: every reason with its count and points.")
@click.pass_obj
@opening.in_plain_words
def score(create_app: MakeApp, night: datetime | None, site_code: str | None, as_json: bool) -> None:
    """List who is in a lane at the close of a night, by record number, with the points; nobody is raised or told."""
    with opening.clinic(create_app) as app:
        session, at = db.session(), app.extensions["clock"]()
        wanted = [site for site in sites.sites(session) if site_code in (None, site.code)]
        if not wanted:
            raise click.UsageError(f"there is no site {site_code}")
        found: list[dict[str, Any]] = []
        for site in wanted:
            have = sites.settings_at(session, site.id, at)
            day = night.date() if night else clinic_day(at, have.zone, have.day_starts) - timedelta(days=1)
            counted, in_a_lane = scored(session, site.id, day)
            rows = [_row(one) for one in sorted(in_a_lane, key=_first)]
            scanned = int(counted.counted.active.sum())
            found.append({"site": site.code, "night": day.isoformat(), "scored": scanned, "in_a_lane": rows})
    if as_json:
        click.echo(json.dumps({"card": risk_card().version, "nights": found}, indent=1))
        return
    for one in found:
        click.echo(f"{one['site']} {one['night']}: {one['scored']} people scored, {len(one['in_a_lane'])} in a lane")
        for row in one["in_a_lane"]:
            why = ", ".join(f"{r['factor']} {r['count']} (+{r['points']})" for r in row["reasons"] if r["points"])
            click.echo(f"  {row['lane']:5} {row['points']:3} points  record {row['person']:6}  {why}")


def _first(one: Scored) -> tuple[bool, int, int, int]:
    """RED first, the longest row of no-shows, then the most points."""
    return one.risk.lane != "red", -one.of.no_shows, -one.risk.points, one.person_id


def _row(one: Scored) -> dict[str, Any]:
    reasons = [
        {
            "factor": row.factor.value,
            "count": None if row.count is None else plain(row.count),
            "points": row.points,
        }
        for row in one.risk.reasons
    ]
    lane = one.risk.lane.value if one.risk.lane else None
    return {"person": one.person_id, "lane": lane, "points": one.risk.points, "reasons": reasons}
