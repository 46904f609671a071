"""What is found out about a life in the weeks after entry, part by part, and how somebody lives then."""

from datetime import datetime, timedelta

from dispensary.demo.dice import chance
from dispensary.demo.patient import Patient
from dispensary.demo.scene import Scene
from dispensary.services import assessments
from models.enums import AssessmentDomain, Education, FamilyTies, Housing, Need, Work

TAKES = 12
"""Within so many days of entry it is gone through; in whoever was here before, a few each evening."""
HALF_DONE = 0.08
"""How often it stops half-way, and goes on another time."""
NEEDS = (Need.NONE, Need.SOME, Need.SOME, Need.MUCH)
FOUND = {
    AssessmentDomain.SUBSTANCE_USE: (
        "Heroin for eleven years, mostly smoked.",
        "Used twice this month, after a payday.",
    ),
    AssessmentDomain.MENTAL_HEALTH: (
        "Low since the winter, no thoughts of death.",
        "Wakes at four, worries till morning.",
    ),
    AssessmentDomain.WORK_AND_MONEY: ("Casual work at the docks.", "Owes two rents; wants help with the letters."),
    AssessmentDomain.FAMILY_AND_SOCIAL: (
        "The mother knows and helps.",
        "Two children with their father, seen monthly.",
    ),
    AssessmentDomain.LEGAL: ("Nothing is open.", "One hearing in spring, about fares."),
    AssessmentDomain.HOUSING: ("A room, paid by the week.", "Sleeps at friends, looks for a room."),
}
HOMES = (
    Housing.OWN_HOME,
    Housing.WITH_FAMILY,
    Housing.WITH_FAMILY,
    Housing.WITH_FRIENDS,
    Housing.HOSTEL,
    Housing.NO_HOME,
)
JOBS = (Work.FULL_TIME, Work.PART_TIME, Work.CASUAL, Work.CASUAL, Work.SEEKING, Work.SEEKING, Work.CANNOT_WORK)
AGAIN_AFTER = timedelta(days=40)
"""How somebody lives is asked again after so long."""
BETTER = {Housing.NO_HOME: Housing.HOSTEL, Housing.HOSTEL: Housing.WITH_FRIENDS, Housing.WITH_FRIENDS: Housing.OWN_HOME}


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Go through the parts of a life with whose turn it is, and ask some a second time how they live."""
    work = scene.casework
    for person_id, patient in scene.patients.items():
        entered = work.entered.get(patient.episode_id)
        if entered is None:
            continue
        if patient.episode_id not in work.assessed and scene.day - entered >= timedelta(days=person_id % TAKES):
            work.assessed[patient.episode_id] = scene.day
            _assess(scene, patient, at)
        elif work.assessed.get(patient.episode_id) == scene.day - AGAIN_AFTER:
            housing = work.lives_at[person_id]
            _lives(scene, person_id, BETTER.get(housing, housing), at)


def _assess(scene: Scene, patient: Patient, at: datetime) -> None:
    rng, person_id = scene.casework.rng, patient.person_id
    parts = list(FOUND.items())
    for domain, findings in parts[: rng.randint(2, 4)] if chance(rng, HALF_DONE) else parts:
        assessments.assess(
            scene.session,
            person_id=person_id,
            domain=domain,
            need=rng.choice(NEEDS),
            findings=rng.choice(findings),
            complete=True,
            family_took_part=chance(rng, 0.06),
            assessed_on=scene.day,
            act=scene.act(scene.casework.keeper[person_id], at),
        )
    _lives(scene, person_id, rng.choice(HOMES), at)


def _lives(scene: Scene, person_id: int, housing: Housing, at: datetime) -> None:
    rng = scene.casework.rng
    scene.casework.lives_at[person_id] = housing
    assessments.record_life_situation(
        scene.session,
        person_id=person_id,
        seen_on=scene.day,
        housing=housing,
        work=rng.choice(JOBS),
        education=Education.IN_TRAINING if chance(rng, 0.08) else Education.NOT_NOW,
        family=rng.choice((FamilyTies.CLOSE, FamilyTies.SOME, FamilyTies.SOME, FamilyTies.BROKEN)),
        children_under_6=rng.choice((0, 0, 0, 1, 2)),
        act=scene.act(scene.casework.keeper[person_id], at),
    )
