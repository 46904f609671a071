"""The prescriber's desk: what waits for a decision, for how long, and the small pages on which it is decided."""

from datetime import timedelta

from flask import Response as BaseResponse
from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import orders, people, prescriber_desk, telephone_orders
from dispensary.services import prescriber_desk as verbs
from dispensary.services import re_entry, stops
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.marks import marked
from dispensary.web.once import Work
from dispensary.web.orders.blueprint import bp
from dispensary.web.orders.forms import CloseTaskForm, DecisionForm
from dispensary.web.stop_facts import behind
from dispensary.wording import N_, Words, say
from models.enums import TaskOutcome

Answer = tuple[str, int] | Response
FOUR_WEEKS = timedelta(days=27)


@bp.get("/prescriber")
@gate.requires(Permission.ORDER_SIGN)
def desk() -> str:
    """Show the open tasks, the one due first on top, what waits for a countersignature, and the orders that end soon."""
    act, session = edge.act(), db.session()
    rows = prescriber_desk.desk_rows(session, act.site_id, act.at)
    return render_template(
        "orders/desk.html",
        rows=rows,
        held={row.person_id for row in rows if row.held and re_entry.held_today(session, row.person_id, act)},
        telephone=telephone_orders.waiting(session, act.site_id),
        ending=orders.ending_soon(session, act.site_id, act.clinic_day),
        decided=prescriber_desk.minutes_to_decision(session, act.site_id, act.clinic_day - FOUR_WEEKS, act.clinic_day),
        mark=prescriber_desk.desk_mark(session, act.site_id),
        now=act.at,
        today=act.clinic_day,
    )


@bp.get("/prescriber/mark")
@gate.requires(Permission.ORDER_SIGN)
@gate.quiet
@gate.background
def desk_mark() -> BaseResponse:
    """Answer whether the desk has changed, for the page that asks every few seconds."""
    mark = prescriber_desk.desk_mark(db.session(), edge.act().site_id)
    return marked(mark)


@bp.route("/prescriber/stops/<int:stop_id>/release", methods=["GET", "POST"])
@gate.requires(Permission.STOP_RELEASE)
def release_stop(stop_id: int) -> Answer:
    """Release a stop, with the reason."""
    stop = prescriber_desk.stop(db.session(), stop_id)
    if stop is None:
        raise NotFound(say(N_("This stop no longer stands.")), code="no_such_stop")
    note_access(stop.person_id, "stop")
    form = DecisionForm().ask(_("Why it is released"), _("Release the stop"))

    def change(work: Work) -> str:
        stops.release_stop(work.session, stop_id=stop_id, reason=form.reason.data or "", act=work.act)
        return url_for("orders.desk")

    return carried_out(form, change) or _decide(form, stop.person_id, _("Release a stop"), behind(db.session(), stop))


@bp.route("/prescriber/tasks/<int:task_id>/close", methods=["GET", "POST"])
@gate.requires(Permission.ORDER_SIGN)
def close_task(task_id: int) -> Answer:
    """Close a task, with what came of it."""
    person_id = prescriber_desk.person_of_task(db.session(), task_id, edge.act().site_id)
    if person_id is None:
        raise NotFound(say(N_("There is no such task here.")), code="no_such_task")
    note_access(person_id, "task")
    form = CloseTaskForm()

    def change(work: Work) -> str:
        verbs.close_task(
            work.session,
            task_id=task_id,
            resolution=form.reason.data or "",
            outcome=TaskOutcome(form.outcome.data),
            act=work.act,
        )
        return url_for("orders.desk")

    return carried_out(form, change) or _decide(form, person_id, _("Close a task"), [])


def _decide(form: DecisionForm | CloseTaskForm, person_id: int, title: str, facts: list[Words]) -> tuple[str, int]:
    person = people.identity(db.session(), person_id)
    return render_template("orders/decide.html", form=form, person=person, title=title, facts=facts), form.status
