"""What an order says for a day: whether it holds, whether a dose is due, and how much.

An upward step takes effect only when every dose due since the step before was taken in full; otherwise the amount last
taken stands and later steps wait. Downward steps follow the date. (product.md §4)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.enums import Form, Medication, TreatmentPhase
from models.units import Mg


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

    def holds_on(self, day: date) -> bool:
        """Return whether the order is in force on a clinic day."""
        return self.starts_on <= day <= self.ends_on

    def due_on(self, day: date) -> bool:
        """Return whether a dose is due on a clinic day: every n-th day, counted from the first."""
        return self.holds_on(day) and (day - self.starts_on).days % self.every_n_days == 0


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


def due_amount(order: OrderFacts, taken: Sequence[TakenDay], day: date) -> DueAmount:
    """Return what the order says for a day, given what was taken since it started.

    The steps are walked by date. A downward step always takes effect. An upward one takes effect only if every dose
    due from the step in force until the day before it was taken in full; the first that may not stops all later
    upward steps until it does: it is tried again each day, over the days since it first came due.
    """
    by_day = {t.day: t.parts_mg for t in taken}
    current, waiting = order.steps[0], None
    current_from = current.from_on
    for step in order.steps[1:]:
        if step.from_on > day:
            break
        if step.total_mg <= current.total_mg:
            current, current_from, waiting = step, step.from_on, None
        elif waiting is None:
            effective = _first_day_earned(order, current, current_from, step, by_day, day)
            if effective is None:
                waiting = step
            else:
                current, current_from = step, effective
    return DueAmount(current.amounts_mg, waiting)


def _first_day_earned(
    order: OrderFacts,
    current: Step,
    current_from: date,
    step: Step,
    by_day: dict[date, dict[int, Mg]],
    day: date,
) -> date | None:
    """Return the first day, from the step's own on, before which as many due days as planned were taken in full."""
    planned = max(1, len(_due_days(order, current_from, step.from_on)))
    candidate = step.from_on
    while candidate <= day:
        window = _due_days(order, current_from, candidate)[-planned:]
        if window and all(_taken_in_full(by_day.get(d, {}), current) for d in window):
            return candidate
        candidate += timedelta(days=1)
    return None


def _due_days(order: OrderFacts, first: date, before: date) -> list[date]:
    days = (first + timedelta(days=n) for n in range((before - first).days))
    return [d for d in days if order.due_on(d)]


def _taken_in_full(parts_mg: dict[int, Mg], step: Step) -> bool:
    return all(parts_mg.get(n, Mg(amount * 0)) >= amount for n, amount in enumerate(step.amounts_mg, start=1))


def needs_second_typing(amount_mg: Mg, last_taken_mg: Mg | None) -> bool:
    """Return whether an amount must be typed a second time: more than twice or less than half the last one taken."""
    return last_taken_mg is not None and not last_taken_mg / 2 <= amount_mg <= last_taken_mg * 2
