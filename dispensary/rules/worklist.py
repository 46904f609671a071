"""What a counsellor's worklist is owed about a person on a day, and when a task has answered itself.

A matter is told once: a task that somebody closed is not opened again for the same run of missed doses, the same call, the
same referral, the same review, the same part of an intake, the same waiting or the same due day.
What the nightly scan raised is told by the scan alone, and ends here. Source: product.md §§9, 11; house.toml worklist.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from models.enums import TaskOutcome, TaskReasonKind

A_DAY = timedelta(days=1)
MISSED, REVIEW, SESSION = TaskReasonKind.MISSED_DOSES, TaskReasonKind.REVIEW_DUE, TaskReasonKind.SESSION_DUE
CALL, REFERRAL = TaskReasonKind.CALL_DUE, TaskReasonKind.REFERRAL_OVERDUE
INTAKE, URINE, WAITING = TaskReasonKind.INTAKE_OPEN, TaskReasonKind.URINE_DUE, TaskReasonKind.WAITS_LONG
RED, AMBER = TaskReasonKind.RISK_RED, TaskReasonKind.RISK_AMBER
KINDS = frozenset({MISSED, REVIEW, SESSION, CALL, REFERRAL, INTAKE, URINE, WAITING})
"""What follows from the record alone; every other reason was noted by somebody, by what they did, or by the nightly scan."""
SETTLES = KINDS | {RED, AMBER}
"""What may end by itself."""
OF_ITSELF: frozenset[StrEnum] = frozenset({TaskOutcome.PASSED})
"""How a task ends that nobody closes; not for anybody to choose."""


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
    worked_on: date | None = None
    """The last day before today on which a dose was recorded at the site, or the day was closed by its staff."""
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
    urine_by: date | None = None
    """By the policy in force."""
    waits_since: date | None = None
    """Since when somebody has waited too long for treatment, or was left without a word; the later of both."""
    amber_on: date | None = None
    """The last night on which the nightly scan counted them as AMBER."""
    told_dead: bool = False
    """Told to have died, and no prescriber has decided yet: nobody is sent to reach them."""


def due(facts: Facts, today: date, *, missed_from: int) -> dict[TaskReasonKind, date]:
    """Return what is due, each since when.

    Args:
        missed_from: from so many missed days on somebody is called.
    """
    if facts.told_dead:
        return {}
    found = {
        REVIEW: facts.review_on,
        WAITING: facts.waits_since,
        CALL: facts.call_on,
        REFERRAL: facts.answer_by if facts.answer_by and facts.answer_by < today else None,
        INTAKE: facts.intake_by + A_DAY if facts.intake_by else None,
        **({} if facts.away else _where_a_visit_is_expected(facts, missed_from)),
    }
    return {kind: since for kind, since in found.items() if since is not None and since <= today}


def _where_a_visit_is_expected(facts: Facts, missed_from: int) -> dict[TaskReasonKind, date | None]:
    return {
        MISSED: facts.missed_since if facts.missed_days >= missed_from and _was_missed(facts) else None,
        SESSION: None if facts.counselling_arranged else facts.counselling_by,
        URINE: facts.urine_by,
    }


def _was_missed(facts: Facts) -> bool:
    """Return whether the clinic worked on a day of the run: a flood, or a move, is nobody's missed dose."""
    return facts.missed_since is not None and facts.worked_on is not None and facts.worked_on >= facts.missed_since


def untold(
    due: Mapping[TaskReasonKind, date], told: Mapping[TaskReasonKind, date], *, since: Mapping[TaskReasonKind, date]
) -> frozenset[TaskReasonKind]:
    """Return what of all that is due nobody was told of since it is due.

    Args:
        told: when each kind was last noted, or a task with it closed; the last day of all where one is still open.
        since: of these kinds, what fell due before the day is not told any more, as after an import.
    """
    fresh = {kind: day for kind, day in due.items() if day >= since.get(kind, day)}
    return frozenset(kind for kind, day in fresh.items() if kind not in told or told[kind] < day)


def still_raised(facts: Facts, today: date, *, missed_from: int, silent_nights: int) -> frozenset[TaskReasonKind]:
    """Return which lanes of the nightly scan still stand.

    RED stands until the person has taken a dose again. AMBER speaks of the two weeks after its night, and one good day does not
    end them: it stands as long as the scan is silent about the person, and then until a night on which it is not counted again.
    Whoever has missed more since is no better off.

    Args:
        silent_nights: for so many nights the scan tells of nobody again.
    """
    if facts.told_dead or facts.away or not facts.in_care:
        return frozenset()
    if facts.missed_days >= missed_from:
        return frozenset({RED, AMBER})
    last_night = today - A_DAY
    fresh = facts.amber_on is not None and last_night - facts.amber_on <= timedelta(days=silent_nights)
    return frozenset({AMBER}) if fresh else frozenset()


def answered(
    kinds: Collection[TaskReasonKind], standing: Collection[TaskReasonKind], facts: Facts
) -> TaskOutcome | None:
    """Return how a task with these reasons has ended by itself, or None while one of them stands.

    That somebody came back is said only where a row of missed doses has ended, and kept only if a dose was taken since the task
    was opened; AMBER alone passes, and nobody knows why.

    Args:
        standing: what is due, and which lanes are still raised.
    """
    kinds = frozenset(kinds)
    if not kinds <= SETTLES or kinds & set(standing):
        return None
    if facts.told_dead:
        return TaskOutcome.NOT_NEEDED
    if kinds <= {CALL, REFERRAL, WAITING}:
        return TaskOutcome.DONE
    if facts.away or not facts.in_care:
        return TaskOutcome.NOT_NEEDED
    if kinds == {AMBER}:
        return TaskOutcome.PASSED
    return TaskOutcome.CAME_BACK if kinds <= {MISSED, RED, AMBER} else TaskOutcome.DONE
