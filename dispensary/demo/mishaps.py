"""What goes wrong now and then at the made-up clinic, each by the services, with the prescriber's answer that morning.

A dose comes up, a cup tips over, too much is poured, somebody was dosed elsewhere.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from dispensary.demo import schedules, window
from dispensary.demo.patient import Patient
from dispensary.demo.prescribing import answer_desk
from dispensary.demo.scene import Deed, Scene
from dispensary.policy.stack import bands_in_force
from dispensary.queries import dosing as facts_of
from dispensary.queries import policy, stock
from dispensary.rules.dosing import DosingFacts, shown_digest
from dispensary.rules.stock import lines_for
from dispensary.services import dosing, elsewhere, incidents, replacements, spills, stops, vomiting
from dispensary.services.dosing import Shown
from dispensary.services.elsewhere import Confirmed, Reported
from dispensary.services.incidents import Swallowed
from models.enums import Alertness, ElsewhereSource, IncidentKind, Medication
from models.units import Mg

TOO_MUCH_MG = Mg(Decimal(10))
UNTIL_IT_CAME_UP, UNTIL_ORDERED, UNTIL_REPLACED = (timedelta(minutes=n) for n in (14, 9, 6))
HOSPITAL = "Harbour Hospital"
DAY = timedelta(days=1)


def came_up(scene: Scene, patient: Patient, facts: DosingFacts, at: datetime) -> bool:
    """Give a dose that comes up under the nurse's eyes; the prescriber orders a part of it again."""
    if patient.one.medication is not Medication.METHADONE or facts.parts_today > 1:
        return False
    scene.write_up_shelf(patient)
    dose = window.give_by_service(scene, patient, at)
    bands = bands_in_force(
        scene.clinic.profiles, policy.approvals(scene.session, scene.clinic.site_id, scene.day), scene.day
    )

    def note(moment: datetime) -> None:
        scene.write_up_shelf(patient)
        vomiting.record_vomiting(
            scene.session,
            person_id=patient.person_id,
            dose_id=dose.id,
            minutes_after=UNTIL_IT_CAME_UP // timedelta(minutes=1) - 1,
            witnessed=True,
            note="",
            bands=bands,
            act=scene.nurse(patient, moment),
        )
        patient.taken[scene.day], patient.last_plain = False, None
        scene.at(moment + UNTIL_ORDERED, order)

    def order(moment: datetime) -> None:
        scene.write_up_shelf(patient)
        replacements.order_replacement(
            scene.session,
            dose_id=dose.id,
            amount_mg=schedules.lowered(patient.one, dose.taken_mg),
            reason="came up within minutes, seen by the nurse",
            act=scene.act("prescriber", moment),
        )
        scene.at(moment + UNTIL_REPLACED, replace)

    def replace(moment: datetime) -> None:
        scene.write_up_shelf(patient)
        act = scene.nurse(patient, moment)
        shown = window.shown(scene, patient, act)
        waiting = replacements.waiting_for(scene.session, patient.person_id, dose.id, act)
        now = replacements.facts_at_window(
            scene.session, dosing.station_facts(scene.session, patient.person_id, act), waiting, act
        )
        replacements.give_replacement(
            scene.session,
            shown=Shown(patient.person_id, shown_digest(now, scene.rules), shown.digits),
            dose_id=dose.id,
            site=scene.rules,
            act=act,
        )
        patient.taken[scene.day], patient.last_at = True, moment

    scene.at(at + UNTIL_IT_CAME_UP, note)
    return True


def spilt(scene: Scene, patient: Patient, facts: DosingFacts, at: datetime) -> bool:
    """Spill a poured dose before a witness, and pour it again."""
    scene.write_up_shelf(patient)
    act = scene.nurse(patient, at)
    spills.record_spill(
        scene.session,
        shown=window.shown(scene, patient, act),
        site=scene.rules,
        note="the cup tipped over",
        witnessed_by_id=scene.clinic.staff["nurse3"],
        act=act,
    )
    window.give_later(scene, patient, at + timedelta(minutes=2))
    return True


