"""Whether a probability comes true: observed by expected, calibration slope, log-loss; and two numbers that mend it.

The slope is that of a logistic regression of the event on the logarithm of the odds, with an intercept; 1 is right, below 1
the score spreads people too far. Fitted by Newton's steps, no library needed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_STEPS, CLOSE, CLOSE_ENOUGH, FARTHEST = 50, 1e-10, 1e-6, 30.0


@dataclass(frozen=True)
class Line:
    """Two numbers that turn the logarithm of the odds into a better one."""

    intercept: float
    slope: float

    def of(self, logit: Floats) -> Floats:
        """Return the mended logarithm of the odds."""
        return self.intercept + self.slope * logit


def expit(logit: Floats) -> Floats:
    """Return the probability of a logarithm of odds."""
    return 1 / (1 + np.exp(-np.clip(logit, -FARTHEST, FARTHEST)))


def expected(logit: Floats) -> float:
    """Return how many events the probabilities of some nights add up to."""
    return float(expit(logit).sum())


def mean(values: NDArray[np.floating]) -> float | None:
    """Return the mean of some values; None of none."""
    return float(values.mean(dtype=np.float64)) if len(values) else None


def line(logit: Floats, events: Floats, weights: Floats | None = None) -> Line | None:
    """Return the two numbers that fit best; None where there are not both outcomes, or all odds are alike.

    Args:
        events: how many events stand at each, or whether one does.
        weights: how many nights stand at each; one if not given.
    """
    many = np.ones(len(logit)) if weights is None else weights
    whole, happened = many.sum(), float(np.sum(events))
    if not 0 < happened < whole:
        return None
    centre = float((logit * many).sum() / whole)
    x = logit - centre
    if (many * x * x).sum() <= CLOSE * whole:
        return None
    found = np.array([np.log(happened / (whole - happened)), 0.0])
    for _ in range(MOST_STEPS):
        p = expit(found[0] + found[1] * x)
        left, w = events - many * p, many * p * (1 - p)
        rise = np.array([left.sum(), (left * x).sum()])
        bend = np.array([[w.sum(), (w * x).sum()], [(w * x).sum(), (w * x * x).sum()]])
        if np.linalg.det(bend) <= CLOSE:
            return None
        step = np.linalg.solve(bend, rise)
        found = found + np.clip(step, -2, 2)
        if np.abs(step).max() < CLOSE:
            break
    return Line(float(found[0] - found[1] * centre), float(found[1]))


def slopes(logit: Floats, events: Floats, weights: Floats) -> Floats:
    """Return the slope of each row of sums at the same odds, as `line` has it; NaN where there is none.

    Args:
        events: how many events stand at each, a row a draw.
        weights: how many nights stand at each, a row a draw.
    """
    whole, happened = weights.sum(axis=1), events.sum(axis=1)
    both = (happened > 0) & (happened < whole)
    centre = (weights @ logit) / np.maximum(whole, 1)
    x = logit[None, :] - centre[:, None]
    spread = both & ((weights * x * x).sum(axis=1) > CLOSE * whole)
    start = np.log(np.where(both, happened, 1) / np.where(both, whole - happened, 1))
    at, slope = start.copy(), np.zeros(len(weights))
    for _ in range(MOST_STEPS):
        p = expit(at[:, None] + slope[:, None] * x)
        left, w = events - weights * p, weights * p * (1 - p)
        a, b, c = w.sum(axis=1), (w * x).sum(axis=1), (w * x * x).sum(axis=1)
        bend = a * c - b * b
        safe = np.where(spread & (bend > CLOSE), bend, 1)
        rise, tilt = left.sum(axis=1), (left * x).sum(axis=1)
        steps = np.clip(np.stack([c * rise - b * tilt, a * tilt - b * rise]) / safe, -2, 2)
        at, slope = at + steps[0], slope + steps[1]
        spread &= bend > CLOSE
        if not spread.any() or np.abs(steps[:, spread]).max() < CLOSE_ENOUGH:
            break
    return np.where(spread, slope, np.nan)


def log_loss(logit: Floats, events: NDArray[np.bool_]) -> float:
    """Return the mean log-loss of a night; NaN of none."""
    if not len(logit):
        return float("nan")
    p = expit(logit)
    return float(-np.mean(np.where(events, np.log(p), np.log1p(-p))))


@dataclass(frozen=True)
class Fifth:
    """A fifth of the nights: what was expected and what was observed."""

    nights: int
    expected: float
    observed: float


def fifths(logit: Floats, events: NDArray[np.bool_]) -> list[Fifth]:
    """Return how a probability came true in each fifth of some nights, lowest first; equal odds stay together."""
    if not len(logit):
        return []
    edges = np.unique(np.quantile(logit, [0.2, 0.4, 0.6, 0.8]))
    place, p = np.searchsorted(edges, logit, side="left"), expit(logit)
    masks = [place == n for n in range(len(edges) + 1)]
    return [Fifth(int(mask.sum()), float(p[mask].mean()), float(events[mask].mean())) for mask in masks if mask.any()]
