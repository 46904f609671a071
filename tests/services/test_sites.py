"""Sites, settings, windows and terminals."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from dispensary.clock import clinic_day
from dispensary.errors import NotFound, Refused
from dispensary.queries import sites as setting_queries
from dispensary.services import sites
from models import AuditEvent, ChainHead, Place
from models.enums import AuditKind, ChainKind, PlaceKind, Role, SettingKey


@pytest.fixture
def act(world):
    return world.act(world.staff[Role.ADMINISTRATOR])


def create(session, world, **changes):
    values = {"code": "north", "name": "North Clinic", "time_zone": "Asia/Ho_Chi_Minh"}
    return sites.create_site(session, **values | changes, by_id=world.nurse.id, at=world.at)


def audits(session, site_id):
    return list(
        session.scalars(select(AuditEvent.kind).where(AuditEvent.site_id == site_id).order_by(AuditEvent.number))
    )


def test_a_site_begins_with_its_audit_its_places_and_its_zone(session, world):
    site = create(session, world)

    kinds = set(session.scalars(select(Place.kind).where(Place.site_id == site.id)))
    assert kinds == set(PlaceKind) - {PlaceKind.WINDOW, PlaceKind.OFF_SITE_KIT}
    assert audits(session, site.id) == [AuditKind.SITE_CREATED, AuditKind.SITE_SETTING_CHANGED]
    head = session.scalar(select(ChainHead).where(ChainHead.site_id == site.id))
    assert (head.kind, head.last_number) == (ChainKind.AUDIT, 2)
    assert setting_queries.settings(session, site.id, world.day).zone.key == "Asia/Ho_Chi_Minh"


def test_a_clinic_founded_while_utc_is_still_on_the_day_before_lives_in_its_own_zone_at_once(session, world):
    six_in_the_morning = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)

    site = sites.create_site(
        session, code="north", name="North", time_zone="Asia/Ho_Chi_Minh", by_id=world.nurse.id, at=six_in_the_morning
    )

    have = setting_queries.settings_at(session, site.id, six_in_the_morning)
    assert clinic_day(six_in_the_morning, have.zone, have.day_starts) == date(2026, 3, 3)


def test_an_empty_database_gets_its_first_site_from_the_set_up(session, clock):
    row = sites.set_up_staff(session, clock())

    site = sites.create_site(session, code="main", name="Main", time_zone="UTC", by_id=row.id, at=clock())

    assert sites.set_up_staff(session, clock()) is row
    assert row.password_hash is None and site.id


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "no rth"}, "code"),
        ({"code": "main"}, "code"),
        ({"name": ""}, "name"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"paper": "A5"}, "paper"),
    ],
)
def test_a_site_that_cannot_be_right_is_refused(session, world, changes, field):
    with pytest.raises(Refused) as refusal:
        create(session, world, **changes)

    assert refusal.value.field == field


def test_a_setting_holds_from_its_day_and_the_newest_version_counts(session, world, act):
    tomorrow = world.day + timedelta(days=1)
    for value in ("6", "7"):
        sites.change_setting(
            session, key=SettingKey.MINIMUM_HOURS_BETWEEN_DAYS, value=value, effective_on=tomorrow, act=act
        )

    assert setting_queries.settings(session, world.site.id, world.day).rules.hours_between_days == 8
    assert setting_queries.settings(session, world.site.id, tomorrow).rules.hours_between_days == 7
    assert audits(session, world.site.id) == [AuditKind.SITE_SETTING_CHANGED] * 2


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (SettingKey.TIME_ZONE, "Hanoi"),
        (SettingKey.DAY_STARTS, "3:00"),
        (SettingKey.DAY_STARTS, "07:00"),
        (SettingKey.DAY_STARTS, "25:00"),
        (SettingKey.MINIMUM_HOURS_BETWEEN_DAYS, "25"),
        (SettingKey.MINIMUM_HOURS_BETWEEN_DAYS, "-1"),
        (SettingKey.HOLD_FROM_DAYS, "4"),
        (SettingKey.HOLD_FROM_DAYS, "0"),
        (SettingKey.HOLD_FROM_DAYS_INDUCTION, "3"),
        (SettingKey.IDLE_MINUTES, "1.5"),
        (SettingKey.IDLE_MINUTES, "٥"),
        (SettingKey.SCREEN_SHOWS_NAMES, "maybe"),
        (SettingKey.SCREEN_SHOWS_NAMES, ""),
    ],
)
def test_a_value_that_a_setting_cannot_have_is_refused(session, world, act, key, value):
    with pytest.raises(Refused) as refusal:
        sites.change_setting(session, key=key, value=value, effective_on=world.day, act=act)

    assert refusal.value.field == "value"
    assert audits(session, world.site.id) == []


def test_a_setting_never_moves_history(session, world, act):
    with pytest.raises(Refused, match="day_passed"):
        sites.change_setting(
            session,
            key=SettingKey.IDLE_MINUTES,
            value="3",
            effective_on=world.day - timedelta(days=1),
            act=act,
        )


def test_a_window_comes_with_its_place(session, world, act):
    window = sites.add_window(session, name="Window 2", act=act)

    place = session.scalar(select(Place).where(Place.window_id == window.id))
    assert (place.kind, place.name) == (PlaceKind.WINDOW, "Window 2")
    assert audits(session, world.site.id) == [AuditKind.WINDOW_CREATED]
    with pytest.raises(Refused, match="window_taken"):
        sites.add_window(session, name=" Window 2", act=act)


def test_a_terminal_is_named_once_and_can_be_retired(session, world, act):
    made = sites.name_terminal(session, name="Desk 1", window_id=None, act=act)
    at_window = sites.name_terminal(session, name="Terminal 2", window_id=world.window.id, act=act)

    with pytest.raises(Refused, match="terminal_taken"):
        sites.name_terminal(session, name="Desk 1", window_id=None, act=act)
    with pytest.raises(NotFound):
        sites.name_terminal(session, name="Desk 3", window_id=999, act=act)
    sites.retire_terminal(session, terminal_id=made.id, act=act)
    again = sites.name_terminal(session, name="Desk 1", window_id=None, act=act)

    assert made.retired_at == world.at and again.code != made.code
    assert len(at_window.code) >= 32
    assert audits(session, world.site.id)[2] is AuditKind.TERMINAL_RETIRED
    with pytest.raises(NotFound):
        sites.retire_terminal(session, terminal_id=made.id, act=act)
