"""Days without medicine at the window: what the gate says and by which table, and the questions that come first."""

from dataclasses import dataclass

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries.safety_picture import SafetyPicture
from dispensary.rules.dosing import re_entry_verdict, released_today, seen_first
from dispensary.rules.re_entry import ReEntryVerdict
from dispensary.services import re_entry as verbs
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.once import Work
from dispensary.web.station.blueprint import bp
from dispensary.web.station.checked import was_seen
from dispensary.web.station.pictures import picture_of
from dispensary.web.station.re_entry_forms import AskForm
from models.enums import Origin

Answer = tuple[str, int] | Response


@dataclass(frozen=True)
class GateAtWindow:
    """What the window shows of the re-entry gate."""

    verdict: ReEntryVerdict
    released: bool
    seen_first: bool
    """Somebody confirms that the person is not intoxicated before a dose is given."""
    seen: bool


def gate_at_window(picture: SafetyPicture) -> GateAtWindow | None:
    """Return what the gate says of a person; None where it has nothing to consider."""
    facts, rules = picture.facts, edge.settings().rules
    verdict = re_entry_verdict(facts, rules)
    if verdict is None:
        return None
    return GateAtWindow(verdict, released_today(facts), seen_first(facts, rules), was_seen(facts.person_id))


@bp.route("/<int:person_id>/last-dose", methods=["GET", "POST"])
@gate.requires(Permission.DOSE_RECORD)
def ask(person_id: int) -> Answer:
    """Ask when the last dose was taken and what was used since, and write down what is said."""
    picture = picture_of(person_id)
    note_access(person_id, "last dose")
    form = AskForm()

    def change(work: Work) -> str:
        verbs.note_answer(work.session, person_id=person_id, told=form.told(), act=work.act)
        return url_for("station.person", person_id=person_id)

    answer = carried_out(
        form, change, said=_("Written down. It is never held against the person."), origin=Origin.WINDOW
    )
    return answer or (render_template("station/ask.html", form=form, picture=picture), form.status)
