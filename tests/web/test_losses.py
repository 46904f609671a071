"""The pages of theft and loss: told, worked, closed, printed; who may do which."""

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from models import AuditEvent, LossReport, LossReportEnd, LossStep, LossStepTakenBack, Site
from models.enums import AuditKind, Role
from tests import factories
from tests.rows import count_stored

POLICY = "us-21cfr1301-losses"


def text(answer):
    return answer.get_data(as_text=True)


def told(world, **values):
    day = world.day.isoformat()
    return {
        "kind": "unexplained",
        "first_on": day,
        "last_on": day,
        "discovered_on": day,
        "discovered_by": "Wanda Reed",
        "circumstances": "Fewer bottles than the list says.",
        "police": "yes",
        "police_who": "Harbour police",
        "police_number": "HP-12",
        "lines-0-product_id": str(world.products["methadone"].id),
        "lines-0-quantity": "50",
    } | values


def step(world, **values):
    return {"kind": "regulator_notice", "to_whom": "Field office", "done_on": world.day.isoformat()} | values


@pytest.fixture
def head(client, session, world):
    """The client of the head of the clinic."""

    def sit_down():
        return client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)

    return sit_down


@pytest.fixture
def approved(client, session, world):
    client.sign_in(session, world, world.prescriber, at_window=False)
    client.send(f"/policy/{POLICY}/decision", {"effective_on": world.day.isoformat()})


def reported(nurse, world, **values):
    answer = nurse.send("/stock/losses/new", told(world, **values))
    assert answer.status_code == 303, text(answer)
    return answer.headers["Location"]


def test_a_nurse_reports_and_sees_what_the_books_know(nurse, session, world):
    page = text(nurse.get(reported(nurse, world)))

    for words in (
        "500\xa0mg",
        "HP-12",
        "Fewer bottles than the list says.",
        world.witness.name,
        "authorised adjustment",
    ):
        assert words in page
    assert "No approved policy says what is asked for" in page
    assert "Record a step" not in page
    listed = text(nurse.get("/stock/losses"))
    assert "50\xa0mL Methadone oral solution" in listed
    assert "No approved policy says by when" in listed
    assert "report no. " in text(nurse.get("/stock"))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"lines-0-quantity": "5000"}, "The books never held more than"),
        ({"lines-0-quantity": "-1"}, "Digits only"),
        ({"lines-0-quantity": "0"}, "more than zero"),
        ({"lines-0-quantity": "0.05"}, "whole parts"),
        ({"lines-0-quantity": "0.0001"}, "At most three decimals"),
        ({"lines-0-quantity": ""}, "product and quantity belong together"),
        ({"lines-0-product_id": ""}, "product and quantity belong together"),
        ({"lines-0-product_id": "", "lines-0-quantity": ""}, "Name at least one product"),
        ({"lines-0-product_id": str(2**63)}, "Not a valid choice"),
        ({"lines-0-container": "B-nowhere"}, "no container B-nowhere"),
        ({"lines-0-lot": "nowhere"}, "no lot nowhere"),
        ({"first_on": "9999-12-31"}, "Turn them round"),
        ({"first_on": "0001-01-01"}, "more than a year before"),
        ({"discovered_on": "9999-12-31"}, "lies ahead"),
        ({"discovered_on": "0001-01-01"}, "more than a year ago"),
        ({"last_on": "9999-12-31"}, "after it was discovered"),
        ({"circumstances": "\u200b\u2060"}, "Please fill this in."),
        ({"circumstances": ""}, "Please fill this in."),
        ({"police": "no"}, "Say yes to the police"),
        ({"kind": "magic"}, "Not a valid choice"),
        ({"kind": ""}, "Choose one."),
    ],
)
def test_what_cannot_be_is_answered_in_words_and_loses_nothing_typed(nurse, session, world, wrong, words):
    answer = nurse.send("/stock/losses/new", told(world, **wrong))

    assert answer.status_code == 422
    assert words in text(answer)
    assert "Harbour police" in text(answer)
    assert count_stored(session, LossReport) == 0


def test_the_same_report_sent_twice_is_kept_once(nurse, session, world):
    from tests.client import hidden_fields

    form = {**hidden_fields(nurse.get("/stock/losses/new"), "/stock/losses/new"), **told(world)}

    first = nurse.post("/stock/losses/new", data=form)
    second = nurse.post("/stock/losses/new", data=form)

    assert first.headers["Location"] == second.headers["Location"]
    assert count_stored(session, LossReport) == 1


