"""What on record cannot be right, or is missing: each kind of it by name. Pure.

Nothing here is put right by itself: a person looks at the record, and a correction is a fact of its own.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dispensary.rules.person_days import ClinicDays

A_DAY = timedelta(days=1)


class Fault(StrEnum):
    """What is wrong with a record, or missing."""

    BORN_IMPOSSIBLE = "born_impossible"
    DOSE_BEFORE_BIRTH = "dose_before_birth"
    ADMITTED_BEFORE_BIRTH = "admitted_before_birth"
    ADMITTED_AHEAD = "admitted_ahead"
    ENDED_BEFORE_ADMITTED = "ended_before_admitted"
    DOSE_AHEAD = "dose_ahead"
    DOSE_BEFORE_ADMISSION = "dose_before_admission"
    DOSE_AFTER_EXIT = "dose_after_exit"
    DOSE_WHEN_CLOSED = "dose_when_closed"
    DOSE_OUTSIDE_ORDER = "dose_outside_order"
    MORE_THAN_ORDERED = "more_than_ordered"
    NO_DOSE_AT_ALL = "no_dose_at_all"
    PAPER_WAITS = "paper_waits"
    TWICE = "twice"
    LIKELY_SAME = "likely_same"


@dataclass(frozen=True)
class Span:
    """From an admission until the end of the treatment; None while it goes on."""

    first: date
    last: date | None


def outside_treatment(day: date, spans: Collection[Span]) -> Fault | None:
    """Return what is wrong with a dose that was given on a day; None where the day lies in a treatment."""
    if any(span.first <= day and (span.last is None or span.last >= day) for span in spans):
        return None
    return Fault.DOSE_AFTER_EXIT if any(span.first <= day for span in spans) else Fault.DOSE_BEFORE_ADMISSION


def days_without_any(first: date, last: date, dosed: Collection[date], clinic: ClinicDays) -> Iterator[date]:
    """Yield the days on which the clinic was open and no dose of anybody is on record, nor on paper that waits."""
    for day in _each(first, last):
        if day not in dosed and day not in clinic.not_entered and not clinic.closed_on(day):
            yield day


def _each(first: date, last: date) -> Iterable[date]:
    return (first + n * A_DAY for n in range((last - first).days + 1))
