"""Of a few people it is noted that they belong to a group whose needs are counted."""

from datetime import datetime

from dispensary.demo.dice import chance
from dispensary.demo.scene import Scene
from dispensary.services import markers
from models.enums import Housing, MarkerKind

OFTEN = {MarkerKind.PARENT_OF_YOUNG_CHILDREN: 0.06, MarkerKind.TWO_DIAGNOSES: 0.05}


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Note it of whoever's life was gone through today, the first time."""
    work = scene.casework
    for person_id, patient in scene.patients.items():
        if work.assessed.get(patient.episode_id) != scene.day or person_id in work.marked:
            continue
        work.marked.add(person_id)
        kinds = [kind for kind, often in OFTEN.items() if chance(work.rng, often)]
        if work.lives_at[person_id] is Housing.NO_HOME:
            kinds.append(MarkerKind.NO_HOME)
        for kind in kinds:
            act = scene.act(work.keeper[person_id], at)
            markers.set_marker(scene.session, person_id=person_id, kind=kind, from_on=scene.day, act=act)
