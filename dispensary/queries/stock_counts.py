"""What is to be counted at a place, and what was found there before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries import calendar, container_seals, kits, weighing
from dispensary.queries.stock import holds
from dispensary.rules import stock_counts as rule
from dispensary.rules.container_seals import SealOnRecord
from dispensary.rules.counts_due import CountDue, PlaceCounts, counts_due
from dispensary.rules.stock_counts import AtClosing, Expected
from dispensary.rules.weighing import Scale, may_be_off
from models import (
    Container,
    ContainerSeal,
    CountedSeal,
    CountWeighing,
    Lot,
    Movement,
    Place,
    Product,
    Staff,
    StockAdjustment,
    StockCount,
    StockCountLine,
    StockFind,
    Window,
)
from models.enums import BaseUnit, BusinessMoment, CountFound, CountKind, Form, Medication, MovementKind
from models.stock import amount_mg
from models.units import Grams, GramsPerML, Mg, MgPerUnit, Quantity

NOTHING = Quantity(Decimal(0))


@dataclass(frozen=True)
class OnShelf:
    """A container that the books put at a place, as the page for counting names it: never how much it holds."""

    product: str
    unit: BaseUnit
    strength: MgPerUnit
    lot: str
    expires_on: date
    expected: Expected
    """What the books say; for judging a count, not for the page."""

    @property
    def id(self) -> int:
        """The container."""
        return self.expected.id

    @property
    def label(self) -> str:
        """What is written on it."""
        return self.expected.label

    @property
    def sealed(self) -> bool:
        """Whether it is to be sealed and full."""
        return self.expected.sealed

    @property
    def seq(self) -> int:
        """Its last movement."""
        return self.expected.seq

    @property
    def scale(self) -> Scale | None:
        """What it is weighed against, where it can be weighed."""
        return self.expected.scale

    @property
    def may_be_off(self) -> Quantity | None:
        """By how much a quantity that was weighed may be off because of the scale."""
        return may_be_off(self.scale.readability, self.scale.grams_per_ml) if self.scale else None

    @property
    def has_seal_number(self) -> bool:
        """Whether the number of a seal is on record for it; which, a page for counting does not say."""
        return self.expected.seal is not None


@dataclass(frozen=True)
class CountedLine:
    """One line of a count as it was recorded, and what was done about it since."""

    id: int
    container_id: int
    label: str
    product: str
    medication: Medication
    form: Form
    unit: BaseUnit
    strength: MgPerUnit
    lot: str
    expires_on: date
    sealed: bool
    found: CountFound
    measured: Quantity | None
    books: Quantity
    container_seq: int
    adjusted_at: datetime | None
    adjusted_by: str
    reason: str
    gross: Grams | None
    tare: Grams | None
    grams_per_ml: GramsPerML | None
    readability: Grams | None
    seal: str
    seal_known: str
    other_seal: bool

    @property
    def may_be_off(self) -> Quantity | None:
        """By how much a quantity that was weighed may be off because of the scale; None where it was not."""
        if self.readability is None or self.grams_per_ml is None:
            return None
        return may_be_off(self.readability, self.grams_per_ml)

    @property
    def counted(self) -> Quantity:
        """How much was there."""
        return rule.counted(self.books, self.found, self.measured)

    @property
    def counted_mg(self) -> Mg:
        """The same in milligrams."""
        return amount_mg(self.counted, self.strength)

    @property
    def variance(self) -> Quantity:
        """What was there beyond the books; less than zero where something is missing."""
        return rule.variance(self.books, self.found, self.measured)

    @property
    def variance_mg(self) -> Mg:
        """The same in milligrams."""
        return amount_mg(self.variance, self.strength)

    @property
    def differs(self) -> bool:
        """Whether it asks for a word."""
        return self.other_seal or rule.differs(self.books, self.found, self.measured)


@dataclass(frozen=True)
class Counted:
    """The head of a count."""

    id: int
    site_id: int
    kind: CountKind
    window_id: int | None
    window: str
    clinic_day: date
    counted_at: datetime
    business: BusinessMoment | None
    against_id: int | None
    witness_above: Mg
    note: str
    by_id: int
    by: str
    witness: str


@dataclass(frozen=True)
class WholeCount:
    """A count with its lines, what was found that no book knows, and what had gone since the closing count."""

    head: Counted
    lines: tuple[CountedLine, ...]
    finds: tuple[str, ...]
    against: Counted | None
    gone_since: tuple[str, ...]
    """Labels of containers that the closing count found, and that had left, or were open, at the opening check."""

    @property
    def differing(self) -> tuple[CountedLine, ...]:
        """The lines that ask for a word."""
        return tuple(line for line in self.lines if line.differs)

    @property
    def off_mg(self) -> Mg:
        """All variances added up, whichever way they go."""
        return Mg(sum((abs(line.variance_mg) for line in self.lines), Decimal(0)))


def _seq() -> Any:
    return (
        select(func.max(Movement.container_seq))
        .where(Movement.container_id == Container.id)
        .correlate(Container)
        .scalar_subquery()
    )


def shelf_of(session: Session, site_id: int, window_id: int | None, on: date | None = None) -> list[OnShelf]:
    """Return every container that the books put at a window, or in the safe, in the order in which it is counted.

    Args:
        on: the day of the count, whose scale counts; None where nothing is weighed.
    """
    content = holds()
    query = (
        select(
            Container.id,
            Container.label,
            Container.size,
            Container.opened_at,
            Container.emptied_at,
            Container.product_id,
            Container.lot_id,
            Product.name,
            Product.unit,
            Product.strength,
            Product.smallest_part,
            Lot.number,
            Lot.expires_on,
            content.label("books"),
            _seq().label("seq"),
        )
        .join(Product, Product.id == Container.product_id)
        .join(Lot, Lot.id == Container.lot_id)
        .where(
            Container.site_id == site_id,
            Container.window_id.is_(None) if window_id is None else Container.window_id == window_id,
            or_(Container.emptied_at.is_(None), content > NOTHING),
        )
        .order_by(Product.name, Container.label, Container.id)
    )
    rows = session.execute(query).all()
    seals = container_seals.on_record(session, [row.id for row in rows])
    scales = weighing.scales(session, site_id, on, rows) if on else {}
    return [_on_shelf(row, scales.get(row.id), seals.get(row.id)) for row in rows]


def _on_shelf(row: Any, scale: Scale | None, seal: SealOnRecord | None) -> OnShelf:
    sealed = row.opened_at is None and row.emptied_at is None and row.books == row.size
    expected = Expected(
        row.id,
        row.label,
        row.size,
        row.smallest_part,
        row.strength,
        row.seq or 0,
        row.books or NOTHING,
        sealed,
        scale,
        seal,
        opened=row.opened_at is not None,
    )
    return OnShelf(row.name, row.unit, row.strength, row.number, row.expires_on, expected)


def last_closing(session: Session, site_id: int, window_id: int | None) -> Counted | None:
    """Return the newest closing count of a place; None if it never had one."""
    query = _heads(site_id).where(StockCount.kind == CountKind.CLOSING, _at(window_id))
    row = session.execute(query.order_by(StockCount.id.desc()).limit(1)).mappings().one_or_none()
    return Counted(**row) if row else None


def _at(window_id: int | None) -> Any:
    return StockCount.window_id.is_(None) if window_id is None else StockCount.window_id == window_id


def at_closing(session: Session, count_id: int) -> list[AtClosing]:
    """Return what a closing count found, container by container; what it did not find is not expected again."""
    query = select(StockCountLine.container_id, StockCountLine.found).where(
        StockCountLine.count_id == count_id, StockCountLine.found != CountFound.NOT_FOUND
    )
    return [
        AtClosing(row.container_id, row.found is CountFound.WHOLE)
        for row in session.execute(query.order_by(StockCountLine.id))
    ]


def labels(session: Session, container_ids: Iterable[int]) -> dict[int, str]:
    """Return what is written on containers, by id."""
    query = select(Container.id, Container.label).where(Container.id.in_(list(container_ids)))
    return {row.id: row.label for row in session.execute(query)}


def _heads(site_id: int) -> Select[*tuple[Any, ...]]:
    by, witness = aliased(Staff), aliased(Staff)
    return (
        select(
            StockCount.id,
            StockCount.site_id,
            StockCount.kind,
            StockCount.window_id,
            func.coalesce(Window.name, "").label("window"),
            StockCount.clinic_day,
            StockCount.counted_at,
            StockCount.business,
            StockCount.against_id,
            StockCount.witness_above,
            StockCount.note,
            StockCount.recorded_by_id.label("by_id"),
            by.name.label("by"),
            func.coalesce(witness.name, "").label("witness"),
        )
        .outerjoin(Window, Window.id == StockCount.window_id)
        .join(by, by.id == StockCount.recorded_by_id)
        .outerjoin(witness, witness.id == StockCount.witnessed_by_id)
        .where(StockCount.site_id == site_id)
    )


def newest(session: Session, site_id: int, most: int = 60) -> list[WholeCount]:
    """Return the newest counts of a site with their lines, newest first."""
    rows = session.execute(_heads(site_id).order_by(StockCount.id.desc()).limit(most)).mappings()
    return _whole(session, [Counted(**row) for row in rows])


def count(session: Session, site_id: int, count_id: int) -> WholeCount | None:
    """Return one count of a site."""
    row = session.execute(_heads(site_id).where(StockCount.id == count_id)).mappings().one_or_none()
    return _whole(session, [Counted(**row)])[0] if row else None


def count_of_line(session: Session, site_id: int, line_id: int) -> tuple[WholeCount, CountedLine] | None:
    """Return one line of a count of a site, with the count."""
    query = select(StockCountLine.count_id).where(StockCountLine.id == line_id, StockCountLine.site_id == site_id)
    count_id = session.scalar(query)
    found = count(session, site_id, count_id) if count_id is not None else None
    return (found, next(line for line in found.lines if line.id == line_id)) if found else None


def inventory_of(session: Session, site_id: int, head: Counted) -> list[WholeCount]:
    """Return every place of the inventory that a biennial count belongs to: those of its day and moment, newest of each."""
    query = (
        _heads(site_id)
        .where(
            StockCount.kind == CountKind.BIENNIAL,
            StockCount.clinic_day == head.clinic_day,
            StockCount.business == head.business,
        )
        .order_by(StockCount.id)
    )
    of_place = {row["window_id"]: Counted(**row) for row in session.execute(query).mappings()}
    return _whole(session, list(of_place.values()))


def window_names(session: Session, site_id: int) -> dict[int, str]:
    """Return the names of a site's windows, closed ones included, since stock may stand there still."""
    query = select(Window.id, Window.name).where(Window.site_id == site_id).order_by(Window.name, Window.id)
    return {row.id: row.name for row in session.execute(query)}


