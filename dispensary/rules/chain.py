"""Chains of digests: how a row is written down, how it hangs on the row before, and where a chain breaks.

Pure, so that a printed or exported page can be checked by anyone who holds the file, without the database.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

GENESIS = ""
"""The digest before the first row."""

TEXT_DIGEST = 16
"""Characters of the digest that stands for a free text: enough to see that it was changed."""

ROW_DIGEST = 32
"""Characters of the digest that stands for a whole row."""

TOO_LARGE = 2**63
"""No number that a database holds is so large: one that is was written there by hand."""


def body(layout: int, fields: Mapping[str, Any]) -> str:
    """Return the stored text of a row: JSON with sorted keys, strings, integers and null only.

    Quantities are written as whole thousandths, days as ISO dates, moments as UTC with six digits and `Z`.
    `layout` numbers the set of fields, so that an old row can still be read after the fields change.
    """
    return json.dumps(
        {"layout": layout} | {k: written(v) for k, v in fields.items()},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )


def written(value: Any) -> str | int | None:
    """Return a value as it stands in a chained row.

    Raises:
        TypeError: a value of a kind that is never chained, a binary float among them.
    """
    match value:
        case None | bool() | int():
            return value if value is None else int(value)
        case StrEnum():
            return str(value.value)
        case Decimal():
            return int(value * 1000)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case date():
            return value.isoformat()
        case str():
            return unicodedata.normalize("NFC", value)
    raise TypeError(f"does not belong in a chained row: {type(value).__name__}")


def said(columns: Mapping[str, Any]) -> dict[str, str | int | None]:
    """Return what a fact says, column by column, as it is written into the audit: each name begins with `row.`.

    Free text is there as a digest only: it can be checked, and not read.
    """
    return {f"row.{name}": _said(value) for name, value in columns.items()}


def row_digest(columns: Mapping[str, Any]) -> str:
    """Return the digest that stands in the audit for a whole row; free text is in it, and cannot be read out of it."""
    return hashlib.sha256(body(1, said(columns)).encode()).hexdigest()[:ROW_DIGEST]


def mentions(rows: Iterable[tuple[str, int, str]]) -> str:
    """Return rows as an audit row names them: `claim 7 0f3a…; dose_line 9 77b2…`."""
    return "; ".join(f"{table} {number} {of}" for table, number, of in rows)


def mentioned(text: object) -> list[tuple[str, int, str]]:
    """Return the rows that an audit row names: table, id, digest; none where it names none or cannot be read."""
    try:
        found = [part.split(" ") for part in str(text or "").split("; ") if part]
        return [(table, int(number), of) for table, number, of in found]
    except ValueError:
        return []


def _said(value: Any) -> str | int | None:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str) and not isinstance(value, StrEnum):
        return hashlib.sha256(value.encode()).hexdigest()[:TEXT_DIGEST] if value else ""
    return written(value)


def digest(previous: str, text: str) -> str:
    """Return SHA-256 over the digest before, a line feed, and the row's text; hexadecimal."""
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def fields(text: object) -> dict[str, Any]:
    """Return the fields of a chained text; none of one that cannot be read, whatever somebody made of it."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def whole(value: object) -> int | None:
    """Return a whole number as chained texts hold it, such as thousandths of a unit; None for anything else."""
    return value if type(value) is int and abs(value) < TOO_LARGE else None


@dataclass(frozen=True)
class Link:
    """One row of a chain as it was found."""

    number: int
    body: str
    previous_digest: str
    digest: str


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold, and how."""

    number: int
    what: str


def breaks(links: Iterable[Link], *, number: int = 0, previous: str = GENESIS) -> Iterator[Break]:
    """Yield each place where the chain does not hold, first to last; nothing where it is whole.

    Args:
        links: rows in order of their numbers.
        number: the number before the first row.
        previous: the digest before the first row.
    """
    for link in links:
        if link.number != number + 1:
            yield Break(link.number, "number_missing" if link.number > number + 1 else "number_repeated")
        if link.previous_digest != previous:
            yield Break(link.number, "does_not_follow")
        elif digest(link.previous_digest, link.body) != link.digest:
            yield Break(link.number, "row_changed")
        number, previous = link.number, link.digest


def sealed_text(chain: str, number: int, head: str, at: datetime) -> bytes:
    """Return the bytes that a seal signs: chain, number of its last row, its digest, and the moment."""
    return body(1, {"chain": chain, "number": number, "digest": head, "at": at}).encode()
