"""At what rate each product of a site is used up, from the movements of the last weeks."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.calendar import calendar_of
from dispensary.queries.stock import ProductStock
from dispensary.rules.stock_rate import LOOKED_BACK, Rate, days_left, rate
from models import Movement
from models.enums import ClosureKind, MovementKind
from models.units import Quantity

OUT = (MovementKind.DISPENSE, MovementKind.TAKE_HOME)


def rates(session: Session, site_id: int, today: date) -> dict[int, Rate]:
    """Return the rate of each product that was ever used at a site, by product."""
    earliest, undone = today - timedelta(days=LOOKED_BACK), aliased(Movement)
    shut = frozenset(
        day.day
        for day in calendar_of(session, site_id, earliest, today).values()
        if day.closure is not None and day.closure.kind is ClosureKind.SUDDEN
    )
    used: defaultdict[int, dict[date, Quantity]] = defaultdict(dict)
    query = (
        select(Movement.product_id, Movement.clinic_day, Movement.kind, func.sum(Movement.quantity))
        .outerjoin(undone, undone.id == Movement.reverses_id)
        .where(
            Movement.site_id == site_id,
            Movement.clinic_day >= earliest,
            Movement.clinic_day < today,
            or_(Movement.kind.in_(OUT), undone.kind.in_(OUT)),
        )
        .group_by(Movement.product_id, Movement.clinic_day, Movement.kind)
    )
    for product_id, day, kind, quantity in session.execute(query):
        sign = 1 if kind in OUT else -1
        used[product_id][day] = Quantity(used[product_id].get(day, Decimal(0)) + sign * quantity)
    since = select(Movement.product_id, func.min(Movement.clinic_day)).where(
        Movement.site_id == site_id, Movement.kind.in_(OUT)
    )
    return {
        product_id: rate(used[product_id], today, since=first, shut=shut)
        for product_id, first in session.execute(since.group_by(Movement.product_id))
    }


def lasting(products: list[ProductStock], at: dict[int, Rate], today: date) -> dict[int, int | None]:
    """Return for how many days each product lasts, by product; None where that is unknown.

    What has expired, or waits for the second signature of its delivery, is not counted on.
    """
    return {
        product.id: days_left(
            Quantity(
                sum((c.holds for c in product.containers if c.expires_on >= today and c.countersigned), Decimal(0))
            ),
            at[product.id],
        )
        if product.id in at
        else None
        for product in products
    }
