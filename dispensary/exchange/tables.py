"""Reading one CSV file as a stream: its header, then row by row, each bad cell named by file, line and column.

Files may be compressed with gzip. Bytes that are not UTF-8 travel on as lone surrogates, so that the cell is named
in which they stand.
"""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from dispensary.exchange.cells import Reader
from dispensary.exchange.faults import Faults, Unreadable
from dispensary.wording import N_, Words, say

EMPTY = say(N_("is empty"))


@dataclass(frozen=True)
class Column:
    """One column of a file: its name, how a cell is read, and whether the cell may be empty or the column absent."""

    name: str
    read: Reader
    needed: bool = False


@dataclass(frozen=True)
class Row:
    """One row: its line and the value of every column of the layout; None where a cell is empty or unreadable."""

    line: int
    values: dict[str, Any]
    whole: bool
    """Every cell could be read; those that could not are noted already."""


def find(folder: Path, name: str) -> Path | None:
    """Return the file of a folder with this name, plain or compressed, if there is one."""
    return next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)


def digest_of(path: Path) -> str:
    """Return SHA-256 over a file as it lies on the disk."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of_text(text: str) -> str:
    """Return SHA-256 over a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def rows(path: Path, columns: tuple[Column, ...], faults: Faults) -> Iterator[Row]:
    """Yield the rows of a file; what cannot be read is noted."""
    try:
        with _opened(path) as raw, io.TextIOWrapper(raw, "utf-8-sig", errors="surrogateescape", newline="") as lines:
            yield from _rows(path.name, csv.reader(lines, strict=True), columns, faults)
    except (EOFError, OSError, zlib.error) as error:
        faults.refuse(path.name, 1, "", say(N_("the file cannot be read: %(why)s"), why=type(error).__name__))


def _opened(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def _rows(file: str, reader: Any, columns: tuple[Column, ...], faults: Faults) -> Iterator[Row]:
    try:
        header: list[str] = next(reader, [])
        present = _present(file, header, columns, faults)
        if present is None:
            return
        absent = {column.name: None for column in columns}
        for cells in reader:
            if any(cells):
                row = _row(file, reader.line_num, cells, present, absent, faults)
                if row is not None:
                    yield row
    except csv.Error as error:
        faults.refuse(file, reader.line_num, "", say(N_("is no CSV from here on: %(why)s"), why=str(error)))


def _present(file: str, header: list[str], columns: tuple[Column, ...], faults: Faults) -> list[Column] | None:
    """Return the layout's columns in the order of the file, or None where the header is wrong."""
    by_name = {column.name: column for column in columns}
    names = [name.strip(" ") for name in header]
    if not header or any("\udc80" <= c <= "\udcff" or c == "\0" for name in names for c in name):
        faults.refuse(file, 1, "", say(N_("has no header, or is not UTF-8; save the file as CSV UTF-8")))
        return None
    wrong: list[tuple[str, Words]] = [
        (column.name, say(N_("this column is missing")))
        for column in columns
        if column.needed and column.name not in names
    ]
    wrong += [
        (printable(name), say(N_("is no column of this file; it knows: %(names)s"), names=", ".join(by_name)))
        for name in names
        if name not in by_name
    ]
    wrong += [(name, say(N_("this column stands twice"))) for name in by_name if names.count(name) > 1]
    for name, words in wrong:
        faults.refuse(file, 1, name, words)
    return None if wrong else [by_name[name] for name in names]


def _row(
    file: str, line: int, cells: list[str], present: list[Column], absent: dict[str, None], faults: Faults
) -> Row | None:
    if len(cells) != len(present):
        words = say(N_("has %(cells)s cells, the header has %(columns)s"), cells=len(cells), columns=len(present))
        faults.refuse(file, line, "", words)
        return None
    values: dict[str, Any] = dict(absent)
    whole = True
    for column, cell in zip(present, cells, strict=True):
        try:
            stripped = cell.strip(" ")
            if stripped:
                values[column.name] = column.read(stripped)
            elif column.needed:
                raise Unreadable(EMPTY)
        except Unreadable as unreadable:
            faults.refuse(file, line, column.name, unreadable.words)
            whole = False
    return Row(line, values, whole)


def printable(text: str) -> str:
    """Return a name out of a file fit for a terminal: short, without control characters."""
    return "".join(c if c.isprintable() else "?" for c in text[:40])