def too_much(scene: Scene, patient: Patient, facts: DosingFacts, at: datetime) -> bool:
    """Pour more than was ordered; the person is watched, and dosing goes on tomorrow."""
    act = scene.nurse(patient, at)
    order, due = facts.order, facts.due_mg
    assert order is not None and due is not None and act.window_id is not None
    scene.write_up_shelf(patient)
    containers = stock.containers_at_window(scene.session, act.window_id, order.medication, order.form)
    lines = lines_for(Mg(due + TOO_MUCH_MG), containers, on=scene.day)
    if order.medication is not Medication.METHADONE or order.parts > 1 or lines is None:
        return False
    incident = incidents.record_incident(
        scene.session,
        person_id=patient.person_id,
        what=Swallowed(
            order.medication,
            order.form,
            taken_mg=Mg(due + TOO_MUCH_MG),
            taken_at=at,
            clinic_day=scene.day,
            lines=lines,
            ordered_mg=due,
            order_id=order.id,
        ),
        kind=IncidentKind.WRONG_AMOUNT,
        note="read 10 mg too much off the cup",
        act=act,
    )
    patient.note(order, 1, Mg(due + TOO_MUCH_MG), scene.day, at, whole=True)
    patient.last_plain = None

    def watch(moment: datetime) -> None:
        scene.write_up_shelf(patient)
        incidents.observe(
            scene.session,
            incident_id=incident.id,
            alertness=Alertness.AWAKE,
            breaths_per_minute=14,
            note="",
            act=scene.nurse(patient, moment),
        )

    scene.at(at + timedelta(minutes=45), watch)
    scene.at(max(at + timedelta(hours=1), scene.closes) + timedelta(minutes=6), decided(scene, patient))
    return True


def dosed_elsewhere(scene: Scene, patient: Patient, facts: DosingFacts, at: datetime) -> bool:
    """Hear that somebody who missed yesterday was dosed in hospital; the ward confirms it, and today's dose is given."""
    yesterday, order, due = scene.day - DAY, facts.order, facts.due_mg
    assert order is not None and due is not None
    missed = yesterday not in patient.taken and yesterday >= patient.first_due and order.due_on(yesterday)
    if not missed or order.parts > 1 or order.every_n_days > 1 or len(order.steps) > 1:
        return False
    scene.write_up_shelf(patient)
    taken_at = at - timedelta(hours=20)
    report = elsewhere.report_elsewhere(
        scene.session,
        person_id=patient.person_id,
        told=Reported(ElsewhereSource.HOSPITAL, HOSPITAL, order.medication, None, taken_at, yesterday, "the person"),
        act=scene.nurse(patient, at),
    )

    def confirm(moment: datetime) -> None:
        scene.write_up_shelf(patient)
        elsewhere.verify_elsewhere(
            scene.session,
            elsewhere_dose_id=report.id,
            confirmed=Confirmed(order.medication, due, taken_at, yesterday),
            verifier="ward sister, called back by telephone",
            act=scene.nurse(patient, moment),
        )
        patient.note(order, 1, due, yesterday, taken_at, whole=True)
        decided(scene, patient)(moment)
        window.give_later(scene, patient, moment + timedelta(minutes=4))

    scene.at(at + timedelta(minutes=12), confirm)
    return True


def decided(scene: Scene, patient: Patient) -> Deed:
    """Let the prescriber decide: the stop is released, and what waits on the desk is answered."""

    def decide(moment: datetime) -> None:
        scene.write_up_shelf(patient)
        act = scene.act("prescriber", moment)
        for stop in facts_of.standing_stops(scene.session, patient.person_id):
            stops.release_stop(scene.session, stop_id=stop.id, reason="looked into; doses go on", act=act)
        answer_desk(scene, patient, "looked into; doses go on", moment)

    return decide
