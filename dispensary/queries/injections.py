"""When the next injection of a person is due, away from the window; at the window `queries.dosing` says it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispensary.queries.orders import terms_of
from dispensary.rules.depots import REACH, DepotTerms, Injection, InjectionWindow, Timing, depot_due
from dispensary.rules.orders import OrderFacts
from models import DepotPlan, Dose, DoseOrder, DoseReversal, Person
from models.enums import Form
from models.person import root_of

EVER_NEEDED = timedelta(days=366) + REACH
"""Longer than an order can hold, and before its first day as long as an injection can still matter."""


def next_for(session: Session, order: OrderFacts, person_id: int) -> InjectionWindow | None:
    """Return the window of the next injection under an order that holds; None where it is for none."""
    if order.depot is None:
        return None
    given = _injections(session, person_id, order.starts_on - REACH, date.max, order.depot)
    return depot_due(order.depot, order.starts_on, given)


def next_window(session: Session, dose_id: int) -> InjectionWindow | None:
    """Return the window of the injection after a given one, by the order under which it was given."""
    dose = session.get_one(Dose, dose_id)
    given = _injections(session, dose.person_id, dose.clinic_day - REACH, dose.clinic_day, None)
    return depot_due(given[-1].terms, dose.clinic_day - REACH, given) if given else None


def injections_due(session: Session, orders: Mapping[int, int], on: date) -> set[int]:
    """Return which of some people have an injection due on a day, by its window or late, or had it on that day.

    Args:
        orders: the order for injections that holds on that day, by person; of linked records the one that survives.
    """
    plans = select(DepotPlan, DoseOrder.starts_on).join(DoseOrder, DoseOrder.id == DepotPlan.order_id)
    terms = {
        plan.order_id: (found, starts_on)
        for plan, starts_on in session.execute(plans.where(DepotPlan.order_id.in_(orders.values())))
        if (found := terms_of(plan))
    }
    given = _injections_of(session, orders, on - EVER_NEEDED, on)
    return {
        person_id
        for person_id, order_id in orders.items()
        if order_id in terms and _due(*terms[order_id], given.get(person_id, []), on)
    }


def _due(terms: DepotTerms, starts_on: date, given: list[tuple[date, DepotTerms | None]], on: date) -> bool:
    if given and given[-1][0] == on:
        return True
    injections = [Injection(day, own or terms) for day, own in given]
    return depot_due(terms, starts_on, injections).timing(on) is not Timing.EARLY


def _injections(
    session: Session, person_id: int, since: date, until: date, otherwise: DepotTerms | None
) -> list[Injection]:
    """Return the injections of some days, oldest first; those that no order stands behind by other terms, if any."""
    found = _injections_of(session, [person_id], since, until).get(person_id, [])
    return [Injection(day, terms) for day, own in found if (terms := own or otherwise)]


def _injections_of(
    session: Session, people: Iterable[int], since: date, until: date
) -> dict[int, list[tuple[date, DepotTerms | None]]]:
    """Return the injections of some people on some days, oldest first, with the terms of their orders."""
    root = root_of(Person)
    query = (
        select(root, Dose.clinic_day, DepotPlan)
        .join(Person, Person.id == Dose.person_id)
        .outerjoin(DepotPlan, DepotPlan.order_id == Dose.order_id)
        .outerjoin(DoseReversal, DoseReversal.dose_id == Dose.id)
        .where(
            or_(Person.id.in_(ids := list(people)), Person.root_id.in_(ids)),
            Dose.form == Form.INJECTION,
            Dose.taken_mg > 0,
            Dose.clinic_day.between(since, until),
            DoseReversal.id.is_(None),
        )
        .order_by(Dose.clinic_day, Dose.id)
    )
    found: dict[int, list[tuple[date, DepotTerms | None]]] = defaultdict(list)
    for person_id, day, plan in session.execute(query):
        found[person_id].append((day, terms_of(plan) if plan else None))
    return found
