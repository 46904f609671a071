"""Orders as plain values: what holds for a person on a day, the versions before it, and what is ending soon."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, case, func, select
from sqlalchemy.orm import Session

from dispensary.queries.people import full_name
from dispensary.queries.signs import same_person
from dispensary.rules.depots import DepotTerms
from dispensary.rules.orders import OrderFacts, Step, weekdays_of
from models import (
    Claim,
    ClaimRelease,
    DepotPlan,
    DoseOrder,
    EpisodeEnd,
    EpisodeEndCorrection,
    OrderEnd,
    OrderStep,
    Person,
    Staff,
)
from models.enums import Form, OrderEndReason
from models.person import root_of
from models.units import Mg

ENDING_SOON = timedelta(days=7)

ENDED_ON = (
    select(func.min(OrderEnd.last_day))
    .where(OrderEnd.order_id == DoseOrder.id)
    .correlate_except(OrderEnd)
    .scalar_subquery()
)
LAST_DAY = case((DoseOrder.ends_on > ENDED_ON, ENDED_ON), else_=DoseOrder.ends_on)
"""The last day an order holds: its own end, or the earliest day on which it was ended before that."""


def active_order(session: Session, person_id: int, on: date, episode_id: int | None = None) -> OrderFacts | None:
    """Return the order that holds for a person on a clinic day, with its steps, or None; one read.

    With an episode, only an order of that one: an order does not outlive its episode, not even on the day of its end.
    """
    return active_of(session.execute(_ACTIVE, {"person_id": person_id, "day": on}), episode_id)


def active_of(found: Iterable[Row[*tuple[Any, ...]]], episode_id: int | None = None) -> OrderFacts | None:
    """Return the newest of one person's orders that hold, of an episode if one is named, from rows of `ACTIVE`."""
    rows = [row for row in found if episode_id in (None, row.episode_id)]
    if not rows:
        return None
    first = rows[0]
    amounts: dict[date, list[Mg]] = defaultdict(list)
    for row in rows:
        if row.id == first.id:
            amounts[row.from_on].append(row.amount_mg)
    steps = tuple(Step(from_on, tuple(parts)) for from_on, parts in amounts.items())
    return _order_facts(first, first.last_day, first.name, steps, terms_of(first))


_ORDER, _STEP, _PLAN = DoseOrder.__table__.c, OrderStep.__table__.c, DepotPlan.__table__.c
DEPOT_TERMS = (
    _PLAN.interval.label("interval"),
    _PLAN.interval_days,
    _PLAN.early_days,
    _PLAN.late_days,
    _PLAN.second_after_days,
    _PLAN.profile,
    _PLAN.profile_digest,
)
"""Of a row with an order's plan for injections, joined from outside: what `terms_of` reads."""


def terms_of(row: Row[*tuple[Any, ...]] | DepotPlan) -> DepotTerms | None:
    """Return the terms of an order's injections, from its plan or a row with `DEPOT_TERMS`; None where it has none."""
    if row.interval is None:
        return None
    return DepotTerms(
        interval=row.interval,
        interval_days=row.interval_days,
        early_days=row.early_days,
        late_days=row.late_days,
        second_after_days=row.second_after_days,
        profile=row.profile,
        profile_digest=row.profile_digest,
    )


ACTIVE = (
    select(
        _ORDER.id,
        _ORDER.episode_id,
        _ORDER.version,
        _ORDER.medication,
        _ORDER.form,
        _ORDER.treatment_phase,
        _ORDER.starts_on,
        LAST_DAY.label("last_day"),
        _ORDER.every_n_days,
        _ORDER.weekdays,
        _ORDER.parts,
        _ORDER.hours_between_parts,
        Staff.__table__.c.name,
        _ORDER.signed_at,
        _STEP.from_on,
        _STEP.amount_mg,
        *DEPOT_TERMS,
    )
    .join(Staff.__table__, Staff.__table__.c.id == _ORDER.signed_by_id)
    .join(OrderStep.__table__, _STEP.order_id == _ORDER.id)
    .outerjoin(DepotPlan.__table__, _PLAN.order_id == _ORDER.id)
    .where(_ORDER.starts_on <= bindparam("day"), bindparam("day") <= LAST_DAY)
    .order_by(_ORDER.id.desc(), _STEP.from_on, _STEP.part)
)
"""The orders that hold on a day, the newest first, a row for each part of each step."""
_ACTIVE = ACTIVE.where(same_person(_ORDER.person_id))


