"""The nightly scan looked back on: what each rule would have been worth on every night of a period.

Nothing that lies after a night has a part in what is said on it; what came of it only judges. No figure says how well people
would fare if nobody had been called: whoever was raised and helped is not lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispensary.analytics.alerts import (
    AlertFigures,
    Found,
    Losses,
    alert_figures,
    at_random,
    from_score,
    losses,
    mean_of,
    new_alerts,
)
from dispensary.analytics.calibration import Fifth, fifths, log_loss
from dispensary.analytics.judged import Definition, Nights
from dispensary.analytics.ranked import Ranked, calibrated, ranked
from dispensary.analytics.scorecard import AMBER, RED
from dispensary.policy.evaluation import EvaluationRules
from dispensary.policy.risk import RiskCard

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Score(StrEnum):
    """What ranks people."""

    CARD = "card"
    """The points; their probability is the published map's."""
    RECALIBRATED = "recalibrated"
    """The points with the probability that was fitted to the clinic's own people."""
    LOCAL = "local"
    PLAIN = "plain"


class Rule(StrEnum):
    """What raises people."""

    RED = "red"
    AMBER = "amber"
    LOCAL = "local"
    PLAIN = "plain"
    RANDOM = "random"


@dataclass(frozen=True)
class Judged:
    """One definition on the nights of one group."""

    nights: int
    people: int
    events: int
    """Nights with the event."""
    lost: int
    """Courses with such a night."""
    scores: Mapping[Score, Ranked]


@dataclass(frozen=True)
class Section:
    """Everything about one group."""

    definitions: Mapping[Definition, Judged]
    alerts: Mapping[Rule, AlertFigures]
    days: int
    """Followed nights of people in treatment: what alerts are counted by."""
    people: int
    lost: int


@dataclass(frozen=True)
class Scores:
    """What is said of each night, beside its points."""

    published: Floats
    """The logarithm of the odds that the points stand for by the published map."""
    local: Floats | None = None
    """Of a local model; NaN on nights it may not be judged by."""
    local_from: Floats | None = None
    """From where the local model raises somebody; where it is not given, it raises as many as AMBER."""
    recalibrated: Floats | None = None
    """The same for points with the clinic's own probability; NaN on nights it may not be judged by."""


