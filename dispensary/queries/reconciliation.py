"""The books of each product over a period, read side by side and held against each other.

The balance at the end of a period is that of the last line up to then, less what lines of later days moved before it: a
day that was entered from paper stands in the register after the days that came before it on the computer.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain as one_after_another
from typing import Any

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries import reconciled_rows
from dispensary.queries.verification.stock import COLUMN_OF
from dispensary.rules import chain
from dispensary.rules.reconciliation import (
    Difference,
    LogSums,
    Moved,
    ProductBooks,
    ProductReconciliation,
    Reconciliation,
    reconcile,
)
from dispensary.rules.stock import HERE
from models import (
    Bottle,
    BottleEnd,
    BottleLine,
    BottleRest,
    Container,
    Dose,
    DoseLine,
    DoseReversal,
    Movement,
    Place,
    Product,
    RegisterEntry,
    TakeHomeIssue,
)
from models.enums import DoseOutcome, MovementKind, Origin, ReconciliationCheck
from models.units import Quantity

NOTHING = Quantity(Decimal(0))
AT_ONCE = 2000
LINES_AT_MOST = 10_000
"""So many lines are read one by one, the newest, while somebody waits; `verify` reads every line there is."""
A_DAY = timedelta(days=1)
HELD_AGAINST = (
    "movement",
    "kind",
    "product",
    "lot",
    "container",
    "from",
    "to",
    "quantity",
    "held_after",
    "day",
    "dose",
    "reverses",
)
"""Fields of a line that say what moved; the others are for `verify`."""


@dataclass(frozen=True)
class _Sum:
    """What of one lot moved for one reason, before the period or in it."""

    lot_id: int
    moved: Moved
    before: bool
    of_dose: bool


def reconciliation(session: Session, site_id: int, first: date, last: date) -> Reconciliation:
    """Return every product that ever moved at a site up to a day, reconciled over the clinic days of a period.

    Sums are of the whole period. Of a long one only the newest lines are held against their movements one by one.

    Args:
        first: the first clinic day; the opening balance is what was there when it began.
        last: the last clinic day, included.
    """
    moved, held = _moved(session, site_id, first, last), _held(session, site_id, last)
    registers, logs = _registers(session, site_id, last), _logs(session, site_id, first, last)
    since = _lines_since(session, site_id, first, last)
    faults = _line_faults(session, site_id, since, last)
    known = moved.keys() | registers.keys() | logs.keys() | faults.keys()
    query = select(Product).where(Product.id.in_(known)).order_by(Product.medication, Product.form, Product.name)
    found = []
    for product in session.scalars(query):
        sums = moved.get(product.id, [])
        lots = {lot_id: quantity for (of, lot_id), quantity in held.items() if of == product.id}
        books = ProductBooks(
            product_id=product.id,
            product=product.name,
            unit=product.unit,
            strength=product.strength,
            before=tuple(one.moved for one in sums if one.before),
            during=tuple(one.moved for one in sums if not one.before),
            register=registers.get(product.id),
            containers=Quantity(sum(lots.values(), Decimal(0))),
            lots=_not_anywhere(sums, lots),
            log=logs.get(product.id, LogSums()),
            doses=_drawn(one for one in sums if not one.before),
            lines=tuple(faults.get(product.id, ())),
        )
        found.append(_with_rows(session, site_id, first, last, reconcile(books)))
    return Reconciliation(first, last, tuple(found), since if since > first else None)


def _with_rows(
    session: Session, site_id: int, first: date, last: date, product: ProductReconciliation
) -> ProductReconciliation:
    """Name the first row at which each difference shows; read only where something differs."""
    named = tuple(
        one
        if one.row
        else replace(one, row=reconciled_rows.first(session, site_id, product.product_id, first, last, one.check))
        for one in product.differences
    )
    return replace(product, differences=named)


def _moved(session: Session, site_id: int, first: date, last: date) -> dict[int, list[_Sum]]:
    """Return what moved before a period and in it; of what came before, only from where to where."""
    kinds = {row.id: row.kind for row in session.execute(select(Place.id, Place.kind))}
    sums: defaultdict[int, list[_Sum]] = defaultdict(list)
    ends = (Movement.product_id, Movement.lot_id, Movement.from_place_id, Movement.to_place_id)
    earlier = (
        select(*ends, func.sum(Movement.quantity))
        .where(Movement.site_id == site_id, Movement.clinic_day < first)
        .group_by(*ends)
    )
    for product_id, lot_id, from_id, to_id, quantity in session.execute(earlier):
        moved = Moved(MovementKind.TRANSFER, None, kinds[from_id], kinds[to_id], quantity)
        sums[product_id].append(_Sum(lot_id, moved, before=True, of_dose=False))
    undone, of_dose = aliased(Movement), case((Movement.dose_id.is_not(None), 1), else_=0)
    group = (*ends, Movement.kind, undone.kind, of_dose)
    during = (
        select(*group, func.sum(Movement.quantity))
        .outerjoin(undone, undone.id == Movement.reverses_id)
        .where(Movement.site_id == site_id, Movement.clinic_day.between(first, last))
        .group_by(*group)
    )
    for product_id, lot_id, from_id, to_id, kind, of, dose, quantity in session.execute(during):
        moved = Moved(kind, of, kinds[from_id], kinds[to_id], quantity)
        sums[product_id].append(_Sum(lot_id, moved, before=False, of_dose=bool(dose)))
    return sums


def _drawn(sums: Iterable[_Sum]) -> LogSums:
    """Return what doses and bottles moved, by the movements."""
    by_kind: defaultdict[tuple[MovementKind, MovementKind | None], Decimal] = defaultdict(Decimal)
    for one in sums:
        if one.of_dose or MovementKind.WASTE not in (one.moved.kind, one.moved.of):
            by_kind[one.moved.kind, one.moved.of] += one.moved.quantity
    return LogSums(
        dispensed=Quantity(by_kind[MovementKind.DISPENSE, None]),
        reversed=Quantity(by_kind[MovementKind.REVERSAL, MovementKind.DISPENSE]),
        wasted=Quantity(by_kind[MovementKind.WASTE, None] - by_kind[MovementKind.REVERSAL, MovementKind.WASTE]),
        taken_home=Quantity(by_kind[MovementKind.TAKE_HOME, None]),
        brought_back=Quantity(by_kind[MovementKind.RETURN, None]),
    )


def _not_anywhere(sums: Iterable[_Sum], held: dict[int, Quantity]) -> Quantity:
    """Return how much of the lots is nowhere, or twice: what is outside and what the containers hold must come to zero."""
    lots: defaultdict[int, Decimal] = defaultdict(Decimal, held)
    for one in sums:
        lots[one.lot_id] += one.moved.quantity * int(one.moved.went_to not in HERE)
        lots[one.lot_id] -= one.moved.quantity * int(one.moved.came_from not in HERE)
    return Quantity(sum((abs(rest) for rest in lots.values()), Decimal(0)))


def _held(session: Session, site_id: int, last: date) -> dict[tuple[int, int], Quantity]:
    """Return what the containers of each product and lot held at the end of a day, by their own last movement."""
    own = aliased(Movement)
    newest_id = (
        select(own.id)
        .where(own.container_id == Container.id, own.clinic_day <= last)
        .order_by(own.container_seq.desc())
        .limit(1)
        .correlate(Container)
        .scalar_subquery()
    )
    query = (
        select(Container.product_id, Container.lot_id, func.sum(Movement.balance_after))
        .join(Movement, Movement.id == newest_id)
        .where(Container.site_id == site_id)
        .group_by(Container.product_id, Container.lot_id)
    )
    held = {(product_id, lot_id): quantity for product_id, lot_id, quantity in session.execute(query)}
    if not _went_on_after(session, last):
        return held
    came, gone, before = aliased(Place), aliased(Place), aliased(Movement)
    out_of_turn = exists().where(
        before.container_id == Movement.container_id,
        before.container_seq > Movement.container_seq,
        before.clinic_day <= last,
    )
    later = (
        select(Container.product_id, Container.lot_id, came.kind, gone.kind, func.sum(Movement.quantity))
        .join(Container, Container.id == Movement.container_id)
        .join(came, came.id == Movement.from_place_id)
        .join(gone, gone.id == Movement.to_place_id)
        .where(Movement.site_id == site_id, Movement.clinic_day > last, out_of_turn)
        .group_by(Container.product_id, Container.lot_id, came.kind, gone.kind)
    )
    for product_id, lot_id, came_from, went_to, quantity in session.execute(later):
        change = quantity * (int(went_to in HERE) - int(came_from in HERE))
        held[product_id, lot_id] = Quantity(held[product_id, lot_id] - change)
    return held


def _registers(session: Session, site_id: int, last: date) -> dict[int, Quantity]:
    """Return each register's balance at the end of a day, by its chained text."""
    own, newest = aliased(RegisterEntry), {}
    newest_id = (
        select(own.id)
        .where(own.site_id == site_id, own.product_id == Product.id, own.clinic_day <= last)
        .order_by(own.number.desc())
        .limit(1)
        .correlate(Product)
        .scalar_subquery()
    )
    query = select(Product.id, RegisterEntry.number, RegisterEntry.body).join(
        RegisterEntry, RegisterEntry.id == newest_id
    )
    balances = {}
    for product_id, number, body in session.execute(query):
        newest[product_id] = number
        balances[product_id] = Quantity(Decimal(chain.whole(chain.fields(body).get("balance")) or 0) / 1000)
    if not _went_on_after(session, last):
        return balances
    came, gone = aliased(Place), aliased(Place)
    later = (
        select(RegisterEntry.product_id, came.kind, gone.kind, func.sum(Movement.quantity))
        .join(Movement, Movement.id == RegisterEntry.movement_id)
        .join(came, came.id == Movement.from_place_id)
        .join(gone, gone.id == Movement.to_place_id)
        .where(RegisterEntry.site_id == site_id, RegisterEntry.clinic_day > last)
        .group_by(RegisterEntry.product_id, came.kind, gone.kind)
    )
    for product_id, number in newest.items():
        out_of_turn = later.where(RegisterEntry.product_id == product_id, RegisterEntry.number < number)
        for _, came_from, went_to, quantity in session.execute(out_of_turn):
            change = quantity * (int(went_to in HERE) - int(came_from in HERE))
            balances[product_id] = Quantity(balances[product_id] - change)
    return balances


