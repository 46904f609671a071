"""What counsellors do at the made-up clinic: one module a subject, each told of every evening, and of this last morning."""

from datetime import datetime

from dispensary.demo.casework import caseloads, community, harm, meetings, plans, support, urines, way_in, worklists
from dispensary.demo.scene import Scene

WEEKS = 8
KEPT_FOR = WEEKS * 7
"""Casework is on record of the last so many days; before, the clinic kept it on paper."""


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Do what belongs to this evening, once the last dose is given."""
    if scene.days_left > KEPT_FOR:
        return
    for subject in (caseloads, way_in, meetings, plans, urines, community, support, harm, worklists):
        subject.in_the_evening(scene, at)


def on_the_last_morning(scene: Scene) -> None:
    """Let the sessions be recorded that were held this morning."""
    if scene.days_left == 0:
        meetings.on_the_last_morning(scene)
