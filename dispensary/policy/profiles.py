"""Policy profiles: one file a source, read and checked hard into plain values.

Shipped profiles lie beside this module, a site's own in its data folder. All are drafts until a prescriber approves one
for a site; a file that was changed after its approval is refused.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import Any

from dispensary.errors import Refused
from dispensary.wording import N_, say
from models.enums import Medication
from models.units import exact

SHIPPED = Path(__file__).with_name("profiles")


class Mark(StrEnum):
    """How far an entry was checked against its source. What is doubtful never ships and is never loaded."""

    SEEN = "seen"
    SEEN_SECOND_HAND = "seen-2nd"
    KNOWN = "known"


class LimitKind(StrEnum):
    """What of an order a limit is about."""

    FIRST_DOSE = "first_dose"
    FIRST_DAY = "first_day"
    STEP = "step"
    STEP_INTERVAL = "step_interval"
    FIRST_WEEK_RISE = "first_week_rise"


UNITS = {kind: "days" if kind is LimitKind.STEP_INTERVAL else "mg" for kind in LimitKind}


@dataclass(frozen=True)
class OrderLimit:
    """One number that an order is held against, with where it comes from."""

    kind: LimitKind
    medication: Medication
    value: Decimal
    unit: str
    citation: str
    mark: Mark
    effective_from: date
    effective_to: date | None
    checked_on: date
    words: str

    def holds_on(self, day: date) -> bool:
        """Return whether the source holds on a day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


@dataclass(frozen=True)
class Profile:
    """What one source says."""

    id: str
    title: str
    jurisdiction: str
    document: str
    edition: str
    words: str
    order_limits: tuple[OrderLimit, ...]
    digest: str
    """SHA-256 of the file."""


@dataclass(frozen=True)
class Approval:
    """A prescriber's decision on one version of a profile at a site."""

    profile: str
    digest: str
    in_force: bool
    effective_on: date
    approved_at: datetime
    approved_by: str


def load(folders: Iterable[Path]) -> tuple[Profile, ...]:
    """Return every profile of these folders, by id; a folder that is not there holds none.

    Raises:
        Refused: a file cannot be understood, or two files have one id; the words name file and entry.
    """
    files = [file for folder in folders for file in sorted(folder.glob("*.toml"))]
    profiles = [read(file) for file in files]
    for one, other in combinations(profiles, 2):
        if one.id == other.id:
            raise _bad(one.id, "two files have this id")
    return tuple(sorted(profiles, key=lambda profile: profile.id))


def read(file: Path) -> Profile:
    """Return the profile in one file.

    Raises:
        Refused: unknown or missing keys, a doubtful entry, dates that overlap, or a number that is none.
    """
    content = file.read_bytes()
    try:
        data = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad(file.name, f"not readable as TOML: {error}") from error
    entries = data.pop("order_limit", [])
    _check_keys(file.name, data, HEAD, frozenset())
    if not isinstance(entries, list):
        raise _bad(file.name, "order_limit is written as [[order_limit]], once for each")
    if data["id"] != file.stem:
        raise _bad(file.name, f"its id is {data['id']!r}, not its file name")
    limits = tuple(_order_limit(f"{file.name}, order_limit {n}", e) for n, e in enumerate(entries, start=1))
    _check_overlaps(file.name, limits)
    return Profile(**data, order_limits=limits, digest=hashlib.sha256(content).hexdigest())


HEAD = frozenset({"id", "title", "jurisdiction", "document", "edition", "words"})
ENTRY = frozenset({"kind", "medication", "value", "unit", "citation", "mark", "effective_from", "checked_on", "words"})


def _order_limit(where: str, entry: dict[str, Any]) -> OrderLimit:
    _check_keys(where, entry, ENTRY, frozenset({"effective_to"}))
    if entry["mark"] == "doubtful":
        raise _bad(where, "marked doubtful; what is doubtful is not used")
    try:
        limit = OrderLimit(
            kind=LimitKind(entry["kind"]),
            medication=Medication(entry["medication"]),
            value=exact(entry["value"]),
            unit=entry["unit"],
            citation=entry["citation"],
            mark=Mark(entry["mark"]),
            effective_from=_day(entry["effective_from"]),
            effective_to=_day(entry["effective_to"]) if "effective_to" in entry else None,
            checked_on=_day(entry["checked_on"]),
            words=entry["words"],
        )
    except (ValueError, TypeError) as error:
        raise _bad(where, str(error)) from error
    if limit.value <= 0 or limit.unit != UNITS[limit.kind]:
        raise _bad(where, f"{limit.kind} is more than zero and in {UNITS[limit.kind]}")
    if limit.effective_to is not None and limit.effective_to < limit.effective_from:
        raise _bad(where, "ends before it begins")
    return limit


def _check_keys(where: str, table: dict[str, Any], needed: frozenset[str], allowed: frozenset[str]) -> None:
    if not isinstance(table, dict):
        raise _bad(where, "not a table")
    if missing := sorted(key for key in needed if not table.get(key)):
        raise _bad(where, f"missing: {', '.join(missing)}")
    if unknown := sorted(set(table) - needed - allowed):
        raise _bad(where, f"unknown: {', '.join(unknown)}")
    if not_text := sorted(key for key in needed & TEXT if not isinstance(table[key], str)):
        raise _bad(where, f"must be text in quotes: {', '.join(not_text)}")


TEXT = HEAD | (ENTRY - {"effective_from", "checked_on"})
"""What must be written in quotes; a bare number would be read as a binary float."""


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise TypeError(f"not a day: {value!r}")


def _check_overlaps(where: str, limits: Sequence[OrderLimit]) -> None:
    for one, other in combinations(limits, 2):
        if (one.kind, one.medication) != (other.kind, other.medication):
            continue
        if one.holds_on(other.effective_from) or other.holds_on(one.effective_from):
            raise _bad(where, f"two entries for {one.kind} of {one.medication} overlap in time")


def _bad(where: str, problem: str) -> Refused:
    words = say(N_("The policy profile %(where)s cannot be used: %(problem)s."), where=where, problem=problem)
    return Refused(words, code="profile_unreadable")


def refuse_if_changed(profiles: Sequence[Profile], approvals: Iterable[Approval]) -> None:
    """Refuse to work with a profile whose file changed, or is gone, since it was approved.

    Args:
        profiles: as loaded now.
        approvals: the newest decision on each profile, of one site or of all.

    Raises:
        Refused: names every such profile and what to do.
    """
    digests = {profile.id: profile.digest for profile in profiles}
    changed = sorted({a.profile for a in approvals if a.in_force and digests.get(a.profile) != a.digest})
    if changed:
        words = say(
            N_(
                "Approved policy has changed since it was approved: %(which)s. "
                "Put the approved file back; a new text is a new file with an id of its own."
            ),
            which=", ".join(changed),
        )
        raise Refused(words, code="profile_changed")
