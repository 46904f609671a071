"""Points and lanes of many at once are those of each, and ranks are counted right."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dispensary.analytics.day_grid import DRUG_CODE
from dispensary.analytics.features import NONE, Features
from dispensary.analytics.ranking import auroc
from dispensary.analytics.scorecard import LANES, lanes, points
from dispensary.policy.risk import risk_card
from dispensary.queries.risk_features import NightFeatures
from dispensary.rules.risk import score
from models.enums import Medication

CARD = risk_card()
days = st.integers(min_value=0, max_value=120)
unknown_or = st.none() | st.integers(min_value=0, max_value=60)
amounts = st.sampled_from([NONE, 8000, 15900, 16000, 59500, 60000, 80000])
people = st.fixed_dictionaries(
    {
        "no_shows": st.integers(min_value=0, max_value=6),
        "other_missed": st.integers(min_value=0, max_value=9),
        "missed_14": st.integers(min_value=0, max_value=14),
        "days_in_treatment": days,
        "medication": st.sampled_from([int(DRUG_CODE[one]) for one in Medication]),
        "amount": amounts,
        "amount_before": amounts,
        "opioid": st.sampled_from([NONE, 0, 1]),
        "opioid_age": st.integers(min_value=0, max_value=60),
        "urine_age": st.sampled_from([NONE, 0, 28, 29, 60]),
        "scheduled": st.booleans(),
    }
)


@given(everyone=st.lists(people, min_size=1, max_size=8), red_from=st.integers(min_value=2, max_value=4))
def test_points_of_many_are_those_of_each(everyone, red_from):
    shape = (1, len(everyone))
    arrays = {name: np.zeros(shape, np.int32) for name in Features.__dataclass_fields__}
    for n, one in enumerate(everyone):
        if one["opioid"] == NONE:
            one["opioid_age"] = NONE
        for name in one.keys() - {"scheduled"}:
            arrays[name][0, n] = one[name]
    arrays["active"] = np.ones(shape, bool)
    counted = Features(**arrays)
    scheduled = np.array([[one["scheduled"] for one in everyone]])
    night = NightFeatures((None,), np.arange(len(everyone)), counted, scheduled)

    total = points(counted, scheduled, CARD)
    found = lanes(counted, total, CARD, red_from)

    for n in range(len(everyone)):
        alone = score(night.of(0, n), CARD, red_from)
        assert (total[0, n], LANES[found[0, n]]) == (alone.points, alone.lane)


@given(st.lists(st.tuples(st.integers(min_value=0, max_value=5), st.booleans()), min_size=2, max_size=30))
def test_auroc_is_the_share_of_pairs_in_the_right_order(drawn):
    scores, events = np.array([one[0] for one in drawn]), np.array([one[1] for one in drawn])
    pairs = [(a > b) + (a == b) / 2 for a in scores[events] for b in scores[~events]]

    np.testing.assert_allclose(auroc(scores, events), np.mean(pairs) if pairs else np.nan)
