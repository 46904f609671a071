"""Health tests over HTTP: offered and entered by the nurse, read by few."""

import pytest

from models import HealthTestOffer, HealthTestResult
from models.enums import HealthTestKind, OfferAnswer, Role
from tests import factories
from tests.rows import count_stored, one_stored


@pytest.fixture
def counsellor(client, session, world):
    return client.sign_in(session, world, world.staff[Role.COUNSELLOR], at_window=False)


@pytest.fixture
def offered(session, world, who):
    values = {"person_id": who.id, "kind": HealthTestKind.HIV, "offered_on": world.day}
    made = factories.save(session, HealthTestOffer(answer=OfferAnswer.ACCEPTED, **values, **factories.stamp(world)))
    session.commit()
    return made


def finding(world, **values):
    return {"result": "positive", "linked": "referred", "found_on": world.day.isoformat()} | values


def test_answers_are_noted_for_the_tests_that_were_offered(nurse, session, who):
    answer = nurse.send(f"/people/{who.id}/health-tests/offer", {"hiv": "accepted", "hepatitis_c": "declined"})

    assert answer.status_code == 303
    assert count_stored(session, HealthTestOffer) == 2


def test_an_empty_form_says_what_to_do(nurse, session, who):
    answer = nurse.send(f"/people/{who.id}/health-tests/offer", {})

    assert answer.status_code == 422
    assert "Enter at least one answer, or leave the page." in answer.get_data(as_text=True)


def test_a_nurse_enters_a_finding_and_does_not_read_it_afterwards(nurse, session, world, who, offered):
    answer = nurse.send(f"/health-tests/{offered.id}/finding", finding(world))

    assert answer.status_code == 303
    assert one_stored(session, HealthTestResult).result == "positive"
    text = nurse.get(f"/people/{who.id}/health-tests").get_data(as_text=True)
    assert "restricted" in text
    assert "positive" not in text
    assert "accepted" not in text


def test_a_counsellor_reads_it(counsellor, session, world, who, offered):
    counsellor.send(f"/health-tests/{offered.id}/finding", finding(world))

    text = counsellor.get(f"/people/{who.id}/health-tests").get_data(as_text=True)

    assert "positive" in text
    assert "referred" in text


def test_the_counts_are_for_those_who_may_read_findings(counsellor, client, session, world, offered):
    text = counsellor.get("/health-tests").get_data(as_text=True)
    assert "Of 1 people in treatment here now" in text

    nurse = client.sign_in(session, world, world.nurse)
    assert nurse.get("/health-tests").status_code == 403


def test_the_head_of_the_clinic_reads_no_finding(client, session, world, who):
    head = client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)

    assert head.get(f"/people/{who.id}/health-tests").headers["Location"] == f"/people/{who.id}/open/health_tests"
    assert head.get("/health-tests").status_code == 403


def test_a_finding_needs_all_its_parts(counsellor, session, world, offered):
    answer = counsellor.send(f"/health-tests/{offered.id}/finding", finding(world, linked=""))

    assert answer.status_code == 422
    assert count_stored(session, HealthTestResult) == 0


def test_an_offer_of_nobody_is_not_found(counsellor):
    assert counsellor.get("/health-tests/4711/finding").status_code == 404
