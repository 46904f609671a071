"""The board of who is where, and the page of one person's way."""

from flask import abort, render_template

from dispensary.permissions import Permission
from dispensary.queries import course, journey, outreach, people, waiting
from dispensary.queries import intake as intakes
from dispensary.rules.journey import COLUMNS, Where
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.database import db
from dispensary.web.journey.blueprint import bp
from dispensary.web.patients.forms import Press
from dispensary.web.sessions.day import asks_for_everyone


@bp.get("/journey")
@gate.requires(Permission.CASEWORK_VIEW)
def board() -> str:
    """Show how many stand where, and below it everybody."""
    return _board(None)


@bp.get("/journey/at/<where>")
@gate.requires(Permission.CASEWORK_VIEW)
def at(where: str) -> str:
    """Show who stands at one place of the board."""
    if where not in set(Where):
        abort(404)
    return _board(Where(where))


def _board(where: Where | None) -> str:
    act, everyone = edge.act(), asks_for_everyone()
    mine = None if everyone else act.by_id
    return render_template(
        "journey/board.html",
        board=journey.board(db.session(), act.site_id, act.clinic_day, mine),
        columns=COLUMNS,
        shown=[where] if where else list(Where),
        where=where,
        everyone=everyone,
        today=act.clinic_day,
    )


@bp.get("/people/<int:person_id>/journey")
@gate.requires(Permission.CASEWORK_VIEW)
def of_person(person_id: int) -> str:
    """Show one person's way with its days, what is open of the intake, the stage and the person's own aim."""
    note_access(person_id, "journey")
    session, act = db.session(), edge.act()
    episode_id = people.episode_on(session, person_id, act.site_id)
    waits = waiting.waiting_of(session, person_id)
    queue = waiting.waiting_list(session, act.site_id) if any(one.ended_on is None for one in waits) else []
    return render_template(
        "journey/of_person.html",
        person=people.identity(session, person_id),
        steps=course.course_of(session, person_id, act.site_id),
        entered=intakes.intake_of(session, person_id, act.site_id),
        place=next((one for one in queue if one.who.person_id == person_id), None),
        queue_length=len(queue),
        came=waiting.came(session, person_id),
        interventions=outreach.interventions_of(session, person_id),
        stages=journey.stage_lines(session, person_id),
        aims=journey.aims_of(session, person_id),
        aim_due=episode_id is not None and journey.aim_due(session, episode_id),
        in_treatment=episode_id is not None,
        today=act.clinic_day,
        press=Press,
    )
