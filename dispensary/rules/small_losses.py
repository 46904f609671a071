"""Small losses that come again and again: a count for the clinic head to look at, which says nothing about why.

Each alone is explained by a note and a witness. A pattern of them is what a regulator asks about: of which drug, in which
part of the day, beside whom, and whether that person simply moves more of it than others do.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from dispensary.policy.small_losses import PatternRule
from models.enums import Medication, Shift
from models.units import Mg


class Cut(StrEnum):
    """What the losses of a pattern have in common beside the drug."""

    DRUG = "drug"
    SHIFT = "shift"
    PERSON = "person"


@dataclass(frozen=True, order=True)
class Hand:
    """Who moved which drug in which part of the day."""

    medication: Medication
    shift: Shift
    by_id: int


@dataclass(frozen=True)
class SmallLoss:
    """One difference that nobody can explain away: short, or over by as much."""

    movement_id: int
    hand: Hand
    amount_mg: Mg
    over: bool
    """More was there than the books said: it speaks against a pattern, since a measure that errs errs both ways."""


@dataclass(frozen=True)
class Pattern:
    """Losses that have something in common, beside how much of all movements falls on the same."""

    cut: Cut
    medication: Medication
    shift: Shift | None
    by_id: int | None
    losses: int
    of_losses: int
    """Losses of this drug in all."""
    over: int
    amount_mg: Mg
    over_mg: Mg
    moved: int
    of_moved: int
    """Movements of this drug in all."""
    movement_ids: tuple[int, ...]


def patterns(found: Collection[SmallLoss], moved: Mapping[Hand, int], rule: PatternRule) -> list[Pattern]:
    """Return the patterns among small losses, by drug, and in each first the drug itself, then shifts, then people.

    A drug is shown from the least number on if more was short than over, in milligrams: a drop found hides no bottle. A
    shift or a person is shown under the same terms, and only if their share of the losses is a multiple of their share of
    all movements of the drug.

    Args:
        found: shortages and overages of the period, those taken back left out.
        moved: how many movements of each drug anybody made in each part of the day in the same period.
    """
    shown = []
    for medication in sorted({loss.hand.medication for loss in found}):
        mine = [loss for loss in found if loss.hand.medication is medication]
        hands = {hand: n for hand, n in moved.items() if hand.medication is medication}
        whole = _pattern(Cut.DRUG, medication, None, None, mine, mine, hands, hands)
        shown += [whole] if _is_many(whole, rule) else []
        for shift in Shift:
            within = [loss for loss in mine if loss.hand.shift is shift]
            theirs = {hand: n for hand, n in hands.items() if hand.shift is shift}
            part = _pattern(Cut.SHIFT, medication, shift, None, within, mine, theirs, hands)
            shown += [part] if _stands_out(part, rule) else []
        for by_id, losses in _by_person(mine):
            theirs = {hand: n for hand, n in hands.items() if hand.by_id == by_id}
            part = _pattern(Cut.PERSON, medication, None, by_id, losses, mine, theirs, hands)
            shown += [part] if _stands_out(part, rule) else []
    return shown


def _pattern(
    cut: Cut,
    medication: Medication,
    shift: Shift | None,
    by_id: int | None,
    losses: Iterable[SmallLoss],
    all_losses: Iterable[SmallLoss],
    moved: Mapping[Hand, int],
    all_moved: Mapping[Hand, int],
) -> Pattern:
    losses = list(losses)
    short = [loss for loss in losses if not loss.over]
    return Pattern(
        cut,
        medication,
        shift,
        by_id,
        losses=len(short),
        of_losses=sum(not loss.over for loss in all_losses),
        over=len(losses) - len(short),
        amount_mg=_together(short),
        over_mg=_together(loss for loss in losses if loss.over),
        moved=sum(moved.values()),
        of_moved=sum(all_moved.values()),
        movement_ids=tuple(loss.movement_id for loss in short),
    )


def _is_many(pattern: Pattern, rule: PatternRule) -> bool:
    return pattern.losses >= rule.least and pattern.amount_mg > pattern.over_mg


def _together(losses: Iterable[SmallLoss]) -> Mg:
    return Mg(sum((loss.amount_mg for loss in losses), Decimal(0)))


def _stands_out(pattern: Pattern, rule: PatternRule) -> bool:
    more_than_moved = pattern.losses * pattern.of_moved >= rule.times * pattern.moved * pattern.of_losses
    return _is_many(pattern, rule) and more_than_moved


def _by_person(losses: Iterable[SmallLoss]) -> Iterable[tuple[int, list[SmallLoss]]]:
    def who(loss: SmallLoss) -> int:
        return loss.hand.by_id

    return [(by_id, list(group)) for by_id, group in groupby(sorted(losses, key=who), key=who)]