def terms_of_orders(session: Session, order_ids: Collection[int]) -> dict[int, DepotTerms]:
    """Return the terms of orders for injections, by order; nothing is read where none are named."""
    if not order_ids:
        return {}
    plans = session.scalars(select(DepotPlan).where(DepotPlan.order_id.in_(order_ids)))
    return {plan.order_id: terms for plan in plans if (terms := terms_of(plan))}


@dataclass(frozen=True)
class OrderVersion:
    """One signed version as the person's page shows it."""

    facts: OrderFacts
    person_id: int
    site_id: int
    episode_id: int
    replaces_id: int | None
    reason: str
    over_limit_reason: str | None
    ended: OrderEndReason | None
    """Why it ended before its own last day; None if it did not."""
    end_note: str

    @property
    def never_held(self) -> bool:
        """Whether it was ended before its first day."""
        return self.facts.ends_on < self.facts.starts_on


def versions_of(session: Session, person_id: int) -> list[OrderVersion]:
    """Return every version of every order of a person, under whichever of their records, the newest first."""
    who = {"person_id": person_id}
    ends = {end.order_id: end for end in session.scalars(_ENDS_OF_PERSON, who)}
    return _as_versions(session, session.execute(_ORDERS_OF_PERSON, who).all(), ends)


def version(session: Session, order_id: int) -> OrderVersion | None:
    """Return one version of an order, or None if there is none with this id."""
    this = DoseOrder.id == order_id
    ends = {end.order_id: end for end in session.scalars(_ends(this))}
    return next(iter(_as_versions(session, session.execute(_orders(this)).all(), ends)), None)


def _as_versions(
    session: Session, rows: Sequence[Row[DoseOrder, date, str]], ends: Mapping[int, OrderEnd]
) -> list[OrderVersion]:
    """Return versions of orders, with the end that counts of each that has one."""
    return [
        OrderVersion(
            facts=facts,
            person_id=order.person_id,
            site_id=order.site_id,
            episode_id=order.episode_id,
            replaces_id=order.replaces_id,
            reason=order.reason,
            over_limit_reason=order.over_limit_reason,
            ended=ends[order.id].reason if order.id in ends else None,
            end_note=ends[order.id].note if order.id in ends else "",
        )
        for (order, _, _), facts in zip(rows, _facts(session, rows), strict=True)
    ]


def _ends(wanted: ColumnElement[bool]) -> Select[OrderEnd]:
    """Select the ends of orders, of each order the one that counts last: the earliest."""
    return (
        select(OrderEnd)
        .join(DoseOrder, DoseOrder.id == OrderEnd.order_id)
        .where(wanted)
        .order_by(OrderEnd.last_day.desc(), OrderEnd.id.desc())
    )


@dataclass(frozen=True)
class EndingOrder:
    """An order whose last day is near, with nothing signed to follow it."""

    order_id: int
    """Its newest version."""
    person_id: int
    root_id: int
    """The surviving record."""
    number: str
    name: str
    """Family name first."""
    last_day: date
    days_left: int
    """Below zero: the order has lapsed."""
    signed_at: datetime


