"""What went home in bottles and what came back of them, for the log: a row for each handover and product."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.dispensing import DispensedProduct, Hand, products_by_id
from dispensary.queries.people import full_name
from models import (
    Bottle,
    BottleEnd,
    BottleLine,
    BottleRest,
    Collector,
    Container,
    Lot,
    Movement,
    Person,
    Staff,
    TakeHomeIssue,
)
from models.enums import BottleState, Origin
from models.stock import amount_mg
from models.units import Mg, Quantity


@dataclass(frozen=True)
class TakenHome:
    """What of one product was handed over at one time, in so many bottles, for which days."""

    issue_id: int
    clinic_day: date
    at: datetime
    person_id: int
    number: str
    name: str
    """Family name first."""
    product: DispensedProduct
    quantity: Quantity
    bottles: int
    first_on: date
    last_on: date
    lots: tuple[str, ...]
    by: Hand
    collector: str
    """Empty where the person took them."""
    origin: Origin
    recorded_at: datetime

    @property
    def taken_mg(self) -> Mg:
        """The milligrams in it."""
        return amount_mg(self.quantity, self.product.strength)


@dataclass(frozen=True)
class BroughtBack:
    """What of one product was left in a bottle that was brought back; it waits for destruction."""

    bottle_id: int
    clinic_day: date
    at: datetime
    number: str
    name: str
    covers_on: date
    state: BottleState
    product: DispensedProduct
    quantity: Quantity
    by: Hand
    witness: str
    """Initials."""


def taken_home_on_days(session: Session, site_id: int, first: date, last: date) -> list[TakenHome]:
    """Return what was handed over on a site's clinic days, in the order of the handovers."""
    products = products_by_id(session)
    query = (
        select(
            TakeHomeIssue,
            Person,
            Staff,
            func.coalesce(Collector.name, "").label("collector"),
            BottleLine.product_id,
            BottleLine.quantity,
            BottleLine.bottle_id,
            Bottle.covers_on,
            Lot.number.label("lot"),
        )
        .join(Bottle, Bottle.issue_id == TakeHomeIssue.id)
        .join(BottleLine, BottleLine.bottle_id == Bottle.id)
        .join(Person, Person.id == TakeHomeIssue.person_id)
        .join(Staff, Staff.id == TakeHomeIssue.recorded_by_id)
        .join(Container, Container.id == BottleLine.container_id)
        .join(Lot, Lot.id == Container.lot_id)
        .outerjoin(Collector, Collector.id == TakeHomeIssue.collector_id)
        .where(TakeHomeIssue.site_id == site_id, TakeHomeIssue.clinic_day.between(first, last))
        .order_by(
            TakeHomeIssue.clinic_day, TakeHomeIssue.issued_at, TakeHomeIssue.id, BottleLine.product_id, Bottle.number
        )
    )
    handed = groupby(session.execute(query), key=lambda row: (row.TakeHomeIssue.id, row.product_id))
    return [_taken_home(list(rows), products[product_id]) for (_, product_id), rows in handed]


def _taken_home(rows: list[Any], product: DispensedProduct) -> TakenHome:
    issue, who, by = rows[0].TakeHomeIssue, rows[0].Person, rows[0].Staff
    return TakenHome(
        issue_id=issue.id,
        clinic_day=issue.clinic_day,
        at=issue.issued_at,
        person_id=who.id,
        number=who.number,
        name=full_name(who.family_name, who.given_name),
        product=product,
        quantity=_sum(row.quantity for row in rows),
        bottles=len({row.bottle_id for row in rows}),
        first_on=min(row.covers_on for row in rows),
        last_on=max(row.covers_on for row in rows),
        lots=tuple(sorted({row.lot for row in rows})),
        by=Hand(by.id, by.name, by.initials),
        collector=rows[0].collector,
        origin=issue.origin,
        recorded_at=issue.recorded_at,
    )


def _sum(quantities: Iterable[Quantity]) -> Quantity:
    return Quantity(sum(quantities, Decimal(0)))


def brought_back_on_days(session: Session, site_id: int, first: date, last: date) -> list[BroughtBack]:
    """Return what was left in bottles that were brought back on a site's clinic days, in that order."""
    products, witness = products_by_id(session), aliased(Staff)
    query = (
        select(
            BottleEnd,
            Bottle.covers_on,
            Person,
            Staff,
            func.coalesce(witness.initials, "").label("witness"),
            Movement.product_id,
            BottleRest.quantity,
        )
        .join(BottleRest, BottleRest.bottle_end_id == BottleEnd.id)
        .join(Movement, Movement.id == BottleRest.movement_id)
        .join(Bottle, Bottle.id == BottleEnd.bottle_id)
        .join(Person, Person.id == Bottle.person_id)
        .join(Staff, Staff.id == BottleEnd.recorded_by_id)
        .outerjoin(witness, witness.id == BottleEnd.witnessed_by_id)
        .where(BottleEnd.site_id == site_id, BottleEnd.clinic_day.between(first, last))
        .order_by(BottleEnd.clinic_day, BottleEnd.ended_at, BottleRest.id)
    )
    return [
        BroughtBack(
            bottle_id=row.BottleEnd.bottle_id,
            clinic_day=row.BottleEnd.clinic_day,
            at=row.BottleEnd.ended_at,
            number=row.Person.number,
            name=full_name(row.Person.family_name, row.Person.given_name),
            covers_on=row.covers_on,
            state=row.BottleEnd.state,
            product=products[row.product_id],
            quantity=row.quantity,
            by=Hand(row.Staff.id, row.Staff.name, row.Staff.initials),
            witness=row.witness,
        )
        for row in session.execute(query)
    ]
