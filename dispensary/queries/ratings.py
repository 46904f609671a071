"""How people found staff and waiting, month by month, never fewer slips at once than keep them private."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import PrivateRating


@dataclass(frozen=True)
class MonthRated:
    """The slips of one month; without their ratings where they are too few, or the month not over, to keep writers private."""

    month: date
    slips: int
    relation: tuple[int, ...] = ()
    """How many gave 1, 2, 3, 4 and 5 to staff."""
    waiting: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    """In the order of the alphabet, which tells nothing of the order in which they were written."""


def months_rated(session: Session, site_id: int, least_slips: int, today: date) -> list[MonthRated]:
    """Return every month with slips, the newest first; one with fewer than so many says only how many there were.

    So does one that is not over: it grows, and each further slip could be read by what changed.
    """
    query = select(PrivateRating).where(PrivateRating.site_id == site_id).order_by(PrivateRating.id)
    by_month: defaultdict[date, list[PrivateRating]] = defaultdict(list)
    for rating in session.scalars(query):
        by_month[rating.month].append(rating)
    present = today.replace(day=1)
    return [_of_month(month, by_month[month], least_slips, present) for month in sorted(by_month, reverse=True)]


def _of_month(month: date, slips: Sequence[PrivateRating], least_slips: int, present: date) -> MonthRated:
    if len(slips) < least_slips or month >= present:
        return MonthRated(month, len(slips))
    return MonthRated(
        month,
        len(slips),
        _counted([slip.relation for slip in slips]),
        _counted([slip.waiting for slip in slips]),
        tuple(sorted(slip.words for slip in slips if slip.words)),
    )


def _counted(ratings: Sequence[int]) -> tuple[int, ...]:
    return tuple(ratings.count(n) for n in range(1, 6))
