"""A random draw that anybody can do again: from the frozen list and the seed, with nothing but SHA-256.

The list is frozen, and its digest written down, before the seed is made. Each place of the list has a rank, the SHA-256 of
`seed:digest of the list:place`; the places with the lowest ranks are drawn. (docs/urine-draw.md)
"""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from dispensary.wording import N_, Words, say

METHOD = "sha256-rank-1"
"""The name of this way of drawing; another way gets another name."""


@dataclass(frozen=True)
class Drawn:
    """One place of the list, its record, its rank, and whether it was drawn."""

    number: int
    person_id: int
    rank: str
    drawn: bool


def list_digest(person_ids: Sequence[int]) -> str:
    """Return the digest of a list: of the lines `place,record`, places from 1, each ended by a line feed."""
    lines = "".join(f"{number},{person_id}\n" for number, person_id in enumerate(person_ids, start=1))
    return hashlib.sha256(lines.encode("ascii")).hexdigest()


def rank(seed: str, digest: str, number: int) -> str:
    """Return the rank of a place."""
    return hashlib.sha256(f"{seed}:{digest}:{number}".encode("ascii")).hexdigest()


def draw(person_ids: Sequence[int], seed: str, wanted: int) -> tuple[Drawn, ...]:
    """Return the whole list with those of the lowest ranks drawn, in the order of the list."""
    digest = list_digest(person_ids)
    ranks = {number: rank(seed, digest, number) for number in range(1, len(person_ids) + 1)}
    chosen = set(sorted(ranks, key=lambda number: ranks[number])[:wanted])
    return tuple(
        Drawn(number, person_ids[number - 1], value, number in chosen) for number, value in sorted(ranks.items())
    )


COLUMNS = ("drawn_on", "turn", "wanted", "method", "seed", "list_digest", "place", "record", "rank", "drawn")
"""Of the file of a draw; the first six say the same in every row."""
OF_THE_DRAW = COLUMNS[:6]
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Checked:
    """What a file of a draw says, and everything in it that does not hold."""

    listed: int
    wanted: int
    drawn: tuple[int, ...]
    """Records that were drawn."""
    faults: tuple[Words, ...]


def check(content: str) -> Checked:
    """Do the draw of a file again and compare: the digest of the list, each rank, and who was drawn."""
    rows = list(csv.DictReader(StringIO(content.removeprefix("\ufeff"))))
    if not rows or set(COLUMNS) - set(rows[0]):
        return _unreadable(say(N_("This is no file of a draw: its columns are missing.")))
    if any(None in row or None in row.values() for row in rows):
        return _unreadable(say(N_("A row has too many cells, or too few.")))
    if any(len({row[column] for row in rows}) > 1 for column in OF_THE_DRAW):
        return _unreadable(say(N_("The rows are of more than one draw.")))
    if not all(_is_number(row[column]) for row in rows for column in ("place", "record", "wanted")):
        return _unreadable(say(N_("A place, a record or the number wanted is not a whole number.")))
    return _compared(rows)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(10**12))


def _unreadable(why: Words) -> Checked:
    return Checked(0, 0, (), (why,))


def _compared(rows: list[dict[str, str]]) -> Checked:
    first, faults = rows[0], []
    rows = sorted(rows, key=lambda row: int(row["place"]))
    people, wanted = [int(row["record"]) for row in rows], int(first["wanted"])
    if first["method"] != METHOD:
        faults.append(say(N_("This program does not know the way of drawing %(method)s."), method=first["method"]))
    if [int(row["place"]) for row in rows] != list(range(1, len(rows) + 1)):
        faults.append(say(N_("The places of the list are not 1 to %(n)s, each once."), n=len(rows)))
    if not first["seed"].isascii() or list_digest(people) != first["list_digest"]:
        faults.append(say(N_("The list is not the one that was frozen: its digest is another.")))
        return Checked(len(rows), wanted, (), tuple(faults))
    for row, again in zip(rows, draw(people, first["seed"], wanted), strict=True):
        if row["rank"] != again.rank:
            faults.append(say(N_("The rank of place %(place)s is another."), place=again.number))
        if row["drawn"] != (YES if again.drawn else NO):
            words = N_("Place %(place)s was drawn, and does not say so.")
            other = N_("Place %(place)s says that it was drawn, and was not.")
            faults.append(say(words if again.drawn else other, place=again.number))
    drawn = tuple(again.person_id for again in draw(people, first["seed"], wanted) if again.drawn)
    return Checked(len(rows), wanted, drawn, tuple(faults))
