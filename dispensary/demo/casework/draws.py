"""One draw of urines at random, and the answers of those who were drawn."""

from datetime import datetime

from dispensary.demo.scene import Scene
from dispensary.policy.urine import urine_policy
from dispensary.queries import urine_draws as records
from dispensary.services import urine_draws, urines
from dispensary.services.urines import Asked
from models.enums import Medication, UrineOccasion, UrineOutcome

DRAWN, ANSWERED = 10, 8
"""So many days before the last one."""
WANTED, LEAST = 5, 12
"""So many are drawn, where at least so many are in treatment."""
PANEL = "strip_6"


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Draw on its day; take the urines two days later."""
    if scene.days_left == DRAWN and len(scene.patients) >= LEAST:
        act = scene.act("head", at)
        scene.casework.draw_id = urine_draws.draw(scene.session, wanted=WANTED, act=act).id
    if scene.days_left == ANSWERED and scene.casework.draw_id is not None:
        for one in records.members(scene.session, scene.casework.draw_id):
            if one.drawn and one.person_id in scene.patients:
                _take(scene, one.person_id, at)


def _take(scene: Scene, person_id: int, at: datetime) -> None:
    act = scene.act("nurse3", at)
    asked = Asked(UrineOccasion.DRAW, UrineOutcome.TAKEN, observed=False, panel=PANEL, collected_on=scene.day)
    test = urines.record(scene.session, person_id=person_id, asked=asked, act=act)
    methadone = scene.patients[person_id].one.medication is Medication.METHADONE
    own = "methadone" if methadone else "buprenorphine"
    found = {one.key: one.key == own for one in urine_policy().panels[PANEL].substances}
    urines.read(scene.session, test_id=test.id, found=found, sample=UrineOutcome.TAKEN, act=act)
