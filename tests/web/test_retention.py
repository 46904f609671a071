"""Retention over HTTP: the page, its curve, files and paper, who is behind a number, and who may see it."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader

from models import EpisodeEnd, SiteSetting
from models.enums import AuditKind, EpisodeEndReason, Role, SettingKey
from tests import factories
from tests.rows import audited_kinds

DAY = timedelta(days=1)


def course(session, world, doses, *, ago=100, reason=None, ended=None, **dose):
    """Make somebody dosed on the first so many days of a course that began so long ago."""
    who = factories.person(session)
    first = world.day - ago * DAY
    stay = factories.episode(session, world, who, admitted_on=first)
    for n in range(doses):
        factories.imported_dose(session, world, who, at=world.at - (ago - n) * DAY, **dose)
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


def test_without_a_group_the_first_is_listed(head, some):
    assert "13 courses" in head.get("/retention/people").text


def test_where_there_is_nobody_the_list_is_empty(head):
    assert "0 courses" in head.get("/retention/people").text


@pytest.mark.parametrize("address", ["/retention/people?group=9", "/retention/people?group=0&way=away"])
def test_there_is_no_such_number(head, some, address):
    assert head.get(address).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        "by=weather",
        "gap=0",
        "gap=x",
        "gap=99999999",
        "ci=linear",
        "from=yesterday",
        "of=nobody",
        "follow_up=-1",
        "days=1,x",
    ],
)
def test_what_is_not_understood_is_refused_in_words(head, some, asked):
    answer = head.get(f"/retention?{asked}")

    assert answer.status_code == 422
    assert "was not understood" in answer.text


@pytest.mark.parametrize("day", ["0001-01-01", "0002-01-01", "9999-12-31"])
def test_days_of_no_clinics_time_find_nobody_or_everybody(head, some, day):
    for asked in (f"from={day}", f"until={day}", f"from={day}&until={day}&of="):
        assert head.get(f"/retention?{asked}").status_code == 200


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


TREATED = [(6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1), (16, 1), (17, 0), (19, 0),
           (20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0)]  # fmt: skip
"""The published remissions of Freireich and others (1963), the treated group, in days as they were in weeks."""


@pytest.fixture
def published(session, world):
    for n, (days, lost) in enumerate(TREATED):
        factories.cohort_course(session, world, course=f"t{n}", days=days, lost=bool(lost), clinic="Treated")
    session.commit()


ASKED = "of=elsewhere&by=clinic&ci=log&days=6,7,10,13,16,22,23"
PUBLISHED = {6: (0.857, 0.720, 1), 7: (0.807, 0.653, 0.996), 10: (0.753, 0.586, 0.968), 13: (0.690, 0.510, 0.935),
             16: (0.627, 0.439, 0.896), 22: (0.538, 0.337, 0.858), 23: (0.448, 0.249, 0.807)}  # fmt: skip
"""Share, lower and upper end at each remission that ended, as R's survival prints them."""


def to_three_places(cells):
    """Numbers of four places, as alike as they can be to others of three."""
    return pytest.approx([float(cell) for cell in cells], abs=0.00055)


def test_a_published_cohort_stands_on_the_page_to_the_printed_digit(head, published):
    page = " ".join(head.get(f"/retention?{ASKED}").text.split())

    table = page[page.index("At risk, lost so far") :].split("</table>")[0]
    lines = [re.findall(r'<td class="num[^"]*">([^<]*)</td>', row) for row in table.split("<tr>")[2:]]
    assert [int(line[0]) for line in lines[1:]] == list(PUBLISHED)
    for day, _, _, share, between in lines[1:]:
        assert list(PUBLISHED[int(day)]) == to_three_places(Decimal(c) / 100 for c in (share, *between.split("–")))
    assert '<td class="num">23</td> <td class="num">16 to –</td>' in page
    assert "No daily doses, so no rule of days without one" in page


def test_files_and_paper_of_a_cohort_say_the_same_digits_but_of_few(head, published):
    asked = dict(part.split("=") for part in ASKED.split("&"))

    listed = list(csv.reader(head.get(f"/retention.csv?{ASKED}").text.splitlines()))
    answer = head.send("/retention.pdf", {"paper": "A4", **asked}, page=f"/retention?{ASKED}")
    printed = " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.data)).pages).split())

    assert [int(line[1]) for line in listed[2:]] == [10, 13, 16, 22, 23]
    for _, day, at_risk, lost, *cells in listed[2:]:
        assert list(PUBLISHED[int(day)]) == to_three_places(cells)
        assert f"Treated {day} {at_risk} {lost} {' '.join(f'{Decimal(cell):.4f}' for cell in cells)}" in printed
    assert "on the logarithm (log)" in printed


def test_the_year_before_is_said_whatever_days_are_asked_for(head, session, world):
    for n in range(6):
        course(session, world, 3, ago=60)
        course(session, world, 3 if n else 300, ago=60 + 365)
    session.commit()

    page = head.get(f"/retention?from={(world.day - 70 * DAY).isoformat()}").text

    months = " ".join(page[page.index("Lost by month of admission") :].split())
    assert '<td class="num count">100.00</td>' in months
    assert '<td class="num count">83.33</td>' in months


def test_a_clinic_may_hide_larger_counts(head, session, world, some):
    key, value = SettingKey.HIDE_BELOW, "20"
    factories.save(
        session, SiteSetting(key=key, value=value, version=1, effective_on=world.day, **factories.stamp(world))
    )
    session.commit()

    assert head.get("/retention.csv?by=clinic").text.count("\n") == 1
    assert "counts under 20" in head.get("/retention").text


def test_where_there_is_nobody_the_page_says_what_to_do(head):
    assert "There are no courses of treatment to count." in head.get("/retention").text


@pytest.mark.parametrize("role", [Role.NURSE, Role.INSPECTOR, Role.ADMINISTRATOR])
def test_only_who_may_sees_it(client, session, world, role):
    other = client.sign_in(session, world, world.staff[role], at_window=False)

    assert other.get("/retention").status_code == 403
