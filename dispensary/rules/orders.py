"""What an order says for a day: whether it holds, whether a dose is due, and how much.

An upward step takes effect only when every dose due since the step before was taken in full; otherwise the amount last
taken stands and later steps wait. Downward steps follow the date. (product.md §4)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dispensary.rules.depots import DepotTerms
from models.enums import Form, Medication, TreatmentPhase
from models.units import Mg

DAYS_OF_THE_WEEK = range(1, 8)
"""Monday is 1."""


@dataclass(frozen=True)
class Step:
    """From a day on, the amount of each part of the day, first part first."""

    from_on: date
    amounts_mg: tuple[Mg, ...]

    @property
    def total_mg(self) -> Mg:
        """The day's total."""
        return Mg(sum(self.amounts_mg, Mg(self.amounts_mg[0] * 0)))


@dataclass(frozen=True)
class OrderFacts:
    """One signed version of an order, as plain values."""

    id: int
    version: int
    medication: Medication
    form: Form
    treatment_phase: TreatmentPhase
    starts_on: date
    ends_on: date
    """Last day it holds: its own end, or the day it was ended before that."""
    every_n_days: int
    parts: int
    hours_between_parts: int | None
    steps: tuple[Step, ...]
    """Oldest first."""
    signed_by: str
    signed_at: datetime
    weekdays: tuple[int, ...] = ()
    """The days of the week on which a dose is due, Monday 1; empty where it goes by every n-th day."""
    depot: DepotTerms | None = None
    """Of an order for depot injections: its intervals; their due days follow from the last injection (depots.py)."""

    @property
    def is_injection(self) -> bool:
        """Whether this is an order for depot injections."""
        return self.form is Form.INJECTION

    def holds_on(self, day: date) -> bool:
        """Return whether the order is in force on a clinic day."""
        return self.starts_on <= day <= self.ends_on

    def due_on(self, day: date) -> bool:
        """Return whether a dose is due on a clinic day: by its days of the week, or every n-th day from the first.

        Never for injections, which are due by the day of the last one: see `depots.depot_due`.
        """
        return (
            not self.is_injection
            and self.holds_on(day)
            and falls_on(day, self.starts_on, self.every_n_days, self.weekdays)
        )

    def next_due(self, after: date) -> date | None:
        """Return the first day after a day on which a dose is due, or None if the order ends before."""
        days = (max(after, self.starts_on - timedelta(days=1)) + timedelta(days=n) for n in DAYS_OF_THE_WEEK)
        return next((day for day in days if self.due_on(day)), None)

    def covers_days(self, day: date) -> int:
        """Return how many days a dose taken on a day covers, that day among them."""
        return covers_days(day, self.every_n_days, self.weekdays, self.depot)


def falls_on(day: date, starts_on: date, every_n_days: int, weekdays: Sequence[int]) -> bool:
    """Return whether a rhythm has a dose on a day: one of its days of the week, or every n-th day from the first."""
    return day.isoweekday() in weekdays if weekdays else (day - starts_on).days % every_n_days == 0


def covers_days(day: date, every_n_days: int, weekdays: Sequence[int], depot: DepotTerms | None = None) -> int:
    """Return how many days a dose taken on a day covers, that day among them: until the next is due.

    Args:
        day: when it was taken.
        every_n_days: 1 for daily, 2 for alternate days.
        weekdays: the days of the week of its order; empty where it names none.
        depot: the terms of its order, where it was injected.
    """
    if depot is not None:
        return depot.covers_days
    if not weekdays:
        return every_n_days
    return next(n for n in DAYS_OF_THE_WEEK if (day + timedelta(days=n)).isoweekday() in weekdays)


def weekdays_of(text: str | None) -> tuple[int, ...]:
    """Return the days of the week as an order keeps them: `135` is Monday, Wednesday and Friday."""
    return tuple(int(digit) for digit in text or "")


def weekdays_text(weekdays: Sequence[int]) -> str | None:
    """Return days of the week as an order keeps them; None where it names none."""
    return "".join(str(day) for day in sorted(weekdays)) or None


@dataclass(frozen=True)
class TakenDay:
    """What was swallowed on one clinic day under any order: each part and its amount."""

    day: date
    parts_mg: dict[int, Mg]


@dataclass(frozen=True)
class DueAmount:
    """What is ordered for a day, part by part, and whether an upward step is waiting."""

    amounts_mg: tuple[Mg, ...]
    waiting_step: Step | None
    """The step whose day has come but which may not take effect yet."""


@dataclass(frozen=True)
class SupplementFacts:
    """A further part that was ordered for one day."""

    part: int
    amount_mg: Mg
    not_before: datetime


