"""Health tests, offered in the weeks after entry, and what came of them; and one pregnancy, cared for together."""

from datetime import datetime, timedelta

from dispensary.demo.casework.someone import somebody
from dispensary.demo.scene import Scene
from dispensary.services import health, health_tests, intake, pregnancies, prescriber_desk
from dispensary.services.pregnancies import Care
from models.enums import (
    HealthTestKind,
    HealthTestResultKind,
    IntakeItem,
    LinkedToCare,
    OfferAnswer,
    Sex,
    TaskReasonKind,
)

OFFERED_WITHIN = 20
"""Within so many days of entry."""
ANSWERS = ((OfferAnswer.ACCEPTED, 65), (OfferAnswer.DECLINED, 12), (OfferAnswer.LATER, 15))
READ_AFTER = timedelta(days=6)
POSITIVE = {HealthTestKind.HEPATITIS_C: 0.3, HealthTestKind.HIV: 0.02}
KINDS = (HealthTestKind.HIV, HealthTestKind.HEPATITIS_B, HealthTestKind.HEPATITIS_C)
PREGNANT, TO_BIRTH = 26, timedelta(days=150)
"""So many days before the last one it is heard of; and how far off the birth is."""


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Offer tests to whose turn it is, and enter what came back today."""
    work = scene.casework
    for kind, offer_id in work.results_on.pop(scene.day, []):
        _found(scene, kind, offer_id, at)
    for person_id, patient in scene.patients.items():
        entered = work.entered.get(patient.episode_id)
        due = entered is not None and scene.day - entered >= timedelta(days=person_id % OFFERED_WITHIN)
        if due and patient.episode_id not in work.tests_offered:
            work.tests_offered.add(patient.episode_id)
            _offer(scene, person_id, at)
    if scene.days_left == PREGNANT:
        _pregnant(scene, at)


def _offer(scene: Scene, person_id: int, at: datetime) -> None:
    work, act = scene.casework, scene.act("nurse3", at)
    said = work.rng.choices([answer for answer, _ in ANSWERS], [weight for _, weight in ANSWERS], k=len(KINDS))
    answers = dict(zip(KINDS, said, strict=True))
    made = health_tests.offer(scene.session, person_id=person_id, answers=answers, act=act)
    intake.take_step(
        scene.session,
        person_id=person_id,
        item=IntakeItem.HEALTH_TESTS,
        complete=True,
        done_on=scene.day,
        note="",
        act=act,
    )
    accepted = [(one.kind, one.id) for one in made if one.answer is OfferAnswer.ACCEPTED]
    work.results_on.setdefault(scene.day + READ_AFTER, []).extend(accepted)


def _found(scene: Scene, kind: HealthTestKind, offer_id: int, at: datetime) -> None:
    positive = scene.casework.rng.random() < POSITIVE.get(kind, 0.01)
    health_tests.find(
        scene.session,
        offer_id=offer_id,
        result=HealthTestResultKind.POSITIVE if positive else HealthTestResultKind.NEGATIVE,
        linked=LinkedToCare.REFERRED if positive else LinkedToCare.NOT_NEEDED,
        found_on=scene.day,
        act=scene.act("nurse3", at),
    )


def _pregnant(scene: Scene, at: datetime) -> None:
    patient = somebody(scene, Sex.FEMALE)
    if patient is None:
        return
    person_id, nurse = patient.person_id, scene.act("nurse3", at)
    fact = health.note_pregnancy(scene.session, person_id=person_id, expected_on=scene.day + TO_BIRTH, act=nurse)
    care = Care(
        agency_id=None,
        contact="Midwife Okafor, Harbour Hospital, 555-0331",
        born_on=None,
        newborn_follow_up_on=None,
        note="seen together with us every four weeks",
    )
    pregnancies.record_care(scene.session, health_fact_id=fact.id, care=care, act=nurse)
    prescriber_desk.answer(
        scene.session,
        person_id=person_id,
        kinds={TaskReasonKind.PREGNANCY},
        resolution="seen; the dose stays, it is looked at again each month",
        act=scene.act("prescriber", at),
    )
