"""The counselling desk's tasks: taken by whoever knows the person, tried, and most closed within some days."""

from datetime import datetime

from dispensary.demo.dice import chance
from dispensary.demo.scene import Scene
from dispensary.queries import worklist as records
from dispensary.queries.worklist import Work
from dispensary.services import worklist
from models.enums import AttemptOutcome, Channel, Desk, TaskOutcome, TaskReasonKind

TRIED = 0.45
"""How likely a task is worked on, on an evening."""
TRIES = ((AttemptOutcome.REACHED, 45), (AttemptOutcome.NO_ANSWER, 35), (AttemptOutcome.MESSAGE_LEFT, 20))
ENDS = (TaskOutcome.AGREED, TaskOutcome.AGREED, TaskOutcome.DONE, TaskOutcome.NOT_WANTED)
NOTES = ("comes tomorrow", "was away with the family", "is ill, comes when the fever is gone", "")
OWN = frozenset({TaskReasonKind.SAFETY})
"""Answered in their own place."""


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Work on some of the open tasks."""
    work = scene.casework
    for task in records.open_work(scene.session, scene.clinic.site_id, Desk.COUNSELLING, scene.day):
        if not {one.kind for one in task.why} & OWN and chance(work.rng, TRIED):
            _work_on(scene, task, at)


def _work_on(scene: Scene, task: Work, at: datetime) -> None:
    rng = scene.casework.rng
    who = scene.casework.keeper.get(task.person_id, "counsellor")
    act = scene.act(who, at)
    if task.owner_id is None:
        worklist.take(scene.session, task_id=task.id, act=act)
    (outcome,) = rng.choices([o for o, _ in TRIES], [weight for _, weight in TRIES])
    channel = Channel.TEXT if outcome is AttemptOutcome.MESSAGE_LEFT else Channel.TELEPHONE
    note = rng.choice(NOTES) if outcome is AttemptOutcome.REACHED else ""
    worklist.attempt(scene.session, task_id=task.id, channel=channel, outcome=outcome, note=note, act=act)
    if outcome is AttemptOutcome.REACHED:
        worklist.resolve(scene.session, task_id=task.id, outcome=rng.choice(ENDS), note=note, act=act)
