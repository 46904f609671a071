"""After the last dose of a day the made-up prescriber ends stays, and signs what will be needed in the days to come."""

from datetime import date, datetime, timedelta

from dispensary.demo import schedules
from dispensary.demo.patient import Patient
from dispensary.demo.prescribing import answer_desk, sign
from dispensary.demo.scene import Scene
from dispensary.rules.orders import OrderFacts
from dispensary.services import episodes
from models.enums import EpisodeEndReason, TreatmentPhase

DAY = timedelta(days=1)
DAYS_IN_A_ROW = 3
GIVEN_UP = timedelta(days=60)
"""Unseen for longer, a person's stay is ended."""
EXPIRES_SOON, SEEN_LATELY = timedelta(days=2), timedelta(days=5)


def look_ahead(scene: Scene, at: datetime) -> None:
    """Go through everybody in treatment, and do for each what is needed."""
    scene.write_up()
    for patient in list(scene.patients.values()):
        order = patient.orders[0]
        last_seen = max(patient.taken, default=patient.stay.begins)
        if _has_left(patient, last_seen, scene.day):
            _end(scene, patient, at)
            answer_desk(scene, patient, "stay has ended", at)
        elif patient.step_waits and patient.due_on(order, scene.day).waiting_step is None:
            answer_desk(scene, patient, "the step has taken effect", at)
            patient.step_waits = False
        elif order.ends_on - scene.day <= EXPIRES_SOON and scene.day - last_seen < SEEN_LATELY:
            _renew(scene, patient, order, order.ends_on + DAY, at)
        elif patient.step_waits and _steady_again(patient, scene.day):
            _renew(scene, patient, order, scene.day + DAY, at)
        elif _begins_taper(patient, order, scene.day):
            amount = patient.total_due_on(order, scene.day)
            sign(scene, patient, schedules.taper(patient.one, scene.day + DAY, amount), at)


def _has_left(patient: Patient, last_seen: date, day: date) -> bool:
    if patient.stay.ends is not None:
        return patient.stay.ends <= day
    return day - last_seen > GIVEN_UP


def _begins_taper(patient: Patient, order: OrderFacts, day: date) -> bool:
    if patient.stay.reason is not EpisodeEndReason.COMPLETED or patient.stay.ends is None:
        return False
    begins = patient.stay.ends - timedelta(days=schedules.TAPER_STEP_DAYS * schedules.TAPER_STEPS)
    return day >= begins and order.treatment_phase is not TreatmentPhase.TAPER


def _steady_again(patient: Patient, day: date) -> bool:
    """Whether somebody whose step waits has taken the last doses all in a row."""
    return all(day - timedelta(days=n) in patient.taken for n in range(DAYS_IN_A_ROW))


def _renew(scene: Scene, patient: Patient, order: OrderFacts, first: date, at: datetime) -> None:
    total = patient.total_due_on(order, scene.day)
    if total < patient.one.target_mg and order.treatment_phase is not TreatmentPhase.TAPER:
        draft = schedules.upwards(patient.one, first, total, "reviewed, goes on upwards")
    else:
        early = order.treatment_phase is TreatmentPhase.INDUCTION
        draft = schedules.steady(patient.one, first, total, "reviewed, goes on", early=early)
    sign(scene, patient, draft, at)


def _end(scene: Scene, patient: Patient, at: datetime) -> None:
    reason = patient.stay.reason or EpisodeEndReason.DROPPED_OUT
    episodes.end_episode(
        scene.session,
        person_id=patient.person_id,
        ended_on=scene.day,
        reason=reason,
        note=f"as discussed in the team: {reason.value.replace('_', ' ')}",
        act=scene.act("prescriber", at),
    )
    scene.former[patient.person_id] = scene.patients.pop(patient.person_id)
