"""What agencies may be told about somebody, and what they were told."""

from datetime import datetime, timedelta

from dispensary.demo.dice import chance
from dispensary.demo.scene import Scene
from dispensary.services import consents, disclosures
from dispensary.services.consents import Allowed
from dispensary.services.disclosures import Telling
from models.enums import ConsentScope, DisclosureBasis, DisclosureWay, SignedOn

SIGNED, TOLD, TAKEN_BACK = 0.2, 0.15, 0.01
"""How likely one more consent is signed on an evening, something is told, and one is taken back."""
HOLDS = timedelta(days=180)
SCOPES = frozenset({ConsentScope.ATTENDANCE, ConsentScope.SOCIAL})
PURPOSES = ("for a place to live", "so that appointments do not fall into dosing hours", "for help with the debts")


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Let somebody sign what an agency may be told; tell one that may be; take one back."""
    work = scene.casework
    if not work.agencies:
        return
    free = sorted(p for p in work.keeper if p in scene.patients and p not in work.consents)
    if free and chance(work.rng, SIGNED):
        _sign(scene, work.rng.choice(free), at)
    standing = sorted(p for p in work.consents if p in scene.patients)
    if standing and chance(work.rng, TOLD):
        _tell(scene, work.rng.choice(standing), at)
    if standing and chance(work.rng, TAKEN_BACK):
        consent_id, _ = work.consents.pop(standing[0])
        act = scene.act(work.keeper[standing[0]], at)
        consents.take_back_one(scene.session, consent_id=consent_id, how="by word of mouth, at the desk", act=act)


def _sign(scene: Scene, person_id: int, at: datetime) -> None:
    work = scene.casework
    allowed = Allowed(
        agency_id=work.rng.choice(work.agencies),
        scopes=SCOPES,
        purpose=work.rng.choice(PURPOSES),
        signed_on=scene.day,
        signed_how=SignedOn.PAPER,
        expires_on=scene.day + HOLDS,
    )
    act = scene.act(work.keeper[person_id], at)
    made = consents.give_consent(scene.session, person_id=person_id, allowed=allowed, act=act)
    work.consents[person_id] = made.id, allowed.agency_id


def _tell(scene: Scene, person_id: int, at: datetime) -> None:
    telling = Telling(
        basis=DisclosureBasis.CONSENT,
        scopes=frozenset({ConsentScope.ATTENDANCE}),
        told="That the person comes regularly, and between which hours.",
        way=DisclosureWay.MEETING,
        agency_id=scene.casework.consents[person_id][1],
        recipient="the duty desk",
    )
    act = scene.act(scene.casework.keeper[person_id], at)
    disclosures.tell(scene.session, person_id=person_id, telling=telling, act=act)
