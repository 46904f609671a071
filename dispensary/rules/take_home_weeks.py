"""A standing decision as a calendar: on which days somebody comes, and which doses go home, week by week.

It is the plan as it stands, not what was handed out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dispensary.rules.orders import OrderFacts
from dispensary.rules.take_homes import Barred, Decision, OpenDays, schedule

WEEKS_BACK = 4
"""As far back as the last day of coming may lie, if somebody comes every fourth week."""


class PlannedDay(StrEnum):
    """What a day is under a decision."""

    COMES = "comes"
    HOME = "home"
    HOME_CLOSED = "home_closed"
    NOTHING_DUE = "nothing_due"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class CalendarDay:
    """One day of the calendar."""

    day: date
    what: PlannedDay


def looks_from(today: date) -> date:
    """Return the first day that the calendar of a day depends on."""
    return monday_of(today) - timedelta(weeks=WEEKS_BACK)


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.isoweekday() - 1)


def weeks(
    decision: Decision,
    orders: Sequence[OrderFacts],
    today: date,
    calendar: OpenDays,
    barred: Barred,
    count: int,
) -> list[list[CalendarDay]]:
    """Return so many weeks from this week's Monday on, a row of seven days each.

    Args:
        decision: the standing decision, or one that begins later.
        orders: every version that holds in these weeks.
        today: some day of the first week.
        calendar: when the clinic is open, from `looks_from` on.
        barred: what stands against doses at home.
        count: how many weeks.
    """
    first = monday_of(today)
    days = [first + timedelta(days=n) for n in range(7 * count)]
    planned = _planned(decision, orders, looks_from(today), days[-1], calendar, barred)
    row = [CalendarDay(day, planned.get(day, _otherwise(decision, orders, day))) for day in days]
    return [row[n : n + 7] for n in range(0, len(row), 7)]


def _planned(
    decision: Decision, orders: Sequence[OrderFacts], since: date, last: date, calendar: OpenDays, barred: Barred
) -> dict[date, PlannedDay]:
    """Return every day of coming and every day at home, from the first day of coming on."""
    planned: dict[date, PlannedDay] = {}
    visit = _first_visit(decision, orders, since, last, calendar)
    while visit is not None and visit <= last:
        planned[visit] = PlannedDay.COMES
        plan = schedule(decision, orders, visit, calendar, barred=barred)
        for covered in plan.days:
            if covered.day != visit:
                planned[covered.day] = PlannedDay.HOME_CLOSED if covered.closed else PlannedDay.HOME
        visit = plan.next_visit
    return planned


def _first_visit(
    decision: Decision, orders: Sequence[OrderFacts], since: date, last: date, calendar: OpenDays
) -> date | None:
    """Return the day from which the calendar goes on: the decision's first, or a day of coming some weeks ago."""
    begins = max(since, decision.effective_on)
    days = [begins + timedelta(days=n) for n in range((last - begins).days + 1)]
    due = [day for day in days if calendar.on(day) and any(order.due_on(day) for order in orders)]
    on_schedule = (day for day in due if decision.attends(day) or since <= decision.effective_on)
    return next(on_schedule, None)


def _otherwise(decision: Decision, orders: Sequence[OrderFacts], day: date) -> PlannedDay:
    if not decision.holds_on(day):
        return PlannedDay.OUTSIDE
    return PlannedDay.NOTHING_DUE if not any(order.due_on(day) for order in orders) else PlannedDay.OUTSIDE
