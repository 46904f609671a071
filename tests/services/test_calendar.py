"""The clinic's calendar: what is announced, taken back, refused, and what a clock makes of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

import models
from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries.calendar import calendar_of, is_open
from dispensary.queries.dosing import facts_for
from dispensary.rules.dosing import SiteRules, reasons_to_withhold
from dispensary.services.calendar import announce_closed, take_back
from dispensary.services.sites import change_setting
from models import AuditEvent
from models.enums import AuditKind, ClosureKind, SettingKey
from tests.factories import dose, patient

DAY = timedelta(days=1)


def announce(session, world, first, last=None, kind=ClosureKind.HOLIDAY, reason="New year", at=None):
    act = world.act(world.staff["clinic_head"], at=at or world.at)
    return announce_closed(session, first=first, last=last or first, kind=kind, reason=reason, act=act)


def kinds(session):
    return list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.id)))


def test_each_day_of_a_span_is_announced_and_stands_on_the_audit(session, world):
    made = announce(session, world, world.day + DAY, world.day + 3 * DAY)

    days = calendar_of(session, world.site.id, world.day, world.day + 4 * DAY)
    assert [day.open for day in days.values()] == [True, False, False, False, True]
    assert days[world.day + DAY].closure.reason == "New year"
    assert [closed.turn for closed in made] == [1, 1, 1]
    assert kinds(session)[-3:] == [AuditKind.CLOSED_DAY_ANNOUNCED] * 3


def test_day_taken_back_is_open_and_may_be_announced_again_as_the_next_turn(session, world):
    closed = announce(session, world, world.day + DAY)[0]

    take_back(session, closed_day_id=closed.id, reason="we open after all", act=world.act())

    assert kinds(session)[-1] == AuditKind.CLOSED_DAY_TAKEN_BACK
    assert is_open(session, world.site.id, world.day + DAY)
    assert announce(session, world, world.day + DAY)[0].turn == 2


def test_calendar_tells_what_was_known_at_a_past_moment(session, world):
    later = world.at + timedelta(hours=5)
    closed = announce(session, world, world.day + DAY)[0]
    take_back(session, closed_day_id=closed.id, reason="mistake", act=world.act(at=later))

    def opens(as_of):
        return calendar_of(session, world.site.id, world.day + DAY, world.day + DAY, as_of)[world.day + DAY].open

    assert [opens(world.at - DAY), opens(world.at), opens(later)] == [True, False, True]


def test_opening_days_hold_from_the_day_they_were_set_for(session, world):
    monday = world.day
    change_setting(session, key=SettingKey.OPENING_DAYS, value="12345", effective_on=monday + 7 * DAY, act=world.act())

    days = calendar_of(session, world.site.id, monday, monday + 13 * DAY)

    assert [day.day for day in days.values() if not day.open] == [monday + 12 * DAY, monday + 13 * DAY]


REFUSED = [
    ("last before first", 3, 1, ClosureKind.PLANNED, "dates_in_order"),
    ("a planned closure of yesterday", -1, -1, ClosureKind.PLANNED, "closure_passed"),
    ("more than a month at once", 1, 40, ClosureKind.HOLIDAY, "closure_too_long"),
    ("in two years", 800, 800, ClosureKind.HOLIDAY, "closure_far_ahead"),
    ("a sudden closure of last year", -300, -300, ClosureKind.SUDDEN, "closure_passed"),
    ("a sudden closure in three weeks", 21, 21, ClosureKind.SUDDEN, "sudden_far_ahead"),
]


@pytest.mark.parametrize(("what", "first", "last", "kind", "code"), REFUSED, ids=[case[0] for case in REFUSED])
def test_span_that_cannot_be_right_is_refused(session, world, what, first, last, kind, code):
    with pytest.raises(Refused) as refusal:
        announce(session, world, world.day + first * DAY, world.day + last * DAY, kind)

    assert refusal.value.code == code


def test_planned_closure_of_a_day_on_which_doses_were_given_is_refused_and_a_sudden_one_is_not(session, world):
    who = patient(session, world)
    dose(session, world, who, session.scalars(select(models.DoseOrder)).one())

    with pytest.raises(Refused) as refusal:
        announce(session, world, world.day)

    assert refusal.value.code == "dosed_already"
    assert announce(session, world, world.day, kind=ClosureKind.SUDDEN, reason="no power")


def test_day_announced_already_is_a_conflict_that_names_who_did(session, world):
    announce(session, world, world.day + DAY)

    with pytest.raises(Conflict) as conflict:
        announce(session, world, world.day, world.day + 2 * DAY)

    assert conflict.value.code == "announced_before"
    assert conflict.value.words.values["by"] == "Hanna Lind"


def test_closure_is_taken_back_once_and_only_at_its_own_site(session, world):
    closed = announce(session, world, world.day + DAY)[0]
    take_back(session, closed_day_id=closed.id, reason="mistake", act=world.act())

    with pytest.raises(Conflict, match="taken_back_before"):
        take_back(session, closed_day_id=closed.id, reason="mistake", act=world.act())
    with pytest.raises(NotFound):
        take_back(session, closed_day_id=closed.id + 99, reason="mistake", act=world.act())


def test_clock_has_not_skipped_a_day_that_was_announced_as_closed(session, world):
    monday = datetime(2026, 3, 2, 7, tzinfo=UTC)
    who, waiting = patient(session, world), patient(session, world)
    mine = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).one()
    dose(session, world, who, mine, at=monday)

    def held(at):
        facts = facts_for(
            session, person_id=waiting.id, site_id=world.site.id, window_id=None, clinic_day=at.date(), at=at
        )
        codes = {reason.code for reason in reasons_to_withhold(facts, SiteRules(8, 99, 99))}
        return "clock_skipped_a_day" in codes

    assert held(monday + 2 * DAY)
    announce(session, world, date(2026, 3, 3), kind=ClosureKind.SUDDEN, reason="flood")
    assert not held(monday + 2 * DAY)
    assert held(monday + 3 * DAY)
