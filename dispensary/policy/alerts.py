"""What a profile says of people's health before a dose: interacting medicines, QTc, pregnancy, allergies, naloxone.

Each entry is one sentence of what it can do, one of what to do next, and where that stands.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Any

from dispensary.policy.entries import CITED, Cited, bad, check_keys, cited, words_of
from models.enums import HealthFactKind, Medication
from models.units import exact


@dataclass(frozen=True)
class AlertEntry(Cited):
    """One thing to know about a person's health before a dose, as one source says it."""

    key: str
    kind: HealthFactKind
    medications: tuple[Medication, ...]
    """The drugs that it concerns."""
    can_do: str
    to_do: str
    urgent: bool
    """Whether the prescriber is asked before the dose."""
    names: tuple[str, ...]
    """What people write for it: a medicine, or a substance someone is allergic to."""
    from_ms: Decimal | None
    """Of a QTc: from so many milliseconds."""
    below_ms: Decimal | None
    after_months: Decimal | None
    """Of a QTc: from what age on it is measured anew."""
    above_mg: Decimal | None
    """On more than this a day, without any QTc on record, an ECG is asked for."""


NEEDED = CITED | {"key", "kind", "medications", "can_do", "to_do", "urgent"}
NAMED = (HealthFactKind.MEDICINE, HealthFactKind.ALLERGY)
OF_A_QTC = ("after_months", "above_mg", "from_ms")
"""What an entry about QTc is about: one of these."""


def read_alerts(file: str, entries: Sequence[dict[str, Any]]) -> tuple[AlertEntry, ...]:
    """Return the alert entries of one profile.

    Raises:
        Refused: keys missing or unknown, a number that is none, or two entries that say the same thing at one time.
    """
    alerts = tuple(_alert(f"{file}, alert {n}", entry) for n, entry in enumerate(entries, start=1))
    _check_told_apart(file, alerts)
    return alerts


def _alert(where: str, entry: dict[str, Any]) -> AlertEntry:
    needed, allowed = _keys_of(entry)
    check_keys(where, entry, needed, allowed | {"effective_to"})
    try:
        return AlertEntry(
            key=entry["key"],
            kind=HealthFactKind(entry["kind"]),
            medications=tuple(Medication(word) for word in words_of(entry["medications"])),
            can_do=entry["can_do"],
            to_do=entry["to_do"],
            urgent=_yes_or_no(entry["urgent"]),
            names=tuple(words_of(entry.get("names", []))),
            from_ms=_number(entry, "from_ms"),
            below_ms=_number(entry, "below_ms"),
            after_months=_number(entry, "after_months"),
            above_mg=_number(entry, "above_mg"),
            **cited(entry),
        )
    except (ValueError, TypeError) as error:
        raise bad(where, str(error)) from error


def _keys_of(entry: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Return what an entry of this kind must hold and what it may."""
    kind = entry.get("kind") if isinstance(entry, dict) else None
    if kind in NAMED:
        return NEEDED | {"names"}, frozenset()
    if kind == HealthFactKind.QTC:
        about = next((key for key in OF_A_QTC if key in entry), OF_A_QTC[-1])
        return NEEDED | {about}, frozenset({"below_ms"} if about == "from_ms" else ())
    return NEEDED, frozenset()


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("urgent is true or false, without quotes")
    return value


def _number(entry: Mapping[str, Any], key: str) -> Decimal | None:
    if key not in entry:
        return None
    number = exact(entry[key])
    if number <= 0:
        raise ValueError(f"{key} is more than zero")
    return number


def _check_told_apart(file: str, alerts: Sequence[AlertEntry]) -> None:
    """Check that a key says one thing of a drug at a time, and that a name means one key."""
    for one, other in _at_one_time(alerts):
        if one.key == other.key and set(one.medications) & set(other.medications):
            raise bad(file, f"two entries for {one.key} overlap in time")
        shared = set(one.names) & set(other.names)
        if shared and one.kind is other.kind and one.key != other.key:
            raise bad(file, f"{min(shared)} is a name of both {one.key} and {other.key}")


def _at_one_time(alerts: Sequence[AlertEntry]) -> Iterator[tuple[AlertEntry, AlertEntry]]:
    for one, other in combinations(alerts, 2):
        if one.holds_on(other.effective_from) or other.holds_on(one.effective_from):
            yield one, other


@dataclass(frozen=True)
class AlertList:
    """What counts at a site on a day: what its prescribers approved, else the drafts, which say that they are drafts."""

    entries: tuple[AlertEntry, ...] = ()
    approved: bool = False
    readable: bool = True
    """False where a file cannot be used: then only what was entered is shown."""

    def about(self, kind: HealthFactKind, medication: Medication | None) -> tuple[AlertEntry, ...]:
        """Return what is said of a kind of fact with a drug; with no drug, whatever is said."""
        return tuple(e for e in self.entries if e.kind is kind and (medication is None or medication in e.medications))
