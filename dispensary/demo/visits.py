"""Who comes to the made-up clinic on a day and when, and what the nurse does with each by the rules."""

from datetime import datetime, timedelta

from dispensary.demo import away, schedules, take_homes, unusual, window
from dispensary.demo.dice import chance
from dispensary.demo.patient import Patient
from dispensary.demo.scene import Scene
from dispensary.rules.dosing import DosingFacts
from dispensary.services import re_entry, stops
from models.enums import AbsenceKind, EpisodeEndReason, NoticeKind

UNSEEN = timedelta(days=15)
"""How long who drops out has not been seen when the stay is ended."""


def expect(scene: Scene, patient: Patient) -> None:
    """Decide whether a person comes today, and when."""
    if (patient.away_until is not None and scene.day < patient.away_until) or _is_dropping_out(scene, patient):
        return
    if scene.day in patient.bottles:
        return
    if patient.taken_in:
        away.let_out(scene, patient, lambda moment: _see(scene, patient, moment))
        return
    if chance(scene.rng, 0.003):
        patient.away_until = scene.day + timedelta(days=scene.rng.randint(2, 9))
        if chance(scene.rng, 0.2):
            kind = scene.rng.choice([AbsenceKind.HOSPITAL, AbsenceKind.HOSPITAL, AbsenceKind.CUSTODY])
            away.taken_in(scene, patient, kind, patient.away_until)
        return
    order = patient.order_on(scene.day)
    due = order is None or order.due_on(scene.day)
    if due and chance(scene.rng, patient.one.reliability):
        come(scene, patient)


def come(scene: Scene, patient: Patient) -> None:
    """Let a person come today, at about their hour."""
    hour = min(0.97, max(0.0, patient.one.hour + scene.rng.gauss(0, 0.05)))
    at = scene.opens + (scene.closes - scene.opens) * hour
    visit(scene, patient, at.replace(second=scene.rng.randrange(60), microsecond=0) + timedelta(minutes=1))


def come_back(scene: Scene) -> None:
    """Let those come back who were away for days, minutes before the story ends."""
    for patient, before in scene.back_today:
        if patient.person_id in scene.patients and scene.now - before > scene.opens:
            visit(scene, patient, scene.now - before)


def _is_dropping_out(scene: Scene, patient: Patient) -> bool:
    ends = patient.stay.ends
    return patient.stay.reason is EpisodeEndReason.DROPPED_OUT and ends is not None and ends - scene.day <= UNSEEN


def visit(scene: Scene, patient: Patient, at: datetime) -> None:
    """Let a person stand at the window at a moment."""
    scene.at(at, lambda moment: _see(scene, patient, moment))


def _see(scene: Scene, patient: Patient, at: datetime) -> None:
    """Let the nurse see a person and do what the rules say."""
    if patient.person_id not in scene.patients:
        return
    order = patient.order_on(scene.day)
    if order is None:
        unusual.start_again(scene, patient, at)
        return
    part = len(patient.parts_mg.get(scene.day, ())) + 1
    if part > order.parts or not order.due_on(scene.day):
        return
    facts = patient.facts(order, part, scene.day, at)
    if patient.released_on == scene.day:
        window.give_later(scene, patient, at)
    elif _is_held(scene, patient, facts, at):
        unusual.hold(scene, patient, facts, at)
    elif not _happens(scene, patient, facts, at):
        window.give(scene, patient, facts, at)
        _afterwards(scene, patient, facts, at)


def _is_held(scene: Scene, patient: Patient, facts: DosingFacts, at: datetime) -> bool:
    """Whether days without medicine hold the dose; after bottles, of which nobody saw one taken, the station is asked."""
    assert facts.order is not None
    if facts.days_without_medicine and patient.bottles:
        return re_entry.held_today(scene.session, patient.person_id, scene.nurse(patient, at)) is not None
    return facts.days_without_medicine >= scene.rules.hold_from(facts.order.treatment_phase)


def _happens(scene: Scene, patient: Patient, facts: DosingFacts, at: datetime) -> bool:
    """Let something else befall a person than the usual dose: what is rare, or the first that is to go wrong and can."""
    if chance(scene.rng, 0.006):
        return unusual.happens(scene, patient, facts, at)
    happened = next((mishap for mishap in scene.to_go_wrong if mishap(scene, patient, facts, at)), None)
    if happened is not None:
        scene.to_go_wrong.remove(happened)
    return happened is not None


def _afterwards(scene: Scene, patient: Patient, facts: DosingFacts, at: datetime) -> None:
    """Let a further part follow; pass a notice on, or leave one."""
    assert facts.order is not None
    if facts.slot.part < facts.order.parts:
        wait = timedelta(hours=schedules.HOURS_BETWEEN_PARTS, minutes=scene.rng.randint(5, 40))
        visit(scene, patient, at + wait)
    if patient.takes_home:
        take_homes.hand_over(scene, patient, at + timedelta(minutes=1))
    if patient.notice_id is not None:
        scene.write_up()
        stops.tick_notice(scene.session, notice_id=patient.notice_id, act=scene.nurse(patient, at))
        patient.notice_id = None
    elif chance(scene.rng, 0.002):
        scene.write_up()
        kind = scene.rng.choice([NoticeKind.SEE_COUNSELLOR, NoticeKind.URINE_DUE, NoticeKind.PAPERS])
        notice = stops.set_notice(
            scene.session, person_id=patient.person_id, kind=kind, act=scene.act("counsellor", at)
        )
        patient.notice_id = notice.id
