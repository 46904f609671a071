"""Call-backs: asking for every bottle by a deadline, the list of those that wait, and what came of each."""

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import bottles, people
from dispensary.queries import call_backs as records
from dispensary.services import call_backs as verbs
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.bottles.blueprint import bp
from dispensary.web.bottles.forms import CallBackForm, CloseForm
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.wording import N_, say
from models.enums import CallBackOutcomeKind, CallBackReason

Answer = tuple[str, int] | Response


@bp.get("/call-backs")
@gate.requires(Permission.TAKE_HOME_VIEW)
def call_backs() -> Answer:
    """Show the call-backs that wait, the earliest deadline first, and those that are closed."""
    act, session = edge.act(), db.session()
    page = {
        "waiting": records.open_call_backs(session, act.site_id),
        "closed": records.closed_call_backs(session, act.site_id),
        "now": act.at,
    }
    return render_template("bottles/call_backs.html", **page), 200


@bp.route("/of/<int:person_id>/call-back", methods=["GET", "POST"])
@gate.requires(Permission.CALL_BACK)
def call_back(person_id: int) -> Answer:
    """Call somebody back with every bottle, by a deadline."""
    note_access(person_id, "call_back")
    person_id = people.surviving(db.session(), person_id)
    form, act = CallBackForm(), edge.act()
    if not form.is_submitted():
        form.offer(act.at + edge.settings().call_back_within)

    def change(work: Work) -> str:
        verbs.call_back(
            work.session,
            person_id=person_id,
            reason=CallBackReason(form.reason.data),
            channel=form.channel.data or "",
            note=form.note.data or "",
            due_by=form.due_by,
            act=work.act,
        )
        return url_for("bottles.of_person", person_id=person_id)

    if answer := carried_out(form, change, said=_("Called back.")):
        return answer
    held = bottles.at_home(db.session(), person_id)
    person = people.identity(db.session(), person_id)
    page = {"person": person, "held": held, "today": act.clinic_day}
    return render_template("bottles/call_back.html", form=form, **page), form.status


@bp.route("/call-backs/<int:call_back_id>", methods=["GET", "POST"])
@gate.requires(Permission.CALL_BACK)
def close_call_back(call_back_id: int) -> Answer:
    """Take down what came of a call-back."""
    found = records.call_back(db.session(), call_back_id, edge.sitting().site_id)
    if found is None:
        raise NotFound(say(N_("There is no such call-back here.")), code="no_such_call_back")
    note_access(found.person_id, "call_back")
    form = CloseForm()

    def change(work: Work) -> str:
        verbs.close_call_back(
            work.session,
            call_back_id=call_back_id,
            outcome=CallBackOutcomeKind(form.outcome.data),
            brought=form.brought.data or 0,
            note=form.note.data or "",
            act=work.act,
        )
        return url_for("bottles.call_backs")

    if answer := carried_out(form, change, said=_("The call-back is closed.")):
        return answer
    held = bottles.at_home(db.session(), found.person_id)
    return render_template("bottles/close.html", form=form, found=found, held=held, now=edge.now()), form.status
