"""A pump and its log: judged by the site's rule; what it wastes leaves the stock, and what was a mistake is taken back."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import lot_trace, reconciliation
from dispensary.queries import pumps as records
from dispensary.queries.verification.whole import CHECKS
from dispensary.rules.pumps import PumpState
from dispensary.services import pumps, stock_leaving, stock_moving
from dispensary.services.pumps import Poured, PumpEntry
from models import Container, Movement, Pump, PumpEvent, PumpMeasure, Site, Window
from models.enums import AuditKind, MovementKind, PumpEventKind, PumpPoured, PumpRest, Role, WasteReason
from models.units import Percent, quantity
from tests import factories
from tests.rows import audited
from tests.services.test_verify import open_walls, said

__all__ = ["open_walls"]

BACK = Poured(PumpPoured.RETURNED)


def head(world):
    return world.act(world.staff[Role.CLINIC_HEAD])


def wasted(world, note=""):
    return Poured(PumpPoured.WASTED, note, world.witness.id)


def entry(world, **values):
    return PumpEntry(
        **({"name": "Pump 1", "maker": "IVEK", "serial_no": "SN-7", "window_id": world.window.id} | values)
    )


def listed(session, world, **values):
    made = pumps.list_pump(
        session, entry=entry(world, **values), product_id=world.products["methadone"].id, act=head(world)
    )
    session.commit()
    return made


def ruled(session, world, tolerance="2", every_days=7):
    made = pumps.set_rule(
        session,
        tolerance=Percent(Decimal(tolerance)),
        every_days=every_days,
        basis="maker's manual, page 12",
        act=head(world),
    )
    session.commit()
    return made


def shown(session, pump_id):
    loaded = records.loaded_in(session, [pump_id]).get(pump_id)
    return loaded.event_id if loaded else 0


def load(session, world, pump, container=None, rest=None, note="", act=None, **values):
    made = pumps.change_reservoir(
        session,
        pump_id=pump.id,
        shown=values.get("shown", shown(session, pump.id)),
        container_id=(container or world.containers["methadone"]).id,
        rest=rest,
        note=note,
        act=act or world.act(),
    )
    session.commit()
    return made


def prime(session, world, pump, amount="5", poured=BACK, act=None, **values):
    made = pumps.prime(
        session,
        pump_id=pump.id,
        shown=values.get("shown", shown(session, pump.id)),
        quantity=quantity(amount),
        poured=poured,
        act=act or world.act(),
    )
    session.commit()
    return made


def calibrate(session, world, pump, *measured, asked="10", poured=BACK, act=None, means="10 mL cylinder no. 3"):
    made = pumps.calibrate(
        session,
        pump_id=pump.id,
        shown=shown(session, pump.id),
        asked=quantity(asked),
        measured=[quantity(one) for one in measured],
        means=means,
        poured=poured,
        act=act or world.act(),
    )
    session.commit()
    return made


def take_back(session, world, event, reason="typed into the wrong pump", witness=None):
    made = pumps.take_back(
        session,
        event_id=event.id,
        reason=reason,
        witnessed_by_id=witness.id if witness else None,
        act=world.act(),
    )
    session.commit()
    return made


def state(session, world, pump, days=0):
    return records.pump(session, pump.id, world.site.id, world.day + timedelta(days=days)).standing.state


def holds(session, world):
    last = (
        select(Movement.balance_after)
        .where(Movement.container_id == world.containers["methadone"].id)
        .order_by(Movement.container_seq.desc())
        .limit(1)
    )
    return session.scalar(last)


def faults(session, world):
    return [str(fault) for check in CHECKS if (fault := check(session, world.site.id, lambda rows: None))]


@pytest.fixture
def pump(session, world):
    """A pump in service, with the site's rule and the open bottle in its reservoir."""
    made = listed(session, world)
    ruled(session, world)
    load(session, world, made)
    return made


def test_what_goes_back_moves_no_stock_and_what_is_wasted_stands_in_the_register(session, world, pump):
    before = session.scalar(select(func.count(Movement.id)))

    prime(session, world, pump, "5")
    assert session.scalar(select(func.count(Movement.id))) == before
    event = prime(session, world, pump, "2.5", wasted(world, "air in the tube"))

    moved = session.get_one(Movement, event.movement_id)
    assert (moved.kind, moved.waste_reason, moved.quantity) == (MovementKind.WASTE, WasteReason.PUMP, Decimal("2.5"))
    assert moved.witnessed_by_id == event.witnessed_by_id == world.witness.id
    assert holds(session, world) == Decimal("997.5")
    assert faults(session, world) == []


