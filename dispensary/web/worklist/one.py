"""One task: why, whose, how the person may be reached, what was tried; and its steps."""

from functools import partial

from flask import render_template, url_for
from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import caseload, people
from dispensary.queries import worklist as records
from dispensary.queries.worklist import Story
from dispensary.services import worklist
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.patients.forms import Press
from dispensary.web.patients.pages import show_form
from dispensary.web.worklist.blueprint import Answer, bp
from dispensary.web.worklist.forms import AttemptForm, CloseForm, HandOverForm
from dispensary.web.worklist.places import address
from models.enums import AttemptOutcome, Channel, Desk, TaskOutcome, TaskReasonKind


@bp.route("/worklist/tasks/<int:task_id>", methods=["GET", "POST"])
@gate.requires(Permission.TASK_WORK)
def task(task_id: int) -> Answer:
    """Show a task, and record an attempt to reach the person; the task may be closed in the same go."""
    found = opened(task_id)
    form = AttemptForm()
    form.begin(found.work.reach, may_close=found.work.desk is not Desk.PRESCRIBER)

    def change(work: Work) -> str:
        worklist.attempt(
            work.session,
            task_id=task_id,
            channel=Channel(form.channel.data),
            outcome=AttemptOutcome(form.outcome.data),
            note=form.note.data or "",
            act=work.act,
        )
        if form.closes_with is None:
            return address_of(task_id)
        worklist.resolve(
            work.session, task_id=task_id, outcome=form.closes_with, note=form.note.data or "", act=work.act
        )
        return _list_of(found)

    return carried_out(form, change, said=_("Recorded.")) or _page(found, form)


@bp.post("/worklist/tasks/<int:task_id>/take")
@gate.requires(Permission.TASK_WORK)
def take(task_id: int) -> Answer:
    """Take a task that nobody owns."""
    found = opened(task_id)
    form, attempt = Press(), AttemptForm(formdata=None)
    attempt.begin(found.work.reach, may_close=found.work.desk is not Desk.PRESCRIBER)

    def change(work: Work) -> str:
        worklist.take(work.session, task_id=task_id, act=work.act)
        return address_of(task_id)

    return carried_out(form, change) or _page(found, attempt, refused=form)


@bp.route("/worklist/tasks/<int:task_id>/hand-over", methods=["GET", "POST"])
@gate.requires(Permission.TASK_WORK)
def hand_over(task_id: int) -> Answer:
    """Give a task to a colleague, or put it back."""
    found = opened(task_id)
    form, act = HandOverForm(), edge.act()
    form.offer(caseload.colleagues(db.session(), act.site_id, act.clinic_day, worklist.WORKERS[found.work.desk]))

    def change(work: Work) -> str:
        worklist.hand_over(
            work.session,
            task_id=task_id,
            owner_id=form.owner_id.data or None,
            reason=form.reason.data or "",
            act=work.act,
        )
        return address_of(task_id)

    return carried_out(form, change, said=_("Handed over.")) or show_form(
        found.work.person_id, form, _("Hand over a task"), back=address_of(task_id)
    )


@bp.route("/worklist/tasks/<int:task_id>/close", methods=["GET", "POST"])
@gate.requires(Permission.TASK_WORK)
def close(task_id: int) -> Answer:
    """Close a task with what came of it."""
    found = opened(task_id)
    form = CloseForm()

    def change(work: Work) -> str:
        worklist.resolve(
            work.session,
            task_id=task_id,
            outcome=TaskOutcome(form.outcome.data),
            note=form.note.data or "",
            act=work.act,
        )
        return _list_of(found)

    return carried_out(form, change, said=_("The task is closed.")) or show_form(
        found.work.person_id, form, _("Close a task"), back=address_of(task_id)
    )


def address_of(task_id: int) -> str:
    """Return the address of the page about a task."""
    return url_for("worklist.task", task_id=task_id)


def opened(task_id: int) -> Story:
    """Return a task, once it is noted who opened the record of the person."""
    act = edge.act()
    found = records.story(db.session(), task_id, act.site_id, act.clinic_day)
    note_access(found.work.person_id, "task")
    return found


def _list_of(found: Story) -> str:
    return url_for("worklist.of_desk", desk=found.work.desk.value)


def _page(found: Story, form: AttemptForm, refused: Press | None = None) -> tuple[str, int]:
    page = render_template(
        "worklist/task.html",
        person=people.identity(db.session(), found.work.person_id),
        story=found,
        work=found.work,
        form=form,
        press=partial(Press, formdata=None),
        refused=refused,
        now=edge.now(),
        me=edge.act().by_id,
        places=_places(found),
    )
    return page, refused.status if refused else form.status


def _places(found: Story) -> list[tuple[TaskReasonKind, str]]:
    """Return where each reason of an open task is settled, each page once."""
    if found.resolved_at is not None:
        return []
    known = ((one.kind, address(one.kind, found.work.person_id)) for one in found.work.why)
    return [(kind, at) for kind, at in known if at is not None]
