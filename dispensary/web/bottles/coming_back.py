"""One bottle: brought back and looked at, or lost, stolen or spilt."""

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.queries import bottle_contents, people
from dispensary.queries import bottles as records
from dispensary.queries.bottles import BottleOnRecord
from dispensary.services import bottle_returns
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.bottles.blueprint import bp
from dispensary.web.bottles.forms import BackForm, GoneForm
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.witness import prove_witness
from dispensary.wording import N_, say
from models.enums import BottleFate, BottleState, Origin

Answer = tuple[str, int] | Response


@bp.route("/<int:bottle_id>/back", methods=["GET", "POST"])
@gate.requires(Permission.BOTTLE_ISSUE)
def back(bottle_id: int) -> Answer:
    """Take down how a bottle that was brought back is found; what is left in it is seen by a witness."""
    bottle = _bottle(bottle_id)
    held = bottle_contents.contents(db.session(), [bottle_id]).get(bottle_id, ())
    form = BackForm()
    form.offer(held)

    def change(work: Work) -> str:
        bottle_returns.take_back(
            work.session,
            bottle_id=bottle_id,
            looked=form.looked,
            rest=form.measured(held),
            witnessed_by_id=work.witness_id,
            act=work.act,
        )
        return url_for("bottles.of_person", person_id=bottle.person_id)

    witness = (lambda: prove_witness(form)) if form.state.data != BottleState.EMPTY else None
    said = _("Taken back.")
    if answer := carried_out(form, change, said=said, origin=Origin.WINDOW, witness=witness):
        return answer
    page = {"bottle": bottle, "held": held, "person": people.identity(db.session(), bottle.person_id)}
    return render_template("bottles/back.html", form=form, today=edge.act().clinic_day, **page), form.status


@bp.route("/<int:bottle_id>/gone", methods=["GET", "POST"])
@gate.requires(Permission.BOTTLE_ISSUE)
def gone(bottle_id: int) -> Answer:
    """Note that a bottle was lost, stolen or spilt, as the person tells it."""
    bottle = _bottle(bottle_id)
    form = GoneForm()

    def change(work: Work) -> str:
        fate, told = BottleFate(form.fate.data), form.told.data or ""
        bottle_returns.note_gone(work.session, bottle_id=bottle_id, fate=fate, told=told, act=work.act)
        return url_for("bottles.of_person", person_id=bottle.person_id)

    said = _("Recorded, and the prescriber is told. Another dose for that day is the prescriber's to allow.")
    if answer := carried_out(form, change, said=said, origin=Origin.WINDOW):
        return answer
    person = people.identity(db.session(), bottle.person_id)
    return render_template("bottles/gone.html", form=form, bottle=bottle, person=person), form.status


def _bottle(bottle_id: int) -> BottleOnRecord:
    found = records.bottle(db.session(), bottle_id, edge.sitting().site_id)
    if found is None:
        raise NotFound(say(N_("There is no such bottle here.")), code="no_such_bottle")
    note_access(found.person_id, "bottle")
    return found
