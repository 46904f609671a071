"""Drift of the nightly scan is written down once, audited, shown, and followed by nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from dispensary.jobs.risk_watch import watch
from dispensary.queries import risk_watch as records
from dispensary.rules.job_times import Due
from dispensary.rules.risk_watch import Trip
from dispensary.services import risk_watch
from models import RiskFlag, RiskTrip, SiteSetting, Task
from models.enums import AuditKind, RiskLane, RiskTripKind, SettingKey
from tests import factories
from tests.rows import audited, count

DAY = timedelta(days=1)


@pytest.fixture
def many_raised(session, world):
    """Two people a night, for four weeks, where one can be followed up; nobody was told of them."""
    one = {"key": SettingKey.RISK_AMBER_A_DAY, "value": "1", "version": 1, "effective_on": world.day - 40 * DAY}
    factories.save(session, SiteSetting(**one, **factories.stamp(world)))
    for night in (world.day - n * DAY for n in range(1, 29)):
        for _ in range(2):
            who = factories.person(session)
            said = {"lane": RiskLane.AMBER, "points": 9, "card": "S2", "no_shows": 0, "missed_14": 3}
            factories.save(
                session,
                RiskFlag(
                    person_id=who.id, night=night, drug="methadone", capped=True, **said, **factories.stamp(world)
                ),
            )
    session.commit()
    return world.day - DAY


def trip(world, **values):
    of = {"kind": RiskTripKind.LOAD, "first": world.day - 28 * DAY, "last": world.day - DAY}
    return Trip(**{**of, "observed": 56, "expected": Decimal(28), **values})


def test_more_than_can_be_followed_up_is_to_be_written_down(session, world, many_raised):
    assert risk_watch.to_note(session, world.site.id, many_raised) == [trip(world)]


def test_a_quiet_clinic_has_nothing_to_write_down(session, world):
    assert risk_watch.to_note(session, world.site.id, world.day - DAY) == []


def test_it_is_written_down_once_and_audited(session, world):
    for _ in range(2):
        risk_watch.note(session, trip(world), world.act())

    assert count(session, RiskTrip) == 1
    assert len(audited(session, AuditKind.RISK_DRIFT_NOTED)) == 1
    (noted,) = records.trips(session, [world.site.id])
    assert (noted.trip, noted.trip.ratio) == (trip(world), Decimal(2))


def test_the_night_writes_down_what_drifts_and_does_nothing_else(app, session, world, many_raised):
    due = Due(world.site.id, "risk_watch", world.at, many_raised, 1)

    for _ in range(2):
        with app.app_context():
            watch(app, due)

    session.rollback()
    assert session.scalars(select(RiskTrip.kind)).all() == [RiskTripKind.LOAD]
    assert count(session, Task) == 0


def test_on_the_last_of_a_month_it_is_asked_whether_probabilities_came_true(session, world):
    last = world.day.replace(day=1) - DAY

    seen = records.came_true(session, world.site.id, last)

    assert (seen.observed, seen.expected, (last - seen.last).days) == (0, 0, 27)
    assert risk_watch.to_note(session, world.site.id, last) == []
