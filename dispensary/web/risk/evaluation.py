"""The page on which the nightly scan is looked back on: of everybody, by group, by month, and what was fitted here."""

from datetime import timedelta

from flask import render_template

from dispensary.permissions import Permission
from dispensary.policy.evaluation import looking_back
from dispensary.queries import sites
from dispensary.queries.risk_nights import Period
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.web.reporting import asked
from dispensary.web.risk.blueprint import bp
from reports import risk_evaluation as report
from reports.risk_evaluation_figures import Question, figures

USUAL = timedelta(days=91)
A_DAY = timedelta(days=1)


@bp.get("/risk/evaluation")
@gate.requires(Permission.RISK_EVALUATE)
def evaluation() -> str:
    """Show what the scan would have been worth on every night of a period; the last three months if none is named."""
    session, act = db.session(), edge.act()
    over = act.clinic_day - A_DAY
    judged = over - timedelta(days=looking_back().evaluation.behind)
    first, last = asked.days(usual=(judged - USUAL, judged))
    here = next(site for site in sites.sites(session) if site.id == act.site_id)
    found = figures(session, Question((here,), Period(first, min(last, over), over)))
    speak = edge.speaker()
    return render_template(
        "risk/evaluation.html",
        figures=found,
        first=first,
        last=last,
        rules=report.rules(found),
        tables=[(table.key, table.as_sheet(speak)) for table in report.tables(found)],
    )
