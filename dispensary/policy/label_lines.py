"""What a profile wants printed on the label of a bottle, besides what is on every label."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dispensary.policy.entries import CITED, Cited, bad, check_keys, cited, words_of
from models.enums import Medication

LONGEST = 160
"""Characters; more does not fit on a label that can still be read."""


@dataclass(frozen=True)
class LabelLine(Cited):
    """One sentence for the label of a drug, word for word as its source has it."""

    medications: tuple[Medication, ...]
    text: str
    words: str


NEEDED = CITED | {"medications", "text", "words"}


def read_label_lines(file: str, entries: Sequence[dict[str, Any]]) -> tuple[LabelLine, ...]:
    """Return the label lines of one profile.

    Raises:
        Refused: keys missing or unknown, an unknown drug, or a text that is empty or too long.
    """
    return tuple(_line(f"{file}, label line {n}", entry) for n, entry in enumerate(entries, start=1))


def _line(where: str, entry: dict[str, Any]) -> LabelLine:
    check_keys(where, entry, NEEDED, frozenset({"effective_to"}))
    text = entry["text"]
    if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST:
        raise bad(where, f"text is from 1 to {LONGEST} characters")
    try:
        medications = tuple(Medication(word) for word in words_of(entry["medications"]))
        return LabelLine(medications=medications, text=text.strip(), words=entry["words"], **cited(entry))
    except (ValueError, TypeError) as error:
        raise bad(where, str(error)) from error


@dataclass(frozen=True)
class LabelLines:
    """What the profiles in force want printed on labels at a site."""

    in_force: tuple[LabelLine, ...] = ()

    def of(self, medication: Medication) -> tuple[str, ...]:
        """Return the sentences for a drug, each once."""
        return tuple(dict.fromkeys(line.text for line in self.in_force if medication in line.medications))
