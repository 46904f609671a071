"""A hospital calls for the last dose: one screen with what there is to say, and one row of what was said."""

from flask import render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import people
from dispensary.services import disclosures, events
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.disclosures.blueprint import bp
from dispensary.web.disclosures.forms import LastDoseForm
from dispensary.web.disclosures.views import address_of
from dispensary.web.once import Work
from dispensary.web.told_events import told_in
from reports import last_dose

Answer = tuple[str, int] | Response


@bp.route("/of/<int:person_id>/last-dose", methods=["GET", "POST"])
@gate.requires(Permission.DISCLOSE, Permission.HISTORY_VIEW)
def asked_for_last_dose(person_id: int) -> Answer:
    """Show what there is to say to whoever doses next, and record who was told what."""
    note_access(person_id, "last_dose")
    act, speak = edge.act(), edge.speaker()
    known = last_dose.known(db.session(), person_id, act.clinic_day, act.at)
    said = [speak(words) for words in last_dose.sentences(known)]
    form = LastDoseForm()
    form.offer(person_id, "\n".join(said))

    def change(work: Work) -> str:
        disclosures.tell(work.session, person_id=person_id, telling=form.telling, act=work.act)
        events.tell_all(work.session, person_id=person_id, kinds=told_in(form.tells), act=work.act)
        return address_of(person_id)

    if answer := carried_out(form, change, said=_("On record who was told what.")):
        return answer
    person = people.identity(db.session(), person_id)
    html = render_template("disclosures/last_dose.html", form=form, person=person, known=known, said=said)
    return html, form.status
