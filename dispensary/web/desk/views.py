"""The counsellor's desk: today's sessions and groups, who misses doses, what is overdue, and the open tasks."""

from flask import Blueprint, render_template, request

from dispensary.permissions import Permission
from dispensary.queries import counsellor_desk
from dispensary.web import edge, gate, policies
from dispensary.web.database import db
from models.enums import TaskReasonKind

bp = Blueprint("desk", __name__)
WHERE = {
    TaskReasonKind.REVIEW_DUE: "plans.of_person",
    TaskReasonKind.CALL_DUE: "referrals.of_person",
    TaskReasonKind.REFERRAL_OVERDUE: "referrals.of_person",
    TaskReasonKind.SESSION_DUE: "sessions.of_person",
    TaskReasonKind.CALL_BACK: "bottles.of_person",
    TaskReasonKind.URINE: "urine.of_person",
    TaskReasonKind.INTAKE_OPEN: "journey.of_person",
    TaskReasonKind.SAFETY: "assessment.of_person",
}
"""Where each thing that is overdue is done."""
ASKED = {"all": True, "me": False}


@bp.get("/desk")
@gate.requires(Permission.CASEWORK_VIEW)
def today() -> str:
    """Show the day: one's own caseload, or the whole clinic."""
    act = edge.act()
    page = counsellor_desk.desk(
        db.session(),
        act.site_id,
        act.by_id,
        at=act.at,
        today=act.clinic_day,
        minimums=policies.minimums(),
        everyone=ASKED.get(request.args.get("who", "")),
    )
    return render_template("desk/today.html", desk=page, part=page.part, where=WHERE, now=act.at, today=act.clinic_day)
