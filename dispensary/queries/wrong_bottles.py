"""Bottles at home that are wrong by now, since another amount is ordered for their day, or none."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from dispensary.queries import bottles, doses_taken, orders
from dispensary.rules.orders import OrderFacts, due_amount
from models.units import Mg


def wrong_now(session: Session, person_id: int, today: date) -> dict[int, Mg | None]:
    """Return which bottles at home no longer hold what is ordered for their day, and what is; None where nothing is.

    Only an order signed after the bottle was filled makes it wrong; a step that is earned later does not.
    """
    held = [one for one in bottles.at_home(session, person_id) if not one.over(today)]
    if not held:
        return {}
    versions = [v.facts for v in orders.versions_of(session, person_id) if not v.never_held]
    since = min((order.starts_on for order in versions if len(order.steps) > 1), default=None)
    taken = doses_taken.taken_days(session, person_id, since) if since else []
    wrong: dict[int, Mg | None] = {}
    for one in held:
        order = _order_on(versions, one.covers_on)
        if order is not None and order.id == one.order_id:
            continue
        amounts_mg = due_amount(order, taken, one.covers_on).amounts_mg if order else ()
        ordered = amounts_mg[one.part - 1] if one.part <= len(amounts_mg) else None
        same_drug = order is not None and (order.medication, order.form) == (one.medication, one.form)
        if not same_drug or ordered != one.amount_mg:
            wrong[one.id] = ordered if same_drug else None
    return wrong


def _order_on(versions: Sequence[OrderFacts], day: date) -> OrderFacts | None:
    return max((order for order in versions if order.due_on(day)), key=lambda order: order.id, default=None)
