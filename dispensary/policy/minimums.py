"""What a profile says of how often something is done at least: counselling, urine tests, reviews of the care plan.

Where several approved profiles speak, the shortest interval counts. It makes a due date, and never touches a dose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Any

from dispensary.policy.entries import CITED, Cited, bad, check_keys, cited, whole_number, words_of
from models.enums import Medication


class MinimumOf(StrEnum):
    """What is done at least so often."""

    COUNSELLING = "counselling"
    URINE = "urine"
    PLAN_REVIEW = "plan_review"


@dataclass(frozen=True)
class Minimum(Cited):
    """At least so many times in so many days, from one day in treatment until another."""

    subject: MinimumOf
    medications: tuple[Medication, ...]
    times: int
    in_days: int
    from_day: int
    """Of treatment; the day of admission is 1."""
    until_day: int | None
    """The last day in treatment for which it holds; None for as long as treatment lasts."""
    words: str

    @property
    def interval_days(self) -> int:
        """How many days may lie between one time and the next, so that the number is reached."""
        return self.in_days // self.times

    def speaks_of(self, subject: MinimumOf, medication: Medication | None, day_in_treatment: int) -> bool:
        """Return whether it holds for somebody on a medicine, on a day in treatment; with no medicine, for anybody."""
        return (
            self.subject is subject
            and (medication is None or medication in self.medications)
            and self.from_day <= day_in_treatment
            and (self.until_day is None or day_in_treatment <= self.until_day)
        )

    def due_on(self, last_on: date | None, since_on: date) -> date:
        """Return the day by which the next is due.

        Args:
            last_on: when it was last done; None where it never was.
            since_on: the first day of treatment: the first is due one interval after it.
        """
        return (last_on or since_on) + timedelta(days=self.interval_days)


@dataclass(frozen=True)
class MinimumInForce:
    """A minimum with the version of the profile that it comes from."""

    rule: Minimum
    profile: str
    digest: str


@dataclass(frozen=True)
class Minimums:
    """The minimums in force at a site on a day; empty where no approved profile says anything, and then nothing is due."""

    in_force: tuple[MinimumInForce, ...] = ()

    def of(self, subject: MinimumOf, medication: Medication | None, day_in_treatment: int) -> MinimumInForce | None:
        """Return the minimum that counts: of several the shortest interval, by name."""
        found = [m for m in self.in_force if m.rule.speaks_of(subject, medication, day_in_treatment)]
        return min(found, key=lambda m: (m.rule.interval_days, m.profile), default=None)


ENTRY = CITED | {"subject", "medications", "times", "in_days", "words"}


def read_minimums(file: str, entries: Sequence[dict[str, Any]]) -> tuple[Minimum, ...]:
    """Return the minimums of one profile.

    Raises:
        Refused: keys missing or unknown, a number that is none, more times than days, or two minimums of one subject and
            medicine for the same days in treatment at one time.
    """
    minimums = tuple(_minimum(f"{file}, minimum {n}", entry) for n, entry in enumerate(entries, start=1))
    for one, other in combinations(minimums, 2):
        if one.overlaps(other) and _same_people(one, other):
            raise bad(file, f"two minimums of {one.subject} hold at one time")
    return minimums


def _minimum(where: str, entry: dict[str, Any]) -> Minimum:
    check_keys(where, entry, ENTRY, frozenset({"effective_to", "from_day", "until_day"}))
    try:
        minimum = Minimum(
            subject=MinimumOf(entry["subject"]),
            medications=tuple(Medication(word) for word in words_of(entry["medications"])),
            times=whole_number(entry["times"]),
            in_days=whole_number(entry["in_days"]),
            from_day=whole_number(entry.get("from_day", "1")),
            until_day=whole_number(entry["until_day"]) if "until_day" in entry else None,
            words=entry["words"],
            **cited(entry),
        )
        _check(minimum)
    except (ValueError, TypeError) as error:
        raise bad(where, str(error)) from error
    return minimum


def _check(minimum: Minimum) -> None:
    if not 1 <= minimum.times <= minimum.in_days:
        raise ValueError("times is at least 1, and at most once a day")
    if minimum.from_day < 1:
        raise ValueError("from_day is at least 1: the day of admission")
    if minimum.until_day is not None and minimum.until_day < minimum.from_day:
        raise ValueError("until_day is not before from_day")


def _same_people(one: Minimum, other: Minimum) -> bool:
    return (
        one.subject is other.subject
        and bool(set(one.medications) & set(other.medications))
        and (one.until_day is None or other.from_day <= one.until_day)
        and (other.until_day is None or one.from_day <= other.until_day)
    )