def not_in(session: Session, site_id: int, inventory: Iterable[WholeCount]) -> list[str]:
    """Return the names of windows with stock that an inventory leaves out; the safe's is empty."""
    counted = {one.head.window_id for one in inventory}
    names = window_names(session, site_id)
    return ["" if place is None else names[place] for place in _with_stock(session, site_id) if place not in counted]


def _whole(session: Session, heads: list[Counted]) -> list[WholeCount]:
    ids = [head.id for head in heads]
    lines, finds = _lines(session, ids), _finds(session, ids)
    closings = {key: at_closing(session, key) for key in {h.against_id for h in heads if h.against_id is not None}}
    gone = {h.id: _gone(h, lines.get(h.id, []), closings) for h in heads}
    names = labels(session, {one for ids_ in gone.values() for one in ids_})
    return [
        WholeCount(
            head,
            tuple(lines.get(head.id, ())),
            tuple(finds.get(head.id, ())),
            _head(session, head.against_id),
            tuple(names.get(one, "?") for one in gone[head.id]),
        )
        for head in heads
    ]


def _gone(head: Counted, lines: list[CountedLine], closings: Mapping[int, list[AtClosing]]) -> tuple[int, ...]:
    if head.against_id is None:
        return ()
    return rule.since(closings[head.against_id], {line.container_id: line.sealed for line in lines})


