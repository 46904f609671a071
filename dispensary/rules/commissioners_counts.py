"""What whoever pays for a clinic asks of it: counts, and which of them are too small to leave the clinic. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from models.enums import Admission, EpisodeEndReason, EpisodeKind

PLANNED = frozenset({EpisodeEndReason.COMPLETED, EpisodeEndReason.TRANSFERRED_OUT})
NO_EXIT = frozenset({EpisodeEndReason.GUEST_STAY_OVER, EpisodeEndReason.LINKED})
"""Ends of a record, not of somebody's treatment."""
HUNDRED, WHOLE = Decimal(100), Decimal(1)


@dataclass(frozen=True)
class Stay:
    """One episode of care, as far as it is counted."""

    person_id: int
    admitted_on: date
    ended_on: date | None = None
    reason: EpisodeEndReason | None = None
    kind: EpisodeKind = EpisodeKind.MAINTENANCE
    admission: Admission = Admission.NEW


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    n: int
    of: int

    @property
    def percent(self) -> Decimal | None:
        """Rounded to a whole number, a half up; None of nobody."""
        return None if self.of == 0 else (HUNDRED * self.n / self.of).quantize(WHOLE, ROUND_HALF_UP)

    def may_leave(self, hide_below: int) -> bool:
        """Return whether both counts, and what is between them, are either nobody or enough people to hide in."""
        return not any(0 < count < hide_below for count in (self.n, self.of, self.of - self.n))


def in_treatment(stays: Iterable[Stay], on: date) -> int:
    """Return how many people are in treatment on a day; the last day of an episode is one of it."""
    return len({s.person_id for s in stays if s.admitted_on <= on and (s.ended_on is None or s.ended_on >= on)})


@dataclass(frozen=True)
class Retained:
    """Of those admitted in a period, how many stayed so long; who has not had the time yet is counted apart."""

    share: Share
    too_early: int
    known: bool = True
    """Whether anybody admitted in the period can have stayed so long by now."""


def retained(stays: Iterable[Stay], first: date, last: date, today: date, after: timedelta) -> Retained:
    """Return how many of those admitted from one day to another stayed in treatment for so long.

    An episode that goes on, or ended on the day itself or later, was kept; one that ended sooner was not, whatever the
    reason. Source: house.toml counts.retained_days.
    """
    admitted = [s for s in stays if first <= s.admitted_on <= last]
    known = [s for s in admitted if s.admitted_on + after <= today]
    kept = [s for s in known if s.ended_on is None or s.ended_on >= s.admitted_on + after]
    return Retained(Share(len(kept), len(known)), len(admitted) - len(known), first + after <= today)


def exits(stays: Iterable[Stay], first: date, last: date) -> dict[EpisodeEndReason, int]:
    """Return how many treatments ended in a period for which reason, in the order of the vocabulary."""
    reasons = [s.reason for s in stays if s.ended_on is not None and first <= s.ended_on <= last]
    return {reason: reasons.count(reason) for reason in EpisodeEndReason if reason not in NO_EXIT and reason in reasons}


def planned(by_reason: dict[EpisodeEndReason, int]) -> Share:
    """Return the share of planned exits: completed, or handed over to another clinic; who died is in neither count."""
    alive = {reason: n for reason, n in by_reason.items() if reason is not EpisodeEndReason.DIED}
    return Share(sum(n for reason, n in alive.items() if reason in PLANNED), sum(alive.values()))


def hidden(
    counts: Sequence[int], hide_below: int, *, people: Sequence[int] | None = None, also: Collection[int] = ()
) -> list[int | None]:
    """Return counts as they may leave the clinic: small ones are None.

    Where one alone would be hidden, the next smallest goes too, since it could be worked out from a total.

    Args:
        counts: that add up to a total which is shown, or could be.
        hide_below: from how many people on a count is shown.
        people: how many people are behind each count, where it does not count people.
        also: places that are hidden whatever their number, since they would give away another figure.
    """
    behind = counts if people is None else people
    shown: list[int | None] = [
        None if 0 < of < hide_below or place in also else n
        for place, (n, of) in enumerate(zip(counts, behind, strict=True))
    ]
    if shown.count(None) == 1:
        rest = [(n, place) for place, n in enumerate(shown) if n]
        if rest:
            shown[min(rest)[1]] = None
    return shown
