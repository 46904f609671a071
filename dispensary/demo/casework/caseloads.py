"""Every person comes on a counsellor's caseload, and most say how they may be reached."""

from datetime import datetime

from dispensary.demo.counsellors import COUNSELLORS
from dispensary.demo.dice import chance
from dispensary.demo.scene import Scene
from dispensary.services import caseload, contact_rules
from dispensary.services.contact_rules import Terms

ASKED = 0.75
"""How many have been asked how they may be reached."""
HOURS = ("", "after 18:00", "before noon", "not on Sundays", "while the children are at school")
MAY_PICK_UP = ("", "", "the sister", "the mother", "not the landlord")


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Take on whoever is on nobody's caseload yet."""
    work = scene.casework
    new = [person_id for person_id in scene.patients if person_id not in work.keeper]
    for number, counsellor in enumerate(COUNSELLORS):
        mine = [person_id for person_id in new if person_id % len(COUNSELLORS) == number]
        if not mine:
            continue
        caseload.hand_over(
            scene.session,
            person_ids=mine,
            counsellor_id=scene.clinic.staff[counsellor],
            from_on=scene.day,
            reason="taken on in the team",
            act=scene.act("head", at),
        )
        work.keeper |= dict.fromkeys(mine, counsellor)
        for person_id in mine:
            if chance(work.rng, ASKED):
                contact_rules.agree(
                    scene.session, person_id=person_id, terms=_terms(scene, counsellor), act=scene.act(counsellor, at)
                )


def _terms(scene: Scene, counsellor: str) -> Terms:
    rng = scene.casework.rng
    message = chance(rng, 0.5)
    return Terms(
        by_telephone=chance(rng, 0.9),
        by_text=chance(rng, 0.6),
        by_letter=chance(rng, 0.15),
        by_visit=chance(rng, 0.25),
        hours=rng.choice(HOURS),
        who_may_pick_up=rng.choice(MAY_PICK_UP),
        leave_message=message,
        message_from={"counsellor": "Carl", "counsellor2": "Lena"}[counsellor] if message else "",
    )
