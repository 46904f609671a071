"""Visits at which the made-up clinic does not simply give the dose, though nothing goes wrong.

The order ran out or too many days were missed; the person is drowsy, does not want the dose, or takes a part of it; the
nurse has keyed too early.
"""

from datetime import datetime, timedelta

from dispensary.demo import schedules, window
from dispensary.demo.patient import Patient
from dispensary.demo.prescribing import answer_desk, release, sign
from dispensary.demo.scene import Happening, Scene
from dispensary.queries import dosing as facts_of
from dispensary.rules.dosing import DosingFacts
from dispensary.services import dose_reversals, dosing, stops
from models.enums import RefusedReason, ReversalReason, WithheldReason


def start_again(scene: Scene, patient: Patient, at: datetime) -> None:
    """Sign an order for somebody whose order ran out while they were away, then dose."""
    scene.write_up()
    sign(scene, patient, schedules.beginning(patient.one, scene.day, again=True), at, considering=True)
    window.give_later(scene, patient, at + timedelta(minutes=12))


def hold(scene: Scene, patient: Patient, facts: DosingFacts, at: datetime) -> None:
    """Withhold after days without medicine; the prescriber releases the dose, or begins again lower."""
    scene.write_up()
    dosing.withhold_dose(
        scene.session,
        person_id=patient.person_id,
        reason=WithheldReason.DAYS_WITHOUT_MEDICINE,
        note="",
        site=scene.rules,
        act=scene.nurse(patient, at),
    )
    decided_at = at + timedelta(minutes=scene.rng.randint(8, 25))
    scene.at(decided_at, lambda moment: _decide(scene, patient, facts, moment))


def _decide(scene: Scene, patient: Patient, facts: DosingFacts, at: datetime) -> None:
    scene.write_up()
    assert facts.order is not None
    total, days = patient.total_due_on(facts.order, scene.day), facts.days_without_medicine
    if days <= scene.rules.hold_from_days + 1:
        release(scene, patient, at)
    else:
        low = schedules.lowered(patient.one, total)
        draft = schedules.upwards(patient.one, scene.day, low, f"{days} days without medicine")
        sign(scene, patient, draft, at, considering=True)
    window.give_later(scene, patient, at + timedelta(minutes=6))


def happens(scene: Scene, patient: Patient, facts: DosingFacts, at: datetime) -> bool:
    """Let one of the rarer things befall a person; False where it cannot."""
    scene.write_up_shelf(patient)
    happening = scene.rng.choices([what for what, _ in RARE], [weight for _, weight in RARE])[0]
    return happening(scene, patient, facts, at)


def sedated(scene: Scene, patient: Patient, facts: DosingFacts, at: datetime) -> bool:
    """Withhold from somebody who is drowsy; the prescriber sees them after the last dose."""
    act = scene.nurse(patient, at)
    dosing.withhold_dose(
        scene.session,
        person_id=patient.person_id,
        reason=WithheldReason.SEDATED,
        note="drowsy, slurred",
        site=scene.rules,
        act=act,
    )
    (stop,) = facts_of.standing_stops(scene.session, patient.person_id)

    def see(moment: datetime) -> None:
        scene.write_up()
        stops.release_stop(
            scene.session,
            stop_id=stop.id,
            reason="awake, oriented; doses go on tomorrow",
            act=scene.act("prescriber", moment),
        )
        answer_desk(scene, patient, "seen; fit again tomorrow", moment)

    scene.at(max(at, scene.closes) + timedelta(minutes=4), see)
    return True


def refused(scene: Scene, patient: Patient, facts: DosingFacts, at: datetime) -> bool:
    """Record that a person does not take the dose."""
    reason = scene.rng.choice([RefusedReason.NOT_WANTED, RefusedReason.FEELS_UNWELL, RefusedReason.AMOUNT_DISPUTED])
    act = scene.nurse(patient, at)
    dosing.refuse_dose(scene.session, person_id=patient.person_id, reason=reason, note="", site=scene.rules, act=act)
    return True


def part_taken(scene: Scene, patient: Patient, facts: DosingFacts, at: datetime) -> bool:
    """Record that a person took half; False where the smallest that can be measured is all that is due."""
    assert facts.order is not None and facts.due_mg is not None
    act = scene.nurse(patient, at)
    taken = schedules.lowered(patient.one, facts.due_mg)
    if taken >= facts.due_mg:
        return False
    dosing.record_part_dose(
        scene.session,
        shown=window.shown(scene, patient, act),
        site=scene.rules,
        taken_mg=taken,
        reason=RefusedReason.FEELS_UNWELL,
        witnessed_by_id=scene.clinic.staff["nurse3"],
        act=act,
    )
    patient.note(facts.order, facts.slot.part, taken, scene.day, at, whole=False)
    return True


def mistaken(scene: Scene, patient: Patient, facts: DosingFacts, at: datetime) -> bool:
    """Record a dose before it is swallowed, take it back, and record it when it is."""
    dose = window.record(scene, patient, scene.nurse(patient, at))

    def take_back(moment: datetime) -> None:
        scene.write_up_shelf(patient)
        dose_reversals.reverse_dose(
            scene.session,
            dose_id=dose.id,
            reason=ReversalReason.KEYED_BY_MISTAKE,
            note="confirmed before it was taken",
            poured=False,
            witnessed_by_id=None,
            act=scene.nurse(patient, moment),
        )
        window.give_later(scene, patient, moment + timedelta(minutes=2))

    scene.at(at + timedelta(minutes=3), take_back)
    return True


RARE: tuple[tuple[Happening, int], ...] = ((sedated, 30), (refused, 30), (part_taken, 30), (mistaken, 10))
"""Each with its weight."""
