"""What a urine is looked at for: the substances, the panels of the house, and for how long a medicine is expected to show."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from dispensary.wording import Words
from models.enums import Medication, UrineMethod

FILE = Path(__file__).with_name("urine.toml")
NUMBERS = ("expected_after_days", "still_shows_days", "review_within_hours", "listed_for_days")


@dataclass(frozen=True)
class Substance:
    """Something that a test can find, and which medicines it stands for."""

    key: str
    words: str
    short: str
    """The name alone."""
    medications: tuple[Medication, ...]
    made_by_body: bool
    """There only if the medicine was swallowed; a medicine without it may have been put in."""
    medicines: tuple[str, ...]
    """Keys of other medicines that show as it."""


@dataclass(frozen=True)
class Panel:
    """What one kind of test looks for, all of it each time."""

    key: str
    words: str
    method: UrineMethod
    substances: tuple[Substance, ...]
    citation: str

    @property
    def at_once(self) -> bool:
        """Whether it is read on the spot."""
        return self.method is UrineMethod.STRIP


@dataclass(frozen=True)
class UrinePolicy:
    """Substances and panels by their key, and the numbers of the house."""

    substances: dict[str, Substance]
    panels: dict[str, Panel]
    expected_after_days: int
    still_shows: timedelta
    review_within: timedelta
    listed_for: timedelta

    def words_of(self, substance: str) -> Words:
        """Return a substance in words; one that only an import knows, as it was written."""
        known = self.substances.get(substance)
        return Words(known.words) if known else Words("%(name)s", {"name": substance})

    def short_words_of(self, substance: str) -> Words:
        """Return the name of a substance without what explains it, as several stand in one line."""
        known = self.substances.get(substance)
        return Words("%(name)s", {"name": Words(known.short) if known else substance})

    def panel_words(self, key: str) -> Words:
        """Return a panel in words; one that is no longer listed, by its key."""
        return Words(self.panels[key].words) if key in self.panels else Words("%(key)s", {"key": key})


@cache
def urine_policy() -> UrinePolicy:
    """Return what the house looks for, read once.

    Raises:
        ValueError: a number without its unit, citation and words, an unknown key, or a panel with an unknown substance.
    """
    with FILE.open("rb") as file:
        return read(tomllib.load(file))


def read(data: dict[str, Any]) -> UrinePolicy:
    """Return what a file says.

    Raises:
        ValueError: see `urine_policy`.
    """
    for key in NUMBERS:
        if set(data[key]) != {"value", "unit", "citation", "words"} or not all(data[key].values()):
            raise ValueError(f"urine.toml: {key} needs value, unit, citation and words")
    substances = {key: _substance(key, entry) for key, entry in data["substances"].items()}
    return UrinePolicy(
        substances,
        {key: _panel(key, entry, substances) for key, entry in data["panels"].items()},
        data["expected_after_days"]["value"],
        timedelta(days=data["still_shows_days"]["value"]),
        timedelta(hours=data["review_within_hours"]["value"]),
        timedelta(days=data["listed_for_days"]["value"]),
    )


def _substance(key: str, entry: dict[str, Any]) -> Substance:
    if unknown := set(entry) - {"words", "short", "medications", "made_by_body", "medicines"}:
        raise ValueError(f"urine.toml: {key} has {sorted(unknown)}, which nobody reads")
    return Substance(
        key,
        entry["words"],
        entry.get("short", entry["words"]),
        tuple(Medication(word) for word in entry.get("medications", [])),
        entry.get("made_by_body", False),
        tuple(entry.get("medicines", [])),
    )


def _panel(key: str, entry: dict[str, Any], substances: dict[str, Substance]) -> Panel:
    if set(entry) != {"words", "method", "substances", "citation"} or not all(entry.values()):
        raise ValueError(f"urine.toml: panel {key} needs words, method, substances and citation")
    if unknown := set(entry["substances"]) - set(substances):
        raise ValueError(f"urine.toml: panel {key} looks for {sorted(unknown)}, which is not listed")
    return Panel(
        key,
        entry["words"],
        UrineMethod(entry["method"]),
        tuple(substances[one] for one in entry["substances"]),
        entry["citation"],
    )
