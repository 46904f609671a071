"""The indicators over HTTP: who may see them, and how much of them; files, paper, and who is behind a number."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from models.enums import AuditKind, Role
from tests import factories
from tests.rows import audited_kinds

DAY = timedelta(days=1)


@pytest.fixture
def some(session, world):
    """Twelve people dosed at 60 mg on the days before today; two of them missed yesterday."""
    made = []
    for n in range(12):
        who = factories.person(session)
        factories.episode(session, world, who, admitted_on=world.day - 100 * DAY)
        for ago in range(2 if n < 2 else 1, 5):
            factories.imported_dose(session, world, who, at=world.at - ago * DAY)
        made.append(who)
    session.commit()
    return made


@pytest.fixture
def head(client, session, world):
    return client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)


@pytest.fixture
def inspector(client, session, world):
    return client.sign_in(session, world, world.staff[Role.INSPECTOR], at_window=False)


def days(world):
    return f"from={world.day - 4 * DAY}&until={world.day}"


def test_the_head_sees_each_figure_with_its_definition_and_opens_its_people(head, world, some):
    page = head.get(f"/indicators?{days(world)}").text

    assert "KP_MAT" in page and "PEPFAR" in page and "UNAIDS" in page
    assert "Days on which somebody for whom a dose was due did not come" in page
    behind = head.get(f"/indicators/missed-people/people?{days(world)}").text
    assert "2 rows" in behind
    assert some[0].number in behind and some[2].number not in behind
    assert f"/people/{some[0].id}" in behind


def test_every_number_that_opens_opens_something(head, world, some):
    page = head.get(f"/indicators?{days(world)}").text

    addresses = {part.split('"')[0].replace("&amp;", "&") for part in page.split('href="')[1:] if "/people?" in part}

    assert len(addresses) > 8
    for address in addresses:
        answer = head.get(address)
        assert answer.status_code == 200
        assert "Nobody." not in answer.text


def test_an_inspector_sees_no_small_counts_and_opens_nobody(inspector, world, some):
    page = inspector.get(f"/indicators?{days(world)}").text

    assert "under 5" in page
    assert "/people?" not in page
    assert inspector.get(f"/indicators/missed-people/people?{days(world)}").status_code == 403


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.PRESCRIBER, 200),
        (Role.CLINIC_HEAD, 200),
        (Role.INSPECTOR, 200),
        (Role.COUNSELLOR, 403),
        (Role.NURSE, 403),
        (Role.ADMINISTRATOR, 403),
        (Role.PEER, 403),
    ],
)
def test_who_sees_the_indicators(client, session, world, role, status):
    client.sign_in(session, world, world.staff[role], at_window=False)

    assert client.get("/indicators").status_code == status


def test_files_and_paper_leave_out_small_counts(head, session, world, some):
    text = head.get(f"/indicators.csv?{days(world)}").get_data().decode("utf-8-sig")
    book = head.get(f"/indicators.xlsx?{days(world)}")
    paper = head.send("/indicators.pdf", {"paper": "A4"}, page=f"/indicators?{days(world)}")

    (missed,) = [line for line in text.splitlines() if line.startswith("missed-people,")]
    assert "under 5" in missed
    assert "on-medicine,In treatment" in text and ",12," in text
    assert book.data[:2] == b"PK"
    printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.data)).pages)
    assert "Counts of people from 1 to 4 are not shown" in printed
    assert "KP_MAT" in printed
    assert all(who.number not in printed for who in some)
    session.rollback()
    assert audited_kinds(session)[-1] == AuditKind.REPORT_PRINTED


def test_a_month_is_chosen_by_name(head, world, some):
    assert "From 2026-02-01 to 2026-02-28" in head.get("/indicators?month=2026-02").text
    assert f"From 2026-03-01 to {world.day}" in head.get("/indicators?month=2026-03").text
    assert f"From 2026-03-01 to {world.day}" in head.get("/indicators").text


@pytest.mark.parametrize(
    "asked",
    ["month=march", "month=2026-13", "from=x", "from=2026-03-02&until=2026-03-01", "from=0001-01-01&until=0001-01-02"],
)
def test_days_that_are_none_say_how_to_write_them(head, asked):
    answer = head.get(f"/indicators?{asked}")

    assert answer.status_code == 422


def test_there_is_nothing_behind_a_figure_that_there_is_not(head):
    assert head.get("/indicators/nothing/people").status_code == 404
