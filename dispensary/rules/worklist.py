"""What a counsellor's worklist is owed about a person on a day, and when a task has answered itself.

A matter is told once: a task that somebody closed is not opened again for the same run of missed doses, the same call, the
same referral, the same review, the same part of an intake or the same due day. Source: product.md §9; house.toml worklist.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from models.enums import TaskOutcome, TaskReasonKind

A_DAY = timedelta(days=1)
MISSED, REVIEW, SESSION = TaskReasonKind.MISSED_DOSES, TaskReasonKind.REVIEW_DUE, TaskReasonKind.SESSION_DUE
CALL, REFERRAL = TaskReasonKind.CALL_DUE, TaskReasonKind.REFERRAL_OVERDUE
INTAKE = TaskReasonKind.INTAKE_OPEN
KINDS = frozenset({MISSED, REVIEW, SESSION, CALL, REFERRAL, INTAKE})
"""What follows from the record alone; every other reason was noted by somebody, or by what they did."""


@dataclass(frozen=True)
class Facts:
    """What is on record of a person, as far as a counsellor's worklist goes by it."""

    in_care: bool = True
    away: bool = False
    """In hospital or custody: nobody expects a visit."""
    missed_days: int = 0
    """The longer of both counts."""
    missed_since: date | None = None
    """The first day of the run."""
    review_on: date | None = None
    """Of the plan that counts."""
    call_on: date | None = None
    """The newest call on a schedule that waits, of those whose day has come."""
    answer_by: date | None = None
    """Of the newest referral that waits too long."""
    counselling_by: date | None = None
    """By the policy in force."""
    counselling_arranged: bool = False
    intake_by: date | None = None
    """When the newest thing fell due of all that is overdue of an intake."""


def due(facts: Facts, today: date, *, missed_from: int) -> dict[TaskReasonKind, date]:
    """Return what is due, each since when.

    Args:
        missed_from: from so many missed days on somebody is called.
    """
    found: dict[TaskReasonKind, date] = {}
    if facts.missed_since and facts.missed_days >= missed_from and not facts.away:
        found[MISSED] = facts.missed_since
    if facts.review_on and facts.review_on <= today:
        found[REVIEW] = facts.review_on
    if facts.counselling_by and facts.counselling_by <= today and not facts.counselling_arranged and not facts.away:
        found[SESSION] = facts.counselling_by
    if facts.call_on and facts.call_on <= today:
        found[CALL] = facts.call_on
    if facts.answer_by and facts.answer_by < today:
        found[REFERRAL] = facts.answer_by
    if facts.intake_by and facts.intake_by < today:
        found[INTAKE] = facts.intake_by + A_DAY
    return found


def untold(
    due: Mapping[TaskReasonKind, date], told: Mapping[TaskReasonKind, date], *, intake_since: date
) -> frozenset[TaskReasonKind]:
    """Return what of all that is due nobody was told of since it is due.

    Args:
        told: when each kind was last noted, or a task with it closed; the last day of all where one is still open.
        intake_since: what fell due of an intake before this day is not told any more, as after an import.
    """
    due = {kind: since for kind, since in due.items() if kind is not INTAKE or since >= intake_since}
    return frozenset(kind for kind, since in due.items() if kind not in told or told[kind] < since)


def answered(kinds: Collection[TaskReasonKind], due: Collection[TaskReasonKind], facts: Facts) -> TaskOutcome | None:
    """Return how a task with these reasons has ended by itself, or None while one of them stands."""
    kinds = frozenset(kinds)
    if not kinds <= KINDS or kinds & set(due):
        return None
    if kinds <= {CALL, REFERRAL}:
        return TaskOutcome.DONE
    if facts.away or not facts.in_care:
        return TaskOutcome.NOT_NEEDED
    return TaskOutcome.CAME_BACK if kinds == {MISSED} else TaskOutcome.DONE