def ending_soon(session: Session, site_id: int, today: date) -> list[EndingOrder]:
    """Return who is in treatment at a site on an order that ends within seven days, or ended in the last seven.

    Orders that a prescriber stopped, and those with a later order after them, are left out. The soonest comes first.
    """
    ended = select(EpisodeEnd.episode_id).where(EpisodeEnd.id.not_in(select(EpisodeEndCorrection.episode_end_id)))
    later = select(DoseOrder.person_id).where(today + ENDING_SOON < LAST_DAY, DoseOrder.starts_on <= LAST_DAY)
    query = (
        select(
            func.max(DoseOrder.id),
            Person.id,
            root_of(Person),
            Person.number,
            Person.family_name,
            Person.given_name,
            func.max(DoseOrder.ends_on),
            func.max(DoseOrder.signed_at),
        )
        .join(DoseOrder, DoseOrder.person_id == Person.id)
        .where(
            DoseOrder.site_id == site_id,
            DoseOrder.ends_on.between(today - ENDING_SOON, today + ENDING_SOON),
            DoseOrder.ends_on == LAST_DAY,
            DoseOrder.episode_id.not_in(ended),
            Person.id.not_in(later),
        )
        .group_by(Person.id)
    )
    found = [
        EndingOrder(
            order_id,
            person_id,
            root_id,
            number,
            full_name(family_name, given_name),
            last_day,
            (last_day - today).days,
            signed_at,
        )
        for order_id, person_id, root_id, number, family_name, given_name, last_day, signed_at in session.execute(query)
    ]
    return sorted(found, key=lambda order: (order.last_day, order.number))


def parts_claimed(session: Session, person_id: int, on: date) -> list[int]:
    """Return the parts of a clinic day that are taken, whatever took them."""
    query = (
        select(Claim.part)
        .outerjoin(ClaimRelease, ClaimRelease.claim_id == Claim.id)
        .where(Claim.person_id == person_id, Claim.clinic_day == on, ClaimRelease.id.is_(None))
        .order_by(Claim.part)
    )
    return list(session.scalars(query))


def _orders(wanted: ColumnElement[bool]) -> Select[DoseOrder, date, str]:
    """Select orders, the newest first, with the last day they hold and who signed them."""
    return (
        select(DoseOrder, LAST_DAY.label("last_day"), Staff.name)
        .join(Staff, Staff.id == DoseOrder.signed_by_id)
        .where(wanted)
        .order_by(DoseOrder.id.desc())
    )


_ORDERS_OF_PERSON, _ENDS_OF_PERSON = (one(same_person(_ORDER.person_id)) for one in (_orders, _ends))
_STEPS_OF = (
    select(_STEP.order_id, _STEP.from_on, _STEP.amount_mg)
    .where(_STEP.order_id.in_(bindparam("order_ids", expanding=True)))
    .order_by(_STEP.order_id, _STEP.from_on, _STEP.part)
)


def _facts(session: Session, rows: Iterable[Row[DoseOrder, date, str]]) -> list[OrderFacts]:
    rows = list(rows)
    steps = _steps(session, [order.id for order, _, _ in rows])
    terms = terms_of_orders(session, [order.id for order, _, _ in rows if order.form is Form.INJECTION])
    return [
        _order_facts(order, last_day, signed_by, steps[order.id], terms.get(order.id))
        for order, last_day, signed_by in rows
    ]


def _order_facts(
    order: DoseOrder | Row[*tuple[Any, ...]],
    last_day: date,
    signed_by: str,
    steps: tuple[Step, ...],
    depot: DepotTerms | None,
) -> OrderFacts:
    """Return an order as plain values, from its record or from a row with its columns."""
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
        weekdays=weekdays_of(order.weekdays),
        depot=depot,
    )


def _steps(session: Session, order_ids: list[int]) -> dict[int, tuple[Step, ...]]:
    """Return the steps of each order, oldest first, the amounts of a day in the order of its parts."""
    amounts: dict[int, dict[date, list[Mg]]] = defaultdict(lambda: defaultdict(list))
    for order_id, from_on, amount_mg in session.execute(_STEPS_OF, {"order_ids": order_ids}):
        amounts[order_id][from_on].append(amount_mg)
    return {
        order_id: tuple(Step(from_on, tuple(parts)) for from_on, parts in days.items())
        for order_id, days in amounts.items()
    }
