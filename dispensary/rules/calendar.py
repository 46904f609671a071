"""What a span of days that a clinic closes may be."""

from collections.abc import Sequence
from datetime import date, timedelta

from dispensary.errors import Refused
from dispensary.wording import N_, say
from models.enums import ClosureKind

LONGEST_CLOSURE = 31
A_DAY = timedelta(days=1)
A_MONTH_BACK, A_YEAR_AHEAD = timedelta(days=31), timedelta(days=366)


def days_of(first: date, last: date) -> list[date]:
    """Return every day of a span, both ends included."""
    return [first + n * A_DAY for n in range((last - first).days + 1)]


def check_span(first: date, last: date, kind: ClosureKind, today: date) -> None:
    """Refuse a span that cannot be announced as closed.

    Holidays and planned closures lie ahead; that a clinic had to close without warning may be noted afterwards.

    Raises:
        Refused: says what to enter instead.
    """
    if last < first:
        raise Refused(say(N_("The last day is before the first.")), code="dates_in_order", field="last")
    if (last - first).days >= LONGEST_CLOSURE:
        words = say(N_("Announce %(n)s days at most in one go."), n=LONGEST_CLOSURE)
        raise Refused(words, code="closure_too_long", field="last")
    earliest = today - A_MONTH_BACK if kind is ClosureKind.SUDDEN else today
    if first < earliest:
        words = say(N_("A closure of this kind begins on %(day)s at the earliest."), day=earliest)
        raise Refused(words, code="closure_passed", field="first")
    if last > today + A_YEAR_AHEAD:
        raise Refused(say(N_("Announce a year ahead at most.")), code="closure_far_ahead", field="last")
    if kind is ClosureKind.SUDDEN and last > today + A_DAY * 7:
        words = say(N_("What is known for longer than a week ahead is a planned closure."))
        raise Refused(words, code="sudden_far_ahead", field="kind")


def opens_on(day: date, opening_days: Sequence[tuple[date, frozenset[int]]]) -> bool:
    """Return whether a clinic opens on a day of the week by the days it had set then.

    Args:
        opening_days: from which day on which days of the week held, the oldest first; the first holds before it too.
    """
    held = next((days for since, days in reversed(opening_days) if since <= day), opening_days[0][1])
    return day.isoweekday() in held
