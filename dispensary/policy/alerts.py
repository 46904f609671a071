"""What a profile says of people's health before a dose: interacting medicines, QTc, pregnancy, allergies, naloxone.

Each entry is one sentence of what it can do, one of what to do next, and where that stands.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Any

from dispensary.policy.entries import CITED, Cited, bad, check_keys, cited
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
    """Of an ECG: how old the last one may be."""
    above_mg: Decimal | None
    """Of an ECG: on more than so much a day."""

    @property
    def is_about_an_ecg(self) -> bool:
        """Whether it says when a new ECG is due, rather than what a QTc means."""
        return self.after_months is not None


NEEDED = CITED | {"key", "kind", "medications", "can_do", "to_do", "urgent"}
NAMED = (HealthFactKind.MEDICINE, HealthFactKind.ALLERGY)
QTC, ECG = frozenset({"from_ms"}), frozenset({"after_months"})


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
            medications=tuple(Medication(word) for word in _words(entry["medications"])),
            can_do=entry["can_do"],
            to_do=entry["to_do"],
            urgent=_yes_or_no(entry["urgent"]),
            names=tuple(_words(entry.get("names", []))),
            **{key: _number(entry, key) for key in ("from_ms", "below_ms", "after_months", "above_mg")},
            **cited(entry),
        )
    except (ValueError, TypeError) as error:
        raise bad(where, str(error)) from error


def _keys_of(entry: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Return what an entry of this kind must hold and what it may."""
    kind = entry.get("kind") if isinstance(entry, dict) else None
    if kind in NAMED:
        return NEEDED | {"names"}, frozenset()
    if kind == HealthFactKind.QTC and "after_months" in entry:
        return NEEDED | ECG, frozenset({"above_mg"})
    if kind == HealthFactKind.QTC:
        return NEEDED | QTC, frozenset({"below_ms"})
    return NEEDED, frozenset()


def _words(listed: object) -> list[str]:
    if not isinstance(listed, list) or not all(isinstance(word, str) and word for word in listed):
        raise TypeError(f"not a list of words in quotes: {listed!r}")
    return listed


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
