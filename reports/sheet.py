"""The same figures as a table for other programs: CSV and XLSX, alike to the byte for the same figures."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import xlsxwriter

from models.units import plain

Cell = str | int | Decimal | date | datetime | None

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
LONGEST_TAB = 31
NOT_ON_A_TAB = str.maketrans("[]:*?/\\", " " * 7)
"""What Excel takes as the name of a worksheet."""


@dataclass(frozen=True)
class Sheet:
    """One table: its name, headings that carry the unit, and rows of values."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def text_of(cell: Cell, zone: ZoneInfo) -> str:
    """Return a value as text: numbers exactly, days as year-month-day, moments with the zone's offset."""
    match cell:
        case None:
            return ""
        case Decimal():
            return plain(cell)
        case datetime():
            return cell.astimezone(zone).isoformat(timespec="seconds")
        case date():
            return cell.isoformat()
        case StrEnum():
            return str(cell.value)
    return str(cell)


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe goes before it, which our import undoes."""
    return f"'{text}" if text.startswith(FORMULA) else text


def to_csv(sheet: Sheet, zone: ZoneInfo) -> bytes:
    """Return the table as CSV in UTF-8 with a mark, so that a spreadsheet reads names in any script."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([guarded(heading) for heading in sheet.headings])
    for row in sheet.rows:
        writer.writerow(
            [guarded(text) if isinstance(cell, str) else text for cell in row for text in [text_of(cell, zone)]]
        )
    return out.getvalue().encode("utf-8-sig")


def tab_names(names: Sequence[str]) -> list[str]:
    """Return names as a workbook takes them on its tabs: short, without the signs of an address, no two alike.

    A translation may be longer than the English words, or begin two of them alike.
    """
    told: list[str] = []
    for name in names:
        plain = name.translate(NOT_ON_A_TAB).strip("' ") or "-"
        taken = {other.casefold() for other in told}
        endings = ("", *(f" {n}" for n in range(2, len(names) + 2)))
        tries = (plain[: LONGEST_TAB - len(ending)] + ending for ending in endings)
        told.append(next(one for one in tries if one.casefold() not in taken))
    return told


def to_xlsx(sheets: Sequence[Sheet], zone: ZoneInfo, made_at: datetime) -> bytes:
    """Return the tables as one XLSX file, a sheet each; its date is the moment given.

    Numbers are numbers, everything else is text: no cell is ever a formula.
    """
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "constant_memory": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"created": made_at.replace(tzinfo=None)})
    bold = book.add_format({"bold": True})
    for sheet, name in zip(sheets, tab_names([sheet.name for sheet in sheets]), strict=True):
        page = book.add_worksheet(name)
        page.freeze_panes(1, 0)
        for column, heading in enumerate(sheet.headings):
            page.write_string(0, column, heading, bold)
        for number, row in enumerate(sheet.rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int | Decimal):
                    page.write_number(number, column, cell)
                elif cell is not None:
                    page.write_string(number, column, text_of(cell, zone))
    book.close()
    return out.getvalue()
