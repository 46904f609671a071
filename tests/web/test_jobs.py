"""The page of the jobs, and the word at sign-in about what failed."""

from datetime import timedelta

import pytest

from dispensary.services.jobs import note_run
from dispensary.services.sites import change_setting
from models.enums import JobOutcome, Role, SettingKey
from tests.factories import PASSWORD

FAILED = "failed for Mon 2026-03-02: the disk is full"


@pytest.fixture
def failed(session, world):
    """The pack could not be written this morning."""
    note_run(
        session,
        job="rolling_pack",
        due_at=world.at,
        clinic_day=world.day,
        attempt=1,
        started_at=world.at,
        outcome=JobOutcome.FAILED,
        note="OSError ENOSPC",
        again_and_again=True,
        act=world.act(),
    )
    session.commit()


@pytest.fixture
def wanted(session, world):
    """The site has named a folder for the pack."""
    change_setting(session, key=SettingKey.PACK_FOLDER, value="/srv/pack", effective_on=world.day, act=world.act())
    session.commit()


def signs_in(client, who):
    client.send("/sign-in", {"username": who.username, "password": PASSWORD})
    return client.get("/", follow_redirects=True).text


@pytest.mark.parametrize("role", [Role.CLINIC_HEAD, Role.ADMINISTRATOR])
def test_failure_shows_at_sign_in_to_those_who_can_have_it_mended(client, session, world, failed, wanted, role):
    assert FAILED in signs_in(client, world.staff[role])
    assert FAILED not in client.get("/", follow_redirects=True).text


def test_nobody_else_is_held_up_by_it(client, session, world, failed, wanted):
    assert FAILED not in signs_in(client, world.nurse)


def test_failure_of_a_pack_that_the_site_wants_no_more_is_no_news(client, session, world, failed):
    assert FAILED not in signs_in(client, world.staff[Role.CLINIC_HEAD])


def test_page_lists_each_job_and_every_attempt(client, session, world, failed):
    client.sign_in(session, world, world.staff[Role.ADMINISTRATOR], at_window=False)

    page = client.get("/jobs").text

    assert page.count("the disk is full") == 2
    assert "never ran" in page
    assert "No folder is named for the rolling downtime pack" in page


def ran(session, world, job, days=0, outcome=JobOutcome.DONE, **values):
    day = world.day + days * timedelta(days=1)
    at = values.pop("at", world.at + days * timedelta(days=1))
    note_run(session, job=job, due_at=at, clinic_day=day, attempt=1, started_at=at, outcome=outcome,
             act=world.act(at=at), **values)  # fmt: skip
    session.commit()


def test_failed_night_shows_until_it_is_done_though_later_nights_went_well(client, session, world):
    ran(session, world, "take_home_reviews", days=-2, outcome=JobOutcome.FAILED, note="ValueError")
    ran(session, world, "take_home_reviews", days=-1)

    assert "failed for Sat 2026-02-28" in signs_in(client, world.staff[Role.CLINIC_HEAD])


def test_jobs_that_nothing_runs_any_more_are_told_in_red(client, session, world):
    ran(session, world, "take_home_reviews", days=-4)

    page = signs_in(client, world.staff[Role.CLINIC_HEAD])

    assert "“Reviews of take-home doses” has not run when it was due." in page
    assert 'class="said said-failure"' in page


def test_head_of_a_clinic_in_which_nothing_ran_yet_signs_in(client, session, world):
    assert "failed for" not in signs_in(client, world.staff[Role.CLINIC_HEAD])
