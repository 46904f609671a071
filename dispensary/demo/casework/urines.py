"""Urine tests by the strip: whoever gave one the longest ago is asked, eight a day."""

from datetime import date, datetime

from dispensary.demo.dice import chance
from dispensary.demo.patient import Patient
from dispensary.demo.scene import Scene
from dispensary.policy.urine import urine_policy
from dispensary.queries import urines as records
from dispensary.services import urines
from dispensary.services.urines import Asked
from models.enums import Medication, UrineOccasion, UrineOutcome

A_DAY = 8
SINCE = 30
"""In the last so many days."""
PANEL = "strip_6"
OUTCOMES = ((UrineOutcome.TAKEN, 93), (UrineOutcome.REFUSED, 4), (UrineOutcome.NOT_ABLE, 3))
SHOWS = {"opiates": 0.16, "amphetamines": 0.08, "cocaine": 0.05, "benzodiazepines": 0.09}
"""How often each is found; in those who take doses home nothing but the medicine."""
DECIDED = 0.9
DECISIONS = ("talked about, the dose stays", "a higher dose is offered", "told of it unasked; nothing changes")


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Take today's urines, and read them."""
    if scene.days_left > SINCE:
        return
    work = scene.casework
    wanted = sorted((p for p in scene.patients if p in work.keeper), key=lambda p: (work.urine_on.get(p, date.min), p))
    came = [p for p in wanted if scene.day in scene.patients[p].taken and scene.patients[p].notice_id is None]
    for person_id in came[:A_DAY]:
        _take(scene, scene.patients[person_id], at)


def _take(scene: Scene, patient: Patient, at: datetime) -> None:
    work, act = scene.casework, scene.act("nurse3", at)
    (outcome,) = work.rng.choices([o for o, _ in OUTCOMES], [weight for _, weight in OUTCOMES])
    asked = Asked(
        occasion=UrineOccasion.SCHEDULE,
        outcome=outcome,
        observed=chance(work.rng, 0.2),
        panel=PANEL,
        collected_on=scene.day,
    )
    test = urines.record(scene.session, person_id=patient.person_id, asked=asked, act=act)
    work.urine_on[patient.person_id] = scene.day
    if outcome is UrineOutcome.TAKEN:
        urines.read(scene.session, test_id=test.id, found=_found(scene, patient), sample=UrineOutcome.TAKEN, act=act)
    if records.urine(scene.session, test.id).findings and chance(work.rng, DECIDED):
        by = scene.act("prescriber", at)
        urines.review(scene.session, test_id=test.id, decision=work.rng.choice(DECISIONS), act=by)


def _found(scene: Scene, patient: Patient) -> dict[str, bool]:
    own = "methadone" if patient.one.medication is Medication.METHADONE else "buprenorphine"
    takes_home = patient.takes_home or patient.decided
    return {
        one.key: one.key == own or (not takes_home and chance(scene.casework.rng, SHOWS.get(one.key, 0.0)))
        for one in urine_policy().panels[PANEL].substances
    }
