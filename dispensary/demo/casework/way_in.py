"""How people come, and what they want: outreach by the peer, the words at each admission, and the stage of each journey."""

from datetime import datetime

from dispensary.demo.dice import chance
from dispensary.demo.scene import Scene
from dispensary.services import aims, intake, journey, outreach
from models.enums import Aim, InterventionResult, JourneyStage, OutreachPlace, Substance

CALLED = ("Kiki", "the tall one with the dog", "Sam from the bridge", "Ana", "Old Pete", "Lucky")
PLACES = (OutreachPlace.STREET, OutreachPlace.DROP_IN, OutreachPlace.PHARMACY)
MET = 0.25
"""How likely somebody new is met on an evening."""
AIMS = {
    Aim.STAY: (45, "that it stays quiet"),
    Aim.FEWER_VISITS: (30, "to come only twice a week"),
    Aim.LOWER: (10, "a little less, slowly"),
    Aim.LEAVE: (8, "to be without it by next summer"),
    Aim.NOT_SURE: (7, "does not know yet"),
}
"""How often each is said, and in what words."""
STEADY = 0.02
"""How likely somebody's life outside is taken up in their journey, on an evening."""


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Record whom the peer met, and what those who are new here want."""
    work = scene.casework
    _meet(scene, at)
    asked = [p for p in work.keeper if p in scene.patients and p not in work.asked][:3]
    for person_id in asked:
        act = scene.act(work.keeper[person_id], at)
        (aim,) = work.rng.choices(list(AIMS), [often for often, _ in AIMS.values()])
        intake.record_consent(scene.session, person_id=person_id, given=True, signed_on=scene.day, act=act)
        aims.say_aim(scene.session, person_id=person_id, aim=aim, words=AIMS[aim][1], said_on=scene.day, act=act)
        work.asked.add(person_id)
    for person_id in [
        p for p in sorted(work.asked - work.integrated) if p in scene.patients and chance(work.rng, STEADY)
    ]:
        journey.set_stage(
            scene.session,
            person_id=person_id,
            stage=JourneyStage.COMMUNITY_INTEGRATION,
            from_on=scene.day,
            reason="works again, asks for fewer visits",
            act=scene.act(work.keeper[person_id], at),
        )
        work.integrated.add(person_id)


def _meet(scene: Scene, at: datetime) -> None:
    work, act = scene.casework, scene.act("peer", at)
    if not chance(work.rng, MET):
        return
    met = outreach.meet_first(
        scene.session,
        called=work.rng.choice(CALLED),
        met_on=scene.day,
        place=work.rng.choice(PLACES),
        minutes=work.rng.choice((10, 15, 25)),
        note="",
        act=act,
    )
    if chance(work.rng, 0.5):
        outreach.intervene_with_contact(
            scene.session,
            contact_id=met.id,
            about=Substance.OPIOIDS,
            minutes=10,
            result=work.rng.choice(tuple(InterventionResult)),
            agreed="",
            given_on=scene.day,
            act=act,
        )
