"""When jobs are due: nights caught up once each, oldest first; of what runs while the clinic is open only the newest."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from dispensary.rules.job_times import MOST_NIGHTS, Nightly, Ran, SiteClock, Timed, WhileOpen, due, not_tried
from models.enums import JobOutcome

NIGHTLY = Timed("nightly", Nightly(timedelta(minutes=10)))
OFTEN = Timed("often", WhileOpen())
DONE, FAILED = JobOutcome.DONE, JobOutcome.FAILED
TUESDAY = date(2026, 3, 3)
DAY = timedelta(days=1)


def site(number=1, zone="UTC", every=None, starts=time(3)):
    return SiteClock(number, ZoneInfo(zone), starts, every)


def at(day, hour, minute=0, zone="UTC"):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def ran(day, outcome=DONE, attempt=1, job=NIGHTLY, where=1, ended=None):
    due_at = at(day + DAY, 3, 10)
    return Ran(where, job.name, due_at, day, attempt, ended or due_at, outcome)


def nights(now, *runs, sites=None):
    return [(one.site_id, one.clinic_day, one.attempt) for one in due([NIGHTLY], sites or [site()], runs, now)]


def test_first_night_of_all_is_the_last_one_that_is_over():
    assert nights(at(TUESDAY, 3, 9)) == [(1, date(2026, 3, 1), 1)]
    assert nights(at(TUESDAY, 3, 10)) == [(1, date(2026, 3, 2), 1)]


def test_nights_missed_while_the_computer_was_off_are_caught_up_oldest_first_each_once():
    found = due([NIGHTLY], [site()], [ran(date(2026, 2, 26)), ran(date(2026, 2, 28))], at(TUESDAY, 9))

    assert [one.clinic_day for one in found] == [date(2026, 2, 27), date(2026, 3, 1), date(2026, 3, 2)]
    assert [one.due_at for one in found] == [at(one.clinic_day + DAY, 3, 10) for one in found]


def test_computer_that_was_off_for_a_year_catches_up_a_month():
    found = nights(at(TUESDAY, 9), ran(date(2025, 3, 1)))

    assert len(found) == MOST_NIGHTS
    assert found[-1][1] == date(2026, 3, 2)


def test_failed_night_is_tried_three_times_ten_minutes_apart():
    monday, now = date(2026, 3, 2), at(TUESDAY, 9)

    assert nights(now, ran(monday, FAILED, 1, ended=now - timedelta(minutes=9))) == []
    assert nights(now, ran(monday, FAILED, 1, ended=now - timedelta(minutes=10))) == [(1, monday, 2)]
    assert nights(now, ran(monday, FAILED, 3, ended=now - timedelta(hours=3))) == []
    assert nights(now, ran(monday, FAILED, 1), ran(monday, DONE, 2)) == []


def test_each_site_has_its_own_night():
    west, east = site(1, "America/Los_Angeles"), site(2, "Asia/Ho_Chi_Minh")

    found = nights(at(TUESDAY, 1), sites=[west, east])

    assert found == [(1, date(2026, 3, 1), 1), (2, date(2026, 3, 2), 1)]


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)], ids=["spring", "autumn"])
def test_every_night_is_due_once_where_the_clocks_change(change):
    berlin, runs, seen = site(1, "Europe/Berlin", starts=time(2, 30)), [], []
    now = at(change - 2 * DAY, 0, zone="Europe/Berlin")
    while now < at(change + 3 * DAY, 0, zone="Europe/Berlin"):
        for one in due([NIGHTLY], [berlin], runs, now):
            runs.append(Ran(1, one.job, one.due_at, one.clinic_day, one.attempt, now, DONE))
            seen.append(one.clinic_day)
        now += timedelta(minutes=1)

    assert seen == sorted(set(seen))
    assert len(seen) == 6


def test_while_open_only_the_newest_moment_counts_and_nothing_is_caught_up():
    open_site = site(every=timedelta(minutes=5))
    old = Ran(1, "often", at(TUESDAY, 8), TUESDAY, 1, at(TUESDAY, 8), DONE)

    found = due([OFTEN], [open_site], [old], at(TUESDAY, 9, 13))

    assert [one.due_at for one in found] == [at(TUESDAY, 9, 10)]
    this = Ran(1, "often", at(TUESDAY, 9, 10), TUESDAY, 1, at(TUESDAY, 9, 10), FAILED)
    assert due([OFTEN], [open_site], [old, this], at(TUESDAY, 9, 14)) == []
    assert due([OFTEN], [site()], [], at(TUESDAY, 9)) == []


def test_what_matters_now_runs_before_the_nights():
    found = due([NIGHTLY, OFTEN], [site(every=timedelta(minutes=5))], [ran(date(2026, 2, 27))], at(TUESDAY, 9))

    assert [one.job for one in found] == ["often", "nightly", "nightly", "nightly"]


def test_moment_tried_while_the_clock_stood_ahead_holds_up_nothing_once_it_is_set_right():
    ahead = Ran(1, "often", at(TUESDAY, 15), TUESDAY, 1, at(TUESDAY, 15), DONE)

    found = due([OFTEN], [site(every=timedelta(minutes=5))], [ahead], at(TUESDAY, 9, 3))

    assert [one.due_at for one in found] == [at(TUESDAY, 9)]


def test_night_done_while_the_clock_stood_ahead_is_due_again_when_it_is_really_over():
    ahead = [ran(date(2026, 3, day), ended=at(date(2026, 3, 9), 12)) for day in (2, 3, 4)]
    now = at(TUESDAY, 3, 10)

    (again,) = due([NIGHTLY], [site()], [ran(date(2026, 3, 1)), *ahead], now)

    assert (again.clinic_day, again.attempt, again.due_at) == (date(2026, 3, 2), 2, now)
    done = Ran(1, "nightly", again.due_at, again.clinic_day, 2, now, DONE)
    assert due([NIGHTLY], [site()], [ran(date(2026, 3, 1)), *ahead, done], at(TUESDAY, 4)) == []


def test_clock_that_fell_back_by_years_makes_no_night_due():
    assert nights(at(date(2001, 1, 1), 12), ran(date(2026, 3, 1)), ran(date(2026, 3, 2))) == []


def test_jobs_that_nothing_tries_are_named_after_an_hour_or_three_moments_and_those_that_never_ran_are_not():
    open_site, pack = (
        site(every=timedelta(minutes=5)),
        Ran(1, "often", at(TUESDAY, 8), TUESDAY, 1, at(TUESDAY, 8), DONE),
    )
    runs = [ran(date(2026, 3, 1)), pack]

    def named(hour, minute, having=runs):
        return not_tried([OFTEN, NIGHTLY], open_site, having, at(TUESDAY, hour, minute))

    assert named(8, 15) == ["nightly"]
    assert named(8, 16) == ["often", "nightly"]
    assert named(8, 16, [*runs, ran(date(2026, 3, 2), FAILED)]) == ["often"]
    assert named(12, 0, []) == []
    assert not_tried([NIGHTLY], site(), runs, at(TUESDAY, 4, 10)) == []