def with_supplements(due: DueAmount, lowered_mg: Mg | None, supplements: Sequence[SupplementFacts]) -> DueAmount:
    """Return what is ordered for a day once it was lowered by telephone, and further parts were added for that day.

    Args:
        due: what the order itself says.
        lowered_mg: the day's amount as lowered; only a day of one part is lowered, and never raised by it.
        supplements: the further parts, in order of their numbers, which follow the order's own.
    """
    own = due.amounts_mg
    if lowered_mg is not None and len(own) == 1:
        own = (min(own[0], lowered_mg),)
    return DueAmount((*own, *(further.amount_mg for further in supplements)), due.waiting_step)


def due_amount(order: OrderFacts, taken: Sequence[TakenDay], day: date) -> DueAmount:
    """Return what the order says for a day, given what was taken since it started.

    An upward step is one that raises any part of the day. It is due from its day on if at least one dose was due since
    the step before, and every one of them was taken in full. Until it has itself been taken in full once, a missed or
    part dose takes it back: no increase follows a missed dose. A step that may not take effect waits, and with it all
    later upward steps, until the prescriber signs a new version; what was last taken in full stands meanwhile, or the
    order's first amount if nothing was. Downward steps follow their date whatever was taken, each part for itself.

    So the answer is never above the step ordered for the day, and after a missed dose never above the amount that was
    last taken in full. A first amount is not conditional: the days without medicine are the gate's to judge.

    Args:
        order: the version in force; its steps oldest first, the first from its first day.
        taken: days since it started, under any order; the day itself does not matter.
        day: the clinic day in question.
    """
    by_day = {t.day: t.parts_mg for t in taken}
    course = _Course(order.steps[0].amounts_mg)
    for step, until in _segments(order, day):
        course.come_to(step)
        for due in _due_days(order, step.from_on, until):
            course.pass_day(_in_full(by_day.get(due, {}), course.amounts_mg))
    planned = next(s for s in reversed(order.steps) if s.from_on <= day or s is order.steps[0])
    return DueAmount(course.amounts_mg, course.waiting if course.amounts_mg != planned.amounts_mg else None)


class _Course:
    """How the amount moves along the steps of an order, due day by due day."""

    def __init__(self, first_mg: tuple[Mg, ...]) -> None:
        self.amounts_mg = first_mg
        self.last_in_full_mg = first_mg
        self.unproven: Step | None = None
        """An upward step in force that has not been taken in full yet."""
        self.waiting: Step | None = None
        self._taken = self._missed = 0

    def come_to(self, step: Step) -> None:
        """Begin a step on its day: down at once, up only if earned."""
        earned = self._taken > 0 and self._missed == 0
        if not _raises(step.amounts_mg, self.amounts_mg):
            self.amounts_mg, self.unproven = step.amounts_mg, None
        elif earned and self.waiting is None:
            self.amounts_mg, self.unproven = step.amounts_mg, step
        else:
            self._wait(step)
        self._taken = self._missed = 0

    def pass_day(self, in_full: bool) -> None:
        """Let a due day go by."""
        if in_full:
            self._taken += 1
            self.last_in_full_mg, self.unproven = self.amounts_mg, None
            return
        self._missed += 1
        if self.unproven is not None:
            self._wait(self.unproven)

    def _wait(self, step: Step) -> None:
        self.waiting, self.unproven = self.waiting or step, None
        self.amounts_mg = _lower(_lower(self.amounts_mg, step.amounts_mg), self.last_in_full_mg)


def _segments(order: OrderFacts, day: date) -> list[tuple[Step, date]]:
    """Return each step whose day has come, and the day before which its doses count."""
    come = [order.steps[0], *(s for s in order.steps[1:] if s.from_on <= day)]
    return list(zip(come, [*(s.from_on for s in come[1:]), day], strict=True))


def _due_days(order: OrderFacts, first: date, before: date) -> list[date]:
    days = (first + timedelta(days=n) for n in range((before - first).days))
    return [d for d in days if order.due_on(d)]


def _in_full(parts_mg: dict[int, Mg], amounts_mg: tuple[Mg, ...]) -> bool:
    return all(part in parts_mg and parts_mg[part] >= mg for part, mg in enumerate(amounts_mg, start=1))


def _raises(step_mg: tuple[Mg, ...], now_mg: tuple[Mg, ...]) -> bool:
    return any(new > old for new, old in zip(step_mg, now_mg, strict=True))


def _lower(first_mg: tuple[Mg, ...], second_mg: tuple[Mg, ...]) -> tuple[Mg, ...]:
    return tuple(min(pair) for pair in zip(first_mg, second_mg, strict=True))
