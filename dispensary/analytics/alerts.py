"""What a rule that raises people would have been worth: how often it speaks, how often rightly, and whom it finds in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispensary.analytics.bootstrap import NO_ESTIMATE, Estimate, draws, estimate, median_of, ratio
from dispensary.analytics.judged import NOT_LOST, Nights
from dispensary.policy.evaluation import EvaluationRules

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
ONE, NOT_FOUND = 1, -1


@dataclass(frozen=True)
class Losses:
    """Each course that was lost, with the last night on which the person was still there."""

    row: NDArray[np.int64]
    """Of that night."""
    person: Ints
    onset: Ints


@dataclass(frozen=True)
class AlertFigures:
    """What one rule was worth on some nights."""

    alerts: float = 0
    per_100_days: Estimate = NO_ESTIMATE
    """New alerts by 100 days of people in treatment."""
    right: Estimate = NO_ESTIMATE
    """The share of alerts after which the last run went on or began within the horizon (positive predictive value)."""
    lost: int = 0
    found: Estimate = NO_ESTIMATE
    """The share of people lost who had an alert within the horizon before, while they still came."""
    days_before: Estimate = NO_ESTIMATE
    """The median of the days from the first such alert to the last dose."""


def losses(nights: Nights, judged: Bools, rules: EvaluationRules) -> Losses:
    """Return the courses that were lost, each once, at the last judged night before."""
    rows = np.flatnonzero(judged & (nights.onset < NOT_LOST) & nights.events(rules) & (nights.day < nights.onset))
    course = nights.course[rows]
    order = np.lexsort((nights.day[rows], course))
    last = np.append(course[order][1:] != course[order][:-1], True) if len(rows) else np.zeros(0, bool)
    at = rows[order][last]
    return Losses(at, nights.person[at], nights.onset[at])


def new_alerts(nights: Nights, firing: Bools, silent_nights: int) -> Bools:
    """Return on which nights somebody is raised, if nobody is again for so many nights; rows are by person and day."""
    found = np.zeros(len(nights), np.bool_)
    last_person, last_day = NOT_FOUND, 0
    rows = np.flatnonzero(firing)
    for row, person, day in zip(rows.tolist(), nights.person[rows].tolist(), nights.day[rows].tolist(), strict=True):
        if person != last_person or day - last_day >= silent_nights:
            found[row], last_person, last_day = True, person, day
    return found


def from_score(nights: Nights, score: Floats, may: Bools, wanted: int, silent_nights: int) -> Bools:
    """Return the alerts of whoever has a score from where there are as many alerts as wanted, or just fewer."""
    ranked = np.sort(score[may])
    # Alerts are at most as many as the nights that fire, and of each person at least one of so many nights that fire.
    least, most = max(0, len(ranked) - silent_nights * (wanted + 1)), max(0, len(ranked) - wanted)
    while least < most:
        middle = (least + most) // 2
        many = int(new_alerts(nights, may & (score >= ranked[middle]), silent_nights).sum())
        least, most = (least, middle) if many <= wanted else (middle + 1, most)
    if least == len(ranked):
        return np.zeros(len(nights), np.bool_)
    return new_alerts(nights, may & (score >= ranked[least]), silent_nights)


def at_random(nights: Nights, may: Bools, wanted: int, silent_nights: int, chance: np.random.Generator) -> Bools:
    """Return as many alerts as wanted, of anybody on any night on which they may be."""
    return from_score(nights, np.where(may, chance.random(len(nights)), -1.0), may, wanted, silent_nights)


@dataclass(frozen=True)
class Found:
    """For each loss, how many days before the last dose the first alert in time was; -1 where there was none."""

    days_before: Ints

    @classmethod
    def of(cls, nights: Nights, alerts: Bools, lost: Losses, rules: EvaluationRules) -> "Found":
        """Return whom some alerts found while they still came."""
        rows = np.flatnonzero(alerts)
        early = nights.onset[rows] - nights.day[rows]
        rows = rows[(early >= ONE) & (early <= rules.horizon)]
        first: dict[int, int] = {}
        for course, day in zip(nights.course[rows].tolist(), nights.day[rows].tolist(), strict=True):
            first.setdefault(course, day)
        courses, onset = nights.course[lost.row].tolist(), lost.onset.tolist()
        days = [onset[n] - ONE - first[course] if course in first else NOT_FOUND for n, course in enumerate(courses)]
        return cls(np.array(days, np.int32))


def alert_figures(
    nights: Nights, alerts: Bools, within: Bools, lost: Losses, found: Found, rules: EvaluationRules
) -> AlertFigures:
    """Return what some alerts were worth on the nights of a group, and of the losses whose last night is one of them."""
    if not within.any():
        return AlertFigures()
    who, place = np.unique(nights.person[within], return_inverse=True)
    mine = within[lost.row]
    of_lost = np.searchsorted(who, lost.person[mine])
    days_before = found.days_before[mine].astype(np.float64)
    caught = days_before >= 0
    raised = alerts[within]
    right = raised & nights.events(rules)[within]
    counts = [
        np.bincount(place, minlength=len(who)),
        np.bincount(place, weights=raised, minlength=len(who)),
        np.bincount(place, weights=right, minlength=len(who)),
        np.bincount(of_lost, minlength=len(who)),
        np.bincount(of_lost, weights=caught, minlength=len(who)),
    ]
    times = np.vstack([np.ones(len(who)), draws(len(who), rules.resamples, rules.seed)])
    days, many, good, gone, in_time = (times @ one for one in counts)
    return AlertFigures(
        alerts=int(raised.sum()),
        per_100_days=_first(100 * ratio(many, days)),
        right=_first(ratio(good, many)),
        lost=int(mine.sum()),
        found=_first(ratio(in_time, gone)),
        days_before=_first(median_of(days_before[caught], times[:, of_lost[caught]])),
    )


def _first(values: Floats) -> Estimate:
    """Return the figure of everybody, who stand in the first row, with the interval of the draws after it."""
    return estimate(float(values[0]), values[1:])


def mean_of(many: Sequence[AlertFigures]) -> AlertFigures:
    """Return the mean of several draws of alerts, and between what they lay."""
    if not many:
        return AlertFigures()

    def of(name: str) -> Estimate:
        values: Any = [getattr(one, name).value for one in many if getattr(one, name).value is not None]
        return estimate(float(np.mean(values)), np.array(values, np.float64)) if values else NO_ESTIMATE

    return AlertFigures(
        alerts=round(float(np.mean([one.alerts for one in many])), 1),
        per_100_days=of("per_100_days"),
        right=of("right"),
        lost=many[0].lost,
        found=of("found"),
        days_before=of("days_before"),
    )
