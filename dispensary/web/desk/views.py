"""The counsellor's desk: today's sessions and groups, who misses doses, what is overdue, and the open tasks."""

from flask import Blueprint, render_template, request

from dispensary.permissions import Permission
from dispensary.queries import counsellor_desk
from dispensary.queries.counsellor_desk import Part
from dispensary.queries.groups import GroupToday
from dispensary.queries.sessions import Arranged
from dispensary.web import edge, gate, policies
from dispensary.web.database import db
from dispensary.web.formats import clock_time
from dispensary.web.worklist.places import address

bp = Blueprint("desk", __name__)
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
    return render_template(
        "desk/today.html",
        desk=page,
        part=page.part,
        timetable=_by_the_clock(page.part),
        address=address,
        now=act.at,
        today=act.clinic_day,
    )


def _by_the_clock(part: Part) -> list[tuple[str, Arranged | None, GroupToday | None]]:
    """Sort the day's sessions and groups together: local time, and the one or the other."""
    alone = [(clock_time(one.starts_at), one, None) for one in part.sessions]
    together = [(one.group.starts_at, None, one) for one in part.groups]
    return sorted([*alone, *together], key=lambda line: line[0])