def _head(session: Session, count_id: int | None) -> Counted | None:
    if count_id is None:
        return None
    site_id = session.scalars(select(StockCount.site_id).where(StockCount.id == count_id)).one()
    return Counted(**session.execute(_heads(site_id).where(StockCount.id == count_id)).mappings().one())


def _lines(session: Session, count_ids: list[int]) -> dict[int, list[CountedLine]]:
    by = aliased(Staff)
    query = (
        select(
            StockCountLine.count_id,
            StockCountLine.id,
            StockCountLine.container_id,
            Container.label,
            Product.name.label("product"),
            Product.medication,
            Product.form,
            Product.unit,
            Product.strength,
            Lot.number.label("lot"),
            Lot.expires_on,
            StockCountLine.sealed,
            StockCountLine.found,
            StockCountLine.measured,
            StockCountLine.books,
            StockCountLine.container_seq,
            StockAdjustment.recorded_at.label("adjusted_at"),
            func.coalesce(by.name, "").label("adjusted_by"),
            func.coalesce(StockAdjustment.reason, "").label("reason"),
            CountWeighing.gross,
            CountWeighing.tare,
            CountWeighing.grams_per_ml,
            CountWeighing.readability,
            func.coalesce(CountedSeal.number, "").label("seal"),
            func.coalesce(ContainerSeal.number, "").label("seal_known"),
            func.coalesce(CountedSeal.another, False).label("other_seal"),
        )
        .join(Container, Container.id == StockCountLine.container_id)
        .join(Product, Product.id == Container.product_id)
        .join(Lot, Lot.id == Container.lot_id)
        .outerjoin(StockAdjustment, StockAdjustment.count_line_id == StockCountLine.id)
        .outerjoin(by, by.id == StockAdjustment.recorded_by_id)
        .outerjoin(CountWeighing, CountWeighing.count_line_id == StockCountLine.id)
        .outerjoin(CountedSeal, CountedSeal.count_line_id == StockCountLine.id)
        .outerjoin(ContainerSeal, ContainerSeal.id == CountedSeal.on_record_id)
        .where(StockCountLine.count_id.in_(count_ids))
        .order_by(StockCountLine.id)
    )
    found: dict[int, list[CountedLine]] = {}
    for row in session.execute(query).mappings():
        values = dict(row)
        found.setdefault(values.pop("count_id"), []).append(CountedLine(**values))
    return found


