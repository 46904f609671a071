"""What a clinic's own people are enough for: points only, a probability for the points, a model of its own, its promotion.

The stages go by how many people were lost. A probability for the points also asks for half a year of nights, so that a season
is in it. A local model runs beside the points from its stage on, and is put into use by a person only when it has won on nights
that lie after those it was fitted on, of people it did not see.
"""

from dataclasses import dataclass
from enum import StrEnum

from dispensary.policy.evaluation import RefitRules


@dataclass(frozen=True)
class Stage:
    """What may be done with so many people lost, in so many days."""

    recalibrate: bool
    challenger: bool
    promote: bool


def stage_of(lost: int, days: int, rules: RefitRules) -> Stage:
    """Return what the clinic's own people are enough for.

    Args:
        lost: people lost in the nights that can be judged.
        days: from the first such night to the last.
    """
    return Stage(
        recalibrate=lost >= rules.recalibrate_dropouts and days >= rules.recalibrate_days,
        challenger=lost >= rules.challenger_dropouts,
        promote=lost >= rules.promote_dropouts,
    )


class Condition(StrEnum):
    """What a local model has to show before anybody may put it into use."""

    LOST = "lost"
    LOG_LOSS = "log_loss"
    SLOPE = "slope"
    OBSERVED_EXPECTED = "observed_expected"
    CAUGHT = "caught"
    CAUGHT_IN_GROUPS = "caught_in_groups"


@dataclass(frozen=True)
class Caught:
    """Of so many people lost, how many each would have found in time."""

    lost: int
    by_points: int
    by_model: int


@dataclass(frozen=True)
class HoldOut:
    """What both gave on nights and people that neither was fitted on."""

    log_loss_points: float
    log_loss_model: float
    slope: float | None
    observed_expected: float | None
    caught: Caught
    groups: tuple[Caught, ...]


def conditions(lost: int, found: HoldOut | None, rules: RefitRules) -> dict[Condition, bool]:
    """Return which conditions a local model meets; none but the first where there was nothing to hold it against."""
    met = dict.fromkeys(Condition, False) | {Condition.LOST: lost >= rules.promote_dropouts}
    if found is None or not found.caught.lost:
        return met
    large = [one for one in found.groups if one.lost >= rules.group_dropouts]
    return met | {
        Condition.LOG_LOSS: found.log_loss_model < found.log_loss_points,
        Condition.SLOPE: _within(found.slope, rules.slope),
        Condition.OBSERVED_EXPECTED: _within(found.observed_expected, rules.observed_expected),
        Condition.CAUGHT: found.caught.by_model >= found.caught.by_points,
        Condition.CAUGHT_IN_GROUPS: all(one.by_model >= one.by_points for one in large),
    }


def _within(value: float | None, limits: tuple[float, float]) -> bool:
    return value is not None and limits[0] <= value <= limits[1]
