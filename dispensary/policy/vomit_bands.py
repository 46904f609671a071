"""What a profile says of a dose that came up again: how much of it is replaced, by the minutes since it was swallowed.

The bands of one drug follow each other without a gap from minute 0 on, and what they replace never grows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any

from dispensary.policy.entries import CITED, Cited, bad, check_keys, cited, fraction
from models.enums import Medication


@dataclass(frozen=True)
class VomitBand(Cited):
    """What a dose of one drug is worth that came up between two minutes after it was swallowed, both included."""

    medication: Medication
    from_minutes: int
    until_minutes: int | None
    """None: however much later."""
    share: Fraction
    """What of the dose the source replaces: 1 all of it, 0 nothing."""
    words: str
    number: int
    """1 for the first band of its drug."""

    def holds_at(self, minutes: int) -> bool:
        """Return whether the band is about so many minutes."""
        return self.from_minutes <= minutes and (self.until_minutes is None or minutes <= self.until_minutes)


ENTRY = CITED | {"medication", "from_minutes", "share", "words"}


def read_vomit_bands(file: str, entries: Sequence[dict[str, Any]]) -> tuple[VomitBand, ...]:
    """Return the bands of one profile, in the order in which they are written.

    Raises:
        Refused: keys missing or unknown, a number that is none, or bands of a drug that leave a gap, overlap or grow.
    """
    for n, entry in enumerate(entries, start=1):
        check_keys(f"{file}, vomit_band {n}", entry, ENTRY, frozenset({"until_minutes", "effective_to"}))
    bands: list[VomitBand] = []
    for n, entry in enumerate(entries, start=1):
        bands.append(_band(f"{file}, vomit_band {n}", entry, bands))
    _check_rows(file, bands)
    return tuple(bands)


def _band(where: str, entry: dict[str, Any], before: Sequence[VomitBand]) -> VomitBand:
    try:
        medication, where_it_stands = Medication(entry["medication"]), cited(entry)
        return VomitBand(
            medication=medication,
            from_minutes=_minutes(entry["from_minutes"]),
            until_minutes=_minutes(entry["until_minutes"]) if "until_minutes" in entry else None,
            share=fraction(entry["share"]),
            words=entry["words"],
            number=1 + sum(1 for b in before if _row(b) == (medication, where_it_stands["effective_from"])),
            **where_it_stands,
        )
    except (ValueError, TypeError) as error:
        raise bad(where, str(error)) from error


def _minutes(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"not whole minutes: {text!r}")
    return int(text)


def _row(band: VomitBand) -> tuple[Medication, Any]:
    return band.medication, band.effective_from


def _check_rows(file: str, bands: Sequence[VomitBand]) -> None:
    """Check that the bands of a drug make one row from minute 0 to no end, and that two rows do not hold at once."""
    rows = [list(row) for _, row in groupby(sorted(bands, key=_row), key=_row)]
    for row in rows:
        whose = f"the vomit bands of {row[0].medication}"
        if row[0].from_minutes != 0 or row[-1].until_minutes is not None or not all(map(_follows, row, row[1:])):
            raise bad(file, f"{whose} do not follow each other from minute 0 on, the last one without an end")
        if any(after.share > before.share for before, after in pairwise(row)):
            raise bad(file, f"{whose} replace more of what came up later")
        if any(band.effective_to != row[0].effective_to for band in row):
            raise bad(file, f"{whose} do not all hold for the same time")
    for one, other in pairwise(rows):
        if one[0].medication is other[0].medication and one[0].holds_on(other[0].effective_from):
            raise bad(file, f"the vomit bands of {one[0].medication} overlap in time")


def _follows(before: VomitBand, after: VomitBand) -> bool:
    until = before.until_minutes
    return until is not None and before.from_minutes <= until and after.from_minutes == until + 1
