"""Where each kit is, through whose hands it went, and what came back of what was packed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.rules import kits as rule
from dispensary.rules import stock_counts
from dispensary.rules.kits import Passed
from models import (
    Container,
    KitHandOver,
    KitReturn,
    KitTrip,
    KitTripLine,
    Lot,
    Movement,
    Place,
    Product,
    Staff,
    StockCount,
    StockCountLine,
    StockFind,
)
from models.enums import BaseUnit, CountFound, MovementKind, PlaceKind
from models.units import Quantity

NEWEST = 50
DRAWN = (MovementKind.DISPENSE, MovementKind.TAKE_HOME, MovementKind.WASTE, MovementKind.SPILL)


@dataclass(frozen=True)
class Kit:
    """A kit of the site."""

    id: int
    """Of its place."""
    name: str
    window_id: int


@dataclass(frozen=True)
class PackedContainer:
    """One container that went along, what was drawn from it, and what was found of it afterwards."""

    container_id: int
    label: str
    product: str
    unit: BaseUnit
    lot: str
    expires_on: date
    books: Quantity
    """When it was packed."""
    was_in: bool
    """It stood in the kit already."""
    drawn: Quantity
    """Doses, bottles and waste since, less what was taken off the record, by what is entered up to now."""
    books_then: Quantity | None
    """What the books said when it was counted; none before that."""
    found: CountFound | None
    measured: Quantity | None
    adjusted: bool

    @property
    def counted(self) -> Quantity | None:
        """How much was there when it came back."""
        if self.found is None or self.books_then is None:
            return None
        return stock_counts.counted(self.books_then, self.found, self.measured)

    @property
    def differs(self) -> bool:
        """Whether what was found was not what the books said."""
        if self.found is None or self.books_then is None:
            return False
        return stock_counts.differs(self.books_then, self.found, self.measured)

    @property
    def open_difference(self) -> bool:
        """Whether it differs and nobody has adjusted it."""
        return self.differs and not self.adjusted


@dataclass(frozen=True)
class HandOver:
    """The kit went from one to another; both signed."""

    turn: int
    given_by: str
    taken_by_id: int
    taken_by: str
    sealed: bool
    seal_no: str
    note: str
    handed_at: datetime


@dataclass(frozen=True)
class Back:
    """How the kit came back, and the count of it."""

    count_id: int
    sealed: bool
    seal_no: str
    note: str
    returned_at: datetime
    by: str
    witness: str
    count_note: str
    finds: tuple[str, ...]


@dataclass(frozen=True)
class Trip:
    """One trip of a kit, whole."""

    id: int
    site_id: int
    kit_id: int
    window_id: int
    kit: str
    turn: int
    destination: str
    seal_no: str
    expected_back_at: datetime
    packed_at: datetime
    by_id: int
    by: str
    witness: str
    lines: tuple[PackedContainer, ...]
    passed: tuple[HandOver, ...]
    back: Back | None

    @property
    def holder_id(self) -> int:
        """Who answers for it now, or did at last."""
        return rule.holder(self.by_id, self._passed)

    @property
    def holder(self) -> str:
        """Their name."""
        return self.passed[-1].taken_by if self.passed else self.by

    @property
    def last_seal(self) -> str:
        """The number under which it was last closed; empty where it was passed on open."""
        return rule.last_seal(self.seal_no, self._passed)

    @property
    def _passed(self) -> tuple[Passed, ...]:
        return tuple(Passed(one.taken_by_id, one.seal_no) for one in self.passed)

    def late(self, now: datetime) -> bool:
        """Return whether it is, or was, away longer than it was to be."""
        return rule.is_late(self.expected_back_at, self.back.returned_at if self.back else None, now)

    @property
    def seal_differs(self) -> bool:
        """Whether it came back under another seal than it was last closed with, or under none."""
        return self.back is not None and self.back.seal_no.casefold() != self.last_seal.casefold()

    @property
    def differing(self) -> tuple[PackedContainer, ...]:
        """Containers of which something else came back than the books said."""
        return tuple(line for line in self.lines if line.differs)

    @property
    def differs(self) -> bool:
        """Whether anything was not as it should be when it came back."""
        return self.seal_differs or bool(self.differing) or bool(self.back and self.back.finds)

    @property
    def open_differences(self) -> tuple[PackedContainer, ...]:
        """Differences that nobody has settled."""
        return tuple(line for line in self.lines if line.open_difference)


def kits_of(session: Session, site_id: int) -> list[Kit]:
    """Return the kits of a site, by name."""
    query = select(Place.id, Place.name, Place.window_id).where(Place.site_id == site_id, _IS_KIT).order_by(Place.name)
    return [Kit(row.id, row.name, row.window_id or 0) for row in session.execute(query)]


_IS_KIT: ColumnElement[bool] = (Place.kind == PlaceKind.OFF_SITE_KIT) & Place.window_id.is_not(None)


def kit(session: Session, site_id: int, kit_id: int) -> Kit | None:
    """Return one kit of a site."""
    query = select(Place.id, Place.name, Place.window_id).where(Place.site_id == site_id, Place.id == kit_id, _IS_KIT)
    row = session.execute(query).one_or_none()
    return Kit(row.id, row.name, row.window_id or 0) if row else None


def windows_out(session: Session, site_id: int) -> frozenset[int]:
    """Return the windows of the kits that are out now."""
    query = (
        select(Place.window_id)
        .join(KitTrip, KitTrip.place_id == Place.id)
        .where(Place.site_id == site_id, Place.window_id.is_not(None), ~returned())
    )
    return frozenset(window_id for window_id in session.scalars(query) if window_id is not None)


def next_turn(session: Session, kit_id: int) -> int:
    """Return which trip of a kit the next is, from 1."""
    return (session.scalar(select(func.max(KitTrip.turn)).where(KitTrip.place_id == kit_id)) or 0) + 1


def returned() -> ColumnElement[bool]:
    """Return the condition that a trip is over."""
    return exists().where(KitReturn.trip_id == KitTrip.id).correlate(KitTrip)


def not_found_in(session: Session, window_id: int) -> list[str]:
    """Return the labels of containers that the books put in a kit and its newest count did not find."""
    newest = select(func.max(StockCount.id)).where(StockCount.window_id == window_id).scalar_subquery()
    query = (
        select(Container.label)
        .join(StockCountLine, StockCountLine.container_id == Container.id)
        .where(
            StockCountLine.count_id == newest,
            StockCountLine.found == CountFound.NOT_FOUND,
            Container.window_id == window_id,
            Container.emptied_at.is_(None),
        )
    )
    return list(session.scalars(query.order_by(Container.label)))


def out(session: Session, site_id: int) -> list[Trip]:
    """Return the trips of a site that last, the one that is to be back first on top."""
    return sorted(_read(session, (KitTrip.site_id == site_id) & ~returned()), key=lambda trip: trip.expected_back_at)


def newest(session: Session, site_id: int) -> list[Trip]:
    """Return the trips of a site that last and the newest of the rest, newest first."""
    ids = select(KitTrip.id).where(KitTrip.site_id == site_id).order_by(KitTrip.id.desc()).limit(NEWEST)
    return _read(session, (KitTrip.site_id == site_id) & (~returned() | KitTrip.id.in_(ids)))


def trip(session: Session, site_id: int, trip_id: int) -> Trip | None:
    """Return one trip of a site."""
    found = _read(session, (KitTrip.site_id == site_id) & (KitTrip.id == trip_id))
    return found[0] if found else None


def _read(session: Session, where: ColumnElement[bool]) -> list[Trip]:
    by, witness = aliased(Staff), aliased(Staff)
    query = (
        select(
            KitTrip.id,
            KitTrip.site_id,
            Place.id.label("kit_id"),
            Place.window_id,
            Place.name.label("kit"),
            KitTrip.turn,
            KitTrip.destination,
            KitTrip.seal_no,
            KitTrip.expected_back_at,
            KitTrip.packed_at,
            by.id.label("by_id"),
            by.name.label("by"),
            witness.name.label("witness"),
        )
        .join(Place, Place.id == KitTrip.place_id)
        .join(by, by.id == KitTrip.recorded_by_id)
        .join(witness, witness.id == KitTrip.witnessed_by_id)
        .where(where)
        .order_by(KitTrip.id.desc())
    )
    rows = session.execute(query).mappings().all()
    ids = [row["id"] for row in rows]
    passed, backs, lines = _passed(session, ids), _backs(session, ids), _lines(session, ids)
    return [
        Trip(
            **row,
            lines=tuple(lines.get(row["id"], ())),
            passed=tuple(passed.get(row["id"], ())),
            back=backs.get(row["id"]),
        )
        for row in rows
    ]


def _passed(session: Session, ids: Collection[int]) -> dict[int, list[HandOver]]:
    by, taker = aliased(Staff), aliased(Staff)
    query = (
        select(KitHandOver, by.name, taker.name)
        .join(by, by.id == KitHandOver.recorded_by_id)
        .join(taker, taker.id == KitHandOver.taken_by_id)
        .where(KitHandOver.trip_id.in_(ids))
        .order_by(KitHandOver.trip_id, KitHandOver.turn)
    )
    found: dict[int, list[HandOver]] = {}
    for one, given_by, taken_by in session.execute(query):
        told = HandOver(one.turn, given_by, one.taken_by_id, taken_by, one.sealed, one.seal_no, one.note, one.handed_at)
        found.setdefault(one.trip_id, []).append(told)
    return found


def _backs(session: Session, ids: Collection[int]) -> dict[int, Back]:
    by, witness = aliased(Staff), aliased(Staff)
    query = (
        select(KitReturn, by.name, func.coalesce(witness.name, ""), StockCount.note)
        .join(by, by.id == KitReturn.recorded_by_id)
        .join(StockCount, StockCount.id == KitReturn.count_id)
        .outerjoin(witness, witness.id == StockCount.witnessed_by_id)
        .where(KitReturn.trip_id.in_(ids))
    )
    rows = session.execute(query).all()
    finds: dict[int, list[str]] = {}
    said = select(StockFind.count_id, StockFind.said).where(StockFind.count_id.in_([row[0].count_id for row in rows]))
    for count_id, words in session.execute(said.order_by(StockFind.count_id, StockFind.number)):
        finds.setdefault(count_id, []).append(words)
    return {
        one.trip_id: Back(
            one.count_id,
            one.sealed,
            one.seal_no,
            one.note,
            one.returned_at,
            name,
            signed,
            note,
            tuple(finds.get(one.count_id, ())),
        )
        for one, name, signed, note in rows
    }


def _lines(session: Session, ids: Collection[int]) -> dict[int, list[PackedContainer]]:
    adjusted = _moved_since_counted()
    query = (
        select(
            KitTripLine.trip_id,
            KitTripLine.container_id,
            Container.label,
            Product.name.label("product"),
            Product.unit,
            Lot.number.label("lot"),
            Lot.expires_on,
            KitTripLine.books,
            KitTripLine.movement_id.is_(None).label("was_in"),
            KitTrip.packed_at,
            KitReturn.returned_at,
            KitTrip.place_id,
            StockCountLine.books.label("books_then"),
            StockCountLine.found,
            StockCountLine.measured,
            func.coalesce(adjusted, False).label("adjusted"),
        )
        .join(KitTrip, KitTrip.id == KitTripLine.trip_id)
        .join(Container, Container.id == KitTripLine.container_id)
        .join(Product, Product.id == Container.product_id)
        .join(Lot, Lot.id == Container.lot_id)
        .outerjoin(KitReturn, KitReturn.trip_id == KitTripLine.trip_id)
        .outerjoin(
            StockCountLine,
            (StockCountLine.count_id == KitReturn.count_id) & (StockCountLine.container_id == KitTripLine.container_id),
        )
        .where(KitTripLine.trip_id.in_(ids))
        .order_by(KitTripLine.trip_id, Product.name, Container.label)
    )
    drawn = _drawn(session, ids)
    found: dict[int, list[PackedContainer]] = {}
    for row in session.execute(query).mappings():
        values = dict(row)
        of_trip = values.pop("trip_id")
        for only_read in ("packed_at", "returned_at", "place_id"):
            values.pop(only_read)
        values["drawn"] = drawn.get((of_trip, values["container_id"]), Quantity(Decimal(0)))
        found.setdefault(of_trip, []).append(PackedContainer(**values))
    return found


def _moved_since_counted() -> ColumnElement[bool]:
    """Return the condition that the books of a container went on after it was counted, so that they may agree by now."""
    return (
        exists()
        .where(
            Movement.container_id == StockCountLine.container_id,
            Movement.container_seq > StockCountLine.container_seq,
        )
        .correlate(StockCountLine)
    )


def _drawn(session: Session, ids: Collection[int]) -> dict[tuple[int, int], Quantity]:
    """Return what went out of each container from its kit since it was packed, up to the next time it was packed."""
    undone, later = aliased(Movement), aliased(KitTrip)
    next_packed = (
        select(func.min(later.packed_at))
        .where(later.place_id == KitTrip.place_id, later.turn > KitTrip.turn)
        .correlate(KitTrip)
        .scalar_subquery()
    )
    base = (
        select(KitTripLine.trip_id, KitTripLine.container_id, func.sum(Movement.quantity))
        .join(KitTrip, KitTrip.id == KitTripLine.trip_id)
        .join(Movement, Movement.container_id == KitTripLine.container_id)
        .where(
            KitTripLine.trip_id.in_(ids),
            Movement.recorded_at >= KitTrip.packed_at,
            func.coalesce(Movement.recorded_at < next_packed, True),
        )
        .group_by(KitTripLine.trip_id, KitTripLine.container_id)
    )
    went = base.where(Movement.from_place_id == KitTrip.place_id, Movement.kind.in_(DRAWN))
    came = base.join(undone, undone.id == Movement.reverses_id).where(undone.kind.in_(DRAWN))
    sums = {(of_trip, container): quantity for of_trip, container, quantity in session.execute(went)}
    for of_trip, container, quantity in session.execute(came):
        sums[of_trip, container] = Quantity(sums.get((of_trip, container), Decimal(0)) - quantity)
    return sums
