"""A clinic of two days with every kind of stock and dosing fact, laid by the services that the pages call."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

import models
from dispensary.queries import destructions
from dispensary.queries import stock_counts as stock_counts_of
from dispensary.queries.reconciliation import reconciliation
from dispensary.rules import deliveries
from dispensary.rules.bottle_returns import Looked
from dispensary.rules.deliveries import OrderedLine
from dispensary.rules.reconciliation import Difference, Reconciliation
from dispensary.rules.stock_counts import Looked as Found
from dispensary.services import (
    archive,
    bottle_returns,
    chains,
    consignments,
    container_seals,
    day_close,
    destruction,
    kits,
    losses,
    pumps,
    register_footnotes,
    sites,
    stock_counts,
    stock_leaving,
    stock_moving,
    stock_orders,
    stock_products,
    stock_receiving,
    suppliers,
    weighing,
)
from dispensary.services.consignments import Found as Arrived
from dispensary.services.consignments import Sending
from dispensary.services.destruction import ChosenContainer
from dispensary.services.kits import Closed, Packing
from dispensary.services.losses import LineTold, LossTold
from dispensary.services.pumps import Poured, PumpEntry
from dispensary.services.stock_counts import Counting
from dispensary.services.stock_orders import Source
from dispensary.services.stock_receiving import Batch
from dispensary.services.suppliers import SupplierEntry
from models import enums
from models.enums import BaseUnit, BottleState, CountFound, CountKind, Residue, SealState, WasteReason
from models.units import Percent, grams, grams_per_ml, mg, mg_per_unit, quantity
from tests import factories
from tests.station import give
from tests.take_homes import decide, hand_over, one_off, safe

FULL = Looked(BottleState.FULL, SealState.INTACT, Residue.EXPECTED)
PART = Looked(BottleState.PART, SealState.BROKEN, Residue.EXPECTED)


def lay(session, world, key):
    """Lay the first day and close it, which seals every chain; the second day is `go_on`."""
    _stock(session, world)
    _doses(session, world)
    _bottles(session, world)
    _stockroom(session, world)
    hill = _from_another_site(session, world)
    _papers(session, world)
    session.commit()
    at = world.at + timedelta(hours=8)
    _closed_differing(session, world, key, at)
    for site in (world, hill):
        day_close.close_day(session, clinic_day=world.day, key=key, act=site.act(at=at + timedelta(minutes=2)))
    session.commit()


def _from_another_site(session, world):
    """Take in at the world's site one of two bottles that another site sent: the seal was broken, and one is missing."""
    site = factories.save(session, models.Site(code="hill", name="Hill Clinic"))
    window = factories.save(session, models.Window(site_id=site.id, name="Window 1"))
    chains.create_head(session, site.id, enums.ChainKind.AUDIT)
    nurse = factories.staff(session, "Hill Nurse")
    factories.role(session, nurse, site, enums.Role.NURSE)
    session.commit()
    hill = replace(world, site=site, window=window, staff=world.staff | {enums.Role.NURSE: nurse}, containers={})
    bottles = stock_receiving.take_initial_inventory(
        session,
        batch=Batch(_solution(session).id, "L-400", date(2031, 1, 1), quantity("250"), 2),
        witnessed_by_id=world.witness.id,
        act=hill.act(),
    )
    sending = Sending("222-11", "M. Diaz", "courier pass 77", "S-200", to_site_id=world.site.id)
    sent = consignments.send(
        session,
        sending=sending,
        container_ids=[one.id for one in bottles],
        witnessed_by_id=world.witness.id,
        act=hill.act(),
    )
    found = Arrived(
        turn=1, seal_no="S-201", seal_whole=False, labels=(bottles[0].label,), note="the box had been opened"
    )
    arrival = consignments.receive(session, consignment_id=sent.id, found=found, act=world.act())
    stock_receiving.countersign_receipt(session, receipt_id=arrival.receipt_id, act=world.act(world.witness))
    return hill


def _closed_differing(session, world, key, at):
    """Close the day before two, who sign what did not agree: books that nobody tampered with agree, so it is told here."""
    closed = day_close.close_day(session, clinic_day=world.day, key=key, act=world.act(at=at))
    differing = Difference(enums.ReconciliationCheck.CONTAINERS, quantity("100"), quantity("99"), "movement 7")
    product = reconciliation(session, world.site.id, world.day, world.day).products[0]
    found = Reconciliation(world.day, world.day, (replace(product, differences=(differing,)),))
    day_close._keep_differences(session, closed, found, "counted again", world.witness.id, world.act(at=at))
    session.commit()


