"""Supplies over the counter, and one overdose with what followed."""

from datetime import datetime

from dispensary.demo.dice import chance
from dispensary.demo.scene import Scene
from dispensary.services import overdoses, prescriber_desk, supplies
from dispensary.services.overdoses import Told
from models.enums import OverdoseHelp, SupplyKind, TaskReasonKind

GIVEN = 0.5
"""How likely something is given out on an evening."""
OVERDOSE, FOLLOWED_UP = 24, 22
"""So many days before the last one somebody survives an overdose, and is spoken with."""


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Give out supplies; on its day hear of the overdose, and follow it up."""
    work, act = scene.casework, scene.act("nurse3", at)
    if chance(work.rng, GIVEN):
        items = {SupplyKind.NEEDLES: 20, SupplyKind.SAFE_BOX: 1}
        supplies.give(scene.session, items=items, given_on=scene.day, taught=False, act=act)
    here = sorted(p for p in scene.patients if p in work.keeper and scene.patients[p].is_steady)
    if scene.days_left == OVERDOSE and here:
        person_id = work.rng.choice(here)
        told = Told(
            happened_on=scene.day,
            place="at a friend's flat",
            helped_by=OverdoseHelp.BYSTANDER,
            naloxone_given=True,
            hospital=False,
            survived=True,
            told_by="the person, this noon",
        )
        work.overdosed = person_id
        work.overdose_id = overdoses.record(scene.session, person_id=person_id, told=told, act=act).id
    if scene.days_left == FOLLOWED_UP and work.overdose_id is not None:
        overdoses.follow_up(
            scene.session,
            overdose_id=work.overdose_id,
            done_on=scene.day,
            what="spoken with about using alone; the friend has naloxone now too",
            naloxone=2,
            act=scene.act("counsellor", at),
        )
        prescriber_desk.answer(
            scene.session,
            person_id=work.overdosed,
            kinds={TaskReasonKind.OVERDOSE},
            resolution="seen, the dose stays, naloxone given",
            act=scene.act("prescriber", at),
        )
