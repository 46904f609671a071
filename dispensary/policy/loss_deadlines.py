"""What a profile asks for after a theft or a loss of stock: which step, and within how many days of its discovery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from dispensary.policy.entries import CITED, Cited, bad, check_keys, cited, whole_number
from dispensary.wording import N_, Words, say
from models.enums import LossStepKind

MOST_DAYS = 366
WEEK = "1234567"


class CountedIn(StrEnum):
    """Which days a deadline is counted in."""

    DAYS = "days"
    BUSINESS_DAYS = "business_days"


@dataclass(frozen=True)
class LossDeadline(Cited):
    """One step that is asked for, and how many days there are for it."""

    step: LossStepKind
    within: int
    counted: CountedIn
    weekdays: frozenset[int]
    """The days of the week that count, Monday is 1; all seven where every day does."""
    words: str

    @property
    def within_words(self) -> Words:
        """How long there is, in words."""
        if self.counted is CountedIn.BUSINESS_DAYS:
            return say(N_("business days: %(n)s"), n=self.within)
        return say(N_("days: %(n)s"), n=self.within)


@dataclass(frozen=True)
class DeadlineInForce:
    """A deadline with the profile that asks for it."""

    rule: LossDeadline
    profile: str
    title: str
    about: str
    """What the profile says of losses in plain words."""


@dataclass(frozen=True)
class LossDeadlines:
    """What is asked for at a site; empty where no approved profile says anything."""

    in_force: tuple[DeadlineInForce, ...] = ()
    unreadable: Words | None = None
    """Why an approved profile cannot be used; then nobody knows what is asked for."""

    def of(self, discovered_on: date) -> tuple[DeadlineInForce, ...]:
        """Return what is asked for after a loss that was discovered on a day."""
        return tuple(one for one in self.in_force if one.rule.holds_on(discovered_on))


NEEDED = CITED | {"step", "within", "counted", "words"}


def read_loss_deadlines(file: str, entries: Sequence[dict[str, Any]]) -> tuple[LossDeadline, ...]:
    """Return the deadlines of one profile.

    Raises:
        Refused: keys missing or unknown, an unknown step, a number that is none, or weekdays where they do not belong.
    """
    return tuple(_deadline(f"{file}, loss deadline {n}", entry) for n, entry in enumerate(entries, start=1))


def _deadline(where: str, entry: dict[str, Any]) -> LossDeadline:
    check_keys(where, entry, NEEDED, frozenset({"effective_to", "business_days"}))
    try:
        counted = CountedIn(entry["counted"])
        return LossDeadline(
            step=LossStepKind(entry["step"]),
            within=_within(entry["within"]),
            counted=counted,
            weekdays=_weekdays(counted, entry.get("business_days", "")),
            words=entry["words"],
            **cited(entry),
        )
    except (ValueError, TypeError) as error:
        raise bad(where, str(error)) from error


def _within(text: str) -> int:
    days = whole_number(text)
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(f"within is from 1 to {MOST_DAYS}")
    return days


def _weekdays(counted: CountedIn, text: str) -> frozenset[int]:
    if (counted is CountedIn.BUSINESS_DAYS) != bool(text):
        raise ValueError("business_days is said where, and only where, business days are counted")
    if "".join(sorted(set(text) & set(WEEK))) != text:
        raise ValueError("business_days lists the days of the week in order, as 12345")
    return frozenset(int(day) for day in text or WEEK)