@dataclass
class Evaluation:
    """Nights with what is said of them; each group of them is asked for by a mask."""

    nights: Nights
    scores: Scores
    rules: EvaluationRules
    card: RiskCard
    _alerts: dict[Rule, tuple[Bools, Found]] = field(default_factory=dict)

    @cached_property
    def followed(self) -> Bools:
        """The nights that may be judged."""
        return self.nights.followed(self.rules)

    @cached_property
    def events(self) -> Bools:
        """The nights after which the last run went on or began."""
        return self.nights.events(self.rules)

    @cached_property
    def lost(self) -> Losses:
        """The courses that were lost."""
        return losses(self.nights, self.followed, self.rules)

    @cached_property
    def said_by_local(self) -> Bools:
        """The nights of which the local model says something."""
        local = self.scores.local
        return np.zeros(len(self.nights), np.bool_) if local is None else np.isfinite(local)

    def section(self, of: Bools) -> Section:
        """Return everything about some nights."""
        within = of & self.followed
        return Section(
            definitions={one: self.judged(one, of) for one in Definition},
            alerts={rule: self._figures(rule, within) for rule in Rule if self._may_say(rule, within)},
            days=int(within.sum()),
            people=len(np.unique(self.nights.person[within])),
            lost=int(within[self.lost.row].sum()),
        )

    def judged(self, definition: Definition, of: Bools) -> Judged:
        """Return what one definition gives of some nights."""
        which = of & self.nights.judged(definition, self.rules, self.card.most_no_shows)
        seen, events = self.nights.only(which), self.events[which]
        scores = {Score.CARD: self._ranked(which, self.nights.points, self.scores.published)}
        for score, logit in ((Score.RECALIBRATED, self.scores.recalibrated), (Score.LOCAL, self.scores.local)):
            if logit is not None and (said := which & np.isfinite(logit)).any():
                scores[score] = self._ranked(said, logit, logit)
        scores[Score.PLAIN] = self._ranked(which, self.nights.missed, None)
        return Judged(
            nights=len(seen),
            people=len(np.unique(seen.person)),
            events=int(events.sum()),
            lost=len(np.unique(seen.course[events])),
            scores=scores,
        )

    def fifths(self, score: Score) -> list[Fifth]:
        """Return how a probability came true in each fifth of the nights of definition C, lowest first."""
        logit = {
            Score.CARD: self.scores.published,
            Score.RECALIBRATED: self.scores.recalibrated,
            Score.LOCAL: self.scores.local,
        }.get(score)
        if logit is None:
            return []
        which = self.nights.judged(Definition.C, self.rules, self.card.most_no_shows) & np.isfinite(logit)
        return fifths(logit[which], self.events[which])

    def _ranked(self, which: Bools, score: NDArray[Any], logit: Floats | None) -> Ranked:
        events, person = self.events[which], self.nights.person[which]
        again = {"resamples": self.rules.resamples, "seed": self.rules.seed}
        found = ranked(score[which], events, person, **again)
        if logit is None:
            return found
        by_expected, slope = calibrated(logit[which], events, person, **again)
        loss = log_loss(logit[which], events) if len(events) else None
        return Ranked(found.auroc, found.pr_auc, by_expected, slope, loss)

    def _may_say(self, rule: Rule, within: Bools) -> bool:
        return rule is not Rule.LOCAL or bool((within & self.said_by_local).any())

    def _figures(self, rule: Rule, within: Bools) -> AlertFigures:
        if rule is Rule.RANDOM:
            alone = replace(self.rules, resamples=0)
            return mean_of(
                [alert_figures(self.nights, alerts, within, self.lost, found, alone) for alerts, found in self._random]
            )
        if rule is Rule.LOCAL:
            within = within & self.said_by_local
        if rule not in self._alerts:
            self._alerts[rule] = self._with_found(self._of(rule))
        alerts, found = self._alerts[rule]
        return alert_figures(self.nights, alerts, within, self.lost, found, self.rules)

    def _of(self, rule: Rule) -> Bools:
        """Return the new alerts of a rule."""
        nights, silent = self.nights, self.card.silent_nights
        if rule is Rule.LOCAL:
            return self._local
        firing = {
            Rule.RED: nights.lane == RED,
            Rule.AMBER: nights.lane == AMBER,
            Rule.PLAIN: self._coming & (nights.missed >= self.rules.plain_missed),
        }[rule]
        return new_alerts(nights, firing & self.followed, silent)

    @property
    def _coming(self) -> Bools:
        """The nights on which somebody still comes; only then a rule other than RED raises."""
        return self.nights.no_shows <= self.card.amber_most_no_shows

    @cached_property
    def _local(self) -> Bools:
        assert self.scores.local is not None
        may = self._coming & self.said_by_local & self.followed
        score = np.where(may, self.scores.local, -np.inf)
        if self.scores.local_from is not None:
            return new_alerts(self.nights, may & (score >= self.scores.local_from), self.card.silent_nights)
        wanted = int((self._of(Rule.AMBER) & self.said_by_local).sum())
        return from_score(self.nights, score, may, wanted, self.card.silent_nights)

    @cached_property
    def _random(self) -> list[tuple[Bools, Found]]:
        chance = np.random.default_rng(self.rules.seed)
        may, wanted = self._coming & self.followed, int(self._of(Rule.AMBER).sum())
        return [
            self._with_found(at_random(self.nights, may, wanted, self.card.silent_nights, chance))
            for _ in range(self.rules.random_draws)
        ]

    def _with_found(self, alerts: Bools) -> tuple[Bools, Found]:
        return alerts, Found.of(self.nights, alerts, self.lost, self.rules)
