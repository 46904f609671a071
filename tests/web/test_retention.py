"""Retention over HTTP: the page, its curve, files and paper, who is behind a number, and who may see it."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from models import EpisodeEnd
from models.enums import AuditKind, EpisodeEndReason, Role
from tests import factories
from tests.rows import audited_kinds

DAY = timedelta(days=1)


def course(session, world, doses, *, ago=100, reason=None, ended=None):
    """Make somebody dosed on the first so many days of a course that began so long ago."""
    who = factories.person(session)
    first = world.day - ago * DAY
    stay = factories.episode(session, world, who, admitted_on=first)
    for n in range(doses):
        factories.imported_dose(session, world, who, at=world.at - (ago - n) * DAY)
    if reason:
        values = {"turn": 1, "ended_on": first + ended * DAY, "reason": reason, "note": "done"}
        factories.save(session, EpisodeEnd(episode_id=stay.id, **values, **factories.stamp(world)))
    return who


@pytest.fixture
def some(session, world):
    """Six who stayed, six who were lost after ten days, one who died."""
    made = [course(session, world, 40, ago=40) for _ in range(6)]
    made += [course(session, world, 10) for _ in range(6)]
    made.append(course(session, world, 20, reason=EpisodeEndReason.DIED, ended=20))
    session.commit()
    return made


@pytest.fixture
def head(client, session, world):
    return client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)


def test_the_page_says_who_was_lost_by_which_rule_and_who_died(head, some):
    page = head.get("/retention").text

    assert "the first run of 14 days without a dose" in page
    assert "log-log scale (log-log)" in page
    row = page[page.index('<th scope="row">Methadone') :]
    assert [c.strip() for c in cells(row)[:3]] == ["13", "6", "0"]
    assert "way=died" in page


def cells(row):
    parts = row.split("<td")[1:9]
    return [part.split("</td>")[0].split("</a>")[0].split(">")[-1] for part in parts]


def test_a_longer_gap_and_another_interval_stand_on_the_page(head, some):
    page = head.get("/retention?by=cohort&gap=30&ci=log&cohort=year&follow_up=60").text

    assert "the first run of 30 days without a dose" in page
    assert "on the logarithm (log)" in page
    assert "Nobody is followed for longer than 60 days." in page


def test_the_curve_is_a_picture_of_its_own(head, some):
    answer = head.get("/retention/curve.svg?by=clinic")

    assert answer.content_type.startswith("image/svg+xml")
    assert "Harbour Clinic (n = 13)" in answer.text


def test_each_count_opens_its_people(head, some):
    page = head.get("/retention/people?group=0&way=lost").text

    assert "6 courses" in page
    assert page.count("<tr><th") == 7
    assert some[6].number in page and some[0].number not in page


@pytest.mark.parametrize("address", ["/retention/people?group=9", "/retention/people?group=0&way=away"])
def test_there_is_no_such_number(head, some, address):
    assert head.get(address).status_code == 404


@pytest.mark.parametrize(
    "asked",
    ["by=weather", "gap=0", "gap=x", "gap=99999999", "ci=linear", "from=yesterday", "of=nobody", "follow_up=-1"],
)
def test_what_is_not_understood_is_refused_in_words(head, some, asked):
    answer = head.get(f"/retention?{asked}")

    assert answer.status_code == 422
    assert "was not understood" in answer.text


def test_paper_and_files_leave_out_small_counts(head, session, some):
    listed = head.get("/retention.csv?by=clinic").text
    book = head.get("/retention.xlsx?by=clinic").data
    answer = head.send("/retention.pdf", {"paper": "A4", "by": "clinic"}, page="/retention?by=clinic")
    printed = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.data)).pages)

    assert listed.splitlines()[1] == "Harbour Clinic,0,13,0,1,1,1"
    assert book.startswith(b"PK")
    assert "Harbour Clinic 13 – – – – – –" in " ".join(printed.split())
    assert "first run of 14 days" in printed and "Groups of fewer than 5" in printed
    session.rollback()
    assert audited_kinds(session)[-1] is AuditKind.REPORT_PRINTED


def test_where_there_is_nobody_the_page_says_what_to_do(head):
    assert "There are no courses of treatment to count." in head.get("/retention").text


@pytest.mark.parametrize("role", [Role.NURSE, Role.INSPECTOR, Role.ADMINISTRATOR])
def test_only_who_may_sees_it(client, session, world, role):
    other = client.sign_in(session, world, world.staff[role], at_window=False)

    assert other.get("/retention").status_code == 403
