"""Which days of one-off doses go home with somebody who comes on a day: a journey, an illness, a closure.

Not before the last visit that lies ahead of them: what is handed out early can be lost early. (product.md §7)
"""

from collections.abc import Sequence
from datetime import date

from dispensary.rules.orders import OrderFacts
from dispensary.rules.take_homes import (
    NOT_BARRED,
    NOTHING_HELD,
    Barred,
    CoveredDay,
    Held,
    OneOff,
    OpenDays,
    Plan,
    against,
    all_parts,
    bar,
    days_after,
    next_due,
    not_held,
    order_on,
)


def one_off_days(
    one_off: OneOff,
    orders: Sequence[OrderFacts],
    day: date,
    calendar: OpenDays,
    *,
    next_visit: date | None,
    barred: Barred = NOT_BARRED,
    held: Held = NOTHING_HELD,
    today_too: bool = False,
) -> Plan:
    """Return what of one-off doses goes home with somebody who comes on a day.

    Args:
        one_off: the days that a prescriber allowed.
        orders: the versions in force today or later.
        day: the clinic day on which the person is here.
        calendar: when the clinic is open.
        next_visit: when they come next by the standing decision; None where there is none, and every open day counts.
        barred: stops, and whether induction is an obstacle.
        held: doses that are at home already.
        today_too: whether a collector came instead, so that today's dose, if it is among these days, goes home as well.
    """
    stands = against(orders, day, barred)
    comes_next = next_visit or next_due(orders, day, calendar)
    if stands or (comes_next is not None and comes_next < one_off.first_on):
        return Plan((), comes_next, stands)
    covered: list[CoveredDay] = []
    order_ends = False
    for ahead in ([day] if today_too else []) + list(days_after(day)):
        if not one_off.first_on <= ahead <= one_off.last_on:
            continue
        order = order_on(orders, ahead)
        if order is None or bar(order, barred):
            order_ends = order is None
            break
        if order.due_on(ahead):
            covered += not_held(CoveredDay(ahead, order.id, all_parts(order), closed=not calendar.on(ahead)), held)
    last = covered[-1].day if covered else day
    return Plan(tuple(covered), next_due(orders, max(last, day), calendar), (), order_ends)