def _finds(session: Session, count_ids: list[int]) -> dict[int, list[str]]:
    query = select(StockFind.count_id, StockFind.said).where(StockFind.count_id.in_(count_ids))
    found: dict[int, list[str]] = {}
    for row in session.execute(query.order_by(StockFind.count_id, StockFind.number)):
        found.setdefault(row.count_id, []).append(row.said)
    return found


OUT_TO_PEOPLE = (MovementKind.DISPENSE, MovementKind.TAKE_HOME)


def due(session: Session, site_id: int, day: date) -> list[CountDue]:
    """Return which counts are due on a clinic day: the safe first, then the windows in their order."""
    began_on = session.scalar(select(func.min(Movement.clinic_day)).where(Movement.site_id == site_id))
    if began_on is None:
        return []
    last_on, dosed = _last_on(session, site_id), _dosed_at(session, site_id, day)
    away = kits.windows_out(session, site_id)
    places = [
        PlaceCounts(window_id, began_on, last_on.get(window_id, {}), dosed_today=window_id in dosed)
        for window_id in _with_stock(session, site_id)
        if window_id not in away
    ]
    return counts_due(day, open_today=calendar.is_open(session, site_id, day), places=places)


def _with_stock(session: Session, site_id: int) -> list[int | None]:
    """Return the places where the books put a container, or the last closing count found one; None is the safe."""
    windows = session.scalars(select(Window.id).where(Window.site_id == site_id).order_by(Window.name, Window.id))
    stands = select(Container.window_id).where(
        Container.site_id == site_id, or_(Container.emptied_at.is_(None), holds() > NOTHING)
    )
    used = set(session.scalars(stands.distinct()))
    return [place for place in (None, *windows) if place in used or _stood_there(session, site_id, place)]


def _stood_there(session: Session, site_id: int, window_id: int | None) -> bool:
    closing = last_closing(session, site_id, window_id)
    return closing is not None and bool(at_closing(session, closing.id))


def _last_on(session: Session, site_id: int) -> dict[int | None, dict[CountKind, date]]:
    query = (
        select(StockCount.window_id, StockCount.kind, func.max(StockCount.clinic_day).label("day"))
        .where(StockCount.site_id == site_id)
        .group_by(StockCount.window_id, StockCount.kind)
    )
    found: dict[int | None, dict[CountKind, date]] = {}
    for row in session.execute(query):
        found.setdefault(row.window_id, {})[row.kind] = row.day
    return found


def _dosed_at(session: Session, site_id: int, day: date) -> set[int | None]:
    query = (
        select(Place.window_id)
        .join(Movement, Movement.from_place_id == Place.id)
        .where(Movement.site_id == site_id, Movement.clinic_day == day, Movement.kind.in_(OUT_TO_PEOPLE))
    )
    return set(session.scalars(query.distinct()))
