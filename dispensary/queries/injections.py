"""When the next injection of a person is due, away from the window; at the window `queries.dosing` says it."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.queries.orders import terms_of
from dispensary.queries.signs import same_person
from dispensary.rules.depots import REACH, DepotTerms, Injection, InjectionWindow, depot_due
from dispensary.rules.orders import OrderFacts
from models import DepotPlan, Dose, DoseReversal
from models.enums import Form

_DOSE = Dose.__table__.c


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


def _injections(
    session: Session, person_id: int, since: date, until: date, otherwise: DepotTerms | None
) -> list[Injection]:
    """Return the injections of some days, oldest first; those that no order stands behind by other terms, if any."""
    query = (
        select(Dose.clinic_day, DepotPlan)
        .outerjoin(DepotPlan, DepotPlan.order_id == Dose.order_id)
        .outerjoin(DoseReversal, DoseReversal.dose_id == Dose.id)
        .where(
            same_person(_DOSE.person_id, person_id),
            Dose.form == Form.INJECTION,
            Dose.taken_mg > 0,
            Dose.clinic_day.between(since, until),
            DoseReversal.id.is_(None),
        )
        .order_by(Dose.clinic_day, Dose.id)
    )
    found = ((day, terms_of(plan) if plan else otherwise) for day, plan in session.execute(query))
    return [Injection(day, terms) for day, terms in found if terms is not None]