def go_on(session, world):
    """Let the next morning begin: two doses and a waste that no seal covers yet."""
    at = world.at + timedelta(days=1)
    for number in range(2):
        who = factories.person(session, "Phạm", f"Mai {number}")
        factories.dose(session, world, who, factories.order(session, world, who), at=at + timedelta(minutes=number))
    _waste(session, world, world.containers["methadone"].id, "1", at=at + timedelta(minutes=5))
    session.commit()


def _stock(session, world):
    """First stock, a delivery countersigned, sealed bottles moved and moved back, one opened, wasted from and ended."""
    solution = stock_products.add_product(
        session,
        name="Methadone concentrate 5 mg/mL",
        medication=enums.Medication.METHADONE,
        form=enums.Form.LIQUID,
        strength=mg_per_unit("5"),
        smallest_part=quantity("0.1"),
        act=world.act(),
    )
    batch = Batch(solution.id, "L-100", date(2030, 1, 1), quantity("500"), 2)
    first = stock_receiving.take_initial_inventory(
        session, batch=batch, witnessed_by_id=world.witness.id, act=world.act()
    )
    more = Batch(solution.id, "L-200", date(2030, 6, 1), quantity("250"), 3)
    receipt = stock_receiving.receive_delivery(
        session, supplier="Mallow", document_no="D-1", batch=more, act=world.act()
    )
    stock_receiving.countersign_receipt(session, receipt_id=receipt.id, act=world.act(world.witness))
    ids = [c.id for c in first]
    stock_moving.move_to_window(session, container_ids=ids, window_id=world.window.id, act=world.act())
    stock_moving.move_to_safe(session, container_ids=ids[1:], act=world.act())
    stock_moving.open_container(session, container_id=ids[0], witnessed_by_id=world.witness.id, act=world.act())
    _waste(session, world, ids[0], "12.5", WasteReason.CONTAMINATED, "a fly in it")
    _waste(session, world, ids[0], "2", WasteReason.SPILT, "knocked over")
    stock_leaving.mark_emptied(
        session,
        container_id=ids[0],
        measured=quantity("484"),
        witnessed_by_id=world.witness.id,
        note="overfilled",
        act=world.act(),
    )


def _waste(session, world, container_id, amount, reason=WasteReason.CONTAMINATED, note="cloudy", **changes):
    stock_leaving.waste_stock(
        session,
        container_id=container_id,
        quantity=quantity(amount),
        reason=reason,
        witnessed_by_id=world.witness.id,
        note=note,
        act=world.act(**changes),
    )


def _doses(session, world):
    """Doses whole and in part, reversed with and without waste, spilt, come up and replaced, elsewhere, twice."""
    of, made = [], []
    for number in range(9):
        who = factories.person(session, "Trần", f"An {number}")
        order = factories.order(session, world, who)
        of.append((who, order))
    for number in range(6):
        at = world.at + timedelta(minutes=number)
        part = {"taken": "50"} if number % 3 == 0 else {}
        made.append(factories.dose(session, world, *of[number], at=at, **part))
    factories.reversal(session, world, made[1], poured=True)
    factories.reversal(session, world, made[2], poured=False)
    freed = session.scalar(select(models.ClaimRelease.id).where(models.ClaimRelease.claim_id == made[2].claim_id))
    again = factories.claim(session, world, of[2][0], turn=2, follows_id=freed, follows_turn=1)
    factories.dose(session, world, *of[2], at=world.at + timedelta(minutes=30), claim_id=again.id)
    factories.replacement(session, world, _came_up(session, world, made[4]))
    factories.spill(session, world, *of[6])
    factories.elsewhere(session, world, of[7][0])
    factories.incident(session, world, *of[8], claimed=True)


def _came_up(session, world, dose):
    factories.vomiting(session, world, dose)
    return dose


def _bottles(session, world):
    """Two bottles home by the schedule and two for a journey; one brought back full, one in part."""
    at = world.at + timedelta(hours=3)
    for journey in (False, True):
        who = factories.patient(session, world)
        decide(session, world, who)
        safe(session, world, who)
        give(session, world, who, at=at)
        allowed = one_off(session, world, who, world.day, world.day + timedelta(days=2)) if journey else None
        hand_over(session, world, who, one_off_id=allowed.id if allowed else None, at=at)
    bottles = session.scalars(select(models.Bottle).order_by(models.Bottle.id)).all()
    for bottle, looked in ((bottles[0], FULL), (bottles[-1], PART)):
        bottle_returns.take_back(
            session,
            bottle_id=bottle.id,
            looked=looked,
            rest={world.products["methadone"].id: quantity("3.5")} if looked is PART else {},
            witnessed_by_id=world.witness.id,
            act=world.act(at=at),
        )


