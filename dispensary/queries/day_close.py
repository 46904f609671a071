"""What a clinic day comes to: its doses, its stock, how often it was closed, and what came after."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, case, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from dispensary.rules.reconciliation import Difference, read
from dispensary.rules.stock import HERE
from models import (
    Bottle,
    BottleEnd,
    ChainHead,
    DayClose,
    DayCloseDifference,
    Dose,
    DoseReversal,
    Movement,
    Place,
    Product,
    RegisterEntry,
    Seal,
    Spill,
    Staff,
    TakeHomeIssue,
)
from models.enums import BaseUnit, ChainKind, DoseOutcome, Form, Medication, Origin
from models.units import Mg, Quantity

NOTHING = Quantity(Decimal(0))


@dataclass(frozen=True)
class DoseCount:
    """How many doses of one drug ended in one way, and how much was swallowed."""

    medication: Medication
    outcome: DoseOutcome
    injected: bool
    count: int
    taken_mg: Mg

    @property
    def form(self) -> Form | None:
        """The form, where it decides how the outcome is called."""
        return Form.INJECTION if self.injected else None


@dataclass(frozen=True)
class BottleCount:
    """How many bottles of one drug went home, and how much in them."""

    medication: Medication
    count: int
    amount_mg: Mg


@dataclass(frozen=True)
class DayBalance:
    """One product: what the site held before the day, what came and went on it, and how far its register is sealed."""

    product_id: int
    product: str
    unit: BaseUnit
    before: Quantity
    came_in: Quantity
    went_out: Quantity
    last_number: int
    sealed_to: int

    @property
    def after(self) -> Quantity:
        """Return what the site held at the end of the day."""
        return Quantity(self.before + self.came_in - self.went_out)


@dataclass(frozen=True)
class Closing:
    """One time the day was closed; with a reason and a second person where its books did not agree then."""

    turn: int
    at: datetime
    by: str
    differences: tuple[tuple[str, BaseUnit, Difference], ...] = ()
    """What did not agree when it was closed, each with its product."""
    note: str = ""
    witness: str = ""


@dataclass(frozen=True)
class DayFigures:
    """A clinic day as it stands; `late` counts doses recorded, and reversals made, after its last closing."""

    day: date
    doses: tuple[DoseCount, ...]
    reversed: int
    balances: tuple[DayBalance, ...]
    closings: tuple[Closing, ...]
    late: int
    from_paper: int = 0
    """How many records of this day were entered from paper."""
    spilt: int = 0
    """How many poured doses were spilt before they were swallowed."""
    bottles: tuple[BottleCount, ...] = ()
    """What went home in bottles."""
    brought_back: int = 0
    """How many bottles were brought back, lost, stolen or spilt."""


def day_figures(session: Session, site_id: int, day: date) -> DayFigures:
    """Return what a clinic day comes to at a site; imported history is not counted."""
    closings = _closings(session, site_id, day)
    return DayFigures(
        day=day,
        doses=_doses(session, site_id, day),
        reversed=_count_reversed(session, site_id, day),
        balances=_balances(session, site_id, day),
        closings=closings,
        late=_late(session, site_id, day, closings[-1].at) if closings else 0,
        from_paper=_count_from_paper(session, site_id, day),
        spilt=_count_spilt(session, site_id, day),
        bottles=_bottles(session, site_id, day),
        brought_back=_count_ended(session, site_id, day),
    )


def _doses(session: Session, site_id: int, day: date) -> tuple[DoseCount, ...]:
    undone = exists().where(DoseReversal.dose_id == Dose.id)
    injected = case((Dose.form == Form.INJECTION, 1), else_=0)
    query = (
        select(Dose.medication, Dose.outcome, injected, func.count(), func.sum(Dose.taken_mg))
        .where(Dose.site_id == site_id, Dose.clinic_day == day, Dose.origin != Origin.IMPORT, ~undone)
        .group_by(Dose.medication, Dose.outcome, injected)
        .order_by(Dose.medication, Dose.outcome, injected)
    )
    return tuple(DoseCount(*row) for row in session.execute(query))


def _count_reversed(session: Session, site_id: int, day: date) -> int:
    query = select(func.count()).select_from(DoseReversal).join(Dose, Dose.id == DoseReversal.dose_id)
    return session.scalars(query.where(Dose.site_id == site_id, Dose.clinic_day == day)).one()


def _count_from_paper(session: Session, site_id: int, day: date) -> int:
    query = select(func.count()).select_from(Dose)
    query = query.where(Dose.site_id == site_id, Dose.clinic_day == day, Dose.origin == Origin.PAPER)
    return session.scalars(query).one()


def _count_spilt(session: Session, site_id: int, day: date) -> int:
    query = select(func.count()).select_from(Spill).where(Spill.site_id == site_id, Spill.clinic_day == day)
    return session.scalars(query).one()


def _bottles(session: Session, site_id: int, day: date) -> tuple[BottleCount, ...]:
    query = (
        select(Bottle.medication, func.count(), func.sum(Bottle.amount_mg))
        .join(TakeHomeIssue, TakeHomeIssue.id == Bottle.issue_id)
        .where(TakeHomeIssue.site_id == site_id, TakeHomeIssue.clinic_day == day)
        .group_by(Bottle.medication)
        .order_by(Bottle.medication)
    )
    return tuple(BottleCount(*row) for row in session.execute(query))


def _count_ended(session: Session, site_id: int, day: date) -> int:
    query = select(func.count()).select_from(BottleEnd)
    return session.scalars(query.where(BottleEnd.site_id == site_id, BottleEnd.clinic_day == day)).one()


def _balances(session: Session, site_id: int, day: date) -> tuple[DayBalance, ...]:
    came_from, went_to = aliased(Place), aliased(Place)
    to_here = went_to.kind.in_(HERE) & came_from.kind.not_in(HERE)
    from_here = came_from.kind.in_(HERE) & went_to.kind.not_in(HERE)
    before, on_day = Movement.clinic_day < day, Movement.clinic_day == day
    query = (
        select(
            Product.id,
            Product.name,
            Product.unit,
            _sum_where(before & to_here).label("in_before"),
            _sum_where(before & from_here).label("out_before"),
            _sum_where(on_day & to_here).label("came_in"),
            _sum_where(on_day & from_here).label("went_out"),
        )
        .join(Movement, Movement.product_id == Product.id)
        .join(came_from, came_from.id == Movement.from_place_id)
        .join(went_to, went_to.id == Movement.to_place_id)
        .where(Movement.site_id == site_id, Movement.clinic_day <= day)
        .group_by(Product.id, Product.name, Product.unit)
        .order_by(Product.name)
    )
    heads, sealed = _register_heads(session, site_id), _register_seals(session, site_id)
    return tuple(
        DayBalance(
            product_id=row.id,
            product=row.name,
            unit=row.unit,
            before=Quantity(row.in_before - row.out_before),
            came_in=row.came_in,
            went_out=row.went_out,
            last_number=heads.get(row.id, 0),
            sealed_to=sealed.get(row.id, 0),
        )
        for row in session.execute(query)
    )


def _sum_where(condition: ColumnElement[bool]) -> ColumnElement[Quantity]:
    return func.sum(case((condition, Movement.quantity), else_=literal(NOTHING, Movement.quantity.type)))


def _register_heads(session: Session, site_id: int) -> dict[int, int]:
    query = select(ChainHead.product_id, ChainHead.last_number)
    query = query.where(ChainHead.site_id == site_id, ChainHead.kind == ChainKind.REGISTER)
    return {row.product_id: row.last_number for row in session.execute(query)}


def _register_seals(session: Session, site_id: int) -> dict[int, int]:
    query = select(Seal.product_id, func.max(Seal.number).label("number"))
    query = query.where(Seal.site_id == site_id, Seal.kind == ChainKind.REGISTER).group_by(Seal.product_id)
    return {row.product_id: row.number for row in session.execute(query)}


def _closings(session: Session, site_id: int, day: date) -> tuple[Closing, ...]:
    return tuple(closing for _, closing in closings(session, site_id, day, day))


def closings(session: Session, site_id: int, first: date, last: date) -> list[tuple[date, Closing]]:
    """Return each time that a day of some days was closed, in order, with what did not agree then."""
    second = aliased(Staff)
    query = (
        select(
            DayClose.clinic_day,
            DayClose.turn,
            DayClose.closed_at,
            Staff.name,
            DayCloseDifference.differences,
            func.coalesce(DayCloseDifference.note, "").label("note"),
            func.coalesce(second.name, "").label("witness"),
        )
        .join(Staff, Staff.id == DayClose.recorded_by_id)
        .outerjoin(DayCloseDifference, DayCloseDifference.day_close_id == DayClose.id)
        .outerjoin(second, second.id == DayCloseDifference.witnessed_by_id)
        .where(DayClose.site_id == site_id, DayClose.clinic_day.between(first, last))
        .order_by(DayClose.clinic_day, DayClose.turn)
    )
    rows = session.execute(query).all()
    kept = {row.differences: read(row.differences) for row in rows if row.differences is not None}
    ids = {product_id for differences in kept.values() for product_id, _ in differences}
    known = {p.id: p for p in session.scalars(select(Product).where(Product.id.in_(ids)))} if ids else {}
    return [
        (
            row.clinic_day,
            Closing(
                turn=row.turn,
                at=row.closed_at,
                by=row.name,
                differences=tuple((known[i].name, known[i].unit, one) for i, one in kept.get(row.differences, ())),
                note=row.note,
                witness=row.witness,
            ),
        )
        for row in rows
    ]


def _late(session: Session, site_id: int, day: date, closed_at: datetime) -> int:
    """Return how many doses, reversals, spills, handovers and returns of a day were recorded after it was closed."""
    spilt = select(func.count()).select_from(Spill)
    spilt = spilt.where(Spill.site_id == site_id, Spill.clinic_day == day, Spill.recorded_at > closed_at)
    doses = select(func.count()).select_from(Dose)
    doses = doses.where(Dose.site_id == site_id, Dose.clinic_day == day, Dose.recorded_at > closed_at)
    undone = select(func.count()).select_from(DoseReversal).join(Dose, Dose.id == DoseReversal.dose_id)
    undone = undone.where(Dose.site_id == site_id, Dose.clinic_day == day, DoseReversal.recorded_at > closed_at)
    issued, ended = (
        select(func.count())
        .select_from(table)
        .where(table.site_id == site_id, table.clinic_day == day, table.recorded_at > closed_at)
        for table in (TakeHomeIssue, BottleEnd)
    )
    return sum(session.scalars(count).one() for count in (doses, undone, spilt, issued, ended))


def open_days(session: Session, site_id: int, before: date, newest: int = 14) -> list[date]:
    """Return the latest days before one on which stock moved and which were never closed, oldest first."""
    closed = exists().where(DayClose.site_id == site_id, DayClose.clinic_day == RegisterEntry.clinic_day)
    query = (
        select(RegisterEntry.clinic_day)
        .where(RegisterEntry.site_id == site_id, RegisterEntry.clinic_day < before, ~closed)
        .distinct()
        .order_by(RegisterEntry.clinic_day.desc())
        .limit(newest)
    )
    return sorted(session.scalars(query))
