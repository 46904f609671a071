"""How people come, and how far: outreach by the peer, and the stage of each journey."""

from datetime import datetime

from dispensary.demo.dice import chance
from dispensary.demo.scene import Scene
from dispensary.services import journey, outreach
from models.enums import InterventionResult, JourneyStage, OutreachPlace, Substance

CALLED = ("Kiki", "the tall one with the dog", "Sam from the bridge", "Ana", "Old Pete", "Lucky")
PLACES = (OutreachPlace.STREET, OutreachPlace.DROP_IN, OutreachPlace.PHARMACY)
MET = 0.25
"""How likely somebody new is met on an evening."""
STEADY = 0.02
"""How likely somebody's life outside is taken up in their journey, on an evening."""


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Record whom the peer met, and who has arrived in a life outside."""
    work = scene.casework
    _meet(scene, at)
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