def test_a_waste_needs_a_second_person(session, world, pump):
    with pytest.raises(Refused, match="witness_needed"):
        prime(session, world, pump, "5", Poured(PumpPoured.WASTED))
    with pytest.raises(Refused, match="witness_is_self"):
        prime(session, world, pump, "5", Poured(PumpPoured.WASTED, "", world.nurse.id))
    assert holds(session, world) == 1000


@pytest.mark.parametrize("amount", ["0", "-1", "1000.1", "0.05"])
def test_impossible_primes_are_refused_at_their_field(session, world, pump, amount):
    with pytest.raises(Refused, match="impossible_prime") as refusal:
        prime(session, world, pump, amount)
    assert refusal.value.field == "quantity"


def test_a_pump_stands_as_its_calibrations_say(session, world, pump):
    assert state(session, world, pump) is PumpState.NEVER
    failed = calibrate(session, world, pump, "10", "10.3")
    assert failed.passed is False
    assert state(session, world, pump) is PumpState.FAILED
    assert [one.id for one in records.asking(session, world.site.id, world.day)] == [pump.id]

    later = world.act(at=world.at + timedelta(minutes=5))
    assert calibrate(session, world, pump, "10", "10.2", "9.8", act=later).passed is True

    assert state(session, world, pump) is PumpState.FIT
    assert records.asking(session, world.site.id, world.day) == []
    assert state(session, world, pump, days=7) is PumpState.DUE
    [line] = [one for one in records.log(session, pump.id, world.day, world.day) if one.passed]
    assert line.measured == (Decimal(10), Decimal("10.2"), Decimal("9.8"))
    assert line.off_by == (0, 2, -2)
    assert faults(session, world) == []


def test_what_a_calibration_wasted_is_counted_in_parts_of_the_product(session, world, pump):
    event = calibrate(session, world, pump, "10.013", "9.981", poured=wasted(world))

    assert event.quantity == 20
    assert holds(session, world) == 980
    nothing = calibrate(session, world, pump, "0", poured=wasted(world))
    assert (nothing.quantity, nothing.movement_id, nothing.passed) == (0, None, False)
    assert holds(session, world) == 980
    assert faults(session, world) == []


def test_no_calibration_is_judged_without_a_rule_and_an_old_verdict_stays_when_the_rule_changes(session, world):
    pump = listed(session, world)
    load(session, world, pump)
    with pytest.raises(Refused, match="no_rule"):
        calibrate(session, world, pump, "10")
    ruled(session, world, tolerance="2")
    calibrate(session, world, pump, "10.2")

    ruled(session, world, tolerance="1", every_days=1)

    assert state(session, world, pump) is PumpState.FIT
    assert state(session, world, pump, days=1) is PumpState.DUE
    assert records.rule_in_force(session, world.site.id).tolerance == 1
    with pytest.raises(Refused, match="nothing_changed"):
        ruled(session, world, tolerance="1", every_days=1)
    assert faults(session, world) == []


@pytest.mark.parametrize("basis", ["", " ", "\u200b\u2060"])
def test_a_rule_says_where_its_figures_come_from(session, world, basis):
    with pytest.raises(Refused, match="blank"):
        pumps.set_rule(session, tolerance=Percent(Decimal(2)), every_days=7, basis=basis, act=head(world))


def test_out_of_service_nothing_is_recorded_and_back_in_service_it_is_calibrated_anew(session, world, pump):
    calibrate(session, world, pump, "10")
    pumps.change_pump(session, pump_id=pump.id, entry=entry(world), out_of_service_why="leaks", act=head(world))
    session.commit()

    assert state(session, world, pump) is PumpState.OUT
    for done in (
        lambda: prime(session, world, pump),
        lambda: calibrate(session, world, pump, "10"),
        lambda: load(session, world, pump),
        lambda: pumps.clean(session, pump_id=pump.id, means="water", note="", act=world.act()),
    ):
        with pytest.raises(Refused, match="out_of_service"):
            done()
    back = world.act(world.staff[Role.CLINIC_HEAD], at=world.at + timedelta(hours=1))
    pumps.change_pump(session, pump_id=pump.id, entry=entry(world), act=back)
    session.commit()
    assert state(session, world, pump) is PumpState.NEVER
    with pytest.raises(Refused, match="nothing_changed"):
        pumps.change_pump(session, pump_id=pump.id, entry=entry(world), act=back)
    assert faults(session, world) == []


