"""Orders as plain values: what holds for a person on a day, the versions before it, and what is ending soon."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import Row, Select, case, func, select
from sqlalchemy.orm import Session

from dispensary.rules.orders import OrderFacts, Step
from models import DoseOrder, OrderEnd, OrderStep, Staff
from models.units import Mg

ENDED_ON = (
    select(func.min(OrderEnd.last_day))
    .where(OrderEnd.order_id == DoseOrder.id)
    .correlate_except(OrderEnd)
    .scalar_subquery()
)
LAST_DAY = case((ENDED_ON < DoseOrder.ends_on, ENDED_ON), else_=DoseOrder.ends_on)
"""The last day an order holds: its own end, or the earliest day on which it was ended before that."""


def active_order(session: Session, person_id: int, on: date) -> OrderFacts | None:
    """Return the order that holds for a person on a clinic day, with its steps, or None."""
    query = _orders().where(DoseOrder.person_id == person_id, DoseOrder.starts_on <= on, on <= LAST_DAY)
    row = session.execute(query.order_by(DoseOrder.id.desc()).limit(1)).one_or_none()
    return _facts(session, [row])[0] if row else None


def _orders() -> Select[DoseOrder, date, str]:
    """Return orders with the last day they hold and who signed them."""
    return select(DoseOrder, LAST_DAY.label("last_day"), Staff.name).join(Staff, Staff.id == DoseOrder.signed_by_id)


def _facts(session: Session, rows: Iterable[Row[DoseOrder, date, str]]) -> list[OrderFacts]:
    rows = list(rows)
    steps = _steps(session, [order.id for order, _, _ in rows])
    return [_order_facts(order, last_day, signed_by, steps[order.id]) for order, last_day, signed_by in rows]


def _order_facts(order: DoseOrder, last_day: date, signed_by: str, steps: tuple[Step, ...]) -> OrderFacts:
    return OrderFacts(
        id=order.id,
        version=order.version,
        medication=order.medication,
        form=order.form,
        treatment_phase=order.treatment_phase,
        starts_on=order.starts_on,
        ends_on=last_day,
        every_n_days=order.every_n_days,
        parts=order.parts,
        hours_between_parts=order.hours_between_parts,
        steps=steps,
        signed_by=signed_by,
        signed_at=order.signed_at,
    )


def _steps(session: Session, order_ids: list[int]) -> dict[int, tuple[Step, ...]]:
    """Return the steps of each order, oldest first, the amounts of a day in the order of its parts."""
    query = (
        select(OrderStep.order_id, OrderStep.from_on, OrderStep.amount_mg)
        .where(OrderStep.order_id.in_(order_ids))
        .order_by(OrderStep.order_id, OrderStep.from_on, OrderStep.part)
    )
    amounts: dict[int, dict[date, list[Mg]]] = defaultdict(lambda: defaultdict(list))
    for order_id, from_on, amount_mg in session.execute(query):
        amounts[order_id][from_on].append(amount_mg)
    return {
        order_id: tuple(Step(from_on, tuple(parts)) for from_on, parts in days.items())
        for order_id, days in amounts.items()
    }
