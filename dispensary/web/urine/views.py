"""What waits about urine tests, of everyone: to be read, to be looked at, drawn and not asked, due by policy."""

from flask import render_template

from dispensary.permissions import Permission
from dispensary.policy.urine import urine_policy
from dispensary.queries import urine_draws, urine_schedule, urines
from dispensary.web import edge, gate, policies
from dispensary.web.database import db
from dispensary.web.urine.blueprint import bp


@bp.get("/urine")
@gate.requires(Permission.CASEWORK_VIEW)
def home() -> str:
    """Show what waits."""
    session, act, policy = db.session(), edge.act(), urine_policy()
    since = act.clinic_day - policy.listed_for
    due = urine_schedule.due_list(session, act.site_id, act.clinic_day, policies.minimums())
    return render_template(
        "urine/home.html",
        to_read=urines.waiting_to_be_read(session, act.site_id, since),
        to_look=urines.asking_for_a_look(session, act.site_id, since),
        drawn=urine_draws.drawn_and_not_asked(session, act.site_id, since),
        due=[one for one in due if one.days_over >= 0],
        today=act.clinic_day,
        scheduled=len(due),
        uncovered=urine_schedule.uncovered(session, act.site_id, act.clinic_day, policies.minimums()),
        policy=policy,
    )
