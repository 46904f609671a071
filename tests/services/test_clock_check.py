"""A clock that is behind or has skipped a day on which the clinic doses holds every dose until two people confirm it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

import models
from dispensary.errors import Refused
from dispensary.queries.clock import newest_recording
from dispensary.rules.dosing import SiteRules, reasons_to_withhold
from dispensary.services.clock_check import confirm_clock
from models import AuditEvent, ClockConfirmation
from models.enums import AuditKind, Origin
from tests.factories import dose, imported_dose, patient
from tests.station import look

DAY = timedelta(days=1)
ALL_WEEK = frozenset(range(1, 8))
WEEKDAYS = frozenset(range(1, 6))


def order_of(session, who):
    return session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).one()


@pytest.fixture
def dosed(session, world):
    """Somebody was dosed on Monday at seven."""
    who = patient(session, world)
    return dose(session, world, who, order_of(session, who))


@pytest.fixture
def waiting(session, world):
    """Somebody else waits, whom nothing holds but the clock."""
    return patient(session, world, starts_on=world.day - 30 * DAY, amount="45")


def codes(session, world, who, at, opening_days=ALL_WEEK):
    facts = look(session, world, who, at=at)
    rules = SiteRules(8, 99, 99, opening_days=opening_days)
    return {r.code for r in reasons_to_withhold(facts, rules)} & {"clock_behind", "clock_skipped_a_day"}


CASES = [
    ("90 seconds behind the newest dose", timedelta(seconds=-90), ALL_WEEK, set()),
    ("two minutes behind", timedelta(minutes=-2), ALL_WEEK, set()),
    ("three minutes behind", timedelta(minutes=-3), ALL_WEEK, {"clock_behind"}),
    ("a day behind", -DAY, ALL_WEEK, {"clock_behind"}),
    ("the next day", DAY, ALL_WEEK, set()),
    ("the day after the next: Tuesday was skipped", 2 * DAY, ALL_WEEK, {"clock_skipped_a_day"}),
    ("a week on", 7 * DAY, WEEKDAYS, {"clock_skipped_a_day"}),
]


@pytest.mark.parametrize(("what", "later", "opening_days", "held"), CASES, ids=[case[0] for case in CASES])
def test_clock_is_held_against_the_newest_dose(session, world, dosed, waiting, what, later, opening_days, held):
    assert codes(session, world, waiting, world.at + later, opening_days) == held


def test_closed_days_are_not_missed(session, world, waiting):
    friday = datetime(2026, 3, 6, 7, tzinfo=UTC)
    assert friday.date() == date(2026, 3, 6)
    who = patient(session, world, starts_on=world.day - 30 * DAY)
    dose(session, world, who, order_of(session, who), at=friday)

    assert codes(session, world, waiting, friday + 3 * DAY, WEEKDAYS) == set()
    assert codes(session, world, waiting, friday + 4 * DAY, WEEKDAYS) == {"clock_skipped_a_day"}
    assert codes(session, world, waiting, friday + 3 * DAY, ALL_WEEK) == {"clock_skipped_a_day"}


def confirm(session, world, at):
    return confirm_clock(session, witnessed_by_id=world.witness.id, act=world.act(at=at))


def test_after_two_people_confirmed_dosing_goes_on_and_a_second_jump_is_held_again(session, world, dosed, waiting):
    behind = world.at - timedelta(minutes=30)
    assert codes(session, world, waiting, behind) == {"clock_behind"}

    made = confirm(session, world, behind)

    assert (made.after_dose_id, made.witnessed_by_id) == (dosed.id, world.witness.id)
    assert codes(session, world, waiting, behind + timedelta(minutes=1)) == set()
    assert codes(session, world, waiting, behind - timedelta(minutes=3)) == {"clock_behind"}
    assert session.scalars(select(AuditEvent.kind).order_by(AuditEvent.id.desc())).first() == AuditKind.CLOCK_CONFIRMED


def test_dose_after_the_confirmation_is_what_the_clock_is_held_against(session, world, dosed, waiting):
    confirm(session, world, world.at - timedelta(minutes=30))
    who = patient(session, world)
    dose(session, world, who, order_of(session, who), at=world.at - timedelta(minutes=20))

    assert codes(session, world, waiting, world.at - timedelta(minutes=24)) == {"clock_behind"}
    assert codes(session, world, waiting, world.at - timedelta(minutes=21)) == set()


def test_dose_recorded_while_two_people_confirmed_holds_again_rather_than_slip_past(session, world, dosed, waiting):
    behind = world.at - timedelta(minutes=30)
    confirm(session, world, behind)
    slipped = patient(session, world)
    dose(session, world, slipped, order_of(session, slipped), at=world.at + timedelta(seconds=5))

    assert codes(session, world, waiting, behind + timedelta(minutes=1)) == {"clock_behind"}


def test_day_on_which_nobody_was_dosed_holds_until_confirmed(session, world, dosed, waiting):
    confirm(session, world, world.at + 5 * DAY)

    assert codes(session, world, waiting, world.at + 5 * DAY) == set()
    assert codes(session, world, waiting, world.at + 6 * DAY) == set()
    assert codes(session, world, waiting, world.at + 7 * DAY) == {"clock_skipped_a_day"}


def test_dose_of_long_ago_entered_now_is_measured_by_when_it_was_written_down(session, world, waiting):
    who = patient(session, world, starts_on=world.day - 30 * DAY)
    late = {"origin": Origin.PAPER, "recorded_at": world.at}
    dose(session, world, who, order_of(session, who), at=world.at - 20 * DAY, **late)
    imported_dose(session, world, waiting, at=world.at - 25 * DAY)

    assert codes(session, world, waiting, world.at) == set()


def test_where_nothing_was_ever_recorded_no_clock_is_doubted(session, world, waiting):
    assert codes(session, world, waiting, world.at + 300 * DAY) == set()


@pytest.mark.parametrize("witness", [None, "nurse"])
def test_clock_is_confirmed_by_two(session, world, witness):
    witness_id = world.nurse.id if witness else None

    with pytest.raises(Refused) as refused:
        confirm_clock(session, witnessed_by_id=witness_id, act=world.act())

    assert refused.value.field == "witness_username"
    assert session.scalars(select(ClockConfirmation)).all() == []


def test_the_page_is_told_how_far_the_clock_is_from_the_newest_recording(session, world, dosed):
    confirm(session, world, world.at)

    behind = newest_recording(session, world.at - timedelta(minutes=5))
    after = newest_recording(session, world.at + DAY)

    assert (behind.behind, behind.after) == (timedelta(minutes=5), None)
    assert (after.behind, after.after) == (None, DAY)
    assert after.confirmed_by == (world.nurse.name, world.witness.name)
