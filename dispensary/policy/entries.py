"""The checks that every entry of a policy profile passes: no key too few or too many, cited, dated, and nothing doubtful."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from dispensary.errors import Refused
from dispensary.wording import N_, say


class Mark(StrEnum):
    """How far an entry was checked against its source. What is doubtful never ships and is never loaded."""

    SEEN = "seen"
    SEEN_SECOND_HAND = "seen-2nd"
    KNOWN = "known"


CITED = frozenset({"citation", "mark", "effective_from", "checked_on"})
"""What every entry carries beside what it says."""
NOT_IN_QUOTES = frozenset(
    {"effective_from", "effective_to", "checked_on", "medications", "names", "evidence", "phases", "row", "urgent"}
)
"""All else is written in quotes; a bare number would be read as a binary float."""


def check_keys(where: str, table: dict[str, Any], needed: frozenset[str], allowed: frozenset[str]) -> None:
    """Check that a table holds what it must, nothing that nobody reads, and no bare numbers.

    Raises:
        Refused: names what is missing, unknown or not in quotes.
    """
    if not isinstance(table, dict):
        raise bad(where, "not a table")
    if missing := sorted(key for key in needed if table.get(key) in (None, "", [])):
        raise bad(where, f"missing: {', '.join(missing)}")
    if unknown := sorted(set(table) - needed - allowed):
        raise bad(where, f"unknown: {', '.join(unknown)}")
    if not_text := sorted(key for key in set(table) - NOT_IN_QUOTES if not isinstance(table[key], str)):
        raise bad(where, f"must be text in quotes: {', '.join(not_text)}")


@dataclass(frozen=True)
class Cited:
    """Where an entry stands in its source, since when it holds there, and how far and when that was checked."""

    citation: str
    mark: Mark
    effective_from: date
    effective_to: date | None
    checked_on: date

    def holds_on(self, on: date) -> bool:
        """Return whether the source holds on a day."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)

    def overlaps(self, other: "Cited") -> bool:
        """Return whether two entries hold on some same day."""
        return self.holds_on(other.effective_from) or other.holds_on(self.effective_from)


def cited(entry: dict[str, Any]) -> dict[str, Any]:
    """Return where an entry stands, as the fields of `Cited`; what is doubtful is not used.

    Raises:
        ValueError: it is doubtful, ends before it begins, or carries a mark that nobody knows.
        TypeError: a day is none.
    """
    if entry["mark"] == "doubtful":
        raise ValueError("marked doubtful; what is doubtful is not used")
    effective_from = _day(entry["effective_from"])
    effective_to = _day(entry["effective_to"]) if "effective_to" in entry else None
    if effective_to is not None and effective_to < effective_from:
        raise ValueError("ends before it begins")
    return {
        "citation": entry["citation"],
        "mark": Mark(entry["mark"]),
        "effective_from": effective_from,
        "effective_to": effective_to,
        "checked_on": _day(entry["checked_on"]),
    }


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise TypeError(f"not a day: {value!r}")


def words_of(listed: object) -> list[str]:
    """Return a list of words in quotes.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(listed, list) or not all(isinstance(word, str) and word for word in listed):
        raise TypeError(f"not a list of words in quotes: {listed!r}")
    return listed


def whole_number(text: str) -> int:
    """Return a whole number of days or the like.

    Raises:
        ValueError: it is none.
    """
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"not a whole number: {text!r}")
    return int(text)


def fraction(text: str) -> Fraction:
    """Return a share of a dose, such as 1, 1/2 or 0.

    Raises:
        ValueError: it is none, or not between 0 and 1.
    """
    try:
        share = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"not a share such as 1, 1/2 or 0: {text!r}") from None
    if not 0 <= share <= 1:
        raise ValueError("a share is between 0 and 1")
    return share


def bad(where: str, problem: str) -> Refused:
    """Return the refusal of a profile, with the place and what is wrong there."""
    words = say(N_("The policy profile %(where)s cannot be used: %(problem)s."), where=where, problem=problem)
    return Refused(words, code="profile_unreadable")
