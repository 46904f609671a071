"""Pumps and their log: listing them, the site's rule for them, and what is done at them day by day.

What a pump pours out that is for nobody either goes back into its reservoir, and then moves no stock, or is wasted before a
witness, and then leaves the stock and stands in the register.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import pumps as records
from dispensary.queries.pumps import NO_PUMP, Loaded, LogLine
from dispensary.rules import pumps as rule
from dispensary.services import audit, people, stock
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.stock import Standing
from dispensary.wording import N_, say
from models import (
    Movement,
    Product,
    Pump,
    PumpEvent,
    PumpEventTakenBack,
    PumpMeasure,
    PumpRule,
    Site,
    Window,
)
from models.enums import AuditKind, Form, MovementKind, PlaceKind, PumpEventKind, PumpPoured, PumpRest, WasteReason
from models.units import Percent, Quantity

LONGEST = 200
LONGEST_NAME = 60


@dataclass(frozen=True)
class PumpEntry:
    """What the list says of a pump."""

    name: str
    maker: str
    serial_no: str
    window_id: int


@dataclass(frozen=True)
class Poured:
    """What a pump poured out for nobody, and where that went."""

    where: PumpPoured
    note: str = ""
    witnessed_by_id: int | None = None


def list_pump(session: Session, *, entry: PumpEntry, product_id: int, act: Act) -> Pump:
    """Put a pump in service; it pours one product, and is to be calibrated before it pours for anybody.

    Raises:
        NotFound: no such window here, or no such product in use.
        Refused: name or serial number is missing, no liquid, or a pump of this name is on the list.
    """
    values = _checked(session, entry, act)
    product = session.get(Product, product_id)
    if product is None or product.retired_at is not None:
        raise NotFound(say(N_("There is no such product in use.")), code="no_product", field="product_id")
    if product.form is not Form.LIQUID:
        raise Refused(say(N_("A pump pours a liquid. Choose one.")), code="not_a_liquid", field="product_id")
    _lock_site(session, act)
    _refuse_name_taken(session, values["name"], act)
    pump = Pump(
        site_id=act.site_id,
        product_id=product_id,
        in_service_at=act.at,
        out_of_service_at=None,
        out_of_service_why="",
        **values,
    )
    session.add(pump)
    session.flush()
    audit.record(session, AuditKind.PUMP_LISTED, pump, act, **audit.said_of_card(pump))
    return pump


def change_pump(session: Session, *, pump_id: int, entry: PumpEntry, out_of_service_why: str = "", act: Act) -> Pump:
    """Change what the list says of a pump, take it out of service, or put it in again.

    Args:
        out_of_service_why: why it is out of service; empty where it is in service. Back in service it is calibrated anew.

    Raises:
        NotFound: there is no such pump, or no such window, here.
        Refused: name or serial number is missing, the name is taken, or nothing differs.
    """
    values = _checked(session, entry, act)
    why = people.line(out_of_service_why, "why", longest=LONGEST)
    _here(session, pump_id, act)
    _lock_site(session, act)
    pump = _locked(session, pump_id, act)
    _refuse_name_taken(session, values["name"], act, but=pump_id)
    values["out_of_service_why"] = why
    if why:
        values["out_of_service_at"] = pump.out_of_service_at or act.at
    else:
        values["out_of_service_at"] = None
        values["in_service_at"] = pump.in_service_at if pump.out_of_service_at is None else act.at
    if all(getattr(pump, name) == value for name, value in values.items()):
        raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed")
    for name, value in values.items():
        setattr(pump, name, value)
    session.flush()
    audit.record(session, AuditKind.PUMP_CHANGED, pump, act, in_service=int(not why), **audit.said_of_card(pump))
    return pump


def set_rule(session: Session, *, tolerance: Percent, every_days: int, basis: str, act: Act) -> PumpRule:
    """Set how far a pump may be off, in percent of the volume asked for, and after how many days it is calibrated again.

    What was calibrated before keeps the verdict of its own day; when the next is due follows the new rule.

    Raises:
        Refused: numbers that cannot be, nothing said of where they come from, or nothing differs.
    """
    fault = rule.fault_of_rule(tolerance, every_days)
    if fault is not None:
        raise Refused(fault[1], code="impossible_rule", field=fault[0])
    basis = people.line(basis, "basis", needed=True, longest=LONGEST)
    _lock_site(session, act)
    known = records.rule_in_force(session, act.site_id)
    if known is not None and (known.tolerance, known.every_days, known.basis) == (tolerance, every_days, basis):
        raise Refused(say(N_("Nothing differs from what is on record.")), code="nothing_changed")
    made = write(
        session,
        PumpRule(tolerance=tolerance, every_days=every_days, basis=basis, clinic_day=act.clinic_day, **act.stamp),
    )
    audit.record(session, AuditKind.PUMP_RULE_SET, made, act, tolerance=tolerance, every_days=every_days)
    return made


def prime(session: Session, *, pump_id: int, shown: int, quantity: Quantity, poured: Poured, act: Act) -> PumpEvent:
    """Record that a pump was primed: how much it poured out, and where that went.

    Args:
        shown: the change of the reservoir that the page showed as the newest; 0 for none.
        quantity: in whole parts of the product.

    Raises:
        NotFound: there is no such pump here.
        Conflict: the reservoir was changed since the page was opened.
        Refused: out of service, nothing in the reservoir, more than it holds, or no witness where it was wasted.
    """
    pump = _in_service(session, pump_id, act)
    container = _in_reservoir(session, pump, shown, act)
    fault = rule.fault_of_primed(quantity, _product(session, pump).smallest_part, container.holds)
    if fault is not None:
        raise Refused(fault, code="impossible_prime", field="quantity")
    return _pour_out(session, pump, container, PumpEventKind.PRIME, quantity, poured, act)


def calibrate(
    session: Session,
    *,
    pump_id: int,
    shown: int,
    asked: Quantity,
    measured: Sequence[Quantity],
    means: str,
    poured: Poured,
    act: Act,
) -> PumpEvent:
    """Record a calibration: what the pump was set to pour, what was measured each time, and whether that passes.

    Args:
        shown: the change of the reservoir that the page showed as the newest; 0 for none.
        asked: the volume it was set to, the same each time, in whole parts of the product.
        measured: exact to a thousandth, one or more.
        means: what it was measured with.

    Raises:
        NotFound: there is no such pump here.
        Conflict: the reservoir was changed since the page was opened.
        Refused: the clinic head has set no tolerance, volumes that cannot be, or no witness where it was wasted.
    """
    pump = _in_service(session, pump_id, act)
    force = records.rule_in_force(session, act.site_id)
    if force is None:
        words = N_("The clinic head has not set how far a pump may be off. Only then can a calibration be judged.")
        raise Refused(say(words), code="no_rule")
    means = people.line(means, "means", needed=True, longest=LONGEST)
    container, part = _in_reservoir(session, pump, shown, act), _product(session, pump).smallest_part
    fault = rule.fault_of_measures(asked, measured, part, container.holds)
    if fault is not None:
        raise Refused(fault[1], code="impossible_calibration", field=fault[0])
    passed = rule.passes(asked, measured, force.tolerance)
    quantity = rule.poured_in_all(measured, part)
    judged = {"asked": asked, "means": means, "rule_id": force.id, "passed": passed}
    return _pour_out(
        session, pump, container, PumpEventKind.CALIBRATION, quantity, poured, act, measured=measured, **judged
    )


def change_reservoir(
    session: Session, *, pump_id: int, shown: int, container_id: int, rest: PumpRest | None, note: str, act: Act
) -> PumpEvent:
    """Record that a container was put into a pump's reservoir, and what became of the rest of the one before.

    Args:
        shown: the change that the page showed as the newest; 0 for none.
        rest: of the one before; None only where there was none.

    Raises:
        NotFound: there is no such pump or container here.
        Conflict: the reservoir was changed since the page was opened.
        Refused: out of service; not an open container of its product at its window; nothing said of the one before.
    """
    pump = _in_service(session, pump_id, act)
    loaded = records.loaded_in(session, [pump_id]).get(pump_id)
    _check_shown(loaded.event_id if loaded else 0, shown)
    note = people.line(note, "note", needed=rest is PumpRest.MIXED, longest=LONGEST)
    container = stock.lock_container(session, container_id, act)
    _check_pourable(session, pump, container, act)
    _check_rest(loaded, container, rest)
    return _recorded(
        session,
        pump,
        PumpEventKind.RESERVOIR,
        act,
        container_id=container_id,
        before_id=loaded.container_id if loaded else None,
        rest=rest,
        note=note,
    )


def _check_rest(loaded: Loaded | None, container: Standing, rest: PumpRest | None) -> None:
    if loaded is None:
        if rest is not None:
            words = N_("Nothing was in it before, so there is no rest.")
            raise Refused(say(words), code="rest_of_the_one_before", field="rest")
        return
    if loaded.container_id == container.id:
        words = N_("Container %(label)s is in the reservoir already.")
        raise Refused(say(words, label=container.label), code="in_it_already", field="container_id")
    if rest is None:
        words = N_("Say what became of the rest of %(label)s.")
        raise Refused(say(words, label=loaded.label), code="rest_of_the_one_before", field="rest")
    if rest is PumpRest.EMPTIED and loaded.emptied_at is None:
        words = N_("By the books container %(label)s is not empty. End it first, on its own page under Stock.")
        raise Refused(say(words, label=loaded.label), code="before_not_ended", field="rest")


def clean(session: Session, *, pump_id: int, means: str, note: str, act: Act) -> PumpEvent:
    """Record that a pump was cleaned, and with what.

    Raises:
        NotFound: there is no such pump here.
        Refused: out of service, or nothing said of what it was cleaned with.
    """
    pump = _in_service(session, pump_id, act)
    means = people.line(means, "means", needed=True, longest=LONGEST)
    note = people.line(note, "note", longest=LONGEST)
    return _recorded(session, pump, PumpEventKind.CLEANING, act, means=means, note=note)


def take_back(
    session: Session, *, event_id: int, reason: str, witnessed_by_id: int | None, act: Act
) -> PumpEventTakenBack:
    """Take back an entry that was a mistake: it stays legible and counts no more; what it wasted comes back into stock.

    Raises:
        NotFound: there is no such entry here.
        Refused: no reason, no witness where stock comes back, or a change of the reservoir that later entries rest on.
        Conflict: it was taken back before.
    """
    line = records.event(session, event_id, act.site_id)
    _locked(session, line.pump_id, act)
    reason = people.line(reason, "reason", needed=True, longest=LONGEST)
    line = records.event(session, event_id, act.site_id)
    if not line.stands:
        raise Conflict(say(N_("This entry was taken back before.")), code="uq_pump_event_taken_back_event_id")
    if line.kind is PumpEventKind.RESERVOIR:
        _check_nothing_rests_on(session, line)
    movements = []
    if line.movement_id is None:
        witnessed_by_id = None
    else:
        stock.check_witness(MovementKind.WASTE, witnessed_by_id, act)
        wasted = session.get_one(Movement, line.movement_id)
        movements = [stock.put_back(session, movement=wasted, witnessed_by_id=witnessed_by_id, act=act)]
    made = write(
        session,
        PumpEventTakenBack(
            event_id=event_id,
            reason=reason,
            movement_id=movements[0].id if movements else None,
            clinic_day=act.clinic_day,
            witnessed_by_id=witnessed_by_id,
            **act.stamp,
        ),
    )
    audit.record(
        session,
        AuditKind.PUMP_EVENT_TAKEN_BACK,
        made,
        act,
        pump=line.pump_id,
        entry=event_id,
        pump_event=line.kind,
        witness=witnessed_by_id,
    )
    stock.enter_register(session, movements, act)
    return made


def _checked(session: Session, entry: PumpEntry, act: Act) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": people.line(entry.name, "name", needed=True, longest=LONGEST_NAME),
        "maker": people.line(entry.maker, "maker"),
        "serial_no": people.line(entry.serial_no, "serial_no", needed=True, longest=LONGEST_NAME),
        "window_id": entry.window_id,
    }
    known = session.scalar(select(Window.id).where(Window.id == entry.window_id, Window.site_id == act.site_id))
    if known is None:
        raise NotFound(say(N_("There is no such window here.")), code="no_window", field="window_id")
    return values


def _lock_site(session: Session, act: Act) -> None:
    session.execute(select(Site.id).where(Site.id == act.site_id).with_for_update(key_share=True))


def _refuse_name_taken(session: Session, name: str, act: Act, but: int = 0) -> None:
    query = select(Pump.id).where(Pump.site_id == act.site_id, Pump.name == name, Pump.id != but)
    if session.scalar(query) is not None:
        words = say(N_("A pump of this name is on the list already. Give this one another."))
        raise Refused(words, code="name_taken", field="name")


def _here(session: Session, pump_id: int, act: Act) -> Pump:
    pump = session.get(Pump, pump_id)
    if pump is None or pump.site_id != act.site_id:
        raise NotFound(NO_PUMP, code="no_such_pump")
    return pump


def _locked(session: Session, pump_id: int, act: Act) -> Pump:
    """Lock a pump, before its containers, so that its log is written one entry at a time."""
    pump = _here(session, pump_id, act)
    session.refresh(pump, with_for_update={"key_share": True})
    return pump


def _in_service(session: Session, pump_id: int, act: Act) -> Pump:
    pump = _locked(session, pump_id, act)
    if pump.out_of_service_at is not None:
        words = say(N_("%(pump)s is out of service: %(why)s"), pump=pump.name, why=pump.out_of_service_why)
        raise Refused(words, code="out_of_service")
    return pump


def _product(session: Session, pump: Pump) -> Product:
    return session.get_one(Product, pump.product_id)


def _check_shown(is_now: int, shown: int) -> None:
    if is_now != shown:
        words = N_("The reservoir was changed since this page was opened. Nothing was recorded; look again.")
        raise Conflict(say(words), code="changed_since_shown")


def _in_reservoir(session: Session, pump: Pump, shown: int, act: Act) -> Standing:
    """Lock the container in a pump's reservoir.

    Raises:
        Refused: there is none, or none any more from which anything may be poured.
        Conflict: it is another one than the page showed.
    """
    loaded = records.loaded_in(session, [pump.id]).get(pump.id)
    _check_shown(loaded.event_id if loaded else 0, shown)
    if loaded is None:
        words = N_("Nothing is in the reservoir by this log. Record first which container was put in.")
        raise Refused(say(words), code="nothing_in_it")
    container = stock.lock_container(session, loaded.container_id, act)
    _check_pourable(session, pump, container, act)
    return container


def _check_pourable(session: Session, pump: Pump, container: Standing, act: Act) -> None:
    good = (
        container.product_id == pump.product_id
        and container.window_id == pump.window_id
        and container.opened_at is not None
        and container.emptied_at is None
    )
    if not good:
        words = N_(
            "Container %(label)s is not an open one of this pump's product at its window. Record what is in it now."
        )
        raise Refused(say(words, label=container.label), code="not_pourable", field="container_id")
    stock.check_not_expired(session, container, act)


def _pour_out(
    session: Session,
    pump: Pump,
    container: Standing,
    kind: PumpEventKind,
    quantity: Quantity,
    poured: Poured,
    act: Act,
    measured: Sequence[Quantity] = (),
    **values: Any,
) -> PumpEvent:
    """Record that a pump poured something out for nobody; what was wasted leaves the stock with it."""
    note = people.line(poured.note, "note", longest=LONGEST)
    wasted = poured.where is PumpPoured.WASTED and quantity > 0
    movements = [_waste(session, container, quantity, poured.witnessed_by_id, note, act)] if wasted else []
    event = _recorded(
        session,
        pump,
        kind,
        act,
        measured,
        container_id=container.id,
        quantity=quantity,
        poured=poured.where,
        movement_id=movements[0].id if movements else None,
        witnessed_by_id=poured.witnessed_by_id if wasted else None,
        note=note,
        **values,
    )
    stock.enter_register(session, movements, act)
    return event


def _waste(
    session: Session, container: Standing, quantity: Quantity, witnessed_by_id: int | None, note: str, act: Act
) -> Movement:
    moved = stock.take(
        session,
        container,
        quantity=quantity,
        kind=MovementKind.WASTE,
        from_place_id=stock.stands_at(session, container, act),
        to_place_id=stock.place_id(session, act, PlaceKind.WASTE),
        waste_reason=WasteReason.PUMP,
        witnessed_by_id=witnessed_by_id,
        note=note,
        act=act,
    )
    if moved.balance_after == 0:
        stock.set_emptied(session, container.id, act)
    return moved


def _recorded(
    session: Session, pump: Pump, kind: PumpEventKind, act: Act, measured: Sequence[Quantity] = (), **values: Any
) -> PumpEvent:
    event = write(
        session, PumpEvent(pump_id=pump.id, kind=kind, done_at=act.at, clinic_day=act.clinic_day, **values, **act.stamp)
    )
    for number, one in enumerate(measured, start=1):
        write(session, PumpMeasure(event_id=event.id, number=number, measured=one, **act.stamp))
    audit.record(session, AuditKind.PUMP_EVENT_RECORDED, event, act, pump=pump.id, pump_event=kind)
    return event


def _check_nothing_rests_on(session: Session, line: LogLine) -> None:
    later = select(PumpEvent.id).where(
        PumpEvent.pump_id == line.pump_id,
        PumpEvent.id > line.id,
        PumpEvent.container_id.is_not(None),
        records.STANDS,
    )
    if session.scalar(later.limit(1)) is not None:
        words = N_("Later entries rest on this one. Take them back first, the newest first.")
        raise Refused(say(words), code="later_entries")
