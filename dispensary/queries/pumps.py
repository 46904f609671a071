"""Pumps as they stand, what is in their reservoirs, and their log."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from dispensary.errors import NotFound
from dispensary.queries.stock import holds
from dispensary.rules import pumps as rule
from dispensary.rules.pumps import Calibrated, PumpStanding
from dispensary.wording import N_, say
from models import (
    Container,
    Lot,
    Product,
    Pump,
    PumpEvent,
    PumpEventTakenBack,
    PumpMeasure,
    PumpRule,
    Staff,
    Window,
)
from models.enums import BaseUnit, PumpEventKind, PumpPoured, PumpRest
from models.units import MgPerUnit, Percent, Quantity

STANDS = ~exists().where(PumpEventTakenBack.event_id == PumpEvent.id)
NO_PUMP = say(N_("There is no such pump here."))
NO_EVENT = say(N_("There is no such entry here."))


@dataclass(frozen=True)
class RuleSet:
    """How far a pump may be off and how often it is calibrated here, by whom it was set and on what basis."""

    id: int
    tolerance: Percent
    every_days: int
    basis: str
    clinic_day: date
    recorded_at: datetime
    by: str


@dataclass(frozen=True)
class Loaded:
    """What is in a pump's reservoir."""

    event_id: int
    """The change by which it came there."""
    since: datetime
    container_id: int
    label: str
    lot: str
    expires_on: date
    emptied_at: datetime | None
    holds: Quantity


@dataclass(frozen=True)
class PumpCard:
    """A pump as it stands on a day."""

    id: int
    site_id: int
    name: str
    maker: str
    serial_no: str
    window_id: int
    window: str
    product_id: int
    product: str
    unit: BaseUnit
    strength: MgPerUnit
    smallest_part: Quantity
    in_service_at: datetime
    out_of_service_at: datetime | None
    out_of_service_why: str
    loaded: Loaded | None
    standing: PumpStanding

    @property
    def in_service(self) -> bool:
        """Whether it may be used at all."""
        return self.out_of_service_at is None


@dataclass(frozen=True)
class LogLine:
    """One entry of a pump's log; taken back or not."""

    id: int
    pump_id: int
    site_id: int
    kind: PumpEventKind
    done_at: datetime
    clinic_day: date
    container_id: int | None
    container: str
    lot: str
    before: str
    before_lot: str
    rest: PumpRest | None
    quantity: Quantity | None
    poured: PumpPoured | None
    movement_id: int | None
    unit: BaseUnit
    asked: Quantity | None
    tolerance: Percent | None
    """In force when it was calibrated."""
    passed: bool | None
    means: str
    note: str
    by: str
    witness: str
    measured: tuple[Quantity, ...]
    taken_back_at: datetime | None
    taken_back_by: str
    taken_back_why: str

    @property
    def stands(self) -> bool:
        """Whether it was not taken back."""
        return self.taken_back_at is None

    @property
    def off_by(self) -> tuple[Percent, ...]:
        """How far each measured volume lies from the one asked for, in percent."""
        return tuple(rule.off_by(self.asked, one) for one in self.measured) if self.asked else ()


def rules_set(session: Session, site_id: int) -> list[RuleSet]:
    """Return every rule that was set here, the one in force first."""
    query = (
        select(
            PumpRule.id,
            PumpRule.tolerance,
            PumpRule.every_days,
            PumpRule.basis,
            PumpRule.clinic_day,
            PumpRule.recorded_at,
            Staff.name.label("by"),
        )
        .join(Staff, Staff.id == PumpRule.recorded_by_id)
        .where(PumpRule.site_id == site_id)
        .order_by(PumpRule.id.desc())
    )
    return [RuleSet(**row) for row in session.execute(query).mappings()]


def rule_in_force(session: Session, site_id: int) -> RuleSet | None:
    """Return the newest rule; None where the clinic head has set none."""
    return next(iter(rules_set(session, site_id)), None)


def pumps(session: Session, site_id: int, today: date) -> list[PumpCard]:
    """Return the pumps of a site by name, those out of service at the end."""
    found = _cards(session, site_id, today, _pumps().where(Pump.site_id == site_id).order_by(Pump.name))
    return sorted(found, key=lambda one: not one.in_service)


def pump(session: Session, pump_id: int, site_id: int, today: date) -> PumpCard:
    """Return one pump of a site.

    Raises:
        NotFound: there is none such.
    """
    found = _cards(session, site_id, today, _pumps().where(Pump.id == pump_id, Pump.site_id == site_id))
    if not found:
        raise NotFound(NO_PUMP, code="no_such_pump")
    return found[0]


