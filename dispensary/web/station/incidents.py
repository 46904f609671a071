"""Dosing incidents at the window: recording one, in place of a wrong record or not, and watching the person afterwards."""

from datetime import timedelta

from flask import abort, render_template, url_for
from werkzeug.wrappers import Response

from dispensary.errors import NotFound
from dispensary.permissions import Permission
from dispensary.policy.house import house_rules
from dispensary.queries import incidents as records
from dispensary.queries import recorded_doses, stock
from dispensary.queries.incidents import IncidentCard
from dispensary.rules.incidents import looks, observation_times
from dispensary.services import incident_reports, incidents
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.web.station.blueprint import bp
from dispensary.web.station.incident_forms import IncidentForm, ObservationForm, WrongDoseForm
from dispensary.web.station.pictures import picture_of
from dispensary.web.station.told import the_one
from dispensary.wording import N_, say
from models.enums import Alertness, IncidentKind, Medication, Origin

Answer = tuple[str, int] | Response
LATELY = timedelta(days=7)
"""How far back a person's incidents are listed beside the form."""


@bp.route("/<int:person_id>/incident", methods=["GET", "POST"])
@gate.requires(Permission.INCIDENT_RECORD)
def incident(person_id: int) -> Answer:
    """Record what this person swallowed and should not have."""
    picture = picture_of(person_id)
    note_access(person_id, "incident")
    form = IncidentForm()
    _offer(form, picture.facts.order.medication if picture.facts.order else None)
    if picture.facts.injection:
        form.speak_of_injection()
    answer = carried_out(form, lambda work: _report(form, work, person_id), origin=Origin.WINDOW)
    return answer or (
        render_template("station/incident_form.html", form=form, picture=picture, lately=_lately(person_id)),
        form.status,
    )


@bp.route("/doses/<int:dose_id>/incident", methods=["GET", "POST"])
@gate.requires(Permission.INCIDENT_RECORD, Permission.DOSE_REVERSE)
def wrong_dose(dose_id: int) -> Answer:
    """Record what was really swallowed, and by whom, in place of a record that is wrong."""
    dose = recorded_doses.recorded(db.session(), dose_id, edge.sitting().site_id)
    if dose is None:
        abort(404)
    note_access(dose.person_id, "incident")
    form = WrongDoseForm(swallowed_by=dose.number)
    _offer(form, dose.medication)

    def change(work: Work) -> str:
        return _report(
            form, work, the_one(work.session, form.swallowed_by.data or "", "swallowed_by"), instead_of=dose_id
        )

    answer = carried_out(form, change, origin=Origin.WINDOW)
    return answer or (render_template("station/incident_instead.html", form=form, dose=dose), form.status)


@bp.route("/incidents/<int:dosing_incident_id>", methods=["GET", "POST"])
@gate.requires(Permission.INCIDENT_RECORD)
def incident_page(dosing_incident_id: int) -> Answer:
    """Show an incident with the times at which to look at the person, and take down what was seen."""
    form = ObservationForm()

    def change(work: Work) -> str:
        incidents.observe(
            work.session,
            incident_id=dosing_incident_id,
            alertness=Alertness(form.alertness.data),
            breaths_per_minute=form.breaths(),
            note=form.note.data or "",
            act=work.act,
        )
        return url_for("station.incident_page", dosing_incident_id=dosing_incident_id)

    card = _card(dosing_incident_id)
    note_access(card.person_id, "incident")
    return carried_out(form, change, origin=Origin.WINDOW) or _page(form, card)


def _card(dosing_incident_id: int) -> IncidentCard:
    card = records.incident(db.session(), dosing_incident_id, edge.sitting().site_id)
    if card is None:
        raise NotFound(say(N_("There is no such incident here.")), code="no_such_incident")
    return card


def _page(form: ObservationForm, card: IncidentCard) -> Answer:
    seen = records.observations(db.session(), card.id)
    every = house_rules().observe_every
    times = observation_times(card.noticed_at, card.observe_until, every)
    alarm = bool(seen) and seen[-1].alertness in incidents.ALARMING
    page = render_template(
        "station/incident.html",
        form=form,
        card=card,
        seen=seen,
        looks=looks(times, [one.observed_at for one in seen], edge.now(), every),
        every=int(every.total_seconds()) // 60,
        alarm=alarm,
    )
    return page, form.status


def _offer(form: IncidentForm, medication: Medication | None) -> None:
    window_id = edge.act().window_id
    form.offer(stock.opened_at_window(db.session(), window_id) if window_id else (), medication)


def _report(form: IncidentForm, work: Work, person_id: int, instead_of: int | None = None) -> str:
    meant = (form.intended.data or "").strip()
    made = incident_reports.report_incident(
        work.session,
        person_id=person_id,
        told=form.told(),
        kind=IncidentKind(form.kind.data),
        note=form.note.data or "",
        intended_person_id=the_one(work.session, meant, "intended") if meant else None,
        instead_of=instead_of,
        act=work.act,
    )
    return url_for("station.incident_page", dosing_incident_id=made.id)


def _lately(person_id: int) -> list[IncidentCard]:
    return records.incidents_of(db.session(), person_id, edge.act().clinic_day - LATELY)
