"""The log's figures from a small database: totals equal the register, whatever happened that day."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from models.enums import DoseOutcome, IncidentKind, Origin, RefusedReason
from models.units import mg, quantity
from reports import dispensing_log, page
from tests import factories
from tests.reports.made_up import SPEAK

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


@pytest.fixture
def bad_day(session, world):
    """A day on which everything that can go wrong at a window went wrong once."""
    twice, wrong, sick, clumsy, away, late = patients(session, world, 6)
    factories.dose(session, world, *twice)
    factories.incident(session, world, *twice)
    factories.incident(
        session, world, *wrong, kind=IncidentKind.WRONG_AMOUNT, claimed=True, lines={"methadone": "16"},
        ordered_mg=mg(80), intended=twice[0],
    )  # fmt: skip
    came_up = factories.dose(session, world, *sick)
    factories.vomiting(session, world, came_up, minutes=12)
    factories.replacement(session, world, came_up)
    factories.spill(session, world, *clumsy)
    factories.dose(session, world, *clumsy, at=world.at + timedelta(minutes=3))
    factories.elsewhere(session, world, away[0])
    on_paper = factories.dose(
        session, world, *late, origin=Origin.PAPER, given_by_id=world.witness.id,
        recorded_at=world.at + timedelta(hours=5),
    )  # fmt: skip
    factories.exception(session, world, on_paper, "stop_standing")
    session.commit()
    return world


def test_totals_equal_the_register_after_a_day_on_which_everything_went_wrong(bad_day, log):
    figures = log(bad_day.day)

    (total,) = figures.totals
    assert figures.reconciles
    assert (total.dispensed, total.wasted, total.spilt) == (quantity("60"), 0, quantity("8"))
    assert total.doses == 7
    assert total.register.spilt == quantity("8")
    assert total.lost == quantity("8")


def test_what_went_wrong_is_counted_and_marked(bad_day, log):
    figures = log(bad_day.day)

    counts = (figures.incidents, figures.came_up, figures.replaced, len(figures.spilt), figures.from_paper)
    said = [dispensing_log.remarks(row, SPEAK) for row in figures.rows]
    assert counts == (2, 1, 1, 1, 1)
    assert sum("⚠ DOSING INCIDENT: twice on one day" in text for text in said) == 1
    assert any("⚠ DOSING INCIDENT: wrong amount" in text for text in said)
    assert any("VOMITED after 12 min, seen, replaced" in text for text in said)
    assert any("REPLACES the dose of 08:00" in text for text in said)
    assert sum("FROM PAPER" in text for text in said) == 1
    assert not any("LATE ENTRY" in text for text in said)


def test_notes_say_who_gave_what_was_entered_from_paper_and_whom_a_dose_was_meant_for(bad_day, log):
    notes = dispensing_log.notes(log(bad_day.day), SPEAK)

    assert any("entered from paper 2026-03-02 13:00 by RA, given by WR" in text for text in notes)
    assert any("acknowledged from paper: a stop stood" in text for text in notes)
    assert any("dosing incident: wrong amount; meant for P" in text for text in notes)
    assert any("Harbour Hospital, said by ward sister" in text for text in notes)


def test_an_incident_that_never_was_is_struck_and_counted_no_more(session, bad_day, log):
    dose_id = next(row.dose.id for row in log(bad_day.day).rows if row.dose.incident)
    factories.reversal(session, bad_day, session.get_one(factories.models.Dose, dose_id), poured=True)
    session.commit()

    figures = log(bad_day.day)

    assert figures.reconciles
    assert (figures.incidents, figures.struck) == (1, 1)


def test_a_dose_given_elsewhere_is_shown_outside_the_totals(session, bad_day, log):
    figures = log(bad_day.day)

    assert [row.dose.verified.source_name for row in figures.elsewhere] == ["Harbour Hospital"]
    assert not any(row.dose.verified for row in figures.rows)
    assert dispensing_log.cells(figures.elsewhere[0], SPEAK)[11] == ""


def test_whoever_gave_a_dose_on_paper_initials_the_log(bad_day, log):
    figures = log(bad_day.day)

    assert [(d.hand.initials, d.doses) for d in figures.dispensers] == [("RA", 6), ("WR", 1)]


def test_a_spill_that_the_register_does_not_know_shows_as_a_difference(session, bad_day, log):
    figures = log(bad_day.day)

    (total,) = figures.totals
    assert not replace(total, spilt=quantity("7")).agrees


def test_files_carry_what_happened_to_each_dose_and_what_was_spilt(bad_day, log):
    (rows, _) = dispensing_log.as_sheets(log(bad_day.day), SPEAK)

    by_name = [dict(zip(rows.headings, row, strict=True)) for row in rows.rows]
    assert [row["wasted, units"] for row in by_name if row["section"] == "spilt"] == [quantity("8")]
    assert [row["given by"] for row in by_name if row["rules acknowledged"]] == ["WR"]
    assert {row["dosing incident"] for row in by_name} == {None, "twice on one day", "wrong amount"}
    assert [row["vomited after, minutes"] for row in by_name if row["vomiting seen by staff"]] == [12]
    assert [row["given elsewhere by"] for row in by_name if row["confirmed by"]] == ["hospital Harbour Hospital"]


def test_a_log_of_a_day_whose_paper_waits_says_that_it_is_not_complete(session, world, log):
    assert dispensing_log.waits(log(world.day)) is None
    factories.downtime_day(session, world)
    session.commit()

    words = dispensing_log.waits(log(world.day))

    assert SPEAK(words) == "NOT COMPLETE: paper of 2026-03-02 is not yet entered."
