"""What counsellors do at the made-up clinic: one module a subject, each told of every evening, and of this last morning."""

from datetime import datetime

from dispensary.demo.casework import (
    assessments,
    caseloads,
    community,
    consents,
    custodies,
    draws,
    entry,
    family,
    groups_in_need,
    harm,
    health,
    left_out,
    meetings,
    plans,
    questionnaires,
    support,
    turns,
    urines,
    waiting_list,
    way_in,
    worklists,
)
from dispensary.demo.scene import Scene

WEEKS = 8
KEPT_FOR = WEEKS * 7
"""Casework is on record of the last so many days; before, the clinic kept it on paper."""
SUBJECTS = (
    caseloads,
    entry,
    way_in,
    assessments,
    groups_in_need,
    questionnaires,
    health,
    meetings,
    plans,
    urines,
    draws,
    community,
    consents,
    support,
    family,
    harm,
    custodies,
    turns,
    waiting_list,
    left_out,
    worklists,
)
"""In this order on an evening: nobody is asked anything before they are on a caseload."""


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Do what belongs to this evening, once the last dose is given."""
    if scene.days_left > KEPT_FOR:
        return
    for subject in SUBJECTS:
        subject.in_the_evening(scene, at)


def on_the_last_morning(scene: Scene) -> None:
    """Let the sessions be recorded that were held this morning."""
    if scene.days_left == 0:
        meetings.on_the_last_morning(scene)
