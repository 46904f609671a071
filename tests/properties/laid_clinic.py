"""A clinic of two days with every kind of stock and dosing fact, laid by the services that the pages call."""

from datetime import date, timedelta

from sqlalchemy import select

import models
from dispensary.rules.bottle_returns import Looked
from dispensary.services import (
    bottle_returns,
    day_close,
    stock_leaving,
    stock_moving,
    stock_products,
    stock_receiving,
)
from dispensary.services.stock_receiving import Batch
from models import enums
from models.enums import BottleState, Residue, SealState, WasteReason
from models.units import mg_per_unit, quantity
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
    session.commit()
    day_close.close_day(session, clinic_day=world.day, key=key, act=world.act(at=world.at + timedelta(hours=8)))
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
