"""Register pages: the numbers of the screen, a running balance, digests, and the seal at the foot."""

import csv
import io

import pytest
from pypdf import PdfReader

from dispensary.errors import NotFound
from dispensary.rules.register_slip import PAGE_ROWS
from reports import page, register, sheet
from tests import factories
from tests.reports.made_up import SPEAK


@pytest.fixture
def book(session, world):
    """Ask for pages of the methadone register after enough doses for two of them, one of them reversed."""
    for _ in range(PAGE_ROWS):
        who = factories.person(session)
        dose = factories.dose(session, world, who, factories.order(session, world, who))
    factories.reversal(session, world, dose, poured=True)
    session.commit()

    def figures(first: int, last: int):
        about = page.heading(session, world.site.id, world.day, world.day, printed_by="Rosa", printed_at=world.at)
        return register.figures(session, world.site.id, world.products["methadone"].id, first, last, about=about)

    return figures


def pages_of(pdf):
    return [one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages]


def test_each_register_page_is_a_sheet_with_balances_and_digests(book):
    figures = book(1, 2)

    first, second = pages_of(register.render(figures, speak=SPEAK))

    assert "register page 1 of 2" in first
    assert "Brought forward: 0 mL" in first
    assert "Carried on: 808 mL" in first
    assert "register page 2 of 2" in second
    assert "Brought forward: 808 mL" in second
    assert "takes back no. 26" in second
    for row in figures.rows:
        assert row.digest[: register.DIGEST_SHOWN] in first + second


def test_page_without_a_seal_says_so(book):
    assert "Not sealed yet" in pages_of(register.render(book(2, 2), speak=SPEAK))[0]


def test_page_that_does_not_exist_is_not_found(book):
    with pytest.raises(NotFound):
        book(3, 4)


def test_file_has_each_line_with_its_chained_text(book):
    figures = book(1, 2)

    rows = list(
        csv.DictReader(io.StringIO(sheet.to_csv(register.as_sheet(figures, SPEAK), SPEAK.zone).decode("utf-8-sig")))
    )

    assert [int(row["number"]) for row in rows] == list(range(1, len(rows) + 1))
    assert rows[0]["in"] == "1000"
    assert rows[1]["out"] == "8"
    assert rows[1]["balance"] == "992"
    assert rows[1]["person"]
    assert rows[-1]["what"] == "wasted"


def test_same_lines_give_the_same_bytes(book):
    assert register.render(book(1, 2), speak=SPEAK) == register.render(book(1, 2), speak=SPEAK)


def test_lines_of_a_mistake_a_replacement_and_a_spill_say_so(session, world):
    who = factories.person(session)
    of = factories.order(session, world, who)
    factories.spill(session, world, who, of)
    came_up = factories.dose(session, world, who, of)
    factories.vomiting(session, world, came_up)
    factories.replacement(session, world, came_up)
    factories.incident(session, world, who, of)
    session.commit()
    about = page.heading(session, world.site.id, world.day, world.day, printed_by="Rosa", printed_at=world.at)

    figures = register.figures(session, world.site.id, world.products["methadone"].id, 1, 1, about=about)

    said = [", ".join(SPEAK(words) for words in register.remarks(row)) for row in figures.rows]
    assert said == ["", "spilt, the cup tipped over", "", "replacement given", "⚠ DOSING INCIDENT"]
    assert [row.person_number for row in figures.rows] == ["", *[who.number] * 4]
    assert [row.witness_initials for row in figures.rows] == ["WR", "WR", "", "", ""]