def test_a_page_from_before_the_reservoir_was_changed_records_nothing(session, world):
    pump = listed(session, world)
    first = load(session, world, pump)

    with pytest.raises(Conflict, match="changed_since_shown"):
        prime(session, world, pump, shown=0)
    with pytest.raises(Conflict, match="changed_since_shown"):
        load(session, world, pump, rest=PumpRest.MIXED, note="x", shown=first.id + 1)


def test_only_an_open_container_of_its_product_at_its_window_pours(session, world):
    pump = listed(session, world)
    sealed = factories.container(session, world, world.products["methadone"])
    away = factories.container(session, world, world.products["methadone"], at_window=False)
    for wrong in (sealed, away, world.containers["bup8"]):
        with pytest.raises(Refused, match="not_pourable"):
            load(session, world, pump, wrong)
    with pytest.raises(Refused, match="nothing_in_it"):
        prime(session, world, pump)
    with pytest.raises(Refused, match="rest_of_the_one_before"):
        load(session, world, pump, rest=PumpRest.EMPTIED)


def next_bottle(session, world, left="0"):
    """End the bottle at the window and open another of another lot."""
    made = factories.container(session, world, world.products["methadone"])
    stock_leaving.mark_emptied(
        session,
        container_id=world.containers["methadone"].id,
        measured=quantity(left),
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )
    stock_moving.open_container(session, container_id=made.id, act=world.act(), witnessed_by_id=world.witness.id)
    session.commit()
    return made


def test_a_change_of_the_reservoir_ties_both_lots_to_the_pump(session, world, pump):
    old = world.containers["methadone"]
    with pytest.raises(Refused, match="in_it_already"):
        load(session, world, pump, rest=PumpRest.MIXED, note="x")
    new = next_bottle(session, world)
    with pytest.raises(Refused, match="not_pourable"):
        prime(session, world, pump)
    with pytest.raises(Refused, match="rest_of_the_one_before"):
        load(session, world, pump, new)
    with pytest.raises(Refused, match="blank"):
        load(session, world, pump, new, rest=PumpRest.MIXED)

    load(session, world, pump, new, rest=PumpRest.MIXED, note="about 3 mL in the tube")

    [before] = lot_trace.trace(session, world.site.id, old.lot_id).pumps
    [after] = lot_trace.trace(session, world.site.id, new.lot_id).pumps
    assert (before.pump, before.container, before.rest) == ("Pump 1", old.label, PumpRest.MIXED)
    assert before.until == after.since
    assert (after.container, after.until) == (new.label, None)
    assert faults(session, world) == []


def test_the_one_before_is_not_called_empty_while_the_books_say_otherwise(session, world, pump):
    there = factories.save(session, Window(site_id=world.site.id, name="Window 2"))
    other = factories.container(session, world, world.products["methadone"])
    other.window_id, other.opened_at, other.opened_by_id = there.id, world.at, world.nurse.id
    session.commit()
    pumps.change_pump(session, pump_id=pump.id, entry=entry(world, window_id=there.id), act=head(world))

    with pytest.raises(Refused, match="before_not_ended"):
        load(session, world, pump, other, rest=PumpRest.EMPTIED)
    load(session, world, pump, other, rest=PumpRest.TAKEN_OFF)


def test_an_expired_bottle_pours_no_more(session, world, pump):
    late = world.act(at=world.at + timedelta(days=365 * 6))
    with pytest.raises(Refused, match="expired"):
        prime(session, world, pump, act=late)


def test_a_mistake_is_taken_back_and_stays_legible(session, world, pump):
    event = prime(session, world, pump, "50", wasted(world))
    with pytest.raises(Refused, match="witness_needed"):
        take_back(session, world, event)
    with pytest.raises(Refused, match="blank"):
        take_back(session, world, event, reason=" \u200b", witness=world.witness)

    take_back(session, world, event, witness=world.witness)

    assert holds(session, world) == 1000
    line = records.event(session, event.id, world.site.id)
    assert not line.stands
    assert line.taken_back_why == "typed into the wrong pump"
    found = reconciliation.reconciliation(session, world.site.id, world.day, world.day)
    assert found.reconciles
    with pytest.raises(Conflict):
        take_back(session, world, event, witness=world.witness)
    assert faults(session, world) == []