def asking(session: Session, site_id: int, today: date) -> list[PumpCard]:
    """Return the pumps in service that somebody has to see to: failed, due, or never calibrated."""
    return [one for one in pumps(session, site_id, today) if one.standing.asks]


def _pumps() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Pump.id,
            Pump.site_id,
            Pump.name,
            Pump.maker,
            Pump.serial_no,
            Pump.window_id,
            Window.name.label("window"),
            Pump.product_id,
            Product.name.label("product"),
            Product.unit,
            Product.strength,
            Product.smallest_part,
            Pump.in_service_at,
            Pump.out_of_service_at,
            Pump.out_of_service_why,
        )
        .join(Window, Window.id == Pump.window_id)
        .join(Product, Product.id == Pump.product_id)
    )


def _cards(session: Session, site_id: int, today: date, query: Select[*tuple[Any, ...]]) -> list[PumpCard]:
    rows = session.execute(query).mappings().all()
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    force, loaded = rule_in_force(session, site_id), loaded_in(session, ids)
    done: dict[int, list[Calibrated]] = defaultdict(list)
    events = PumpEvent.__table__.c
    calibrations = select(events.pump_id, events.done_at, events.clinic_day, events.passed).where(
        events.pump_id.in_(ids), events.kind == PumpEventKind.CALIBRATION, STANDS
    )
    for pump_id, *said in session.execute(calibrations.order_by(events.id)):
        done[pump_id].append(Calibrated(*said))
    return [
        PumpCard(
            **row,
            loaded=loaded.get(row["id"]),
            standing=rule.standing_of(
                in_service_at=row["in_service_at"],
                out_of_service=row["out_of_service_at"] is not None,
                calibrations=done[row["id"]],
                every_days=force.every_days if force else None,
                today=today,
            ),
        )
        for row in rows
    ]


def loaded_in(session: Session, pump_ids: Iterable[int]) -> dict[int, Loaded]:
    """Return what is in the reservoir of each of these pumps, by the newest change that was not taken back."""
    newer = aliased(PumpEvent)
    gone = exists().where(PumpEventTakenBack.event_id == newer.id)
    newest = (
        select(func.max(newer.id))
        .where(newer.pump_id == PumpEvent.pump_id, newer.kind == PumpEventKind.RESERVOIR, ~gone)
        .correlate(PumpEvent)
        .scalar_subquery()
    )
    query = (
        select(
            PumpEvent.pump_id,
            PumpEvent.id,
            PumpEvent.done_at,
            Container.id,
            Container.label,
            Lot.number,
            Lot.expires_on,
            Container.emptied_at,
            func.coalesce(holds(), Quantity(Decimal(0))),
        )
        .join(Container, Container.id == PumpEvent.container_id)
        .join(Lot, Lot.id == Container.lot_id)
        .where(PumpEvent.pump_id.in_(list(pump_ids)), PumpEvent.id == newest)
    )
    return {row[0]: Loaded(*row[1:]) for row in session.execute(query)}


def standing_open(session: Session, card: PumpCard) -> list[tuple[int, str, str, date]]:
    """Return the open containers of a pump's product at its window: id, label, lot and expiry."""
    query = (
        select(Container.id, Container.label, Lot.number, Lot.expires_on)
        .join(Lot, Lot.id == Container.lot_id)
        .where(
            Container.site_id == card.site_id,
            Container.window_id == card.window_id,
            Container.product_id == card.product_id,
            Container.opened_at.is_not(None),
            Container.emptied_at.is_(None),
        )
        .order_by(Container.label)
    )
    return [(row.id, row.label, row.number, row.expires_on) for row in session.execute(query)]


def log(session: Session, pump_id: int, first: date, last: date) -> list[LogLine]:
    """Return a pump's log of some clinic days, in the order in which it was done."""
    query = _lines().where(PumpEvent.pump_id == pump_id, PumpEvent.clinic_day.between(first, last))
    return _with_measures(session, query.order_by(PumpEvent.done_at, PumpEvent.id))


def event(session: Session, event_id: int, site_id: int) -> LogLine:
    """Return one entry of a log of this site.

    Raises:
        NotFound: there is none such.
    """
    found = _with_measures(session, _lines().where(PumpEvent.id == event_id, PumpEvent.site_id == site_id))
    if not found:
        raise NotFound(NO_EVENT, code="no_such_pump_event")
    return found[0]


