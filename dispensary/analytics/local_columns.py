"""What a model of a clinic's own reads of each night: the counts of the scorecard, unbanded, and a few more.

No age, sex, race or address. Every column can be made of the last six weeks, so that the nightly scan has them all.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispensary.analytics.day_grid import DRUG_CODE, MEDICATIONS
from dispensary.analytics.features import BUPRENORPHINE, FORTNIGHT, MONTH, NONE, Features
from dispensary.policy.risk import DRUGS, RiskCard

LONGEST_AGO = 60
"""A urine longer ago, or none at all, counts as so many days ago."""
NAMES = (
    "in_a_row",
    "in_a_row_log",
    "missed_share_7",
    "missed_share_14",
    "missed_share_28",
    "other_missed_14",
    "gaps_28",
    "longest_gap_28",
    "amount",
    "amount_low",
    "amount_lowered",
    "amount_change",
    "days_log",
    "first_14",
    "first_28",
    "buprenorphine",
    "opioid_rate_28",
    "stimulant_rate_28",
    "benzodiazepine_rate_28",
    "opioid_last",
    "opioid_not_known",
    "urine_ago_log",
)


def columns(of: Features, which: NDArray[np.bool_], card: RiskCard) -> NDArray[np.float32]:
    """Return the columns of some nights and people, a row each, in the order of the nights."""
    drug = of.medication[which]
    usual = _usual(card)[drug]
    amount, before = of.amount[which], of.amount_before[which]
    known, both = amount != NONE, (amount != NONE) & (before != NONE)
    days, last = of.days_in_treatment[which], of.opioid[which]
    ago = of.urine_age[which]
    change = np.where(both, (amount - before) / usual, 0)
    made: dict[str, NDArray[Any]] = {
        "in_a_row": np.minimum(of.no_shows[which], FORTNIGHT),
        "in_a_row_log": np.log1p(of.no_shows[which]),
        "missed_share_7": of.missed_7[which] / np.maximum(of.due_7[which], 1),
        "missed_share_14": of.missed_14[which] / np.maximum(of.due_14[which], 1),
        "missed_share_28": of.missed_28[which] / np.maximum(of.due_28[which], 1),
        "other_missed_14": of.other_missed[which],
        "gaps_28": of.gaps_28[which],
        "longest_gap_28": of.longest_gap_28[which],
        "amount": np.where(known, amount / usual, 1),
        "amount_low": known & (amount < usual) & (days >= card.low_amount_from_day),
        "amount_lowered": change < 0,
        "amount_change": np.clip(change, -1, 1),
        "days_log": np.log1p(np.maximum(days, 0)),
        "first_14": days < FORTNIGHT,
        "first_28": days < MONTH,
        "buprenorphine": np.isin(drug, BUPRENORPHINE),
        "opioid_rate_28": np.nan_to_num(of.opioid_rate_28[which]),
        "stimulant_rate_28": np.nan_to_num(of.stimulant_rate_28[which]),
        "benzodiazepine_rate_28": np.nan_to_num(of.benzodiazepine_rate_28[which]),
        "opioid_last": last == 1,
        "opioid_not_known": last == NONE,
        "urine_ago_log": np.log1p(np.where(ago == NONE, LONGEST_AGO, np.minimum(ago, LONGEST_AGO))),
    }
    return np.column_stack([made[name] for name in NAMES]).astype(np.float32)


def _usual(card: RiskCard) -> NDArray[np.float64]:
    """Return by place of the medication the amount below which a dose counts as low, in thousandths of a mg."""
    table = np.ones(len(MEDICATIONS))
    for medication, drug in DRUGS.items():
        table[DRUG_CODE[medication]] = card.low_amount_below_mg[drug] * 1000
    return table