def test_a_calibration_taken_back_counts_no_more(session, world, pump):
    good = calibrate(session, world, pump, "10")
    take_back(session, world, good)

    assert state(session, world, pump) is PumpState.NEVER


def test_a_change_on_which_later_entries_rest_is_not_taken_back_before_them(session, world):
    pump = listed(session, world)
    change = load(session, world, pump)
    later = prime(session, world, pump)
    with pytest.raises(Refused, match="later_entries"):
        take_back(session, world, change)

    take_back(session, world, later)
    take_back(session, world, change)

    assert records.pump(session, pump.id, world.site.id, world.day).loaded is None
    assert faults(session, world) == []


def test_the_last_drop_empties_the_container(session, world, pump):
    prime(session, world, pump, "1000", wasted(world))

    session.expire_all()
    assert session.get_one(Container, world.containers["methadone"].id).emptied_at is not None
    assert faults(session, world) == []


def test_names_are_told_apart_and_tablets_are_not_pumped(session, world, pump):
    with pytest.raises(Refused, match="name_taken"):
        listed(session, world)
    with pytest.raises(Refused, match="not_a_liquid"):
        pumps.list_pump(
            session, entry=entry(world, name="Pump 2"), product_id=world.products["bup8"].id, act=head(world)
        )
    with pytest.raises(NotFound):
        listed(session, world, name="Pump 2", window_id=999)


def test_a_pump_of_another_site_is_not_found(session, world, pump):
    other = factories.save(session, Site(code="hill", name="Hill Clinic"))
    with pytest.raises(NotFound):
        records.pump(session, pump.id, other.id, world.day)
    with pytest.raises(NotFound):
        pumps.prime(
            session,
            pump_id=pump.id,
            shown=0,
            quantity=quantity("1"),
            poured=BACK,
            act=replace(world.act(), site_id=other.id),
        )


def test_each_entry_is_on_the_audit_without_its_notes(session, world, pump):
    prime(session, world, pump, "5", Poured(PumpPoured.RETURNED, "a note of some length"))
    calibrate(session, world, pump, "10")
    pumps.clean(session, pump_id=pump.id, means="warm water", note="", act=world.act())
    session.commit()

    rows = audited(session, AuditKind.PUMP_EVENT_RECORDED)
    assert len(rows) == 4
    assert not any("a note of" in row.body or "warm water" in row.body for row in rows)


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("UPDATE pump SET serial_no = 'SN-8'", "pump"),
        ("UPDATE pump SET out_of_service_at = NULL, out_of_service_why = '', in_service_at = '2020-01-01'", "pump"),
        ("DELETE FROM pump_measure WHERE number = 2", "pump_measure"),
        ("UPDATE pump_measure SET measured = 10000 WHERE number = 2", "pump_measure"),
        ("UPDATE pump_event SET passed = TRUE WHERE kind = 'calibration'", "pump_event"),
        ("UPDATE pump_event SET quantity = 1000 WHERE movement_id IS NOT NULL", "pump_event"),
        ("UPDATE pump_rule SET tolerance = 5000", "pump_rule"),
        ("UPDATE pump_event_taken_back SET reason = 'none'", "pump_event_taken_back"),
        ("DELETE FROM pump_event_taken_back", "pump_event_taken_back"),
    ],
)
def test_what_is_changed_behind_the_program_is_named(session, world, pump, open_walls, sql, table):
    calibrate(session, world, pump, "10", "11")
    take_back(session, world, prime(session, world, pump, "5"))
    prime(session, world, pump, "5", wasted(world))
    assert faults(session, world) == []
    open_walls()

    session.execute(text(sql))

    assert any(table in line for line in said(session, world)), said(session, world)


def test_a_waste_of_no_pump_and_an_entry_of_another_waste_are_named(session, world, pump):
    event = prime(session, world, pump, "5", wasted(world))
    assert faults(session, world) == []
    stray = stock_leaving.waste_stock(
        session,
        container_id=world.containers["methadone"].id,
        quantity=quantity("1"),
        reason=WasteReason.PUMP,
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )
    session.commit()

    assert any(f"{stray.id}" in fault and "pump" in fault for fault in faults(session, world))
    assert session.scalar(select(func.count(PumpEvent.id)).where(PumpEvent.kind == PumpEventKind.PRIME)) == 1
    assert event.movement_id != stray.id
    assert session.scalar(select(func.count(Pump.id))) == 1
    assert session.scalar(select(func.count(PumpMeasure.id))) == 0
