"""What the books and the house know of a loss without anybody telling it: amounts, who had access, small losses before."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.clock import moment_on
from dispensary.permissions import Permission, roles_with
from dispensary.queries import sites
from dispensary.queries.losses import LossCard
from dispensary.rules.losses import (
    NOTHING,
    PATTERN_KINDS,
    YEAR_DAYS,
    Held,
    Missing,
    Month,
    Often,
    Small,
    by_month,
    months_to,
    most_held,
)
from dispensary.rules.stock import HERE
from models import Container, Lot, Movement, Place, Product, Staff, StaffRole, StaffSession, Terminal
from models.enums import MovementKind, PlaceKind, Role
from models.units import Quantity

A_DAY = timedelta(days=1)
MAY_HANDLE = (
    Permission.STOCK_MOVE,
    Permission.STOCK_WASTE,
    Permission.STOCK_RECEIVE,
    Permission.STOCK_SET_UP,
    Permission.DOSE_RECORD,
    Permission.BOTTLE_ISSUE,
)
"""Whoever may do one of these had the key, whether they used it or not."""
HANDLING_ROLES = frozenset(role for permission in MAY_HANDLE for role in roles_with(permission))
SUPPLIED_BY = frozenset({PlaceKind.SUPPLIER, PlaceKind.OTHER_SITE, PlaceKind.IN_TRANSIT})


@dataclass(frozen=True)
class Access:
    """What somebody did with the stock concerned in the days concerned, and which role let them."""

    name: str
    roles: tuple[Role, ...]
    """Those of theirs that may handle stock."""
    moved: int
    from_safe: int
    """Of what they moved, out of the safe."""
    witnessed: int
    opened: int
    sat_at_window: int
    """Sittings at the terminal of a window."""

    @property
    def did_something(self) -> bool:
        """Whether they were there, and not only might have been."""
        return bool(self.moved or self.witnessed or self.opened or self.sat_at_window)


@dataclass(frozen=True)
class Pattern:
    """Small losses of the products concerned in the months before, month by month."""

    months: tuple[Month, ...]
    found: dict[tuple[int, Month, MovementKind], Often]

    def of(self, product_id: int, month: Month, kind: MovementKind) -> Often | None:
        """Return what happened of one product in one month in one way."""
        return self.found.get((product_id, month, kind))

    def times(self, product_id: int, kind: MovementKind) -> int:
        """Return how often it happened of one product in one way, all months together."""
        return sum(one.times for (p, _, k), one in self.found.items() if (p, k) == (product_id, kind))

    def lost(self, product_id: int, kind: MovementKind) -> Quantity:
        """Return how much of one product that came to, all months together."""
        return Quantity(
            sum((o.lost for (p, _, k), o in self.found.items() if (p, k) == (product_id, kind)), Decimal(0))
        )


@dataclass(frozen=True)
class _Flow:
    product_id: int
    from_kind: PlaceKind
    to_kind: PlaceKind
    quantity: Quantity


def missing(session: Session, card: LossCard) -> list[Missing]:
    """Return how much of each product is told to be missing, beside what the books say of it."""
    site_id, first, last = card.site_id, card.first_on, card.discovered_on
    before = _flows(session, site_id, card.product_ids, None, first - A_DAY)
    until = _flows(session, site_id, card.product_ids, None, card.last_on)
    year = _flows(session, site_id, card.product_ids, last - timedelta(days=YEAR_DAYS - 1), last)
    told: dict[int, Quantity] = defaultdict(lambda: NOTHING)
    for line in card.lines:
        told[line.product_id] = Quantity(told[line.product_id] + line.quantity)
    one_each = {line.product_id: line for line in card.lines}
    return [
        Missing(
            product_id=product_id,
            product=line.product,
            unit=line.unit,
            strength=line.strength,
            quantity=told[product_id],
            held_before=_into(before, product_id, HERE),
            held_after=_into(until, product_id, HERE),
            received=Quantity(-_into(year, product_id, SUPPLIED_BY)),
            used=_into(year, product_id, frozenset({PlaceKind.PERSON})),
        )
        for product_id, line in one_each.items()
    ]


def _flows(session: Session, site_id: int, product_ids: Collection[int], first: date | None, last: date) -> list[_Flow]:
    into, out = aliased(Place), aliased(Place)
    query = (
        select(Movement.product_id, out.kind, into.kind, func.sum(Movement.quantity))
        .join(into, into.id == Movement.to_place_id)
        .join(out, out.id == Movement.from_place_id)
        .where(Movement.site_id == site_id, Movement.product_id.in_(product_ids), Movement.clinic_day <= last)
        .group_by(Movement.product_id, out.kind, into.kind)
    )
    if first is not None:
        query = query.where(Movement.clinic_day >= first)
    return [_Flow(*row) for row in session.execute(query)]


def _into(flows: Iterable[_Flow], product_id: int, places: Collection[PlaceKind]) -> Quantity:
    """Return what some places gained of a product."""
    mine = [flow for flow in flows if flow.product_id == product_id]
    gained = sum((f.quantity for f in mine if f.to_kind in places), Decimal(0))
    return Quantity(gained - sum((f.quantity for f in mine if f.from_kind in places), Decimal(0)))


def container_labelled(session: Session, site_id: int, label: str) -> tuple[int, int, str] | None:
    """Return id, product and lot number of the container of a site with this label; None where there is none."""
    query = (
        select(Container.id, Container.product_id, Lot.number)
        .join(Lot, Lot.id == Container.lot_id)
        .where(Container.site_id == site_id, Container.label == label)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def lot_is_known(session: Session, site_id: int, product_id: int, number: str) -> bool:
    """Return whether a lot of this number of a product ever came in at a site."""
    came_in = exists().where(Movement.lot_id == Lot.id, Movement.site_id == site_id)
    return bool(session.scalar(select(exists().where(Lot.product_id == product_id, Lot.number == number, came_in))))


def held(session: Session, site_id: int, product: Product, *, lot: str, container_id: int | None, until: date) -> Held:
    """Return what the books know of what a line names, until a day.

    Args:
        lot: its number; empty where the container tells, or nobody knows.
    """
    return Held(
        unit=product.unit,
        smallest_part=product.smallest_part,
        of_product=most_held(_days(session, site_id, product.id, until)),
        of_lot=_came_in_of_lot(session, site_id, product.id, lot, until) if lot and container_id is None else None,
        of_container=_most_in(session, container_id, until) if container_id is not None else None,
    )


def _days(session: Session, site_id: int, product_id: int, until: date) -> list[tuple[date, Quantity, Quantity]]:
    into, out = aliased(Place), aliased(Place)
    query = (
        select(Movement.clinic_day, out.kind, into.kind, func.sum(Movement.quantity))
        .join(into, into.id == Movement.to_place_id)
        .join(out, out.id == Movement.from_place_id)
        .where(Movement.site_id == site_id, Movement.product_id == product_id, Movement.clinic_day <= until)
        .group_by(Movement.clinic_day, out.kind, into.kind)
    )
    came: dict[date, Quantity] = defaultdict(lambda: NOTHING)
    went: dict[date, Quantity] = defaultdict(lambda: NOTHING)
    for day, from_kind, to_kind, quantity in session.execute(query):
        if to_kind in HERE and from_kind not in HERE:
            came[day] = Quantity(came[day] + quantity)
        if from_kind in HERE and to_kind not in HERE:
            went[day] = Quantity(went[day] + quantity)
    return [(day, came[day], went[day]) for day in sorted({*came, *went})]


def _came_in_of_lot(session: Session, site_id: int, product_id: int, lot: str, until: date) -> Quantity:
    query = (
        select(func.sum(Movement.quantity))
        .join(Lot, Lot.id == Movement.lot_id)
        .where(
            Movement.site_id == site_id,
            Lot.product_id == product_id,
            Lot.number == lot,
            Movement.kind.in_((MovementKind.INITIAL, MovementKind.RECEIVE)),
            Movement.clinic_day <= until,
        )
    )
    return Quantity(session.scalar(query) or NOTHING)


def _most_in(session: Session, container_id: int, until: date) -> Quantity:
    query = select(func.max(Movement.balance_after)).where(
        Movement.container_id == container_id, Movement.clinic_day <= until
    )
    return Quantity(session.scalar(query) or NOTHING)


def access(session: Session, card: LossCard) -> list[Access]:
    """Return who had access to the stock concerned in the days concerned, those who did most with it first."""
    begin, end = _moments(session, card)
    days = Movement.clinic_day.between(card.first_on, card.last_on)
    of_it = and_(Movement.site_id == card.site_id, Movement.product_id.in_(card.product_ids), days)
    safe = aliased(Place)
    moved = _counted(session, Movement.recorded_by_id, of_it)
    witnessed = _counted(session, Movement.witnessed_by_id, and_(of_it, Movement.witnessed_by_id.is_not(None)))
    from_safe = _pairs(
        session,
        select(Movement.recorded_by_id, func.count())
        .join(safe, safe.id == Movement.from_place_id)
        .where(of_it, safe.kind == PlaceKind.SAFE)
        .group_by(Movement.recorded_by_id),
    )
    opened = _counted(
        session,
        Container.opened_by_id,
        and_(
            Container.site_id == card.site_id,
            Container.product_id.in_(card.product_ids),
            Container.opened_at >= begin,
            Container.opened_at < end,
        ),
    )
    sat = _sittings(session, card.site_id, begin, end)
    roles = _roles(session, card)
    names = _names(session, {*moved, *witnessed, *opened, *sat, *roles})
    found = [
        Access(
            name=name,
            roles=tuple(roles.get(who, ())),
            moved=moved.get(who, 0),
            from_safe=from_safe.get(who, 0),
            witnessed=witnessed.get(who, 0),
            opened=opened.get(who, 0),
            sat_at_window=sat.get(who, 0),
        )
        for who, name in names.items()
    ]
    return sorted(found, key=lambda one: (-one.moved, -one.witnessed - one.opened, -one.sat_at_window, one.name))


def _counted(session: Session, who: object, wanted: object) -> dict[int, int]:
    query = select(who, func.count()).where(wanted).group_by(who)  # type: ignore[call-overload]
    return _pairs(session, query)


def _pairs(session: Session, query: Select[Any, Any]) -> dict[Any, Any]:
    return {row[0]: row[1] for row in session.execute(query)}


def _moments(session: Session, card: LossCard) -> tuple[datetime, datetime]:
    """Return the first moment of the days concerned, and that after the last."""
    have = sites.settings(session, card.site_id, card.last_on)
    begin = moment_on(card.first_on, have.day_starts, have.zone, have.day_starts)
    return begin, moment_on(card.last_on + A_DAY, have.day_starts, have.zone, have.day_starts)


def _sittings(session: Session, site_id: int, begin: datetime, end: datetime) -> Counter[int]:
    """Return how often somebody sat at a window; a sitting that was never ended counts for the day it began."""
    query = (
        select(StaffSession.staff_id)
        .join(Terminal, Terminal.id == StaffSession.terminal_id)
        .where(
            StaffSession.site_id == site_id,
            Terminal.window_id.is_not(None),
            StaffSession.started_at < end,
            or_(
                StaffSession.ended_at >= begin,
                and_(StaffSession.ended_at.is_(None), StaffSession.started_at >= begin - A_DAY),
            ),
        )
    )
    return Counter(session.scalars(query))


def _roles(session: Session, card: LossCard) -> dict[int, list[Role]]:
    begin, _ = _moments(session, card)
    query = (
        select(StaffRole.staff_id, StaffRole.role)
        .join(Staff, Staff.id == StaffRole.staff_id)
        .where(
            StaffRole.site_id == card.site_id,
            StaffRole.role.in_(HANDLING_ROLES),
            StaffRole.from_on <= card.last_on,
            or_(StaffRole.until_on.is_(None), StaffRole.until_on >= card.first_on),
            or_(Staff.ended_at.is_(None), Staff.ended_at >= begin),
        )
        .order_by(StaffRole.role)
    )
    found: dict[int, list[Role]] = defaultdict(list)
    for staff_id, role in session.execute(query):
        if role not in found[staff_id]:
            found[staff_id].append(role)
    return dict(found)


def _names(session: Session, ids: Collection[int]) -> dict[int, str]:
    return _pairs(session, select(Staff.id, Staff.name).where(Staff.id.in_(ids)))


def pattern(session: Session, card: LossCard) -> Pattern:
    """Return the small losses of the products concerned, of the twelve months up to the discovery; what was reversed is none."""
    months = months_to(card.discovered_on)
    reversal, into = aliased(Movement), aliased(Place)
    query = (
        select(Movement.product_id, Movement.clinic_day, Movement.kind, Movement.quantity, into.kind)
        .join(into, into.id == Movement.to_place_id)
        .where(
            Movement.site_id == card.site_id,
            Movement.product_id.in_(card.product_ids),
            Movement.kind.in_(PATTERN_KINDS),
            Movement.clinic_day.between(date(*months[0], 1), card.discovered_on),
            ~exists().where(reversal.reverses_id == Movement.id),
        )
    )
    found = [
        Small(product_id, on, kind, Quantity(-quantity if to_kind in HERE else quantity))
        for product_id, on, kind, quantity, to_kind in session.execute(query)
    ]
    return Pattern(months, dict(by_month(found)))
