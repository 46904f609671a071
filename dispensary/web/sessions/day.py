"""The sessions and groups of a day, own ones first; what was not recorded yet; who is due for counselling."""

from datetime import date, timedelta

from flask import abort, render_template, request

from dispensary.permissions import Permission
from dispensary.queries import groups as group_records
from dispensary.queries import sessions as records
from dispensary.web import edge, gate, policies
from dispensary.web.database import db
from dispensary.web.sessions.blueprint import bp

A_DAY = timedelta(days=1)
YEARS = range(2000, 2200)


@bp.get("/sessions")
@gate.requires(Permission.CASEWORK_VIEW)
def today() -> str:
    """Show the sessions and groups of today."""
    return _page(edge.act().clinic_day)


@bp.get("/sessions/on/<clinic_day>")
@gate.requires(Permission.CASEWORK_VIEW)
def on_day(clinic_day: str) -> str:
    """Show the sessions and groups of another day."""
    return _page(day_in(clinic_day))


@bp.get("/sessions/due")
@gate.requires(Permission.CASEWORK_VIEW)
def due() -> str:
    """Show who is due for counselling by the policy in force, the longest overdue first."""
    act, everyone = edge.act(), asks_for_everyone()
    minimums = policies.minimums()
    found = records.counselling_due(db.session(), act.site_id, act.clinic_day, minimums)
    mine = [one for one in found if everyone or one.who.counsellor_id == act.by_id]
    return render_template(
        "sessions/due.html", due=mine, everyone=everyone, today=act.clinic_day, minimums=minimums, total=len(found)
    )


def asks_for_everyone() -> bool:
    """Return whether the address asks for the whole clinic, not for oneself."""
    return request.args.get("who") == "all"


def day_in(text: str) -> date:
    """Return the day in an address, or answer that there is no such page."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(404)
    return day if day.year in YEARS else abort(404)


def _page(day: date) -> str:
    session, act, everyone = db.session(), edge.act(), asks_for_everyone()
    with_id = None if everyone else act.by_id
    return render_template(
        "sessions/day.html",
        day=day,
        before=day - A_DAY,
        after=day + A_DAY,
        today=act.clinic_day,
        everyone=everyone,
        sessions=records.on_day(session, act.site_id, day, with_id),
        groups=group_records.meeting_on(session, act.site_id, day),
        missing=records.not_recorded(session, act.site_id, act.clinic_day, with_id),
    )