def _lines() -> Select[*tuple[Any, ...]]:
    there, before, lot, lot_before = aliased(Container), aliased(Container), aliased(Lot), aliased(Lot)
    by, witness, back_by = aliased(Staff), aliased(Staff), aliased(Staff)
    return (
        select(
            PumpEvent.id,
            PumpEvent.pump_id,
            PumpEvent.site_id,
            PumpEvent.kind,
            PumpEvent.done_at,
            PumpEvent.clinic_day,
            PumpEvent.container_id,
            func.coalesce(there.label, "").label("container"),
            func.coalesce(lot.number, "").label("lot"),
            func.coalesce(before.label, "").label("before"),
            func.coalesce(lot_before.number, "").label("before_lot"),
            PumpEvent.rest,
            PumpEvent.quantity,
            PumpEvent.poured,
            PumpEvent.movement_id,
            Product.unit,
            PumpEvent.asked,
            PumpRule.tolerance,
            PumpEvent.passed,
            PumpEvent.means,
            PumpEvent.note,
            by.name.label("by"),
            func.coalesce(witness.name, "").label("witness"),
            PumpEventTakenBack.recorded_at.label("taken_back_at"),
            func.coalesce(back_by.name, "").label("taken_back_by"),
            func.coalesce(PumpEventTakenBack.reason, "").label("taken_back_why"),
        )
        .join(Pump, Pump.id == PumpEvent.pump_id)
        .join(Product, Product.id == Pump.product_id)
        .join(by, by.id == PumpEvent.recorded_by_id)
        .outerjoin(there, there.id == PumpEvent.container_id)
        .outerjoin(lot, lot.id == there.lot_id)
        .outerjoin(before, before.id == PumpEvent.before_id)
        .outerjoin(lot_before, lot_before.id == before.lot_id)
        .outerjoin(PumpRule, PumpRule.id == PumpEvent.rule_id)
        .outerjoin(witness, witness.id == PumpEvent.witnessed_by_id)
        .outerjoin(PumpEventTakenBack, PumpEventTakenBack.event_id == PumpEvent.id)
        .outerjoin(back_by, back_by.id == PumpEventTakenBack.recorded_by_id)
    )


def _with_measures(session: Session, query: Select[*tuple[Any, ...]]) -> list[LogLine]:
    rows = session.execute(query).mappings().all()
    volumes: dict[int, list[Quantity]] = defaultdict(list)
    measures = select(PumpMeasure.event_id, PumpMeasure.measured).where(
        PumpMeasure.event_id.in_([row["id"] for row in rows if row["asked"] is not None])
    )
    for event_id, measured in session.execute(measures.order_by(PumpMeasure.event_id, PumpMeasure.number)):
        volumes[event_id].append(measured)
    return [LogLine(**row, measured=tuple(volumes[row["id"]])) for row in rows]


@dataclass(frozen=True)
class PumpOfLot:
    """A pump in whose reservoir a container of a lot was, and until when."""

    pump_id: int
    pump: str
    serial_no: str
    container: str
    since: datetime
    until: datetime | None
    """When the next was put in; None while it is in it."""
    rest: PumpRest | None
    """What became of the rest then."""


def of_lot(session: Session, site_id: int, lot_id: int) -> tuple[PumpOfLot, ...]:
    """Return in which pumps of a site a lot was, first to last."""
    query = (
        select(
            PumpEvent.id,
            PumpEvent.pump_id,
            Pump.name,
            Pump.serial_no,
            PumpEvent.container_id,
            Container.label,
            Container.lot_id,
            PumpEvent.done_at,
            PumpEvent.rest,
        )
        .join(Pump, Pump.id == PumpEvent.pump_id)
        .join(Container, Container.id == PumpEvent.container_id)
        .where(PumpEvent.site_id == site_id, PumpEvent.kind == PumpEventKind.RESERVOIR, STANDS)
        .where(PumpEvent.pump_id.in_(_pumps_of_lot(site_id, lot_id)))
        .order_by(PumpEvent.pump_id, PumpEvent.id)
    )
    rows = session.execute(query).all()
    found = []
    for row, after in zip(rows, [*rows[1:], None], strict=False):
        if row.lot_id != lot_id:
            continue
        ended = after if after is not None and after.pump_id == row.pump_id else None
        found.append(
            PumpOfLot(
                row.pump_id,
                row.name,
                row.serial_no,
                row.label,
                row.done_at,
                ended.done_at if ended else None,
                ended.rest if ended else None,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.since, one.pump_id)))


def _pumps_of_lot(site_id: int, lot_id: int) -> Select[int]:
    held, into = aliased(Container), aliased(PumpEvent)
    return (
        select(into.pump_id)
        .join(held, held.id == into.container_id)
        .where(held.site_id == site_id, held.lot_id == lot_id)
        .distinct()
    )
