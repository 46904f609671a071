"""How well a score ranks, and how sure that is: nights with and without the event, counted by person and score.

Scores of more than some hundred values are put into that many equal parts for the intervals; the figures themselves are exact.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispensary.analytics.bootstrap import NO_ESTIMATE, Estimate, draws, estimate, ratio
from dispensary.analytics.calibration import expit, line, slopes

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
MOST_SCORES = 200


@dataclass(frozen=True)
class Ranked:
    """What one score says of some nights."""

    auroc: Estimate = NO_ESTIMATE
    pr_auc: Estimate = NO_ESTIMATE
    observed_expected: Estimate = NO_ESTIMATE
    """Only of a probability."""
    slope: Estimate = NO_ESTIMATE
    log_loss: float | None = None


@dataclass(frozen=True)
class Tally:
    """How many nights with and without the event stand at each score, by person or of all; scores rise."""

    scores: Floats
    events: Floats
    others: Floats

    def drawn(self, times: Floats) -> "Tally":
        """Return the sums of some draws of people."""
        return Tally(self.scores, times @ self.events, times @ self.others)


def tally(scores: NDArray[Any], events: Bools, person: Ints, people: int) -> Tally:
    """Return the nights by person and score.

    Args:
        person: the place of each night's person.
    """
    values, at = np.unique(scores, return_inverse=True)
    if len(values) > MOST_SCORES:
        edges = np.unique(np.quantile(scores, np.linspace(0, 1, MOST_SCORES + 1)[1:-1]))
        at = np.searchsorted(edges, scores, side="right")
        many = np.bincount(at, minlength=len(edges) + 1)
        values = ratio(np.bincount(at, weights=scores.astype(np.float64), minlength=len(edges) + 1), many)
        values = np.nan_to_num(values)
    shape = (people, len(values))
    place = person.astype(np.int64) * shape[1] + at
    happened = np.bincount(place[events], minlength=people * shape[1]).reshape(shape)
    not_so = np.bincount(place[~events], minlength=people * shape[1]).reshape(shape)
    return Tally(values.astype(np.float64), happened.astype(np.float64), not_so.astype(np.float64))


def auroc_of(of: Tally) -> Floats:
    """Return the share of pairs in the right order, ties half, for each row of the tally."""
    events, others = np.atleast_2d(of.events), np.atleast_2d(of.others)
    below = np.cumsum(others, axis=1) - others
    right = (events * (below + others / 2)).sum(axis=1)
    return ratio(right, events.sum(axis=1) * others.sum(axis=1))


def pr_auc_of(of: Tally) -> Floats:
    """Return the average precision: the precision at each score from the highest down, by the events found there."""
    events, others = np.atleast_2d(of.events)[:, ::-1], np.atleast_2d(of.others)[:, ::-1]
    found = np.cumsum(events, axis=1)
    precision = ratio(found, found + np.cumsum(others, axis=1))
    return ratio((events * np.nan_to_num(precision)).sum(axis=1), events.sum(axis=1))


def ranked(
    scores: NDArray[np.generic], events: Bools, person: NDArray[np.generic], *, resamples: int, seed: int
) -> Ranked:
    """Return how well a score ranks nights with the event above those without, people drawn again for the intervals."""
    if not len(scores) or events.all() or not events.any():
        return Ranked()
    who, place = np.unique(person, return_inverse=True)
    values, at = np.unique(scores, return_inverse=True)
    exact = Tally(
        values.astype(np.float64),
        np.bincount(at[events], minlength=len(values)).astype(np.float64),
        np.bincount(at[~events], minlength=len(values)).astype(np.float64),
    )
    many = tally(scores, events, place.astype(np.int32), len(who)).drawn(draws(len(who), resamples, seed))
    return Ranked(
        auroc=estimate(float(auroc_of(exact)[0]), auroc_of(many)),
        pr_auc=estimate(float(pr_auc_of(exact)[0]), pr_auc_of(many)),
    )


def calibrated(
    logit: Floats, events: Bools, person: NDArray[np.generic], *, resamples: int, seed: int
) -> tuple[Estimate, Estimate]:
    """Return observed by expected, and the calibration slope, of a probability given as the logarithm of its odds."""
    if not len(logit):
        return NO_ESTIMATE, NO_ESTIMATE
    who, place = np.unique(person, return_inverse=True)
    times = draws(len(who), resamples, seed)
    observed = np.bincount(place, weights=events, minlength=len(who))
    expected = np.bincount(place, weights=expit(logit), minlength=len(who))
    by_draw = ratio(times @ observed, times @ expected)
    found = line(logit, events.astype(np.float64))
    many = tally(logit, events, place.astype(np.int32), len(who)).drawn(times)
    return (
        estimate(float(observed.sum() / expected.sum()), by_draw),
        estimate(np.nan if found is None else found.slope, slopes(many.scores, many.events, many.events + many.others)),
    )
