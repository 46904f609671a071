"""How sure a figure is: drawn again many times from the same people, each with all of their nights, always the same draws."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LOWER, UPPER = 2.5, 97.5


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; None where there is none."""

    value: float | None
    lower: float | None = None
    upper: float | None = None


NO_ESTIMATE = Estimate(None)


@lru_cache(maxsize=6)
def draws(people: int, times: int, seed: int) -> Floats:
    """Return how often each person is drawn, a row a draw; as many are drawn as there are people."""
    if not people:
        return np.zeros((times, 0))
    chance = np.random.default_rng(seed)
    drawn: Floats = chance.multinomial(people, np.full(people, 1 / people), size=times).astype(np.float64)
    drawn.setflags(write=False)
    return drawn


def estimate(value: float, drawn: Floats) -> Estimate:
    """Return a figure with the middle 95 % of what the draws gave; none where half of the draws gave nothing."""
    if not np.isfinite(value):
        return NO_ESTIMATE
    known = drawn[np.isfinite(drawn)]
    if len(known) * 2 <= len(drawn):
        return Estimate(float(value))
    lower, upper = np.percentile(known, [LOWER, UPPER])
    return Estimate(float(value), float(lower), float(upper))


def ratio(above: NDArray[Any], below: NDArray[Any]) -> Floats:
    """Return one by the other; NaN where the other is nothing."""
    found: Floats = np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below > 0)
    return found


def median_of(values: Floats, weights: Floats) -> Floats:
    """Return the weighted median of values for each row of weights; NaN where they weigh nothing."""
    if not len(values):
        return np.full(len(weights), np.nan)
    order = np.argsort(values, kind="stable")
    sums = np.cumsum(weights[:, order], axis=1)
    whole = sums[:, -1:]
    at = (sums * 2 >= whole).argmax(axis=1)
    above = (sums * 2 > whole).argmax(axis=1)
    middle = (values[order][at] + values[order][above]) / 2
    return np.where(whole[:, 0] > 0, middle, np.nan)
