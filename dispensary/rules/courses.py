"""Which treatment a day belongs to: the stays that count as one, the drug that counts, and where both counts begin."""

from collections.abc import Sequence
from datetime import date
from itertools import takewhile

from dispensary.rules.person_days import DRUG_OF, PersonDays, Stay


def course_on(days: PersonDays, stay: Stay | None) -> Sequence[Stay]:
    """Return the stays that count as one: that of a day, and those that a link has let end in it."""
    if stay is None:
        return ()
    return (stay, *(s for s in days.stays if s.linked and s.last_day is not None and s.last_day >= stay.admitted_on))


def first_due_of(course: Sequence[Stay]) -> date | None:
    """Return the first day with an active order; None before there is one."""
    return min((stay.first_due for stay in course if stay.first_due is not None), default=None)


def drug_on(days: PersonDays, course: Sequence[Stay], on: date) -> tuple[str | None, date]:
    """Return the drug that counts on a day, and since when it is that one in this course of treatment."""
    begun = [
        o for o in days.orders if o.starts_on <= on and (not course or any(stay.holds(o.starts_on) for stay in course))
    ]
    if not begun:
        taken = [dose.medication for dose in days.doses if dose.taken_mg > 0 and dose.day < on]
        return (DRUG_OF[taken[-1]] if taken else None), date.min
    newest_first = sorted(begun, key=lambda order: (order.starts_on, order.id), reverse=True)
    drug = DRUG_OF[newest_first[0].medication]
    return drug, list(takewhile(lambda order: DRUG_OF[order.medication] == drug, newest_first))[-1].starts_on


def counts_from(days: PersonDays, course: Sequence[Stay], drug: str | None, since: date, on: date) -> date:
    """Return the first day that may count as one without medicine."""
    first_due = first_due_of(course)
    if first_due is None:  # before a first order here, all that was ever taken
        return min((dose.day for dose in days.swallowed(date.min, on)), default=on)
    if since > first_due:
        return since
    before = [dose.day for dose in days.swallowed(min(stay.admitted_on for stay in course), first_due)]
    transfers = [stay.transfer for stay in course if stay.transfer is not None]
    before += [last.day for last in transfers if DRUG_OF[last.medication] == drug]
    return min((*before, first_due))
