"""The data-quality list over HTTP: rows with reason and record, counts of each kind, and the file."""

from datetime import timedelta

import pytest

from models.enums import Role
from tests import factories

DAY = timedelta(days=1)


@pytest.fixture
def early(session, world):
    """Somebody with a dose before the admission, and one before that is older than a year."""
    who = factories.person(session)
    factories.episode(session, world, who, admitted_on=world.day - 10 * DAY)
    for ago in (11, 400):
        factories.imported_dose(session, world, who, at=world.at - ago * DAY)
    session.commit()
    return who


def test_a_row_says_why_it_is_there_and_opens_the_record(nurse, world, early):
    page = nurse.get("/data-quality?of=dose_before_admission").text

    assert f"A dose was given here on {world.day - 11 * DAY}, before any admission here" in page
    assert f"/people/{early.id}" in page and "imported" in page
    assert str(world.day - 400 * DAY) not in page
    for address in (f"/people/{early.id}", f"/reports/person/{early.id}/history"):
        if address in page:
            assert nurse.get(address).status_code == 200


def test_everything_goes_further_back(nurse, world, early):
    page = nurse.get("/data-quality?from=2024-01-01&of=dose_before_admission").text

    assert str(world.day - 400 * DAY) in page


def test_a_day_that_is_none_says_how_to_write_it(nurse):
    assert nurse.get("/data-quality?from=yesterday").status_code == 422


def test_days_without_any_dose_open_the_log(nurse, world, early):
    page = nurse.get("/data-quality").text

    day = world.day - 3 * DAY
    assert f"The clinic was open on {day}" in page
    assert f"log of {day}" in page


def test_the_list_is_a_file_too(nurse, early):
    text = nurse.get("/data-quality.csv?of=dose_before_admission").get_data().decode("utf-8-sig")

    assert len(text.splitlines()) == 2
    assert early.number in text


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.PRESCRIBER, 200),
        (Role.CLINIC_HEAD, 200),
        (Role.INSPECTOR, 403),
        (Role.ADMINISTRATOR, 403),
        (Role.PEER, 403),
    ],
)
def test_who_sees_the_list(client, session, world, role, status):
    client.sign_in(session, world, world.staff[role], at_window=False)

    assert client.get("/data-quality").status_code == status
