"""The same figures as CSV and XLSX: no cell is ever a formula, and the same figures give the same bytes."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from reports.sheet import LONGEST_TAB, Sheet, tab_names, to_csv, to_xlsx

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def rows_of(sheet):
    return list(csv.reader(io.StringIO(to_csv(sheet, ZONE).decode("utf-8-sig"))))


@pytest.mark.parametrize("typed", ["=1+1", "+84 90", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_begins_like_a_formula_is_written_as_text(typed):
    assert rows_of(Sheet("log", ["name"], [[typed]]))[1] == [f"'{typed}"]


def test_numbers_are_exact_and_negative_ones_stay_numbers():
    assert rows_of(Sheet("log", ["mg"], [[Decimal("-8.500")], [Decimal("0.1")], [3], [None]]))[1:] == [
        ["-8.5"],
        ["0.1"],
        ["3"],
        [""],
    ]


def test_days_and_moments_say_their_zone():
    assert rows_of(Sheet("log", ["day", "at"], [[date(2026, 3, 2), AT]]))[1] == [
        "2026-03-02",
        "2026-03-02T08:30:00+07:00",
    ]


def test_workbook_holds_no_formula_and_the_same_figures_give_the_same_bytes():
    sheet = Sheet("log", ["name", "mg"], [["=HYPERLINK(1)", Decimal("80.5")]])

    book = to_xlsx([sheet], ZONE, AT)

    inside = zipfile.ZipFile(io.BytesIO(book))
    page = inside.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in page
    assert "80.5" in page
    assert "=HYPERLINK(1)" in inside.read("xl/sharedStrings.xml").decode()
    assert book == to_xlsx([sheet], ZONE, AT)


def test_names_in_any_script_survive():
    assert rows_of(Sheet("log", ["name"], [["Nguyễn Hường 髙橋"]]))[1] == ["Nguyễn Hường 髙橋"]
    assert to_csv(Sheet("log", ["name"], []), ZONE).startswith(b"\xef\xbb\xbf")


def test_tabs_of_a_workbook_are_short_plain_and_all_different():
    names = [
        "[What alerts would have been worth, by month]",
        "[What alerts would have been worth, by group]",
        "'",
        "a/b",
    ]

    told = tab_names(names)

    assert told == ["What alerts would have been wor", "What alerts would have been w 2", "-", "a b"]
    assert max(map(len, told)) <= LONGEST_TAB
    assert to_xlsx([Sheet(name, ["x"], [[1]]) for name in names], ZoneInfo("UTC"), datetime(2026, 3, 2, tzinfo=UTC))
