"""Where what a task asks for is done: the page about the person on which each reason is settled."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_login import current_user

from dispensary.permissions import Permission
from models.enums import SaidOccasion, TaskReasonKind


@dataclass(frozen=True)
class Place:
    """A page about one person, and who may open it."""

    endpoint: str
    permission: Permission = Permission.CASEWORK_VIEW
    occasion: SaidOccasion | None = None
    """On which what somebody says is written down, where the page asks for one."""


PLACES = {
    TaskReasonKind.REVIEW_DUE: Place("plans.of_person"),
    TaskReasonKind.CALL_DUE: Place("referrals.of_person"),
    TaskReasonKind.REFERRAL_OVERDUE: Place("referrals.of_person"),
    TaskReasonKind.SESSION_DUE: Place("sessions.of_person"),
    TaskReasonKind.NO_SHOW: Place("sessions.of_person"),
    TaskReasonKind.CALL_BACK: Place("bottles.of_person", Permission.TAKE_HOME_VIEW),
    TaskReasonKind.URINE: Place("urine.of_person"),
    TaskReasonKind.URINE_DUE: Place("urine.of_person"),
    TaskReasonKind.WAITS_LONG: Place("journey.of_person"),
    TaskReasonKind.REASONS_DUE: Place("assessment.ask", Permission.CASEWORK_RECORD, SaidOccasion.ENTRY),
    TaskReasonKind.INTAKE_OPEN: Place("journey.of_person"),
    TaskReasonKind.WANTS_BACK: Place("turns.of_person"),
    TaskReasonKind.OVERDOSE: Place("harm_reduction.of_person"),
    TaskReasonKind.TOLD_DEAD: Place("patients.end", Permission.EPISODE_CHANGE),
    TaskReasonKind.SAFETY: Place("assessment.of_person"),
    TaskReasonKind.RISK_RED: Place("risk.of_person", Permission.RISK_VIEW),
    TaskReasonKind.RISK_AMBER: Place("risk.of_person", Permission.RISK_VIEW),
    TaskReasonKind.MISSED_DOSES: Place("assessment.ask", Permission.CASEWORK_RECORD, SaidOccasion.MISSED_DAYS),
}
"""Whoever came back after missed doses is asked what got in the way, while it is fresh. (product.md §9)"""


def address(kind: TaskReasonKind, person_id: int) -> str | None:
    """Return where a reason is settled; None where it has no page of its own, or whoever is signed in may not open it."""
    place = PLACES.get(kind)
    if place is None or not current_user.may(place.permission):
        return None
    values: dict[str, Any] = {"occasion": place.occasion.value} if place.occasion else {}
    return url_for(place.endpoint, person_id=person_id, **values)
