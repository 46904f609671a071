"""What is said to people: a message and its values, put into a language only at the edge.

Facts store codes and values, never sentences, so that the same history can be read in another language tomorrow.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from dispensary.labels import LABELS
from dispensary.labels.marking import N_
from models import enums
from models.units import plain

__all__ = ["N_", "Moment", "Speaker", "Words", "in_unit", "label", "place_injected", "say", "what_became"]


@dataclass(frozen=True)
class Words:
    """A sentence with named gaps, such as `Dosed today at %(at)s by %(by)s.`, and what fills them."""

    msgid: str
    values: dict[str, Any] = field(default_factory=dict)


def say(msgid: str, **values: Any) -> Words:
    """Return words with their values."""
    return Words(msgid, values)


@dataclass(frozen=True)
class Moment:
    """A moment to be said with its day, since it may lie on another than today."""

    at: datetime


@dataclass(frozen=True)
class Speaker:
    """Turns words, vocabulary and values into text in one language and one clinic's time.

    `translate` is gettext; `zone` the clinic's. Numbers are printed exactly, days as year-month-day, moments as the
    clinic's local time.
    """

    translate: Callable[[str], str]
    zone: ZoneInfo

    def __call__(self, what: Any) -> str:
        """Return the text of anything that may be shown."""
        match what:
            case Words(msgid=msgid, values=values):
                text = self.translate(msgid)
                said = text % {k: self(v) for k, v in values.items()} if values else text
            case StrEnum():
                said = self.translate(label(what))
            case Decimal():
                said = plain(what)
            case Moment(at=at):
                said = self.moment(at)
            case datetime():
                said = what.astimezone(self.zone).strftime("%H:%M")
            case date():
                said = what.isoformat()
            case _:
                said = "" if what is None else str(what)
        return said

    def moment(self, at: datetime) -> str:
        """Return day and time, in the clinic's zone, to the minute."""
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")


IN_UNITS = {
    enums.BaseUnit.ML: (N_("%(quantity)s mL"), N_("%(quantity)s mL")),
    enums.BaseUnit.TABLET: (N_("%(quantity)s tablet"), N_("%(quantity)s tablets")),
    enums.BaseUnit.FILM: (N_("%(quantity)s film"), N_("%(quantity)s films")),
    enums.BaseUnit.SYRINGE: (N_("%(quantity)s syringe"), N_("%(quantity)s syringes")),
}
"""One and more of each unit; a language with further plurals abbreviates the unit, as quantities are rarely whole."""


def in_unit(quantity: Decimal, unit: enums.BaseUnit) -> Words:
    """Return a quantity with its unit: `8.5 mL`, `1 tablet`, `2 tablets`."""
    one, more = IN_UNITS[unit]
    return say(one if quantity == 1 else more, quantity=quantity)


def what_became(outcome: enums.DoseOutcome, form: enums.Form | None) -> enums.DoseOutcome | Words:
    """Return what became of a dose; an injection was injected, not given to be swallowed."""
    injected = outcome is enums.DoseOutcome.GIVEN and form is enums.Form.INJECTION
    return say(N_("injected")) if injected else outcome


def place_injected(note: str) -> enums.InjectionSite | str:
    """Return the place on the body that the record of an injection keeps; any other note as it was written."""
    return enums.InjectionSite(note) if note in list(enums.InjectionSite) else note


def label(word: StrEnum) -> str:
    """Return the untranslated label of a word; a word without one is a mistake in the program."""
    return LABELS[type(word)][word]
