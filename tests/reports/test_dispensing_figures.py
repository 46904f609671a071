"""The log's figures from a small database: totals equal the register, whatever happened that day."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from models.enums import DoseOutcome, RefusedReason
from models.units import quantity
from reports import dispensing_log, page
from tests import factories

NEXT = timedelta(days=1)


@pytest.fixture
def log(session, world):
    """Ask for the log of some days."""

    def figures(first: date, last: date | None = None):
        session.expire_all()
        about = page.heading(session, world.site.id, first, last or first, printed_by="Rosa", printed_at=world.at)
        return dispensing_log.figures(session, world.site.id, first, last or first, about=about)

    return figures


def patients(session, world, count):
    people = [factories.person(session) for _ in range(count)]
    return [(who, factories.order(session, world, who)) for who in people]


def test_totals_equal_the_register_after_a_day_with_everything_in_it(session, world, log):
    (one, two, three, four, five) = patients(session, world, 5)
    factories.dose(session, world, *one)
    factories.dose(session, world, *two, taken="50")
    factories.reversal(session, world, factories.dose(session, world, *three))
    factories.reversal(session, world, factories.dose(session, world, *four, taken="30"), poured=True)
    factories.dose(session, world, *five, lines={"bup8": "2", "bup2": "1"})
    session.commit()

    figures = log(world.day)

    by_strength = {total.product.strength: total for total in figures.totals}
    assert figures.reconciles
    assert by_strength[Decimal(10)].consumed == Decimal(13)
    assert by_strength[Decimal(10)].consumed_mg == Decimal(130)
    assert by_strength[Decimal(10)].dispensed == Decimal(24)
    assert by_strength[Decimal(10)].reversed == Decimal(11)
    assert by_strength[Decimal(10)].wasted == Decimal(11)
    assert by_strength[Decimal(8)].consumed_mg == Decimal(16)
    assert by_strength[Decimal(2)].consumed_mg == Decimal(2)


def test_reversal_on_a_later_day_is_taken_off_that_day(session, world, log):
    ((who, of),) = patients(session, world, 1)
    dose = factories.dose(session, world, who, of)
    factories.reversal(session, world, dose, at=world.at + NEXT)
    session.commit()

    first, second, both = log(world.day), log(world.day + NEXT), log(world.day, world.day + NEXT)

    assert (first.totals[0].consumed, second.totals[0].consumed, both.totals[0].consumed) == (8, -8, 0)
    assert first.reconciles
    assert second.reconciles
    assert both.reconciles
    assert first.rows[0].reversed
    assert [row.dose.id for row in second.earlier] == [dose.id]


def test_register_line_without_its_dose_row_shows_as_a_difference(session, world, log):
    from dispensary.services import stock
    from models.enums import MovementKind, PlaceKind

    ((who, of),) = patients(session, world, 1)
    dose = factories.dose(session, world, who, of)
    more = stock.draw(
        session,
        container_id=world.containers["methadone"].id,
        quantity=quantity("1"),
        kind=MovementKind.DISPENSE,
        to_place=PlaceKind.PERSON,
        dose_id=dose.id,
        act=world.act(),
    )
    stock.enter_register(session, [more], world.act())
    session.commit()

    figures = log(world.day)

    assert not figures.reconciles
    assert figures.totals[0].register_consumed == Decimal(9)


def test_late_entry_and_imported_dose_are_told_apart(session, world, log):
    (one, two) = patients(session, world, 2)
    factories.dose(session, world, *one, recorded_at=world.at + timedelta(minutes=45))
    factories.imported_dose(session, world, two[0], at=world.at - timedelta(hours=1))
    session.commit()

    figures = log(world.day)

    assert [row.late for row in figures.rows] == [True]
    assert [row.dose.person_id for row in figures.imported] == [two[0].id]
    assert [row.late for row in figures.imported] == [False]
    assert figures.totals[0].consumed == Decimal(8)
    assert figures.reconciles


def test_withheld_and_refused_are_rows_without_amount(session, world, log):
    (one, two) = patients(session, world, 2)
    factories.no_dose(session, world, *one)
    factories.no_dose(
        session,
        world,
        *two,
        outcome=DoseOutcome.REFUSED,
        withheld_reason=None,
        refused_reason=RefusedReason.NOT_WANTED,
    )
    session.commit()

    figures = log(world.day)

    assert [row.taken_mg for row in figures.rows] == [0, 0]
    assert figures.not_given == 2
    assert figures.totals == ()


def test_two_nurses_are_two_dispensers(session, world, log):
    (one, two, three) = patients(session, world, 3)
    factories.dose(session, world, *one)
    factories.dose(session, world, *two)
    factories.dose(session, world, *three, by=world.witness)
    session.commit()

    assert [(d.hand.initials, d.doses) for d in log(world.day).dispensers] == [("RA", 2), ("WR", 1)]


def test_other_days_are_not_in_the_log(session, world, log):
    ((who, of),) = patients(session, world, 1)
    factories.dose(session, world, who, of)
    session.commit()

    figures = log(world.day + NEXT)

    assert figures.rows == ()
    assert figures.totals == ()


def test_number_of_reads_does_not_grow_with_the_day(session, world, log):
    for who, of in patients(session, world, 3):
        factories.dose(session, world, who, of)
    session.commit()
    few = statements(session, lambda: log(world.day))
    for who, of in patients(session, world, 9):
        factories.dose(session, world, who, of)
    session.commit()

    assert statements(session, lambda: log(world.day)) == few


def statements(session, work) -> int:
    seen = []
    engine = session.get_bind().engine

    def note(connection, cursor, statement, *rest):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    work()
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_late_means_half_an_hour_or_another_clinic_day(session, world):
    from dispensary.queries import dispensing, sites
    from reports.dose_words import is_late

    ((who, of),) = patients(session, world, 1)
    factories.dose(session, world, who, of)
    session.commit()
    (dose,) = dispensing.doses_of_days(session, world.site.id, world.day, world.day)
    settings = sites.settings(session, world.site.id, world.day)

    for minutes, late in ((0, False), (30, False), (31, True), (24 * 60, True)):
        assert is_late(replace(dose, recorded_at=dose.taken_at + timedelta(minutes=minutes)), settings) is late
