"""When to look at somebody after a dosing incident, and which looks were taken."""

from datetime import UTC, datetime, timedelta

import pytest

from dispensary.rules.incidents import LookState, looks, observation_times, observe_until

SEVEN = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def at(minutes):
    return SEVEN + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("taken", "noticed", "until", "because"),
    [
        (0, 0, 240, "four hours from the swallowing"),
        (0, 60, 240, "noticed later, the hours still run from the swallowing"),
        (0, 300, 330, "noticed after the hours were over: looked at once more at least"),
    ],
)
def test_until_when_somebody_is_watched(taken, noticed, until, because):
    assert observe_until(at(taken), at(noticed), timedelta(hours=4), HALF_HOUR) == at(until), because


@pytest.mark.parametrize(
    ("until", "minutes"),
    [(60, [0, 30, 60]), (70, [0, 30, 60, 70]), (30, [0, 30]), (10, [0, 10])],
)
def test_the_person_is_looked_at_at_once_at_each_interval_and_at_the_end(until, minutes):
    assert observation_times(SEVEN, at(until), HALF_HOUR) == [at(m) for m in minutes]


@pytest.mark.parametrize(
    ("seen", "now", "states"),
    [
        ([], 0, ["due", "later", "later"]),
        ([], 29, ["due", "later", "later"]),
        ([], 31, ["missed", "due", "later"]),
        ([2], 31, ["done", "due", "later"]),
        ([2, 28], 31, ["done", "done", "later"]),
        ([2, 28, 55], 200, ["done", "done", "done"]),
        ([2, 3], 100, ["done", "missed", "missed"]),
        ([58], 70, ["missed", "missed", "done"]),
    ],
)
def test_a_look_counts_for_the_time_it_was_nearest_to(seen, now, states):
    times = [at(0), at(30), at(60)]

    found = looks(times, [at(minute) for minute in seen], at(now), HALF_HOUR)

    assert [look.state for look in found] == [LookState(state) for state in states]
