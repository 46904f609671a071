"""The points of the scorecard for many people and nights at once. What rules/risk says of one person, it says of each; tested."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispensary.analytics.day_grid import DRUG_CODE, MEDICATIONS
from dispensary.analytics.features import NONE, Features
from dispensary.policy.risk import DRUGS, RiskCard
from models.enums import RiskFactor, RiskLane

RED, AMBER = 2, 1
LANES = {0: None, AMBER: RiskLane.AMBER, RED: RiskLane.RED}


def points(of: Features, urine_scheduled: NDArray[np.bool_], card: RiskCard) -> NDArray[np.int32]:
    """Return the points of each person on each night; of whoever is not in treatment they mean nothing."""
    days = of.days_in_treatment
    low = _by_drug(of, {drug: mg * 1000 for drug, mg in card.low_amount_below_mg.items()})
    without = np.where(of.urine_age == NONE, days, of.urine_age)
    held = {
        RiskFactor.LOW_AMOUNT: (of.amount != NONE) & (days >= card.low_amount_from_day) & (of.amount < low),
        RiskFactor.LOWERED: (of.amount != NONE) & (of.amount_before != NONE) & (of.amount < of.amount_before),
        RiskFactor.OPIOID_URINE: (of.opioid == 1) & (of.opioid_age <= card.opioid_within_days),
        RiskFactor.NO_URINE: urine_scheduled & (days >= card.no_urine_from_day) & (without > card.no_urine_after_days),
    }
    counted = {
        RiskFactor.NO_SHOWS: of.no_shows,
        RiskFactor.OTHER_MISSED: of.other_missed,
        RiskFactor.DAYS_IN_TREATMENT: days,
    }
    total = np.zeros(days.shape, np.int32)
    for factor, count in counted.items():
        total += _banded(count, card, factor)
    for factor, holds in held.items():
        total += np.where(holds, np.int32(card.factors[factor].points_of(0)), np.int32(0))
    return total


def lanes(of: Features, total: NDArray[np.int32], card: RiskCard, red_from: int | None = None) -> NDArray[np.uint8]:
    """Return the lane of each person on each night: 2 is RED, 1 AMBER, 0 none."""
    red = of.no_shows >= (red_from or card.red_from)
    amber = (of.no_shows <= card.amber_most_no_shows) & (total >= _by_drug(of, dict(card.amber_from)))
    found = np.where(red, RED, np.where(amber, AMBER, 0))
    return np.where(of.active, found, 0).astype(np.uint8)


def _banded(count: NDArray[np.int32], card: RiskCard, factor: RiskFactor) -> NDArray[np.int32]:
    bands = card.factors[factor].bands
    worth = np.array([0, *(band.points for band in bands)], np.int32)
    return worth[np.searchsorted([band.least for band in bands], count, side="right")]


def _by_drug(of: Features, values: dict[str, int]) -> NDArray[Any]:
    table = np.zeros(len(MEDICATIONS), np.int32)
    for medication, drug in DRUGS.items():
        table[DRUG_CODE[medication]] = values[drug]
    return table[of.medication]
