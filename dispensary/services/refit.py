"""What a clinic's own people are enough for: a probability for the points, a model of its own, and how it stands the test.

This reads and reckons, and keeps nothing. scikit-learn is imported when a model of the clinic's own is fitted, by the command,
and never otherwise.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from dispensary.analytics.alerts import Found, from_score, losses, new_alerts
from dispensary.analytics.calibration import log_loss
from dispensary.analytics.evaluation import Evaluation, Score, Scores
from dispensary.analytics.frozen import line_text
from dispensary.analytics.judged import Bools, Definition, Floats, Nights
from dispensary.analytics.ranked import Ranked
from dispensary.analytics.refit import Compared, TooFew, held_out, local_model, published, recalibrated
from dispensary.analytics.scorecard import AMBER
from dispensary.policy.evaluation import looking_back
from dispensary.policy.risk import risk_card
from dispensary.queries.risk_groups import groups_of
from dispensary.queries.risk_nights import Period, nights_of
from dispensary.rules.refit_stage import Caught, Condition, HoldOut, Stage, conditions, stage_of
from models.enums import RiskModelKind


@dataclass(frozen=True)
class Material:
    """The nights of a clinic that can be judged, and what they are enough for."""

    site_id: int
    nights: Nights
    lost: int
    period: Period
    """From the first such night to the last."""
    known_until: date

    @property
    def days(self) -> int:
        """How long the period is."""
        return (self.period.last - self.period.first).days + 1 if len(self.nights) else 0

    @property
    def stage(self) -> Stage:
        """What may be done."""
        return stage_of(self.lost, self.days, looking_back().refit)


@dataclass(frozen=True)
class Fitted:
    """A version before it is kept."""

    kind: RiskModelKind
    coefficients: str
    metrics: dict[str, Any]
    may_be_promoted: bool
    material: Material


def material(session: Session, site_id: int, first: date, known_until: date) -> Material:
    """Return the nights of a clinic, from a day on, of which it is known what came of them; this only reads."""
    rules = looking_back().evaluation
    last = known_until - timedelta(days=rules.behind)
    period = Period(first, max(first, last), known_until)
    nights = nights_of(session, site_id, period)
    nights = nights.only(nights.judged(Definition.C, rules, risk_card().most_no_shows) | nights.followed(rules))
    if len(nights):
        first, last = (date.fromordinal(int(day)) for day in (nights.day.min(), nights.day.max()))
        period = replace(period, first=first, last=last)
    lost = losses(nights, nights.followed(rules), rules)
    return Material(site_id, nights, len(lost.row), period, known_until)


def fits(session: Session, of: Material) -> Iterator[Fitted]:
    """Yield what the people of a clinic are enough for; this only reads and reckons.

    Raises:
        NotInstalled: a model of the clinic's own needs scikit-learn, which is not there.
    """
    if of.stage.recalibrate:
        yield _recalibration(of)
    if of.stage.challenger:
        yield _local(session, of)


def _recalibration(of: Material) -> Fitted:
    rules = looking_back()
    found = recalibrated(of.nights, rules, risk_card())
    logit = published(of.nights, rules.map)
    before, after = (_ranked(of.nights, one) for one in (logit, found.of(logit)))
    metrics = {"published": _told(before), "recalibrated": _told(after)}
    return Fitted(RiskModelKind.RECALIBRATION, line_text(found), metrics, True, of)


def _local(session: Session, of: Material) -> Fitted:
    rules, card = looking_back(), risk_card()
    model = local_model(of.nights, rules, card)
    after = of.period.last.toordinal() - rules.refit.hold_out_days
    try:
        compared = held_out(of.nights, after - rules.evaluation.behind - 1, after, rules, card)
    except TooFew:
        compared = None
    found = None if compared is None or not len(compared.nights) else _hold_out(session, of.site_id, compared)
    met = conditions(of.lost, found, rules.refit)
    metrics = {
        "conditions": {one.value: met[one] for one in Condition},
        "hold_out": None if compared is None or found is None else _hold_out_told(compared, found),
    }
    return Fitted(RiskModelKind.LOCAL, model.text(), metrics, all(met.values()), of)


def _hold_out(session: Session, site_id: int, compared: Compared) -> HoldOut:
    """Return what both gave on the nights of definition C, and whom each found at the load of AMBER."""
    rules, card, nights = looking_back().evaluation, risk_card(), compared.nights
    judged = nights.judged(Definition.C, rules, card.most_no_shows)
    events = nights.events(rules)
    followed = nights.followed(rules)
    local = _ranked(nights, compared.local)
    lost = losses(nights, followed, rules)
    by_points = new_alerts(nights, (nights.lane == AMBER) & followed, card.silent_nights)
    may = (nights.no_shows <= card.amber_most_no_shows) & followed
    by_model = from_score(nights, compared.local, may, int(by_points.sum()), card.silent_nights)
    found = [Found.of(nights, alerts, lost, rules).days_before >= 0 for alerts in (by_points, by_model)]

    def caught(of: Bools) -> Caught:
        mine = of[lost.row]
        return Caught(int(mine.sum()), *(int(one[mine].sum()) for one in found))

    everybody = np.ones(len(nights), np.bool_)
    return HoldOut(
        log_loss_points=log_loss(compared.mended[judged], events[judged]),
        log_loss_model=log_loss(compared.local[judged], events[judged]),
        slope=local.slope.value,
        observed_expected=local.observed_expected.value,
        caught=caught(everybody),
        groups=tuple(caught(mask) for masks in groups_of(session, nights).values() for mask in masks.values()),
    )


def _ranked(nights: Nights, logit: Floats) -> Ranked:
    rules, card = looking_back().evaluation, risk_card()
    looked_back = Evaluation(nights, Scores(logit, local=logit), rules, card)
    return looked_back.judged(Definition.C, np.ones(len(nights), np.bool_)).scores.get(Score.LOCAL, Ranked())


def _told(of: Ranked) -> dict[str, float | None]:
    return {
        "auroc": of.auroc.value,
        "observed_expected": of.observed_expected.value,
        "slope": of.slope.value,
        "log_loss": of.log_loss,
    }


def _hold_out_told(compared: Compared, found: HoldOut) -> dict[str, Any]:
    days = compared.nights.day
    return {
        "from": date.fromordinal(int(days.min())).isoformat(),
        "until": date.fromordinal(int(days.max())).isoformat(),
        "points": _told(_ranked(compared.nights, compared.mended)),
        "model": _told(_ranked(compared.nights, compared.local)),
        "lost": found.caught.lost,
        "caught_by_points": found.caught.by_points,
        "caught_by_model": found.caught.by_model,
    }