def _stockroom(session, world):
    """An order that came short, a count that differed and was adjusted, a destruction, a consignment, a loss, a footnote."""
    head, solution = world.act(world.staff[enums.Role.CLINIC_HEAD]), _solution(session)
    _ordered(session, world, solution, head)
    _counted(session, world, head)
    sealed = [one.id for one in stock_counts_of.shelf_of(session, world.site.id, None) if one.sealed]
    _destroyed(session, world, sealed[0])
    _sent(session, world, sealed[1:3])
    left = [
        one.id for one in stock_counts_of.shelf_of(session, world.site.id, None) if one.sealed and one.expected.books
    ]
    _visited(session, world, left[:1], head)
    _lost(session, world, solution, head)
    line = session.scalar(select(models.RegisterEntry.id).order_by(models.RegisterEntry.id).limit(1))
    register_footnotes.write_footnote(session, entry_id=line, text="the lot was misread", act=world.act())
    _pumped(session, world, head)


def _papers(session, world):
    """A log and a pack that are kept; the log opened, printed and signed."""
    head = world.act(world.staff[enums.Role.CLINIC_HEAD])
    log, _ = (
        archive.keep(
            session,
            kind=kind,
            first=world.day,
            last=world.day,
            content=b"%PDF-1.4 " + kind.encode(),
            figures={"Doses given": "2"},
            language="en",
            paper="A4",
            act=world.act(),
        )
        for kind in (enums.ArchivedKind.DAY_LOG, enums.ArchivedKind.DOWNTIME_PACK)
    )
    for use in enums.ArchiveUse:
        archive.open_paper(session, paper_id=log.id, use=use, act=head)
    archive.sign(session, paper_id=log.id, digest=log.digest, act=head)


def _solution(session):
    return session.scalars(select(models.Product).where(models.Product.name.startswith("Methadone concentrate"))).one()


def _ordered(session, world, solution, head):
    entry = SupplierEntry("Mallow", "3 Mill Lane", phone="555-0123", licence_no="W-1")
    supplier = suppliers.list_supplier(session, entry=entry, act=head)
    suppliers.set_level(
        session,
        product_id=solution.id,
        reorder_at=quantity("500"),
        order_up_to=quantity("2000"),
        delivery_days=3,
        act=head,
    )
    lines = (OrderedLine(solution.id, quantity("250"), 3), OrderedLine(solution.id, quantity("500"), 1))
    order = stock_orders.place_order(
        session, supplier_id=supplier.id, form_number="222-1", ordered_on=world.day, lines=lines, act=head
    )
    source = Source(supplier.id, order.id, deliveries.shown_order(lines, ()))
    batch = Batch(solution.id, "L-300", date(2031, 1, 1), quantity("250"), 2)
    receipt = stock_receiving.receive_delivery(
        session, supplier="Mallow", document_no="D-2", batch=batch, source=source, act=world.act()
    )
    stock_receiving.countersign_receipt(
        session, receipt_id=receipt.id, note="rang them up", act=world.act(world.witness)
    )
    stock_orders.end_order(
        session,
        stock_order_id=order.id,
        kind=enums.StockOrderEndKind.CLOSED,
        reason="not in stock there",
        act=head,
    )


def _counted(session, world, head):
    liquid = next(
        one
        for one in stock_counts_of.shelf_of(session, world.site.id, world.window.id)
        if not one.sealed and one.unit is BaseUnit.ML and one.expected.books > 1
    )
    two = {"witnessed_by_id": world.witness.id, "act": world.act()}
    weighing.set_tare(session, container_id=liquid.id, grams=grams("100"), **two)
    weighing.set_tare(session, container_id=liquid.id, grams=grams("101"), of_kind=True, note="of the maker", **two)
    weighing.set_density(session, container_id=liquid.id, density=grams_per_ml("1"), source="weighed here", **two)
    container_seals.reseal(session, container_id=liquid.id, number="N-1", note="for the night", **two)
    shelf = stock_counts_of.shelf_of(session, world.site.id, world.window.id, world.day)
    looked = {
        one.id: Found(one.seq, CountFound.WHOLE)
        if one.sealed
        else Found(one.seq, CountFound.MEASURED, one.expected.books)
        for one in shelf
    }
    off = next(one for one in shelf if one.id == liquid.id)
    short = quantity(off.expected.books - 1)
    looked[off.id] = Found(
        off.seq, CountFound.MEASURED, short, grams(off.scale.tare + short), off.expected.basis, seal="N-2"
    )
    made = stock_counts.count_place(
        session,
        counting=Counting(CountKind.CLOSING, world.window.id, looked, ("a box without a label",), "measured twice"),
        witness_above=mg(1),
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )
    line = session.scalars(
        select(models.StockCountLine.id).where(
            models.StockCountLine.count_id == made.id, models.StockCountLine.container_id == off.id
        )
    ).one()
    stock_counts.adjust(session, count_line_id=line, reason="drops in the pump", act=head)


