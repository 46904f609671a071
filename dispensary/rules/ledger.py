"""The day ledger: what became of each clinic day for one person, and the two counts that follow from it (product.md §5).

*Days without medicine* are what the body counts: the gate and tolerance go by them. *No-shows in a row* are what the
clinic counts: the worklist goes by them. Everything that asks either asks here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dispensary.rules.courses import counts_from, course_on, drug_on, first_due_of
from dispensary.rules.day_status import A_DAY, status_of
from dispensary.rules.person_days import DRUG_OF, PersonDays
from models.enums import DayStatus
from models.units import Mg

__all__ = ["LedgerDay", "PersonDays", "Runs", "days_in_treatment", "ledger", "reaches_back", "runs", "status_of"]


@dataclass(frozen=True)
class LedgerDay:
    """One clinic day and what became of it."""

    day: date
    status: DayStatus


@dataclass(frozen=True)
class Runs:
    """Both counts before a day, by name, and what they were counted from."""

    days_without_medicine: int
    """With covered take-home doses presumed taken, unless one came back unused: then from the last confirmed dose."""
    no_shows_in_a_row: int
    last_taken_on: date | None
    """The last day on which something was taken, or is presumed to be."""
    last_confirmed_on: date | None
    """The last day on which somebody saw, or a source confirmed, that something of the present drug was taken."""
    last_confirmed_mg: Mg | None
    """What was taken on that day; None where it is not known, because some of it came up."""
    days_since_confirmed: int = 0
    """Days without medicine if no take-home dose was taken: what counts if the person says so, or comes without empties."""


def ledger(days: PersonDays, first: date, last: date, today: date) -> tuple[LedgerDay, ...]:
    """Return the status of each day from one day to another, both included."""
    return tuple(LedgerDay(day, status_of(days, day, today)) for day in _each(first, last))


EMPTY_HANDED = frozenset(
    {
        DayStatus.NO_SHOW,
        DayStatus.WITHHELD,
        DayStatus.REFUSED,
        DayStatus.CLOSED_UNCOVERED,
        DayStatus.ELSEWHERE_UNVERIFIED,
        DayStatus.AWAY_UNKNOWN,
        DayStatus.NOT_SCHEDULED,
        DayStatus.OUTSIDE_TREATMENT,
    }
)
"""Days without medicine, once what the last dose covers is over. Outside treatment counts between the last dose at the clinic
before and the first order here. A day on paper not yet entered neither counts nor ends the run; nor does a part, unless
the approved table says from which share on a part ends it."""
TOOK = frozenset({DayStatus.OBSERVED, DayStatus.ELSEWHERE, DayStatus.INJECTION_COVERS, DayStatus.TAKE_HOME})
CAME = TOOK | {DayStatus.PART, DayStatus.WITHHELD, DayStatus.REFUSED}
"""What ends no-shows in a row: something was taken, or the person came and went without."""


def runs(days: PersonDays, on: date) -> Runs:
    """Return both counts before a day; the day itself does not count.

    Last dose Monday, attends Thursday is two days without medicine. Both counts begin on the first day with an active order
    in the episode; days without medicine go on from what the clinic before gave, and begin anew with another drug. An
    episode of a record that was linked in is the same treatment.
    """
    course = course_on(days, days.stay_on(on))
    drug, since = drug_on(days, course, on)
    first = counts_from(days, course, drug, since, on)
    confirmed = _without_medicine(days.without_bottles, drug, first, on)
    last = _last_confirmed(days, drug, on)
    in_doubt = any(b.came_back_unused and (last[0] if last else date.min) < b.day < on for b in days.bottles)
    return Runs(
        days_without_medicine=confirmed if in_doubt else _without_medicine(days, drug, first, on),
        no_shows_in_a_row=_no_shows(days, first_due_of(course), on),
        last_taken_on=_last_taken(days, on),
        last_confirmed_on=last[0] if last else None,
        last_confirmed_mg=last[1] if last else None,
        days_since_confirmed=confirmed,
    )


def reaches_back(days: PersonDays, on: date) -> bool:
    """Return whether facts that were read from some day on are enough for `runs`: they hold a confirmed dose that ends both.

    Injections always need them all: one covers weeks.
    """
    stay = days.stay_on(on)
    if stay is None or any(order.injected for order in days.orders):
        return False
    drug, _ = drug_on(days, course_on(days, stay), on)
    seen = days.without_bottles
    return any(_covers(seen, drug, day, status_of(seen, day, on)) for day in seen.doses_by_day if day < on)


def days_in_treatment(days: PersonDays, on: date) -> int:
    """Return the days in treatment for the take-home ladder: day 1 is the first dose of the episode; credit is added."""
    stay = days.stay_on(on)
    if stay is None or stay.first_dose_on is None or stay.first_dose_on > on:
        return 0
    return (on - stay.first_dose_on).days + 1 + stay.credit_days


def _without_medicine(days: PersonDays, drug: str | None, first: date, on: date) -> int:
    """Return the days without medicine since the last day that was taken of this drug, and what that covers."""
    empty: list[date] = []
    for day in _back(on - A_DAY, first):
        status = status_of(days, day, on)
        if covered := _covers(days, drug, day, status) or _part_covers(days, drug, day, status, on):
            return sum(1 for later in empty if later >= day + covered * A_DAY)
        if status in EMPTY_HANDED or _took_another(days, drug, day, status):
            empty.append(day)
    return len(empty)


def _took_another(days: PersonDays, drug: str | None, day: date, status: DayStatus) -> bool:
    """Return whether what was taken on a day, wholly or in part, was another drug."""
    return status in TOOK or (status is DayStatus.PART and not _taken_of(days, drug, day))


def _part_covers(days: PersonDays, drug: str | None, day: date, status: DayStatus, on: date) -> int:
    """Return how many days were covered by a part of a day that is large enough by the approved tables; 0 where none is.

    Only what was seen counts. Where nobody knows how much of the day it was, it ends nothing.
    """
    share = days.part_ends_from(on) if status is DayStatus.PART else None
    if share is None:
        return 0
    doses = [d for d in days.doses_by_day.get(day, ()) if d.claimed and not d.came_up and DRUG_OF[d.medication] == drug]
    due = max((dose.day_mg for dose in doses if dose.day_mg is not None), default=None)
    taken = sum((dose.level_mg or Decimal(0) for dose in doses), Decimal(0))
    if due is None or taken * share.denominator < due * share.numerator:
        return 0
    return max(dose.covers_days for dose in doses)


def _covers(days: PersonDays, drug: str | None, day: date, status: DayStatus) -> int:
    """Return how many days were covered by what was taken of a drug on a day; 0 where that was nothing, or a part."""
    if status is DayStatus.INJECTION_COVERS:
        return 1
    if status not in TOOK:
        return int(any(last.day == day and DRUG_OF[last.medication] == drug for last in days.transfers))
    return max(_taken_of(days, drug, day), default=0)


def _taken_of(days: PersonDays, drug: str | None, day: date) -> list[int]:
    """Return how many days each thing covers that was taken of a drug on a day, or is presumed to be."""
    doses = [(d.medication, d.covers_days) for d in days.doses_by_day.get(day, ()) if d.taken_mg > 0]
    bottles = [(b.medication, b.covers_days) for b in days.bottles_by_day.get(day, ()) if b.presumed_taken]
    return [covered for of, covered in doses + bottles if DRUG_OF[of] == drug]


def _no_shows(days: PersonDays, first: date | None, on: date) -> int:
    count = 0
    for day in _back(on - A_DAY, first or on):
        status = status_of(days, day, on)
        if status in CAME:
            break
        count += status is DayStatus.NO_SHOW
    return count


def _last_confirmed(days: PersonDays, drug: str | None, on: date) -> tuple[date, Mg | None] | None:
    """Return the last day of a confirmed dose of a drug, and how much of what was due was taken on it.

    What was swallowed beside the doses of the day, here or elsewhere, is no level to go on from.
    """
    known: list[tuple[date, bool, Mg | None]] = [
        (last.day, True, last.taken_mg) for last in days.transfers if DRUG_OF[last.medication] == drug and last.day < on
    ]
    known += [
        (dose.day, dose.claimed, None if dose.came_up else dose.level_mg)
        for dose in days.swallowed(date.min, on)
        if DRUG_OF[dose.medication] == drug and dose.level_mg is not None
    ]
    if not known:
        return None
    day = max(day for day, *_ in known)
    due = [amount for of, claimed, amount in known if of == day and claimed]
    amounts = due or [amount for of, _, amount in known if of == day]
    return day, None if None in amounts else Mg(sum((a for a in amounts if a is not None), Decimal(0)))


def _last_taken(days: PersonDays, on: date) -> date | None:
    bottles = (bottle.day for bottle in days.bottles if bottle.presumed_taken and bottle.day < on)
    doses = (dose.day for dose in days.swallowed(date.min, on))
    return max((*doses, *bottles, *(last.day for last in days.transfers if last.day < on)), default=None)


def _each(first: date, last: date) -> Iterator[date]:
    return (first + n * A_DAY for n in range((last - first).days + 1))


def _back(last: date, first: date) -> Iterator[date]:
    return (last - n * A_DAY for n in range((last - first).days + 1))
