"""What runs by itself, by hand: listing, running for a night, and the password of the packs."""

from datetime import timedelta
from pathlib import Path

import pytest

from dispensary.safekeeping import packs
from tests.cli.test_commands import founded, home, rows, run  # noqa: F401 - fixtures
from tests.conftest import MORNING

YESTERDAY = (MORNING.date() - timedelta(days=1)).isoformat()


def test_jobs_are_listed_run_for_a_night_once_and_listed_again(founded, home):  # noqa: F811 - fixtures
    assert "take_home_reviews    never ran" in founded("jobs", "list").output

    first, second = (founded("jobs", "run", "take_home_reviews", "--night", YESTERDAY) for _ in range(2))

    assert (first.exit_code, first.output) == (0, f"take_home_reviews: done for {YESTERDAY}.\n")
    assert (second.exit_code, "already" in second.output) == (0, True)
    assert f"done for {YESTERDAY}" in founded("jobs", "list").output
    assert rows(home, "SELECT count(*) FROM job_run") == [(1,)]


def test_job_that_fails_ends_with_its_kind(founded, home):  # noqa: F811 - fixtures
    home.backups.touch()

    result = founded("jobs", "run", "backup")

    assert result.exit_code == 1
    assert "backup failed" in result.stderr
    assert "what is named as the folder is a file" in result.stderr
    assert rows(home, "SELECT outcome FROM job_run") == [("failed",)]


def test_pack_for_which_no_folder_is_named_is_refused_and_no_failure_stays(founded, home):  # noqa: F811 - fixtures
    result = founded("jobs", "run", "rolling_pack")

    assert (result.exit_code, "no folder is named" in result.stderr) == (1, True)
    assert rows(home, "SELECT outcome FROM job_run") == []


@pytest.mark.parametrize("night", [MORNING.date().isoformat(), "2026-12-24", "0001-01-01", "soon"])
def test_night_is_one_that_is_over_and_not_long_ago(founded, home, night):  # noqa: F811 - fixtures
    assert founded("jobs", "run", "take_home_reviews", "--night", night).exit_code == 2
    assert rows(home, "SELECT count(*) FROM job_run") == [(0,)]


def test_pack_is_of_now_and_of_no_other_night(founded):  # noqa: F811 - fixtures
    result = founded("jobs", "run", "rolling_pack", "--night", YESTERDAY)

    assert (result.exit_code, "leave --night out" in result.stderr) == (2, True)


def test_password_of_the_packs_is_made_once_and_shown_on_request(founded, home):  # noqa: F811 - fixtures
    assert founded("pack", "password").output.strip() == packs.read_password(home)


def test_upgrade_makes_the_password_in_a_home_that_has_none(founded, home):  # noqa: F811 - fixtures
    Path(home.pack_password_file).unlink()

    result = founded("upgrade")

    assert packs.read_password(home) in result.output
    assert packs.read_password(home) not in founded("upgrade").output
