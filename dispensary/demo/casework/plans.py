"""Plans: two a day are agreed and signed, some are looked at again when their day has come, and some lie waiting."""

from datetime import datetime, timedelta

from dispensary.demo.counsellors import Casework
from dispensary.demo.dice import chance
from dispensary.demo.scene import Scene
from dispensary.services import plans
from dispensary.services.plans import GoalWanted, StepWanted
from models.enums import AssessmentDomain, SignedOn, Signer

GOALS = (
    (AssessmentDomain.HOUSING, "A room of my own", "Ask at the shelter for a bed until spring"),
    (AssessmentDomain.WORK_AND_MONEY, "Work three mornings a week", "Go to the job centre together"),
    (AssessmentDomain.SUBSTANCE_USE, "No heroin at the weekend", "Ring the sister on Saturday mornings"),
    (AssessmentDomain.FAMILY_AND_SOCIAL, "See my daughter again", "Write to her mother, with Carl"),
    (AssessmentDomain.PHYSICAL_HEALTH, "Have my teeth done", "Make a date with the dentist on Mill Road"),
)
REASONS = ("My daughter", "I want to keep the job", "I am tired of running after it", "My mother is ill")
WORRIES = ("", "The visits every day", "That people see me at the door", "The weekends")
IF_A_LAPSE = "I come the next day and we talk about it; the dose goes on."
A_DAY = 2
REVIEW_IN = (21, 60)
LOOKED_AT = 0.5
"""How many of the plans that are due are looked at on an evening."""


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Agree new plans, and look at some whose day has come; with whoever comes anew a new one is made."""
    work = scene.casework
    work.review_on = {p: day for p, day in work.review_on.items() if p in scene.patients}
    without = [p for p in work.keeper if p not in work.review_on and p in scene.patients]
    due = [p for p, day in work.review_on.items() if day <= scene.day]
    for person_id in [*without[:A_DAY], *(p for p in due if chance(work.rng, LOOKED_AT))]:
        _agree(scene, work, person_id, at)


def _agree(scene: Scene, work: Casework, person_id: int, at: datetime) -> None:
    act, rng = scene.act(work.keeper[person_id], at), work.rng
    review_on = scene.day + timedelta(days=rng.randint(*REVIEW_IN))
    goals = [
        GoalWanted(domain, text, (StepWanted(step, "both of us", scene.day + timedelta(days=14)),))
        for domain, text, step in rng.sample(GOALS, rng.randint(1, 2))
    ]
    plan = plans.agree_plan(
        scene.session,
        person_id=person_id,
        goals=goals,
        review_on=review_on,
        reasons_to_stay=rng.choice(REASONS),
        worries=rng.choice(WORRIES),
        if_a_lapse=IF_A_LAPSE,
        minimum=None,
        act=act,
    )
    for signer in Signer:
        plans.sign_plan(
            scene.session,
            plan_id=plan.id,
            signer=signer,
            signed_how=SignedOn.PAPER,
            signed_on=scene.day,
            act=act,
        )
    work.review_on[person_id] = review_on