def _went_on_after(session: Session, last: date) -> bool:
    """Return whether anything at all is on record of a later day; usually not, when a day is closed."""
    newest = session.scalar(select(func.max(RegisterEntry.clinic_day)))
    return newest is not None and newest > last


def _lines_since(session: Session, site_id: int, first: date, last: date) -> date:
    """Return the first day whose lines are read one by one: as many whole days as can be, the last of them always."""
    too_far = (
        select(RegisterEntry.clinic_day)
        .where(RegisterEntry.site_id == site_id, RegisterEntry.clinic_day.between(first, last))
        .order_by(RegisterEntry.clinic_day.desc())
        .offset(LINES_AT_MOST)
        .limit(1)
    )
    day = session.scalar(too_far)
    return first if day is None else min(day + A_DAY, last)


def _line_faults(session: Session, site_id: int, first: date, last: date) -> dict[int, list[Difference]]:
    """Return, for each product, the first line of the period that does not say what moved; what that line says besides."""
    columns, days = Movement.__table__.c, (first, last)
    lines = (
        select(
            columns.id,
            columns.product_id,
            *(columns[COLUMN_OF[field]].label(f"said_{field}") for field in HELD_AGAINST),
            RegisterEntry.number,
            RegisterEntry.body,
            RegisterEntry.previous_digest,
            RegisterEntry.digest,
        )
        .outerjoin(RegisterEntry, RegisterEntry.movement_id == columns.id)
        .where(columns.site_id == site_id)
        .order_by(columns.id)
    )
    moved = lines.where(columns.clinic_day.between(*days))
    moved_another_day = lines.where(RegisterEntry.clinic_day.between(*days), ~columns.clinic_day.between(*days))
    faults: dict[int, list[Difference]] = {}
    options = {"yield_per": AT_ONCE}
    read_twice = (session.execute(query, execution_options=options) for query in (moved, moved_another_day))
    for row in one_after_another.from_iterable(read_twice):
        if row.product_id in faults:
            continue
        said = chain.fields(row.body)
        wrong = row.body is None or chain.digest(row.previous_digest, row.body) != row.digest
        wrong = wrong or any(said.get(f) != chain.written(getattr(row, f"said_{f}")) for f in HELD_AGAINST)
        if wrong:
            of = f"register_entry {row.number}" if row.number is not None else f"movement {row.id}"
            thousandths = chain.whole(said.get("quantity"))
            otherwise = None if thousandths is None else Quantity(Decimal(thousandths) / 1000)
            faults[row.product_id] = [Difference(ReconciliationCheck.LINES, row.said_quantity, otherwise, of)]
    return faults


