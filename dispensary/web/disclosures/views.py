"""Consents of a person, and the list of all that was told about them."""

from datetime import timedelta

from flask import abort, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from dispensary.permissions import Permission
from dispensary.queries import consents as given
from dispensary.queries import disclosures as told
from dispensary.queries import people
from dispensary.rules.consents import standing_beside
from dispensary.rules.strokes import TALL, WIDE
from dispensary.services import consents, disclosures
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.agencies.pages import show_form
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.disclosures.blueprint import bp
from dispensary.web.disclosures.forms import ConsentForm, TakeBackForm, TellForm
from dispensary.web.once import Work
from dispensary.web.signing import picture

Answer = tuple[str, int] | Response
USUAL = timedelta(days=180)
"""For how long the form proposes that a consent holds; the person says."""


def address_of(person_id: int) -> str:
    """Return the address of the page about a person's consents."""
    return url_for("disclosures.of_person", person_id=person_id)


@bp.get("/of/<int:person_id>")
@gate.requires(Permission.DISCLOSE)
def of_person(person_id: int) -> str:
    """Show what a person allows us to tell, and what was told."""
    note_access(person_id, "disclosures")
    session = db.session()
    return render_template(
        "disclosures/of_person.html",
        person=people.identity(session, person_id),
        consents=given.consents_of(session, person_id),
        told=told.disclosures_of(session, person_id),
        statement=given.statement(session, edge.sitting().site_id),
        today=edge.act().clinic_day,
        site_id=edge.sitting().site_id,
    )


@bp.route("/of/<int:person_id>/consent", methods=["GET", "POST"])
@gate.requires(Permission.DISCLOSE)
def give(person_id: int) -> Answer:
    """Record what a person allows us to tell an agency."""
    note_access(person_id, "disclosures")
    today = edge.act().clinic_day
    form = ConsentForm(signed_on=today, expires_on=today + USUAL)
    form.offer()

    def change(work: Work) -> str:
        consents.give_consent(work.session, person_id=person_id, allowed=form.allowed, act=work.act)
        return address_of(person_id)

    if answer := carried_out(form, change, said=_("The consent is on record.")):
        return answer
    person = people.identity(db.session(), person_id)
    return render_template("disclosures/consent.html", person=person, form=form, wide=WIDE, tall=TALL), form.status


@bp.get("/consents/<int:agency_consent_id>/signature.svg")
@gate.requires(Permission.DISCLOSE)
def signature(agency_consent_id: int) -> Response:
    """Answer the name under a consent as a picture."""
    person_id = given.person_of(db.session(), agency_consent_id, edge.sitting().site_id)
    if person_id is None:
        abort(404)
    note_access(person_id, "disclosures")
    found = next(one for one in given.consents_of(db.session(), person_id) if one.facts.id == agency_consent_id)
    return picture(found.drawn) if found.drawn else abort(404)


@bp.route("/consents/<int:agency_consent_id>/take-back", methods=["GET", "POST"])
@gate.requires(Permission.DISCLOSE)
def take_back(agency_consent_id: int) -> Answer:
    """Record that the person takes back what an agency may be told, all of it unless they say what stays."""
    today, person_id = edge.act().clinic_day, given.person_of(db.session(), agency_consent_id, edge.sitting().site_id)
    if person_id is None:
        abort(404)
    note_access(person_id, "disclosures")
    form, known = TakeBackForm(), given.facts_of(db.session(), person_id)
    taken = next(one for one in known if one.id == agency_consent_id)
    form.offer(taken, standing_beside(known, agency_consent_id, today))

    def change(work: Work) -> str:
        verb = consents.take_back_one if form.leaves_others else consents.take_back
        verb(work.session, consent_id=agency_consent_id, how=form.how.data or "", act=work.act)
        return address_of(person_id)

    hint = _("For %(to)s. From this moment nothing is told on it. What was told stays on the list.", to=taken.agency)
    return carried_out(form, change, said=form.said) or show_form(
        form, _("Take a consent back"), back=address_of(person_id), person_id=person_id, hint=hint
    )


@bp.route("/of/<int:person_id>/tell", methods=["GET", "POST"])
@gate.requires(Permission.DISCLOSE)
def tell(person_id: int) -> Answer:
    """Record that something is told by telephone, in a meeting or as a file."""
    note_access(person_id, "disclosures")
    form = TellForm()
    form.offer(person_id)

    def change(work: Work) -> str:
        disclosures.tell(work.session, person_id=person_id, telling=form.telling, act=work.act)
        return address_of(person_id)

    hint = _("Fill this in before you say anything: what may not be told is refused here.")
    return carried_out(form, change, said=_("On record. Now tell it, and no more.")) or show_form(
        form, _("Tell somebody something"), back=address_of(person_id), person_id=person_id, hint=hint
    )