def test_the_head_works_the_steps_and_closes_and_what_is_undone_stays_in_sight(approved, nurse, head, session, world):
    nurse.sign_in(session, world, world.nurse)
    address = reported(nurse, world)
    client = head()
    assert "due by" in text(client.get("/stock"))

    client.send(f"{address}/steps/new", step(world, number="N-1"))
    page = text(client.get(address))
    assert "N-1" in page
    assert "done on" in page
    step_id = session.scalar(select(LossStep.id))
    session.rollback()
    client.send(f"/stock/losses/steps/{step_id}/take-back", {"reason": "It was the wrong office"})
    assert count_stored(session, LossStepTakenBack) == 1
    assert "It was the wrong office" in text(client.get(address))

    refused = client.send(f"{address}/close", {"reason": "Settled"})
    assert refused.status_code == 422
    assert "A step that is asked for is not done" in text(refused)
    closed = client.send(f"{address}/close", {"reason": "Settled", "despite_open": "y"})

    assert closed.status_code == 303
    assert count_stored(session, LossReportEnd) == 1
    assert "with a step undone" in text(client.get("/stock/losses"))
    assert "report no." in text(client.get("/stock"))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"done_on": "9999-12-31"}, "From the day of discovery"),
        ({"done_on": "0001-01-01"}, "From the day of discovery"),
        ({"to_whom": "\u200b"}, "Please fill this in."),
        ({"kind": "other"}, "Please fill this in."),
        ({"kind": "nothing"}, "Not a valid choice"),
    ],
)
def test_a_step_that_cannot_be_is_refused_at_its_field(nurse, head, session, world, wrong, words):
    address = reported(nurse, world)
    client = head()

    answer = client.send(f"{address}/steps/new", step(world, kind="police") | wrong)

    assert answer.status_code == 422
    assert words in text(answer)
    assert count_stored(session, LossStep) == 0


def test_the_sheet_has_each_field_and_says_what_is_not_known(nurse, session, world):
    address = reported(nurse, world)

    answer = nurse.send(f"{address}/sheet.pdf", {"paper": "A4"}, page=address)

    reader = PdfReader(io.BytesIO(answer.get_data()))
    sheet = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for words in (
        "Registration number of the clinic: not known",
        "Kind of theft or loss: unexplained",
        "Police number of the case: HP-12",
        "Measures against another loss: not known",
        "Who had access",
        "Amounts, by the books",
        "Harbour Clinic",
        "changes no balance",
    ):
        assert words in sheet
    assert "Wanda" not in reader.metadata.title
    printed = select(AuditEvent.id).where(AuditEvent.kind == AuditKind.REPORT_PRINTED)
    assert session.scalar(printed) is not None


def test_the_inspector_reads_and_writes_nothing(nurse, session, world):
    address = reported(nurse, world)
    nurse.sign_in(session, world, world.staff[Role.INSPECTOR], at_window=False)

    assert nurse.get(address).status_code == 200
    assert nurse.get("/stock/losses").status_code == 200
    for path in ("/stock/losses/new", f"{address}/steps/new", f"{address}/close"):
        assert nurse.get(path).status_code == 403


def test_a_nurse_works_no_steps_and_closes_nothing(nurse, world):
    address = reported(nurse, world)

    assert nurse.get(f"{address}/steps/new").status_code == 403
    assert nurse.get(f"{address}/close").status_code == 403


def test_reports_of_another_site_and_of_no_site_are_not_found(nurse, head, session, world):
    other = factories.save(session, Site(code="north", name="North"))
    values = {
        "kind": "other",
        "first_on": world.day,
        "last_on": world.day,
        "discovered_on": world.day,
        "discovered_by": "Somebody",
        "circumstances": "Theirs alone",
        "police": "no",
    }
    made = factories.save(session, LossReport(**values, **(factories.stamp(world) | {"site_id": other.id})))
    session.commit()
    client = head()

    for path in (
        f"/stock/losses/{made.id}",
        f"/stock/losses/{made.id}/close",
        f"/stock/losses/{2**31}",
        f"/stock/losses/{2**70}",
    ):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Theirs alone" not in text(answer)
    assert client.get(f"/stock/losses/steps/{2**63}/take-back").status_code == 404


def test_the_sheet_is_printed_however_long_what_was_told_is(nurse, head, session, world):
    address = reported(nurse, world, circumstances="丢" * 2000, measures="W" * 2000)
    client = head()
    client.send(f"{address}/steps/new", step(world, kind="other", note="丢 " * 999, to_whom="W" * 500))
    client.send(f"{address}/close", {"reason": "W " * 999})

    answer = client.send(f"{address}/sheet.pdf", {"paper": "Letter"}, page=address)

    assert answer.status_code == 200
    assert len(PdfReader(io.BytesIO(answer.get_data())).pages) > 1
