"""Relatives who come to the family evening; some of those they come for agreed to be named with them."""

from datetime import datetime

from dispensary.demo.scene import Scene
from dispensary.services import relatives

NAMES = (("Ruth Calder", "555-0321"), ("Imre Szabo", "555-0322"), ("Gwen Parry", "555-0323"), ("Hodan Ali", ""))
LINKED = 2
"""The first so many are linked with somebody here, who agreed."""
SINCE = 35


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Put the relatives on record once, on the first day that there is somebody to come for."""
    work = scene.casework
    here = sorted(p for p in work.keeper if p in scene.patients)
    if work.relatives or scene.days_left > SINCE or len(here) < LINKED:
        return
    act = scene.act("counsellor2", at)
    made = [relatives.register_relative(scene.session, name=name, phone=phone, act=act) for name, phone in NAMES]
    work.relatives = [one.id for one in made]
    for one, person_id in zip(made, work.rng.sample(here, LINKED), strict=False):
        relatives.link_relative(
            scene.session, relative_id=one.id, person_id=person_id, agreed=True, consent_on=scene.day, act=act
        )
