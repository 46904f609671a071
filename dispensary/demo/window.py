"""What the made-up nurse reads and records at a window when a dose is given.

The usual dose goes to the bulk writer; every other is recorded by the service, with its rules.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from dispensary.demo.patient import Patient
from dispensary.demo.scene import Scene
from dispensary.rules.dosing import DosingFacts, re_entry_verdict, reasons_to_withhold, shown_digest
from dispensary.rules.re_entry import Said
from dispensary.services import dosing, re_entry
from dispensary.services.act import Act
from dispensary.services.dosing import Shown
from dispensary.services.re_entry import Told
from models import Dose
from models.enums import Answer


def give(scene: Scene, patient: Patient, facts: DosingFacts, at: datetime) -> None:
    """Give the usual dose."""
    act = scene.nurse(patient, at)
    order, due = facts.order, facts.due_mg
    assert act.window_id is not None and order is not None and due is not None
    lines = scene.writer.lines(facts, act.window_id)
    told = facts.waiting_step is None or patient.step_waits
    if lines is None or not told or any(line.opens for line in lines) or not _knows_the_days(scene, patient, facts):
        scene.write_up_shelf(patient)
        record(scene, patient, act)
        patient.step_waits = facts.waiting_step is not None
    else:
        facts = _asked(scene, patient, facts)
        reasons = reasons_to_withhold(replace(facts, lines=lines), scene.rules)
        assert not reasons, [reason.code for reason in reasons]
        scene.writer.give(facts, lines, act, re_entry_verdict(facts, scene.rules))
    patient.note(order, facts.slot.part, due, scene.day, at, whole=True)


def _knows_the_days(scene: Scene, patient: Patient, facts: DosingFacts) -> bool:
    """Whether the story knows for certain what the station would say of the days without medicine: a few plain ones."""
    if facts.re_entry is None:
        return True
    last = patient.last_plain
    if last is None or facts.parts_today > 1 or patient.bottles or last.day != max(patient.taken):
        return False
    since = [last.day + timedelta(days=n) for n in range(1, (scene.day - last.day).days)]
    return facts.days_without_medicine == len(since) and scene.closed.isdisjoint(since)


def _asked(scene: Scene, patient: Patient, facts: DosingFacts) -> DosingFacts:
    """Return the facts with what somebody says who is asked of the days without medicine; as they are where none are."""
    if facts.re_entry is None or patient.last_plain is None:
        return facts
    said = Said(0, 1, Answer.YES, None, None, _used(scene))
    return replace(facts, re_entry=replace(facts.re_entry, said=said, last_confirmed_mg=patient.last_plain.taken_mg))


def _used(scene: Scene) -> Answer:
    """Draw whether a full agonist was used since the last dose."""
    return scene.rng.choice([Answer.NO, Answer.NO, Answer.YES])


def give_later(scene: Scene, patient: Patient, at: datetime) -> None:
    """Let a person come back to the window at a moment, and give what the order or a release says then."""

    def come_back(moment: datetime) -> None:
        scene.write_up_shelf(patient)
        give_by_service(scene, patient, moment)

    scene.at(at, come_back)


def give_by_service(scene: Scene, patient: Patient, at: datetime) -> Dose:
    """Give what the order or a release says, with all the rules of the service."""
    order = patient.order_on(scene.day)
    assert order is not None
    dose = record(scene, patient, scene.nurse(patient, at))
    patient.note(order, dose.part, dose.taken_mg, scene.day, at, whole=True)
    return dose


def record(scene: Scene, patient: Patient, act: Act) -> Dose:
    """Record by the service that the dose shown was given."""
    return dosing.record_dose(scene.session, shown=shown(scene, patient, act), site=scene.rules, act=act)


def shown(scene: Scene, patient: Patient, act: Act) -> Shown:
    """Return what the station shows; where nothing can be poured, bottles that hold no more are changed first."""
    facts = dosing.station_facts(scene.session, patient.person_id, act)
    if facts.days_without_medicine and facts.re_entry and facts.re_entry.said is None:
        told = Told(as_recorded=Answer.YES, used_full_agonist=_used(scene))
        re_entry.note_answer(scene.session, person_id=patient.person_id, told=told, act=act)
        facts = dosing.station_facts(scene.session, patient.person_id, act)
    if facts.lines is None:
        assert act.window_id is not None
        scene.supplies.refill(act.window_id, patient.one.medication, patient.one.form, act)
        facts = dosing.station_facts(scene.session, patient.person_id, act)
    return Shown(patient.person_id, shown_digest(facts, scene.rules), facts.check_digits, not_intoxicated=True)
