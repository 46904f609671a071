"""Where a difference between the books of a product first shows: the row to look at, by its table and number.

Read only where something differs, so it may take its time.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.verification.stock import RunningBalance
from dispensary.rules import chain
from models import (
    BottleEnd,
    BottleLine,
    BottleRest,
    Container,
    Dose,
    DoseLine,
    DoseReversal,
    Movement,
    RegisterEntry,
)
from models.enums import DoseOutcome, MovementKind, Origin, ReconciliationCheck
from models.units import Quantity

NOTHING = Quantity(Decimal(0))
OF_DOSES = {
    ReconciliationCheck.DISPENSED: "taken",
    ReconciliationCheck.REVERSED: "reversed",
    ReconciliationCheck.WASTED: "wasted",
}


def first(
    session: Session, site_id: int, product_id: int, first_day: date, last: date, check: ReconciliationCheck
) -> str:
    """Return the first row at which a difference of a product shows, such as `dose 12`; empty where no one row does."""
    match check:
        case ReconciliationCheck.REGISTER:
            return _line_out_of_step(session, site_id, product_id)
        case ReconciliationCheck.CONTAINERS | ReconciliationCheck.LOTS:
            return _container_out_of_step(session, site_id, product_id)
        case ReconciliationCheck.TAKEN_HOME:
            return _bottle(session, site_id, product_id, first_day, last)
        case ReconciliationCheck.BROUGHT_BACK:
            return _rest(session, site_id, product_id, first_day, last)
        case ReconciliationCheck.LINES:
            return ""
    return _dose(session, site_id, product_id, first_day, last, OF_DOSES[check])


def _line_out_of_step(session: Session, site_id: int, product_id: int) -> str:
    """Return the first line whose balance is not the one before, moved by its movement."""
    running = RunningBalance.of_site(session, site_id)
    query = (
        select(
            RegisterEntry.number,
            RegisterEntry.body,
            Movement.from_place_id,
            Movement.to_place_id,
            Movement.quantity,
        )
        .join(Movement, Movement.id == RegisterEntry.movement_id)
        .where(RegisterEntry.site_id == site_id, RegisterEntry.product_id == product_id)
        .order_by(RegisterEntry.number)
    )
    for n, row in enumerate(session.execute(query), start=1):
        balance = running.after(row.from_place_id, row.to_place_id, row.quantity)
        if row.number != n or chain.fields(row.body).get("balance") != chain.written(balance):
            return f"register_entry {row.number}"
    return ""


def _container_out_of_step(session: Session, site_id: int, product_id: int) -> str:
    """Return the first movement after which its container does not hold what its movements leave in it."""
    running, container_id = RunningBalance.of_site(session, site_id), 0
    table = Movement.__table__.c
    query = (
        select(
            table.id,
            table.container_id,
            table.lot_id,
            Container.lot_id.label("own_lot_id"),
            table.from_place_id,
            table.to_place_id,
            table.quantity,
            table.balance_after,
        )
        .join(Container, Container.id == table.container_id)
        .where(table.site_id == site_id, or_(table.product_id == product_id, Container.product_id == product_id))
        .order_by(table.container_id, table.container_seq)
    )
    for row in session.execute(query):
        if row.container_id != container_id:
            container_id, running.balance = row.container_id, NOTHING
        balance = running.after(row.from_place_id, row.to_place_id, row.quantity)
        if balance != row.balance_after or row.lot_id != row.own_lot_id:
            return f"movement {row.id}"
    return ""


def _dose(session: Session, site_id: int, product_id: int, first_day: date, last: date, what: str) -> str:
    """Return the first dose whose lines are not what moved for it, or a movement that belongs to no dose."""
    moved: defaultdict[int | None, Decimal] = defaultdict(Decimal)
    loose = ""
    undone = aliased(Movement)
    query = (
        select(Movement.id, Movement.dose_id, Movement.kind, undone.kind.label("of"), Movement.quantity)
        .outerjoin(undone, undone.id == Movement.reverses_id)
        .where(
            Movement.site_id == site_id,
            Movement.product_id == product_id,
            Movement.clinic_day.between(first_day, last),
        )
        .order_by(Movement.id)
    )
    for row in session.execute(query):
        amount = _counts_as(row.kind, row.of, what, row.quantity)
        moved[row.dose_id] += amount
        if row.dose_id is None and amount and what != "wasted":
            loose = loose or f"movement {row.id}"
    moved.pop(None, None)
    said = _said_by_doses(session, site_id, product_id, first_day, last, what)
    wrong = sorted(i for i in {*moved, *said} if i is not None and moved.get(i, NOTHING) != said.get(i, NOTHING))
    return f"dose {wrong[0]}" if wrong else loose


def _counts_as(kind: MovementKind, of: MovementKind | None, what: str, quantity: Quantity) -> Decimal:
    """Return how far a movement counts as swallowed, reversed or wasted."""
    signs: dict[str, dict[tuple[MovementKind, MovementKind | None], int]] = {
        "taken": {(MovementKind.DISPENSE, None): 1},
        "reversed": {(MovementKind.REVERSAL, MovementKind.DISPENSE): 1},
        "wasted": {(MovementKind.WASTE, None): 1, (MovementKind.REVERSAL, MovementKind.WASTE): -1},
    }
    return quantity * signs[what].get((kind, of), 0)


def _said_by_doses(
    session: Session, site_id: int, product_id: int, first_day: date, last: date, what: str
) -> dict[int | None, Decimal]:
    """Return the same for each dose, by its lines and its reversal."""
    query = (
        select(
            DoseLine.dose_id,
            Dose.clinic_day,
            func.sum(DoseLine.taken).label("taken"),
            func.sum(DoseLine.poured).label("poured"),
            DoseReversal.clinic_day.label("reversed_on"),
            DoseReversal.poured.label("was_poured"),
        )
        .join(Dose, Dose.id == DoseLine.dose_id)
        .outerjoin(DoseReversal, DoseReversal.dose_id == Dose.id)
        .where(
            Dose.site_id == site_id,
            Dose.origin != Origin.IMPORT,
            Dose.outcome != DoseOutcome.ELSEWHERE,
            DoseLine.product_id == product_id,
            or_(Dose.clinic_day.between(first_day, last), DoseReversal.clinic_day.between(first_day, last)),
        )
        .group_by(DoseLine.dose_id, Dose.clinic_day, DoseReversal.clinic_day, DoseReversal.poured)
    )
    said: defaultdict[int | None, Decimal] = defaultdict(Decimal)
    for row in session.execute(query):
        given = first_day <= row.clinic_day <= last
        undone = row.reversed_on is not None and first_day <= row.reversed_on <= last
        by_reversal = row.taken if row.was_poured else row.taken - row.poured
        said[row.dose_id] += {
            "taken": row.taken * int(given),
            "reversed": row.taken * int(undone),
            "wasted": (row.poured - row.taken) * int(given) + by_reversal * int(undone),
        }[what]
    return said


def _bottle(session: Session, site_id: int, product_id: int, first_day: date, last: date) -> str:
    """Return the first bottle that does not hold what moved for it, or what went home in no bottle."""
    query = (
        select(Movement.id, BottleLine.bottle_id)
        .outerjoin(BottleLine, BottleLine.movement_id == Movement.id)
        .where(
            Movement.site_id == site_id,
            Movement.product_id == product_id,
            Movement.clinic_day.between(first_day, last),
            Movement.kind == MovementKind.TAKE_HOME,
            or_(
                BottleLine.id.is_(None),
                BottleLine.quantity != Movement.quantity,
                BottleLine.product_id != Movement.product_id,
            ),
        )
        .order_by(Movement.id)
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return "" if row is None else f"movement {row.id}" if row.bottle_id is None else f"bottle {row.bottle_id}"


def _rest(session: Session, site_id: int, product_id: int, first_day: date, last: date) -> str:
    """Return the first bottle of which something else came back than moved, or what came back of no bottle."""
    query = (
        select(Movement.id, BottleEnd.bottle_id)
        .outerjoin(BottleRest, BottleRest.movement_id == Movement.id)
        .outerjoin(BottleEnd, BottleEnd.id == BottleRest.bottle_end_id)
        .where(
            Movement.site_id == site_id,
            Movement.product_id == product_id,
            Movement.clinic_day.between(first_day, last),
            Movement.kind == MovementKind.RETURN,
            or_(BottleRest.id.is_(None), BottleRest.quantity != Movement.quantity),
        )
        .order_by(Movement.id)
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return "" if row is None else f"movement {row.id}" if row.bottle_id is None else f"bottle {row.bottle_id}"