def _logs(session: Session, site_id: int, first: date, last: date) -> dict[int, LogSums]:
    """Return what the rows of doses and bottles come to, by product: the sums of the dispensing log."""
    sums: dict[int, LogSums] = {}

    def add(product_id: int, **values: Quantity) -> None:
        so_far = sums.get(product_id, LogSums())
        sums[product_id] = replace(
            so_far, **{name: Quantity(getattr(so_far, name) + value) for name, value in values.items()}
        )

    ours = (Dose.site_id == site_id, Dose.origin != Origin.IMPORT, Dose.outcome != DoseOutcome.ELSEWHERE)
    lines = select(DoseLine.product_id, func.sum(DoseLine.taken), func.sum(DoseLine.poured)).join(
        Dose, Dose.id == DoseLine.dose_id
    )
    given = lines.where(*ours, Dose.clinic_day.between(first, last)).group_by(DoseLine.product_id)
    for product_id, taken, poured in session.execute(given):
        add(product_id, dispensed=taken, wasted=Quantity(poured - taken))
    undone = (
        lines.add_columns(DoseReversal.poured)
        .join(DoseReversal, DoseReversal.dose_id == Dose.id)
        .where(*ours, DoseReversal.clinic_day.between(first, last))
        .group_by(DoseLine.product_id, DoseReversal.poured)
    )
    for product_id, taken, poured, was_poured in session.execute(undone):
        add(product_id, reversed=taken, wasted=taken if was_poured else Quantity(taken - poured))
    for name, query in _bottles(site_id, first, last):
        for product_id, quantity in session.execute(query):
            add(product_id, **{name: quantity})
    return sums


def _bottles(site_id: int, first: date, last: date) -> Iterator[tuple[str, Any]]:
    yield (
        "taken_home",
        select(BottleLine.product_id, func.sum(BottleLine.quantity))
        .join(Bottle, Bottle.id == BottleLine.bottle_id)
        .join(TakeHomeIssue, TakeHomeIssue.id == Bottle.issue_id)
        .where(TakeHomeIssue.site_id == site_id, TakeHomeIssue.clinic_day.between(first, last))
        .group_by(BottleLine.product_id),
    )
    yield (
        "brought_back",
        select(BottleLine.product_id, func.sum(BottleRest.quantity))
        .join(BottleEnd, BottleEnd.id == BottleRest.bottle_end_id)
        .join(BottleLine, (BottleLine.bottle_id == BottleEnd.bottle_id) & (BottleLine.line == BottleRest.line))
        .where(BottleEnd.site_id == site_id, BottleEnd.clinic_day.between(first, last))
        .group_by(BottleLine.product_id),
    )
