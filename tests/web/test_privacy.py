"""Privacy over HTTP: restricted parts opened with a reason and seen by the head; who read a record, shown and printed."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from dispensary.services import disclosures
from dispensary.services.disclosures import Telling
from models import (
    AccessLog,
    AuditEvent,
    CaseNote,
    Disclosure,
    GlassBroken,
    GlassSeen,
    HealthTestOffer,
    HealthTestResult,
)
from models.enums import (
    AuditKind,
    ConsentScope,
    DisclosureBasis,
    DisclosureWay,
    HealthTestKind,
    HealthTestResultKind,
    LinkedToCare,
    OfferAnswer,
    Role,
)
from tests import factories
from tests.rows import count_stored, one_stored

NOTE = "Told of a debt and is afraid."
WHY = "fainted at the window, counsellor away"


@pytest.fixture
def noted(session, world, who):
    """Somebody with a case note."""
    stamp = factories.stamp(world, world.staff[Role.COUNSELLOR])
    factories.save(session, CaseNote(person_id=who.id, text=NOTE, about_on=world.day, **stamp))
    session.commit()
    return who


def sit(client, session, world, role):
    return client.sign_in(session, world, world.staff[role], at_window=role is Role.NURSE)


def break_glass(client, who, reason=WHY, part="case_notes"):
    return client.send(f"/people/{who.id}/open/{part}", {"reason": reason})


def test_the_nurse_opens_case_notes_with_a_reason_and_the_head_sees_it_next_morning(
    client, session, world, clock, noted
):
    nurse = sit(client, session, world, Role.NURSE)
    closed = nurse.get(f"/people/{noted.id}/notes")

    answer = break_glass(nurse, noted)

    page = nurse.get(f"/people/{noted.id}/notes").text
    assert (closed.status_code, closed.headers["Location"]) == (303, f"/people/{noted.id}/open/case_notes")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/people/{noted.id}/notes")
    assert NOTE in page
    assert "Opened with a reason until" in page
    clock.forward(hours=24)
    head = sit(client, session, world, Role.CLINIC_HEAD)
    landing = head.get("/people").text
    listed = head.get("/privacy/opened").text
    opened = one_stored(session, GlassBroken)
    head.send(f"/privacy/opened/{opened.id}/seen", {}, page="/privacy/opened")
    assert "🔓 1 opened" in landing
    assert WHY in listed
    assert "Rosa Ames" in listed
    assert "🔓" not in head.get("/people").text
    assert one_stored(session, GlassSeen).glass_id == opened.id


def test_it_closes_again(client, session, world, clock, noted):
    nurse = sit(client, session, world, Role.NURSE)
    break_glass(nurse, noted)

    clock.forward(hours=4)
    nurse = sit(client, session, world, Role.NURSE)

    assert nurse.get(f"/people/{noted.id}/notes").status_code == 303


def test_it_opens_for_one_person_one_part_and_one_reader(client, session, world, noted):
    other = factories.patient(session, world)
    session.commit()
    nurse = sit(client, session, world, Role.NURSE)

    break_glass(nurse, noted)

    assert nurse.get(f"/people/{other.id}/notes").status_code == 303
    assert nurse.get(f"/people/{noted.id}/markers").status_code == 303
    assert sit(client, session, world, Role.CLINIC_HEAD).get(f"/people/{noted.id}/notes").status_code == 303


@pytest.mark.parametrize(
    ("reason", "said"),
    [("", "Please fill this in."), ("   ", "Please fill this in."), ("urgent", "Say in some words why")],
)
def test_without_a_reason_nothing_opens(client, session, world, noted, reason, said):
    nurse = sit(client, session, world, Role.NURSE)

    answer = break_glass(nurse, noted, reason)

    assert answer.status_code == 422
    assert said in answer.text
    assert count_stored(session, GlassBroken) == 0
    assert nurse.get(f"/people/{noted.id}/notes").status_code == 303


def test_opened_notes_are_read_and_neither_written_nor_corrected(client, session, world, noted):
    nurse = sit(client, session, world, Role.NURSE)
    break_glass(nurse, noted)
    note = one_stored(session, CaseNote)

    assert nurse.get(f"/people/{noted.id}/notes/write").status_code == 403
    assert nurse.get(f"/notes/{note.id}/correct").status_code == 403


def test_health_tests_take_part(client, session, world, who):
    values = {"person_id": who.id, "kind": HealthTestKind.HIV, "offered_on": world.day}
    offer = factories.save(session, HealthTestOffer(answer=OfferAnswer.ACCEPTED, **values, **factories.stamp(world)))
    found = {"offer_id": offer.id, "turn": 1, "result": HealthTestResultKind.POSITIVE, "found_on": world.day}
    factories.save(session, HealthTestResult(linked=LinkedToCare.IN_CARE, **found, **factories.stamp(world)))
    session.commit()
    nurse = sit(client, session, world, Role.NURSE)
    closed = nurse.get(f"/people/{who.id}/health-tests").text

    break_glass(nurse, who, part="health_tests")

    assert "positive" not in closed
    assert "positive" in nurse.get(f"/people/{who.id}/health-tests").text


def test_whoever_has_the_permission_opens_nothing(client, session, world, noted):
    counsellor = sit(client, session, world, Role.COUNSELLOR)

    answer = counsellor.get(f"/people/{noted.id}/open/case_notes")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/people/{noted.id}/notes")
    assert count_stored(session, GlassBroken) == 0


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.INSPECTOR, Role.PEER])
def test_who_reads_no_records_opens_none(client, session, world, noted, role):
    outsider = sit(client, session, world, role)

    for page in ("notes", "open/case_notes", "open/markers", "markers", "health-tests", "readers"):
        assert outsider.get(f"/people/{noted.id}/{page}").status_code == 403, page


def test_only_the_head_sees_and_ticks_what_was_opened(client, session, world, noted):
    nurse = sit(client, session, world, Role.NURSE)
    break_glass(nurse, noted)
    for role in (Role.NURSE, Role.COUNSELLOR, Role.PRESCRIBER, Role.ADMINISTRATOR, Role.INSPECTOR):
        assert sit(client, session, world, role).get("/privacy/opened").status_code == 403, role

    refusals = session.query(AuditEvent).filter_by(kind=AuditKind.PERMISSION_REFUSED).count()

    assert refusals == 5


def test_a_head_does_not_tick_their_own(client, session, world, noted):
    head = sit(client, session, world, Role.CLINIC_HEAD)
    break_glass(head, noted)
    opened = one_stored(session, GlassBroken)

    page = head.get("/privacy/opened")
    answer = head.send(f"/privacy/opened/{opened.id}/seen", {}, page=f"/people/{noted.id}/readers")

    assert "another clinic head ticks it" in page.text
    assert answer.status_code == 409
    assert count_stored(session, GlassSeen) == 0


def test_the_only_head_is_told_that_nobody_else_can_tick_what_they_opened(client, session, world, noted):
    head = sit(client, session, world, Role.CLINIC_HEAD)
    before = head.get("/privacy/opened").text
    break_glass(head, noted)
    alone = head.get("/privacy/opened").text
    second = factories.staff(session, "Hanna Zeller")
    factories.role(session, second, world.site, Role.CLINIC_HEAD)
    session.commit()

    with_another = head.get("/privacy/opened").text

    said = "You are the only clinic head here"
    assert [said in page for page in (before, alone, with_another)] == [False, True, False]
    assert "opened by yourself" in with_another, "it waits for the other one"


@pytest.mark.parametrize("address", ["/people/4711/open/case_notes", "/people/1/open/diary", "/people/4711/readers"])
def test_guessed_addresses_are_not_found(client, session, world, who, address):
    head = sit(client, session, world, Role.CLINIC_HEAD)

    assert head.get(address).status_code == 404


def test_who_read_the_record_is_shown(client, session, world, noted):
    nurse = sit(client, session, world, Role.NURSE)
    nurse.get(f"/window/{noted.id}")
    break_glass(nurse, noted)
    counsellor = sit(client, session, world, Role.COUNSELLOR)

    page = counsellor.get(f"/people/{noted.id}/readers").text

    assert "Rosa Ames" in page
    assert "nurse" in page
    assert "<td>the window</td>" in page
    assert "<td>asking to open a restricted part</td>" in page
    assert WHY in page


def test_page_and_paper_say_which_openings_are_noted_and_which_are_not(client, session, world, noted):
    counsellor = sit(client, session, world, Role.COUNSELLOR)

    page = counsellor.get(f"/people/{noted.id}/readers").text
    days = f"from={world.day - timedelta(days=90)}&until={world.day}"
    answer = counsellor.send(f"/people/{noted.id}/readers?{days}", {}, page=f"/people/{noted.id}/readers")

    paper = " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.data)).pages).split())
    for words in (page, paper):
        assert "Each page about one person notes who opens it." in words
        assert "Lists on which several people stand" in words


def test_what_was_told_to_whom_stands_on_it_too(client, session, world, noted):
    telling = Telling(
        basis=DisclosureBasis.EMERGENCY,
        scopes=frozenset({ConsentScope.LAST_DOSE}),
        told="the last dose",
        way=DisclosureWay.TELEPHONE,
        recipient="Dr Hale, City hospital",
        purpose="unconscious on arrival",
        call_back="555 0100",
    )
    disclosures.tell(session, person_id=noted.id, telling=telling, act=world.act())
    session.commit()
    counsellor = sit(client, session, world, Role.COUNSELLOR)

    page = counsellor.get(f"/people/{noted.id}/readers").text
    days = f"from={world.day - timedelta(days=90)}&until={world.day}"
    answer = counsellor.send(f"/people/{noted.id}/readers?{days}", {}, page=f"/people/{noted.id}/readers")

    paper = " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.data)).pages).split())
    for words in (page, paper):
        assert "Dr Hale, City hospital: the last dose (" in words


def test_it_is_printed_for_the_person_under_no_name(client, session, world, noted):
    nurse = sit(client, session, world, Role.NURSE)
    nurse.get(f"/window/{noted.id}")
    counsellor = sit(client, session, world, Role.COUNSELLOR)

    days = f"from={world.day - timedelta(days=90)}&until={world.day}"
    answer = counsellor.send(f"/people/{noted.id}/readers?{days}", {}, page=f"/people/{noted.id}/readers")

    pdf = PdfReader(io.BytesIO(answer.data))
    text = " ".join(page.extract_text() for page in pdf.pages)
    assert "Rosa Ames" in text
    assert pdf.metadata.title == "Who opened my record"
    assert 'filename="record.pdf"' in answer.headers["Content-Disposition"]
    told = one_stored(session, Disclosure)
    assert told.basis is DisclosureBasis.TO_THE_PERSON


def test_the_days_asked_for_are_checked(client, session, world, who):
    counsellor = sit(client, session, world, Role.COUNSELLOR)
    yesterday = (world.day - timedelta(days=1)).isoformat()

    assert counsellor.get(f"/people/{who.id}/readers?from={world.day}&until={yesterday}").status_code == 422
    assert counsellor.get(f"/people/{who.id}/readers?from=abc").status_code == 422
    assert "Nobody opened it" in counsellor.get(f"/people/{who.id}/readers?from={yesterday}&until={yesterday}").text


def test_opening_a_closed_part_is_itself_noted(client, session, world, noted):
    nurse = sit(client, session, world, Role.NURSE)

    nurse.get(f"/people/{noted.id}/open/case_notes")

    assert [row.page for row in session.query(AccessLog)] == ["open a restricted part"]
