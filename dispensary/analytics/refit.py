"""Fits numbers to a clinic's own people: a line that mends the published map, and a model of its own.

The model is fitted with scikit-learn, which is installed where somebody wants it; no page and no server ever imports it, and
what was fitted is scored without it. Whoever is scored in a comparison was not among those it was fitted on.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dispensary.analytics.alerts import from_score, new_alerts
from dispensary.analytics.calibration import Line, line
from dispensary.analytics.frozen import LocalModel
from dispensary.analytics.judged import Definition, Nights
from dispensary.analytics.local_columns import NAMES
from dispensary.analytics.scorecard import AMBER
from dispensary.policy.evaluation import LookingBack, Map
from dispensary.policy.risk import RiskCard

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class NotInstalled(Exception):
    """The library that fits the model is not there."""


class TooFew(Exception):
    """Nobody was lost, or everybody: there is nothing to fit."""


@dataclass(frozen=True)
class Compared:
    """On nights of which neither saw the people: what the points say, mended, and what the local model says."""

    nights: Nights
    mended: Floats
    """The logarithm of the odds."""
    local: Floats


def published(nights: Nights, of: Map) -> Floats:
    """Return the logarithm of the odds that the published map has for the points of each night."""
    found: Floats = of.intercept + of.per_point * nights.points + of.buprenorphine * nights.buprenorphine
    return found


def recalibrated(nights: Nights, rules: LookingBack, card: RiskCard) -> Line:
    """Return the two numbers that fit the map to some nights.

    Raises:
        TooFew: nobody was lost, or all points are alike.
    """
    seen = _judged(nights, rules, card)
    found = line(published(seen, rules.map), seen.events(rules.evaluation).astype(np.float64))
    if found is None:
        raise TooFew
    return found


def local_model(nights: Nights, rules: LookingBack, card: RiskCard) -> LocalModel:
    """Return a model of the nights of definition C; whom it raises is as many as AMBER raises of the same people.

    Raises:
        NotInstalled: scikit-learn is not there.
        TooFew: nobody was lost, or everybody.
    """
    fitted = _fitted(_judged(nights, rules, card), rules)
    followed = nights.only(nights.followed(rules.evaluation))
    wanted = int(new_alerts(followed, followed.lane == AMBER, card.silent_nights).sum())
    score, may = fitted.logit(followed.columns), followed.no_shows <= card.amber_most_no_shows
    alerts = from_score(followed, score, may, wanted, card.silent_nights)
    return replace(fitted, alert_from=float(score[alerts].min()) if alerts.any() else fitted.alert_from)


def out_of_fold(nights: Nights, rules: LookingBack, card: RiskCard) -> Floats:
    """Return for every night what a model says that was fitted on other people's nights of the same time.

    Raises:
        NotInstalled: scikit-learn is not there.
        TooFew: nobody was lost, or everybody.
    """
    return _in_folds(nights, rules, lambda others: _fitted(_judged(others, rules, card), rules))


def held_out(nights: Nights, before: int, after: int, rules: LookingBack, card: RiskCard) -> Compared:
    """Return what models say of the nights after a day that were fitted on other people's nights before another.

    Raises:
        NotInstalled: scikit-learn is not there.
        TooFew: nobody was lost, or everybody, before.
    """
    early, late = nights.only(nights.day <= before), nights.only(nights.day > after)
    fold = _folds(np.unique(nights.person), rules)
    local, mended = np.zeros(len(late)), np.zeros(len(late))
    for n in range(rules.refit.folds):
        theirs = _in(fold, late, n)
        if theirs.any():
            others = early.only(~_in(fold, early, n))
            local[theirs] = _fitted(_judged(others, rules, card), rules).logit(late.columns[theirs])
            mended[theirs] = recalibrated(others, rules, card).of(published(late.only(theirs), rules.map))
    return Compared(late, mended, local)


def _judged(nights: Nights, rules: LookingBack, card: RiskCard) -> Nights:
    return nights.only(nights.judged(Definition.C, rules.evaluation, card.most_no_shows))


def _in_folds(nights: Nights, rules: LookingBack, fit: Callable[[Nights], LocalModel]) -> Floats:
    fold = _folds(np.unique(nights.person), rules)
    found = np.zeros(len(nights))
    for n in range(rules.refit.folds):
        theirs = _in(fold, nights, n)
        if theirs.any():
            found[theirs] = fit(nights.only(~theirs)).logit(nights.columns[theirs])
    return found


def _folds(people: NDArray[np.int32], rules: LookingBack) -> dict[int, int]:
    """Return the group of each person, by lot, always the same."""
    by_lot = np.random.default_rng(rules.refit.seed).permutation(people).tolist()
    return {person: n % rules.refit.folds for n, person in enumerate(by_lot)}


def _in(fold: dict[int, int], nights: Nights, n: int) -> Bools:
    return np.isin(nights.person, [person for person, one in fold.items() if one == n])


def _fitted(nights: Nights, rules: LookingBack) -> LocalModel:
    try:
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - an extra, and slow to load
    except ImportError:
        raise NotInstalled from None
    events = nights.events(rules.evaluation)
    if not events.any() or events.all():
        raise TooFew
    columns = nights.columns.astype(np.float64)
    mean, spread = columns.mean(axis=0), columns.std(axis=0)
    scale = np.where(spread > 0, spread, 1)
    model = LogisticRegression(C=rules.refit.penalty_c, max_iter=1000).fit((columns - mean) / scale, events)
    return LocalModel(
        NAMES,
        tuple(mean.tolist()),
        tuple(scale.tolist()),
        tuple(model.coef_[0].tolist()),
        float(model.intercept_[0]),
    )
