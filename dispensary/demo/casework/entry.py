"""What is asked of everybody at entry: consent, the notice of privacy, the medical assessment, naloxone, and what they want."""

from datetime import datetime

from dispensary.demo.dice import chance
from dispensary.demo.scene import Scene
from dispensary.services import aims, assessments, intake, supplies
from models.enums import Aim, AssessmentDomain, IntakeItem, Need, SupplyKind

AIMS = {
    Aim.STAY: (45, "that it stays quiet"),
    Aim.FEWER_VISITS: (30, "to come only twice a week"),
    Aim.LOWER: (10, "a little less, slowly"),
    Aim.LEAVE: (8, "to be without it by next summer"),
    Aim.NOT_SURE: (7, "does not know yet"),
}
"""How often each is said, and in what words."""
OVERLOOKED = 0.04
"""How often one of these things is left for another day, and then stays open."""
BODY = (
    "Pulse and pressure as they should be; no fresh wounds. Sleeps little.",
    "Underweight, eats once a day. Old scars on both arms, none inflamed.",
    "Well but for a cough since the autumn; an X-ray was talked about.",
)


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Go through what is asked with whoever began treatment since the last evening."""
    work = scene.casework
    for person_id, patient in scene.patients.items():
        if person_id in work.keeper and patient.episode_id not in work.entered:
            work.entered[patient.episode_id] = scene.day
            _enter(scene, person_id, at)


def _enter(scene: Scene, person_id: int, at: datetime) -> None:
    session, rng, day = scene.session, scene.casework.rng, scene.day
    counsellor = scene.act(scene.casework.keeper[person_id], at)
    prescriber, nurse = scene.act("prescriber", at), scene.act("nurse3", at)
    intake.record_consent(session, person_id=person_id, given=True, signed_on=day, act=counsellor)
    assessments.assess(
        session,
        person_id=person_id,
        domain=AssessmentDomain.PHYSICAL_HEALTH,
        need=rng.choice((Need.NONE, Need.SOME, Need.SOME, Need.MUCH)),
        findings=rng.choice(BODY),
        complete=True,
        family_took_part=False,
        assessed_on=day,
        act=prescriber,
    )
    if not chance(rng, OVERLOOKED):
        item = IntakeItem.PRIVACY_NOTICE
        intake.take_step(session, person_id=person_id, item=item, complete=True, done_on=day, note="", act=counsellor)
    if not chance(rng, OVERLOOKED):
        kit = {SupplyKind.NALOXONE: 1}
        supplies.give(session, items=kit, given_on=day, taught=True, person_id=person_id, act=nurse)
    if not chance(rng, OVERLOOKED):
        (aim,) = rng.choices(list(AIMS), [often for often, _ in AIMS.values()])
        aims.say_aim(session, person_id=person_id, aim=aim, words=AIMS[aim][1], said_on=day, act=counsellor)
        scene.casework.asked.add(person_id)
