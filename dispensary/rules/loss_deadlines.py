"""By when a theft or a loss is to be reported, and whether that was done in time.

Days are counted from the day of discovery, which is day 0. Business days are the days of the week that the policy names;
holidays are not left out, so that the day on which something is due is never later than the law has it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dispensary.policy.loss_deadlines import DeadlineInForce, LossDeadline
from dispensary.wording import N_, Words, say
from models.enums import LossStepKind

A_DAY = timedelta(days=1)


class StepState(StrEnum):
    """How a step that is asked for stands today."""

    DONE = "done"
    DONE_LATE = "done_late"
    DUE = "due"
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"


DONE = frozenset({StepState.DONE, StepState.DONE_LATE})
LATE = frozenset({StepState.DONE_LATE, StepState.OVERDUE})


@dataclass(frozen=True)
class StepDone:
    """A step on record that was not taken back."""

    kind: LossStepKind
    done_on: date


@dataclass(frozen=True)
class StepDue:
    """A step that is asked for after a loss: by when, by whose rule, and how it stands."""

    kind: LossStepKind
    due_on: date
    done_on: date | None
    state: StepState
    asked: DeadlineInForce

    @property
    def is_done(self) -> bool:
        """Whether it was done, in time or not."""
        return self.state in DONE

    @property
    def is_late(self) -> bool:
        """Whether its day passed before it was done."""
        return self.state in LATE

    @property
    def state_words(self) -> Words:
        """How it stands, in words."""
        return say(STATE_WORDS[self.state], due=self.due_on, done=self.done_on)


STATE_WORDS = {
    StepState.DONE: N_("done on %(done)s"),
    StepState.DONE_LATE: N_("done late, on %(done)s"),
    StepState.DUE: N_("due by %(due)s"),
    StepState.DUE_TODAY: N_("due today"),
    StepState.OVERDUE: N_("overdue since %(due)s"),
}


def due_on(rule: LossDeadline, discovered_on: date) -> date:
    """Return the last day on which a step is in time."""
    day, left = discovered_on, rule.within
    while left:
        day += A_DAY
        left -= day.isoweekday() in rule.weekdays
    return day


def state_of(due: date, done_on: date | None, today: date) -> StepState:
    """Return how a step stands that is due on a day."""
    if done_on is not None:
        return StepState.DONE if done_on <= due else StepState.DONE_LATE
    if today > due:
        return StepState.OVERDUE
    return StepState.DUE_TODAY if today == due else StepState.DUE


def steps_due(
    asked: Iterable[DeadlineInForce], discovered_on: date, done: Sequence[StepDone], today: date
) -> tuple[StepDue, ...]:
    """Return what is asked for after a loss, one line a step, by the day on which it is due.

    Where several profiles ask for the same step the earliest day counts; the first time it was done counts.
    """
    strictest: dict[LossStepKind, tuple[date, DeadlineInForce]] = {}
    for one in asked:
        due = due_on(one.rule, discovered_on)
        if one.rule.step not in strictest or due < strictest[one.rule.step][0]:
            strictest[one.rule.step] = (due, one)
    first = {kind: min((s.done_on for s in done if s.kind is kind), default=None) for kind in strictest}
    lines = [
        StepDue(kind, due, first[kind], state_of(due, first[kind], today), one)
        for kind, (due, one) in strictest.items()
    ]
    return tuple(sorted(lines, key=lambda line: (line.due_on, line.kind)))