def _destroyed(session, world, container_id):
    shown = destructions.held(session, [container_id], world.site.id)[container_id].shown
    destruction.destroy(
        session,
        containers=[ChosenContainer(container_id, enums.DestructionReason.CONTAMINATED, shown)],
        method=enums.DestructionMethod.DENATURED,
        document_no="41-7",
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )


def _sent(session, world, container_ids):
    sending = Sending("222-9", "M. Diaz", "courier pass 77", "S-100", addressee="Prison pharmacy", authority="L-7")
    consignment = consignments.send(
        session, sending=sending, container_ids=container_ids, witnessed_by_id=world.witness.id, act=world.act()
    )
    line = session.scalars(
        select(models.ConsignmentLine.id).where(models.ConsignmentLine.consignment_id == consignment.id)
    ).first()
    consignments.end(
        session,
        consignment_id=consignment.id,
        line_ids=[line],
        fate=enums.ConsignmentFate.CAME_BACK,
        note="nobody at the gate",
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )


def _visited(session, world, container_ids, head):
    """A kit that was handed on open, and came back whole."""
    kit = sites.add_kit(session, name="Kit A", act=head)
    trip = kits.pack(
        session,
        kit_id=kit.id,
        packing=Packing(1, "County prison", "S-200", world.at + timedelta(hours=4)),
        container_ids=container_ids,
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )
    kits.hand_over(
        session,
        trip_id=trip.id,
        closed=Closed(1, sealed=False, note="the lock is broken"),
        taken_by_id=world.witness.id,
        act=world.act(),
    )
    shelf = stock_counts_of.shelf_of(session, world.site.id, kit.window_id)
    kits.take_back(
        session,
        trip_id=trip.id,
        closed=Closed(2, sealed=True, seal_no="S-201", note="closed in the car"),
        counting=Counting(
            CountKind.KIT_RETURN, kit.window_id, {one.id: Found(one.seq, CountFound.WHOLE) for one in shelf}
        ),
        witness_above=mg(1),
        witnessed_by_id=world.nurse.id,
        act=world.act(world.witness),
    )


def _lost(session, world, solution, head):
    report = losses.report_loss(
        session,
        told=LossTold(
            kind=enums.LossKind.UNEXPLAINED,
            first_on=world.day,
            last_on=world.day,
            discovered_on=world.day,
            discovered_by="Wanda Reed",
            circumstances="one bottle fewer than the list says",
            police=enums.PoliceTold.NO,
        ),
        lines=[LineTold(solution.id, quantity("10"), lot="L-300")],
        act=world.act(),
    )
    for kind in (enums.LossStepKind.POLICE, enums.LossStepKind.OTHER):
        step = losses.record_step(
            session,
            report_id=report.id,
            kind=kind,
            done_on=world.day,
            number="7",
            to_whom="Sgt. Hill",
            note="by telephone",
            act=head,
        )
    losses.take_back_step(session, step_id=step.id, reason="written twice", act=head)
    losses.close_report(
        session, report_id=report.id, reason="found behind the fridge", recovered="10 mL", despite_open=True, act=head
    )


def _pumped(session, world, head):
    """A pump with its rule: filled, primed, calibrated twice, cleaned; a waste by it was typed in wrongly and taken back."""
    bottle = world.containers["methadone"].id
    pump = pumps.list_pump(
        session,
        entry=PumpEntry("Pump 1", "IVEK", "SN-7", world.window.id),
        product_id=world.products["methadone"].id,
        act=head,
    )
    pumps.set_rule(session, tolerance=Percent(Decimal(2)), every_days=7, basis="manual, page 12", act=head)
    change = pumps.change_reservoir(
        session, pump_id=pump.id, shown=0, container_id=bottle, rest=None, note="the first", act=world.act()
    )
    at = {"pump_id": pump.id, "shown": change.id, "act": world.act()}
    away = Poured(enums.PumpPoured.WASTED, "air in the tube", world.witness.id)
    for _ in range(2):
        primed = pumps.prime(session, quantity=quantity("2"), poured=away, **at)
    pumps.take_back(
        session, event_id=primed.id, reason="typed twice", witnessed_by_id=world.witness.id, act=world.act()
    )
    for volumes in (("10.3", "10"), ("9.9", "10.05")):
        pumps.calibrate(
            session,
            asked=quantity("10"),
            measured=[quantity(one) for one in volumes],
            means="cylinder no. 3",
            poured=Poured(enums.PumpPoured.RETURNED),
            **at,
        )
    pumps.clean(session, pump_id=pump.id, means="warm water", note="", act=world.act())
