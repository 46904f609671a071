"""The one status of a clinic day for one person: where facts meet, the first that holds (product.md §5)."""

from collections.abc import Callable
from datetime import date, timedelta

from dispensary.rules.person_days import DRUG_OF, PersonDays
from models.enums import DayStatus, DoseOutcome

A_DAY = timedelta(days=1)


def status_of(days: PersonDays, day: date, today: date) -> DayStatus:
    """Return the one status of a clinic day: where facts meet, the first in the order of `DayStatus` that holds."""
    taken = _taken(days, day)
    if taken is not None and taken is not DayStatus.TAKE_HOME:
        return taken
    return next(status for status, holds in IN_THIS_ORDER if holds(days, day, today))


def _taken(days: PersonDays, day: date) -> DayStatus | None:
    """Return how a day was taken, wholly or in part; a missed part is never made up by another day."""
    doses = [dose for dose in days.doses_by_day.get(day, ()) if dose.taken_mg > 0]
    bottles = [bottle for bottle in days.bottles_by_day.get(day, ()) if bottle.presumed_taken]
    if not doses and not bottles:
        return None
    seen = [dose for dose in doses if dose.in_full and dose.claimed]
    whole = {dose.part for dose in seen} | {bottle.part for bottle in bottles if bottle.presumed_whole}
    lacking = {dose.part for dose in doses if dose.claimed} - {dose.part for dose in seen}
    parts = max([dose.parts_ordered for dose in doses] + [bottle.parts_ordered for bottle in bottles])
    if not whole - lacking >= set(range(1, parts + 1)):
        return DayStatus.PART
    if any(dose.outcome is not DoseOutcome.ELSEWHERE for dose in seen):
        return DayStatus.OBSERVED
    return DayStatus.ELSEWHERE if seen else DayStatus.TAKE_HOME


def _injection_covers(days: PersonDays, day: date, today: date) -> bool:
    """An injection covers its interval and the late window, unless the person has gone over to another drug since."""
    order = days.order_on(day)
    return any(
        given.day < day < given.day + given.covers_days * A_DAY
        and (order is None or DRUG_OF[order.medication] == DRUG_OF[given.medication])
        for given in days.injections
    )


def _take_home(days: PersonDays, day: date, today: date) -> bool:
    return _taken(days, day) is DayStatus.TAKE_HOME


def _withheld(days: PersonDays, day: date, today: date) -> bool:
    return any(dose.outcome is DoseOutcome.WITHHELD for dose in days.doses_by_day.get(day, ()))


def _refused(days: PersonDays, day: date, today: date) -> bool:
    return any(dose.outcome is DoseOutcome.REFUSED for dose in days.doses_by_day.get(day, ()))


def _told_of_elsewhere(days: PersonDays, day: date, today: date) -> bool:
    return day in days.unverified


def _away(days: PersonDays, day: date, today: date) -> bool:
    return any(stay.holds(day) for stay in days.away)


def _in_treatment(days: PersonDays, day: date, today: date) -> bool:
    return days.stay_on(day) is not None


def _on_paper(days: PersonDays, day: date, today: date) -> bool:
    return day in days.clinic.not_entered and _in_treatment(days, day, today)


def _due(days: PersonDays, day: date, today: date) -> bool:
    order = days.order_on(day)
    return order is not None and order.due_on(day) and _in_treatment(days, day, today)


def _closed(days: PersonDays, day: date, today: date) -> bool:
    return days.clinic.closed_on(day) and _due(days, day, today)


def _not_come(days: PersonDays, day: date, today: date) -> bool:
    return day < today and _due(days, day, today)


def _always(days: PersonDays, day: date, today: date) -> bool:
    return True


IN_THIS_ORDER: tuple[tuple[DayStatus, Callable[[PersonDays, date, date], bool]], ...] = (
    (DayStatus.INJECTION_COVERS, _injection_covers),
    (DayStatus.TAKE_HOME, _take_home),
    (DayStatus.ELSEWHERE_UNVERIFIED, _told_of_elsewhere),
    (DayStatus.WITHHELD, _withheld),
    (DayStatus.REFUSED, _refused),
    (DayStatus.AWAY_UNKNOWN, _away),
    (DayStatus.NOT_YET_ENTERED, _on_paper),
    (DayStatus.CLOSED_UNCOVERED, _closed),
    (DayStatus.NO_SHOW, _not_come),
    (DayStatus.AWAITED, _due),
    (DayStatus.NOT_SCHEDULED, _in_treatment),
    (DayStatus.OUTSIDE_TREATMENT, _always),
)
"""What a day is on which nothing was observed, in the order of product.md §5. The clinic's own days, closed or on paper,
are days of those in treatment; it is closed to, and missed by, only those for whom a dose was due."""
