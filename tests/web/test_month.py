"""The monthly summary over HTTP: who sees how much of it, what each number opens, files, paper and the page of definitions."""

import io
import re

import pytest
from pypdf import PdfReader

from dispensary.web.reporting import behind
from models.enums import AuditKind, Role
from reports import month as report
from tests import february
from tests.figures import check_opens
from tests.rows import audited_kinds

FEBRUARY = "/month?month=2026-02"


@pytest.fixture
def clinic(session, world):
    people = february.lay(session, world)
    february.lay_the_rest(session, world, people)
    session.commit()
    return people


@pytest.fixture
def head(client, session, world):
    return client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)


@pytest.fixture
def inspector(client, session, world):
    return client.sign_in(session, world, world.staff[Role.INSPECTOR], at_window=False)


@pytest.fixture
def worked_out_once(monkeypatch):
    """Work the month out once: what each of some two hundred pages shows of it is what is looked at."""
    made = {}
    whole = report.figures

    def kept(session, site_id, *, today, about):
        return made.setdefault(about.first, whole(session, site_id, today=today, about=about))

    monkeypatch.setattr(report, "figures", kept)
    return made


def test_every_figure_has_an_address_and_opens_what_makes_it(head, world, clinic, worked_out_once):
    page = head.get(FEBRUARY).text

    (made,) = worked_out_once.values()
    whole = [one for section in made.sections for one in section.figures if one.n is not None]
    some = {(section.key, one.way): one.key for section in made.sections for one in section.figures if one.n}
    shares = {f"{one.key} of" for one in whole if one.key in some.values() and one.of}
    told = check_opens(head, page, {*some.values(), *sorted(shares)[:6]})
    assert told >= {one.key for one in whole}
    assert told >= {f"{one.key} of" for one in whole if one.of is not None}


def test_the_first_thing_on_the_page_are_twelve_figures_with_the_month_before(head, world, clinic):
    page = head.get(FEBRUARY).text

    glance = page[page.index("At a glance") : page.index("</table>")]
    assert glance.count("<tr>") == 13
    assert "Minutes from a stop to the decision" in glance
    assert "more than in the month before: 2" in glance
    assert "Stock: every product reconciles." in page
    assert head.get("/month/charts.svg?month=2026-02").data.startswith(b"<?xml")


def test_without_a_month_it_is_the_last_that_is_over(head, world, clinic):
    assert "2026-02</span>" in head.get("/month").text
    march = head.get("/month?month=2026-03").text
    assert "The month is not over" in march


def test_an_inspector_sees_no_small_counts_and_opens_nothing(inspector, world, clinic):
    page = inspector.get(FEBRUARY).text

    assert "under 5" in page
    assert "/rows?" not in page
    assert inspector.get("/month/census-end/rows?month=2026-02").status_code == 403
    told = inspector.send("/month.pdf", {"paper": "A4", "reader": "clinic"}, page=FEBRUARY)
    assert told.status_code == 422 or b"under 5" in told.data


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.PRESCRIBER, 200),
        (Role.CLINIC_HEAD, 200),
        (Role.INSPECTOR, 200),
        (Role.COUNSELLOR, 403),
        (Role.NURSE, 403),
        (Role.PEER, 403),
    ],
)
def test_who_sees_the_month(client, session, world, role, status):
    client.sign_in(session, world, world.staff[role], at_window=False)

    assert client.get("/month").status_code == status


def text_of(pdf):
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_paper_for_the_clinic_is_whole_and_paper_to_hand_on_is_not(head, session, world, clinic):
    whole = head.send("/month.pdf", {"paper": "A4", "reader": "clinic"}, page=FEBRUARY)
    handed = head.send("/month.pdf", {"paper": "Letter", "reader": "outside"}, page=FEBRUARY)

    first = text_of(whole.data)[0]
    assert "In treatment at the end of the month" in first and "under 5" not in first
    assert "under 5" in text_of(handed.data)[0]
    assert any("Definitions" in page for page in text_of(whole.data))
    session.rollback()
    assert audited_kinds(session)[-2:] == [AuditKind.REPORT_PRINTED] * 2


def test_files_are_as_they_may_leave_the_clinic(head, world, clinic):
    text = head.get("/month.csv?month=2026-02").get_data().decode("utf-8-sig")
    book = head.get("/month.xlsx?month=2026-02")

    (line,) = [line for line in text.splitlines() if line.startswith("census-end,")]
    assert "under 5" in line
    assert book.data[:2] == b"PK"


def test_each_figure_is_defined_with_its_source(head, world, clinic, worked_out_once):
    page = head.get("/month/definitions?month=2026-02").text

    (made,) = worked_out_once.values()
    assert page.count("<dd>") == sum(len(section.figures) for section in made.sections)
    assert "PEPFAR" in page and "UNAIDS" in page


@pytest.mark.parametrize("month", ["march", "2026-13", "0001-01", "9999-12", "2026-05", "2026-02-01"])
def test_months_that_are_none_say_how_to_write_them(head, month):
    assert head.get(f"/month?month={month}").status_code == 422


@pytest.mark.parametrize("paper", ["/month.pdf", "/programme-forms/kp_mat.pdf"])
def test_paper_of_a_month_that_has_not_begun_is_refused_as_its_page_is(head, paper):
    page = paper.removesuffix(".pdf")
    days = {"first": "2026-05-01", "last": "2026-05-31"}

    told = head.send(paper, {"paper": "A4", "reader": "outside", **days}, page=page)

    assert told.status_code == 422 and "This month has not begun." in told.text
    assert head.send(paper, {"paper": "A4", "reader": "outside"}, page=page).content_type == "application/pdf"


def test_a_figure_of_few_people_says_that_they_are_few_whatever_the_figure_counts(inspector, world, clinic):
    page = inspector.get(FEBRUARY).text

    row = page[page.index("from stop to decision, half within") :]
    assert "under 5 people" in row[: row.index("</tr>")], "an hour is not under five minutes"
    row = page[page.index("= in treatment once") :]
    assert re.search(r">\s*under 5\s*<", row[: row.index("</tr>")])


def test_there_is_nothing_behind_a_figure_that_there_is_not(head):
    assert head.get("/month/nothing/rows?month=2026-02").status_code == 404
    assert head.get("/month/census-end/rows?month=2026-02&of=1").status_code == 404


def test_many_rows_stand_on_pages_and_the_number_is_of_all_of_them(head, world, clinic, monkeypatch):
    monkeypatch.setattr(behind, "ROWS_A_PAGE", 2)

    first, last = (head.get(f"/month/in-period/rows?month=2026-02&page={n}").text for n in (1, 3))

    assert "5 rows" in first and "page 1 of 3" in first
    assert "5 rows" in last and last.count('<a href="/people/') == 1
