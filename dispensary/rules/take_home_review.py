"""What an open review holds: never more than a prescriber's answer, and never a dose that nobody could take here.

A missed day, a dose withheld or a stop opens a review. Until it is answered the doses of open days are given here, one by
one; doses of closed days and later parts of today go home as decided, and what is at home stays there. (product.md §7)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dispensary.rules.take_homes import CoveredDay


@dataclass(frozen=True)
class OpenReview:
    """A review that no prescriber has answered."""

    since: datetime
    due_at: datetime

    def holds(self, decided_at: datetime | None) -> bool:
        """Return whether it holds doses back: not those that were decided on since it was opened."""
        return decided_at is None or decided_at < self.since


def let_go(covered: Sequence[CoveredDay], today: date) -> tuple[list[CoveredDay], list[CoveredDay]]:
    """Return which days go home in spite of an open review, and which wait for its answer."""
    going = [one for one in covered if one.closed or one.day == today]
    return going, [one for one in covered if one not in going]
