"""The menu: areas first, then the pages of the one that is open; nobody is shown a page that they may not open."""

import pytest

from dispensary.permissions import ROLES
from dispensary.web.navigation import MENU, menu, start, where
from models.enums import Role


@pytest.fixture
def endpoints(app):
    """Every page of the program."""
    return frozenset(app.view_functions)


def test_every_entry_of_the_menu_leads_to_a_page(endpoints):
    entries = [entry.endpoint for area in MENU for entry in area.entries]

    assert set(entries) <= endpoints
    assert len(entries) == len(set(entries))


@pytest.mark.parametrize("role", Role)
def test_a_role_is_shown_the_pages_that_it_may_open_and_no_empty_area(endpoints, role):
    areas = menu(ROLES[role], endpoints)

    assert all(area.entries for area in areas)
    assert all(entry.permission in ROLES[role] for area in areas for entry in area.entries)


def test_the_pages_of_an_area_stand_below_it(endpoints):
    areas = menu(ROLES[Role.CLINIC_HEAD], endpoints)

    area, entry = where(areas, "policy.profile", about_person=False)

    assert (area.label, entry.endpoint) == ("Clinic", "policy.profiles")


def test_a_page_that_is_an_entry_itself_is_marked_and_not_the_first_of_its_part(endpoints):
    areas = menu(ROLES[Role.COUNSELLOR], endpoints)

    area, entry = where(areas, "sessions.caseload", about_person=False)

    assert (area.label, entry.endpoint) == ("Care", "sessions.caseload")


def test_a_page_about_one_person_stands_below_people_whatever_it_is_about(endpoints):
    areas = menu(ROLES[Role.COUNSELLOR], endpoints)

    area, entry = where(areas, "sessions.of_person", about_person=True)

    assert (area.label, entry.endpoint) == ("People", "patients.search")


@pytest.mark.parametrize(
    ("endpoint", "under"),
    [
        ("referrals.call", "agencies.waiting"),
        ("disclosures.statement", "agencies.waiting"),
        ("health_tests.everyone", "urine.home"),
        ("plans.sign", "patients.search"),
        ("turns.answer_taper", "patients.search"),
    ],
)
def test_a_page_of_casework_that_is_no_entry_stands_below_the_one_it_is_reached_from(endpoints, endpoint, under):
    areas = menu(ROLES[Role.COUNSELLOR], endpoints)

    assert endpoint in endpoints
    _, entry = where(areas, endpoint, about_person=False)

    assert entry.endpoint == under


def test_a_page_that_stands_in_no_menu_opens_no_area(endpoints):
    assert where(menu(ROLES[Role.NURSE], endpoints), "sign_in.locked", about_person=False) == (None, None)


def test_a_nurse_lands_at_the_window(endpoints):
    assert start(ROLES[Role.NURSE], endpoints) == "station.home"
