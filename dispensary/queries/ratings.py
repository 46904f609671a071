"""How people found staff and waiting, month by month, never fewer slips at once than keep them private."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.queries import sites
from models import PrivateRating


@dataclass(frozen=True)
class MonthRated:
    """The slips of one month; without the ratings of those that are too few, or of today, to keep writers private."""

    month: date
    slips: int
    relation: tuple[int, ...] = ()
    """How many gave 1, 2, 3, 4 and 5 to staff."""
    waiting: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    """In the order of the alphabet, which tells nothing of the order in which they were written."""
    held_back: int = 0
    """How many of them are not among what is shown."""


def months_rated(session: Session, site_id: int, least_slips: int, today: date) -> list[MonthRated]:
    """Return every month with slips, the newest first; what is shown of one never grows by fewer than so many at once.

    So a month that is not over shows nothing, nor does a day on which slips are still entered; and a few that come late are
    held back until they are enough: else each could be read by what changed.
    """
    have = sites.settings(session, site_id, today)
    query = select(PrivateRating).where(PrivateRating.site_id == site_id).order_by(PrivateRating.id)
    by_month: defaultdict[date, list[tuple[date, PrivateRating]]] = defaultdict(list)
    for slip in session.scalars(query):
        by_month[slip.month].append((clinic_day(slip.recorded_at, have.zone, have.day_starts), slip))
    return [_of_month(month, by_month[month], least_slips, today) for month in sorted(by_month, reverse=True)]


def _of_month(month: date, entered: Sequence[tuple[date, PrivateRating]], least_slips: int, today: date) -> MonthRated:
    slips = _shown(month, entered, least_slips, today)
    if not slips:
        return MonthRated(month, len(entered), held_back=len(entered))
    return MonthRated(
        month,
        len(entered),
        _counted([slip.relation for slip in slips]),
        _counted([slip.waiting for slip in slips]),
        tuple(sorted(slip.words for slip in slips if slip.words)),
        len(entered) - len(slips),
    )


def _shown(
    month: date, entered: Sequence[tuple[date, PrivateRating]], least_slips: int, today: date
) -> list[PrivateRating]:
    """Return the slips that may be shown: day by day, once the month is over and the day too, in lots of enough."""
    last_day = month.replace(day=monthrange(month.year, month.month)[1])
    shown: list[PrivateRating] = []
    waiting: list[PrivateRating] = []
    for day, lot in groupby(entered, key=lambda one: max(one[0], last_day)):
        if day >= today:
            break
        waiting += [slip for _, slip in lot]
        if len(waiting) >= least_slips:
            shown, waiting = shown + waiting, []
    return shown


def _counted(ratings: Sequence[int]) -> tuple[int, ...]:
    return tuple(ratings.count(n) for n in range(1, 6))
