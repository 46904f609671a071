"""Which calendar days a take-home decision covers when somebody comes on a day, and when they come next.

Somebody who comes takes that day's dose here, and takes home what is due on each day until the next day of coming.
Days on which the clinic is closed are covered too and do not count as taken home; what falls after the order's end,
or on a day without a dose, is never covered. (product.md §7, clinical-rules §2)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dispensary.reasons import Reason
from dispensary.rules.orders import OrderFacts
from dispensary.wording import N_, say
from models.enums import Form, OneOffReason, StopKind, TreatmentPhase

Held = frozenset[tuple[date, int]]
"""Doses that are at home already, each by its day and part."""
NOTHING_HELD: Held = frozenset()
LOOKED_AHEAD = 70
"""So many days are looked at: more than any decision gives, with every closure among them."""


@dataclass(frozen=True)
class Decision:
    """A standing decision, as plain values."""

    id: int
    attends_on: str
    """Days of the week on which the person comes, Monday is 1: `14`."""
    every_weeks: int
    most_days: int
    effective_on: date
    last_day: date | None = None
    """The last day it holds, once it was ended."""

    def holds_on(self, day: date) -> bool:
        """Return whether the decision is in force on a clinic day."""
        return self.effective_on <= day and (self.last_day is None or day <= self.last_day)

    def attends(self, day: date) -> bool:
        """Return whether the person comes on a calendar day: on these weekdays of every n-th week."""
        week = (day - self.effective_on).days // 7
        return str(day.isoweekday()) in self.attends_on and week % self.every_weeks == 0


@dataclass(frozen=True)
class OneOff:
    """Doses for some days apart from the schedule, as plain values."""

    id: int
    reason: OneOffReason
    first_on: date
    last_on: date


@dataclass(frozen=True)
class OpenDays:
    """When the clinic gives doses: its weekdays, but for the days that it announced as closed."""

    weekdays: frozenset[int]
    closed: frozenset[date] = frozenset()

    def on(self, day: date) -> bool:
        """Return whether the clinic is open on a day."""
        return day.isoweekday() in self.weekdays and day not in self.closed


@dataclass(frozen=True)
class Barred:
    """What stands against doses to take home, whatever was decided."""

    stops: tuple[StopKind, ...] = ()
    """Stops that stand."""
    induction_allowed: bool = False
    """Whether a profile in force allows them in induction."""


NOT_BARRED = Barred()


@dataclass(frozen=True)
class CoveredDay:
    """One day whose dose is taken home."""

    day: date
    order_id: int
    parts: tuple[int, ...]
    closed: bool
    """The clinic is closed then, so that it does not count as taken home."""


@dataclass(frozen=True)
class Plan:
    """What somebody takes home today: which days, until when they come again, and what stands against it."""

    days: tuple[CoveredDay, ...] = ()
    next_visit: date | None = None
    """The next open day on which a dose is due and not covered; None where no order reaches so far."""
    against: tuple[Reason, ...] = ()
    order_ends: bool = False
    """The days end because the order does."""


def schedule(
    decision: Decision,
    orders: Sequence[OrderFacts],
    day: date,
    calendar: OpenDays,
    *,
    barred: Barred = NOT_BARRED,
    held: Held = NOTHING_HELD,
) -> Plan:
    """Return what somebody takes home who comes on a day.

    From the day after until the next day of coming; where the clinic is closed then, until it opens again. At most as
    many open days as were decided. Of an order in several parts the later parts of today go home too, since nobody who
    comes once a day comes twice.

    Args:
        decision: the standing decision; outside its days nothing is taken home.
        orders: the versions in force today or later.
        day: the clinic day on which the person is here.
        calendar: when the clinic is open.
        barred: stops, and whether induction is an obstacle.
        held: doses that are at home already; their days count among those at home, and they are not given again.
    """
    stands = against(orders, day, barred)
    if stands or not decision.holds_on(day):
        return Plan((), next_due(orders, day, calendar), stands)
    covered = list(_parts_later_today(orders, day, held))
    counted, due_to_come = 0, False
    for ahead in days_after(day):
        order = order_on(orders, ahead)
        due_to_come |= decision.attends(ahead) or not decision.holds_on(ahead)
        if order is None or bar(order, barred):
            return Plan(tuple(covered), next_due(orders, ahead - timedelta(days=1), calendar), (), order is None)
        if not order.due_on(ahead):
            continue
        is_open = calendar.on(ahead)
        if is_open and (due_to_come or counted >= decision.most_days):
            return Plan(tuple(covered), ahead)
        counted += is_open
        covered += not_held(CoveredDay(ahead, order.id, all_parts(order), closed=not is_open), held)
    return Plan(tuple(covered))


def against(orders: Sequence[OrderFacts], day: date, barred: Barred) -> tuple[Reason, ...]:
    """Return what stands against any dose to take home today."""
    reasons = [
        Reason(
            "stop_stands",
            say(N_("A stop stands: %(kind)s."), kind=kind),
            say(N_("Nothing is taken home until a prescriber releases it. Call the prescriber.")),
        )
        for kind in barred.stops
    ]
    order = order_on(orders, day)
    if order is None:
        words = N_("No order holds today.")
        reasons.append(Reason("no_order", say(words), say(N_("Ask the prescriber for an order."))))
    elif reason := bar(order, barred):
        reasons.append(reason)
    return tuple(reasons)


def bar(order: OrderFacts, barred: Barred) -> Reason | None:
    """Return why no dose under this order goes home, or None."""
    if order.form is Form.INJECTION:
        words = N_("An injection is never taken home: a health professional gives each one.")
        return Reason("injection", say(words), say(N_("Give it here on its day.")))
    if order.treatment_phase is TreatmentPhase.INDUCTION and not barred.induction_allowed:
        words = N_("In induction no dose is taken home: no approved profile allows it.")
        return Reason("induction", say(words), say(N_("The person comes every day until the phase changes.")))
    return None


def order_on(orders: Sequence[OrderFacts], day: date) -> OrderFacts | None:
    """Return the newest version that holds on a day."""
    return max((order for order in orders if order.holds_on(day)), key=lambda order: order.id, default=None)


def next_due(orders: Sequence[OrderFacts], after: date, calendar: OpenDays) -> date | None:
    """Return the first open day after a day on which a dose is due."""
    for ahead in days_after(after):
        order = order_on(orders, ahead)
        if calendar.on(ahead) and order is not None and order.due_on(ahead):
            return ahead
    return None


def _parts_later_today(orders: Sequence[OrderFacts], day: date, held: Held) -> Iterator[CoveredDay]:
    order = order_on(orders, day)
    if order is not None and order.parts > 1 and order.due_on(day):
        yield from not_held(CoveredDay(day, order.id, all_parts(order)[1:], closed=False), held)


def not_held(covered: CoveredDay, held: Held) -> Iterator[CoveredDay]:
    """Yield a day with those of its parts that are not at home already; nothing where all of them are."""
    parts = tuple(part for part in covered.parts if (covered.day, part) not in held)
    if parts:
        yield replace(covered, parts=parts)


def all_parts(order: OrderFacts) -> tuple[int, ...]:
    """Return every part of a day under an order."""
    return tuple(range(1, order.parts + 1))


def days_after(day: date) -> Iterator[date]:
    """Return the days after a day, as far as any decision looks ahead."""
    return (day + timedelta(days=n) for n in range(1, LOOKED_AHEAD + 1))
