"""All pairs of the site on one page: how far each is, what waits to be recorded, and what became of the offers."""

from datetime import timedelta

from flask import render_template

from dispensary.permissions import Permission
from dispensary.policy.support import support_rules
from dispensary.queries import programme_figures, programmes
from dispensary.queries import support as records
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.support.blueprint import bp

A_YEAR = timedelta(days=365)


@bp.get("/pairs")
@gate.requires(Permission.CASEWORK_VIEW)
def pairs() -> str:
    """Show every pair whose programme runs, those that ended within a year, and what was said to offers."""
    session, act = db.session(), edge.act()
    since = act.clinic_day - A_YEAR
    running, ended = programmes.running(session, act.site_id), programmes.ended(session, act.site_id, since)
    weeks = programmes.weeks_of(session, [*running, *ended])

    def with_progress(lines: tuple[programmes.ProgrammeLine, ...]) -> list[object]:
        return [(line, programme_figures.progress(line, weeks[line.id], act.clinic_day)) for line in lines]

    return render_template(
        "support/pairs.html",
        running=with_progress(running),
        ended=with_progress(ended),
        offers=records.offer_counts(session, act.site_id, since, act.clinic_day),
        since=since,
        rules=support_rules(),
    )
