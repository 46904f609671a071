"""How the nightly scan is looked back on, and when a clinic's people are enough for numbers of its own: data, with sources."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from dispensary.policy.risk import FILE


@dataclass(frozen=True)
class Map:
    """From points to the logarithm of the odds of being lost."""

    intercept: float
    per_point: float
    buprenorphine: float


@dataclass(frozen=True)
class EvaluationRules:
    """What counts as an event, what the scan is compared with, and how sure its figures are said to be."""

    horizon: int
    """An event is that the last run begins within so many days, or goes on."""
    gap: int
    """Lost after so many days without a dose."""
    plain_missed: int
    plain_of_days: int
    resamples: int
    seed: int
    random_draws: int
    age_from: tuple[int, ...]
    """Where the second and every further age band begins."""

    @property
    def behind(self) -> int:
        """So many days after a night it is known what came of it."""
        return self.horizon + self.gap - 1


@dataclass(frozen=True)
class RefitRules:
    """The stages of a local refit, and what a local model has to show."""

    recalibrate_dropouts: int
    recalibrate_days: int
    challenger_dropouts: int
    promote_dropouts: int
    hold_out_days: int
    penalty_c: float
    folds: int
    seed: int
    slope: tuple[float, float]
    observed_expected: tuple[float, float]
    group_dropouts: int


@dataclass(frozen=True)
class WatchRules:
    """When the scan is said to drift."""

    observed_expected: tuple[float, float]
    """Outside of these bounds the probabilities do not come true."""
    least_expected: int
    """With fewer expected events nothing is said."""
    observed_nights: int
    load_factor: float
    load_weeks: int
    """So many weeks in a row above so many times what the site can follow up."""


@dataclass(frozen=True)
class LookingBack:
    """All of it."""

    map: Map
    evaluation: EvaluationRules
    refit: RefitRules
    watch: WatchRules


@cache
def looking_back() -> LookingBack:
    """Return the rules, read once.

    Raises:
        ValueError: a part has no source.
    """
    with FILE.open("rb") as file:
        data = tomllib.load(file)
    parts = {name: _with_source(name, data[name]) for name in ("map", "evaluation", "refit", "watch")}
    evaluation, refit, watch = parts["evaluation"], parts["refit"], parts["watch"]
    return LookingBack(
        map=Map(**parts["map"]),
        evaluation=EvaluationRules(
            horizon=evaluation.pop("horizon_days"),
            gap=evaluation.pop("gap_days"),
            age_from=tuple(evaluation.pop("age_from")),
            **evaluation,
        ),
        refit=RefitRules(
            slope=tuple(refit.pop("slope")), observed_expected=tuple(refit.pop("observed_expected")), **refit
        ),
        watch=WatchRules(observed_expected=tuple(watch.pop("observed_expected")), **watch),
    )


def _with_source(name: str, part: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a part without their sources."""
    sources = {key for key in part if key.endswith("citation")}
    if not sources or not all(part[key] for key in sources):
        raise ValueError(f"risk.toml: {name} has no source")
    return {key: value for key, value in part.items() if key not in sources}
