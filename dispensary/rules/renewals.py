"""Renewing an order as it is: the same medicine, amount and rhythm, from the day after its last one."""

from collections.abc import Sequence
from datetime import date, timedelta

from dispensary.rules.order_drafts import OrderDraft
from dispensary.rules.orders import OrderFacts, Step, TakenDay, due_amount

DAY = timedelta(days=1)


def renewal(order: OrderFacts, taken: Sequence[TakenDay], today: date, reason: str = "") -> OrderDraft | None:
    """Return the order that goes on with what this one says for its last day, for as long again; None if that is open.

    It is open while a step up waits or is not proven by a dose taken in full: then the prescriber writes what holds.

    Args:
        order: the version that ends or has lapsed.
        taken: what was swallowed since it started.
        today: the first day at the earliest.
        reason: why it is renewed.
    """
    due = due_amount(order, taken, order.ends_on)
    if due.waiting_step is not None:
        return None
    starts_on = max(order.ends_on + DAY, today)
    return OrderDraft(
        medication=order.medication,
        form=order.form,
        treatment_phase=order.treatment_phase,
        starts_on=starts_on,
        ends_on=starts_on + (order.ends_on - order.starts_on),
        steps=(Step(starts_on, due.amounts_mg),),
        every_n_days=order.every_n_days,
        parts=order.parts,
        hours_between_parts=order.hours_between_parts,
        reason=reason,
        weekdays=order.weekdays,
        depot=order.depot,
    )
