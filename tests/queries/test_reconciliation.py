"""Reconciliation over any period: every product agrees, and whatever is changed past the services is found."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from dispensary.queries import reconciliation as queries
from dispensary.queries.reconciliation import reconciliation
from dispensary.rules.chain import digest
from dispensary.services import stock, stock_leaving
from models.enums import MovementKind, PlaceKind, ReconciliationCheck, WasteReason
from models.units import quantity
from reports import dispensing_log, page
from tests import factories

DAY = timedelta(days=1)


def of(session, world, first=None, last=None, product="methadone"):
    session.expire_all()
    found = reconciliation(session, world.site.id, first or world.day, last or first or world.day)
    return next(one for one in found.products if one.product_id == world.products[product].id)


def line(product, kind, undone=None):
    return next(one for one in product.stock.lines if (one.kind, one.of) == (kind, undone))


@pytest.fixture
def busy(session, world):
    """A day with everything in it: doses whole and in part, one reversed, one spilt, waste from the shelf."""
    people = [factories.person(session) for _ in range(5)]
    of_them = [(who, factories.order(session, world, who)) for who in people]
    factories.dose(session, world, *of_them[0])
    factories.dose(session, world, *of_them[1], taken="50")
    factories.reversal(session, world, factories.dose(session, world, *of_them[2]))
    factories.reversal(session, world, factories.dose(session, world, *of_them[3], taken="30"), poured=True)
    factories.dose(session, world, *of_them[4], lines={"bup8": "2", "bup2": "1"})
    stock_leaving.waste_stock(
        session,
        container_id=world.containers["methadone"].id,
        quantity=quantity("2.5"),
        reason=WasteReason.CONTAMINATED,
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )
    session.commit()
    return world


def test_a_day_with_everything_in_it_reconciles(session, busy):
    methadone = of(session, busy)

    assert methadone.differences == ()
    assert line(methadone, MovementKind.DISPENSE).went_out == Decimal(24)
    assert line(methadone, MovementKind.REVERSAL, MovementKind.DISPENSE).came_in == Decimal(11)
    assert line(methadone, MovementKind.WASTE).went_out == Decimal("13.5")
    assert line(methadone, MovementKind.DESTROY).went_out == 0
    assert methadone.stock.closing == Decimal(1000) - 24 + 11 - Decimal("13.5")
    assert methadone.in_mg(methadone.stock.closing) == methadone.stock.closing * 10


def test_the_day_after_opens_with_what_the_day_closed_with(session, busy):
    today, after = of(session, busy), of(session, busy, busy.day + DAY)

    assert after.stock.opening == after.stock.closing == today.stock.closing
    assert after.differences == ()


def test_it_says_what_the_dispensing_log_says(session, busy):
    about = page.heading(session, busy.site.id, busy.day, busy.day, printed_by="Rosa", printed_at=busy.at)
    log = dispensing_log.figures(session, busy.site.id, busy.day, busy.day, about=about)

    for total in log.totals:
        product = next(
            one
            for one in reconciliation(session, busy.site.id, busy.day, busy.day).products
            if one.product_id == total.product.id
        )
        assert line(product, MovementKind.DISPENSE).went_out == total.dispensed
    assert log.reconciles


def test_what_was_entered_late_for_an_earlier_day_reconciles_on_both_days(session, world):
    who, late = factories.person(session), factories.person(session)
    mine, theirs = (factories.order(session, world, one, starts_on=world.day - DAY * 3) for one in (who, late))
    factories.dose(session, world, who, mine)
    factories.dose(session, world, late, theirs, at=world.at - DAY)
    session.commit()

    before, today, both = (
        of(session, world, *days) for days in ((world.day - DAY,), (world.day,), (world.day - DAY, world.day))
    )

    assert line(before, MovementKind.DISPENSE).went_out == 8
    assert (before.differences, today.differences, both.differences) == ((), (), ())
    assert before.stock.closing == today.stock.opening


def tampered(session, backend, statement, **values):
    """Change a row past every wall, as somebody with the database file could."""
    if backend == "sqlite":
        walls = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for name, _ in walls:
            session.execute(text(f'DROP TRIGGER "{name}"'))
    else:
        session.execute(text("SET session_replication_role = replica"))
    session.execute(text(statement), values)
    session.commit()


CHANGES = {
    "a movement": ("UPDATE movement SET quantity = quantity - 1 WHERE dose_id IS NOT NULL AND id = "
                   "(SELECT min(id) FROM movement WHERE kind = 'dispense')", ReconciliationCheck.DISPENSED, "dose"),
    "a dose": ("UPDATE dose_line SET taken = taken - 1, poured = poured - 1 WHERE id = (SELECT min(id) FROM dose_line)",
               ReconciliationCheck.DISPENSED, "dose"),
    "a dose gone": ("DELETE FROM dose_line WHERE id = (SELECT min(id) FROM dose_line)",
                    ReconciliationCheck.DISPENSED, "dose"),
    "a balance": ("UPDATE movement SET balance_after = balance_after + 1 WHERE id = (SELECT max(id) FROM movement "
                  "WHERE product_id = :product)", ReconciliationCheck.CONTAINERS, "movement"),
    "a line gone": ("DELETE FROM register_entry WHERE id = (SELECT max(id) FROM register_entry "
                    "WHERE product_id = :product)", ReconciliationCheck.REGISTER, ""),
    "waste": ("UPDATE dose_line SET taken = taken - 1 WHERE id = (SELECT min(id) FROM dose_line)",
              ReconciliationCheck.WASTED, "dose"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_row_does_not_reconcile(session, busy, backend, what):
    statement, check, row = CHANGES[what]
    values = {"product": busy.products["methadone"].id} if ":product" in statement else {}
    tampered(session, backend, statement, **values)

    found = {one.check: one for one in of(session, busy).differences}

    assert check in found
    assert found[check].row.startswith(row)
    assert found[check].by_movements != found[check].otherwise


def test_a_changed_text_of_the_register_does_not_reconcile(session, busy, backend):
    product = busy.products["methadone"].id
    row = session.execute(
        text("SELECT id, number, body, previous_digest FROM register_entry WHERE product_id = :p ORDER BY number DESC"),
        {"p": product},
    ).first()
    session.rollback()
    body = row.body.replace('"balance":', '"balance":1')
    tampered(
        session,
        backend,
        "UPDATE register_entry SET body = :body, digest = :digest WHERE id = :id",
        body=body,
        digest=digest(row.previous_digest, body),
        id=row.id,
    )

    found = {one.check: one for one in of(session, busy).differences}

    assert found[ReconciliationCheck.REGISTER].row == f"register_entry {row.number}"


def test_what_moved_for_nobody_is_a_difference(session, world):
    act = world.act()
    made = stock.draw(
        session,
        container_id=world.containers["methadone"].id,
        quantity=quantity("0.001"),
        kind=MovementKind.DISPENSE,
        to_place=PlaceKind.PERSON,
        act=act,
    )
    stock.enter_register(session, [made], act)
    session.commit()

    (found,) = of(session, world).differences

    assert (found.check, found.by_movements, found.otherwise) == (
        ReconciliationCheck.DISPENSED,
        Decimal("0.001"),
        Decimal(0),
    )
    assert found.row == f"movement {made.id}"


def test_of_a_long_period_the_newest_lines_are_read_and_everything_is_summed(session, busy, backend, monkeypatch):
    who = factories.person(session)
    factories.dose(session, busy, who, factories.order(session, busy, who), at=busy.at + DAY)
    session.commit()
    whole = reconciliation(session, busy.site.id, busy.day, busy.day + DAY)
    monkeypatch.setattr(queries, "LINES_AT_MOST", 3)

    bounded = reconciliation(session, busy.site.id, busy.day, busy.day + DAY)
    one_day = reconciliation(session, busy.site.id, busy.day, busy.day)

    assert (whole.lines_since, bounded.lines_since, one_day.lines_since) == (None, busy.day + DAY, None)
    assert bounded.products == whole.products
    assert bounded.reconciles
    changed = (
        "UPDATE register_entry SET body = replace(body, 'dispense', 'waste') WHERE number = :n AND product_id = :p"
    )
    product = busy.products["methadone"].id
    query = text("SELECT max(number) FROM register_entry WHERE product_id = :p")
    newest = session.execute(query, {"p": product}).scalar_one()
    session.rollback()
    tampered(session, backend, changed, n=newest, p=product)
    found = reconciliation(session, busy.site.id, busy.day, busy.day + DAY)
    named = [one.row for each in found.products for one in each.differences if one.check is ReconciliationCheck.LINES]
    assert named == [f"register_entry {newest}"]
