"""Whom the nightly scan tells of: not again too soon, not who is left out for a reason, and not more than can be followed up."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.enums import RiskLane


@dataclass(frozen=True)
class Candidate:
    """Somebody whose night is in a lane."""

    person_id: int
    lane: RiskLane
    points: int
    no_shows: int


@dataclass(frozen=True)
class Told:
    """The last time somebody was told of."""

    night: date
    lane: RiskLane


@dataclass(frozen=True)
class Chosen:
    """Somebody who is raised tonight; capped, nobody is told."""

    candidate: Candidate
    capped: bool


def chosen(
    candidates: Sequence[Candidate],
    told: Mapping[int, Told],
    left_out: Collection[int],
    *,
    night: date,
    room: int,
    silent_nights: int,
) -> list[Chosen]:
    """Return who is raised tonight: all that is RED, and of AMBER those with the most points, as many as there is room for.

    Args:
        told: by person, when they were told of last.
        left_out: who is snoozed.
        room: how many may be AMBER tonight.
        silent_nights: for so many nights nobody is told of again, unless the lane rises.
    """
    heard = [
        one
        for one in candidates
        if one.person_id not in left_out and not _silent(one.lane, told.get(one.person_id), night, silent_nights)
    ]
    red = [Chosen(one, capped=False) for one in heard if one.lane is RiskLane.RED]
    amber = sorted(
        (one for one in heard if one.lane is RiskLane.AMBER),
        key=lambda one: (-one.points, -one.no_shows, one.person_id),
    )
    return [*red, *(Chosen(one, capped=rank >= room) for rank, one in enumerate(amber))]


def _silent(lane: RiskLane, last: Told | None, night: date, silent_nights: int) -> bool:
    """Return whether it is too soon to tell of somebody again."""
    if last is None or (night - last.night).days >= silent_nights:
        return False
    return lane is not RiskLane.RED or last.lane is RiskLane.RED
