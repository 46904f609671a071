"""Curves, intervals, medians, tests and ways out, beside lifelines and beside fractions reckoned by hand."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dispensary.analytics.chi_square import tail
from dispensary.analytics.competing import aalen_johansen
from dispensary.analytics.log_rank import log_rank
from dispensary.analytics.printed import chance, number
from dispensary.analytics.survival import Interval, Median, kaplan_meier

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines import AalenJohansenFitter, KaplanMeierFitter
    from lifelines.datasets import load_lung
    from lifelines.statistics import multivariate_logrank_test
    from lifelines.utils import median_survival_times
    from scipy.stats import chi2

PRINTED = 6
"""Places after the point: two more than any page prints."""
EXACT = 12
"""Sums and products of fractions agree to so many; beyond, noise decides how a half is rounded."""

seen = st.tuples(st.integers(min_value=0, max_value=60), st.booleans())
everybody = st.lists(seen, min_size=1, max_size=40)
EXAMPLES = settings(max_examples=50, derandomize=True, deadline=None)


def arrays(people):
    return np.array([t for t, _ in people], dtype=np.int64), np.array([left for _, left in people], dtype=bool)


def fitted(times, left):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return KaplanMeierFitter().fit(times, left)


def printed(value):
    if value is None or not math.isfinite(value):
        return None
    return round(round(float(value), EXACT), PRINTED)


@EXAMPLES
@given(people=everybody)
def test_a_curve_is_that_of_lifelines(people):
    times, left = arrays(people)

    curve, theirs = kaplan_meier(times, left), fitted(times, left)

    shares, table = theirs.survival_function_.iloc[:, 0], theirs.event_table
    for n, day in enumerate(curve.table.times):
        assert printed(curve.share[n]) == printed(shares[day])
        assert curve.table.at_risk[n] == table.at_risk[day]
        assert curve.table.left[n] == table.observed[day]
        assert curve.table.censored[n] == table.censored[day]


@EXAMPLES
@given(people=everybody)
def test_a_log_log_interval_is_that_of_lifelines(people):
    times, left = arrays(people)

    curve, theirs = kaplan_meier(times, left), fitted(times, left).confidence_interval_

    lower, upper = curve.bounds
    for n, day in enumerate(curve.table.times):
        assert (printed(lower[n]), printed(upper[n])) == tuple(printed(v) for v in theirs.loc[day])


@EXAMPLES
@given(people=everybody)
def test_a_log_interval_is_greenwoods_on_the_logarithm(people):
    times, left = arrays(people)

    curve = kaplan_meier(times, left, interval=Interval.LOG)

    table = fitted(times, left).event_table
    lower, upper = curve.bounds
    share, greenwood = Fraction(1), Fraction(0)
    for n, day in enumerate(curve.table.times):
        d, at_risk = int(table.observed[day]), int(table.at_risk[day])
        if d == at_risk:
            assert np.isnan(upper[n])
            break
        share, greenwood = share * (1 - Fraction(d, at_risk)), greenwood + Fraction(d, at_risk * (at_risk - d))
        reach = 1.959963984540054 * math.sqrt(greenwood)
        assert printed(lower[n]) == printed(share * math.exp(-reach))
        assert printed(upper[n]) == printed(min(1, share * math.exp(reach)))


@EXAMPLES
@given(people=everybody)
def test_a_median_is_that_of_lifelines_with_its_interval(people):
    times, left = arrays(people)
    curve, theirs = kaplan_meier(times, left), fitted(times, left)
    near_a_half = [s for s in (*curve.share, *curve.bounds[0], *curve.bounds[1]) if abs(s - 0.5) < 1e-9]
    assume(not near_a_half)

    ours = curve.median

    assert ours.day == printed(theirs.median_survival_time_)
    lower, upper = median_survival_times(theirs.confidence_interval_).iloc[0]
    assert (ours.lower, ours.upper) == (printed(lower), printed(upper))


def test_a_median_that_is_exactly_a_half_is_the_first_such_day():
    people = [(day, True) for day in range(1, 11)]

    assert kaplan_meier(*arrays(people)).median.day == 5


groups = st.lists(st.lists(seen, min_size=1, max_size=30), min_size=2, max_size=4)


@EXAMPLES
@given(people=groups)
def test_a_log_rank_test_is_that_of_lifelines(people):
    made = [arrays(group) for group in people]
    first_leaves = min((t for group in people for t, left in group if left), default=None)
    assume(first_leaves is not None)
    assume(all(any(t >= first_leaves for t, _ in group) for group in people))
    ours = log_rank(made)
    assume(ours is not None and ours.freedom == len(people) - 1)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = multivariate_logrank_test(
            np.concatenate([t for t, _ in made]),
            np.concatenate([[n] * len(t) for n, (t, _) in enumerate(made)]),
            np.concatenate([left for _, left in made]),
        )

    assert ours is not None
    assert ours.chi_square == pytest.approx(theirs.test_statistic, rel=1e-6, abs=1e-6)
    assert ours.p == pytest.approx(theirs.p_value, rel=1e-6, abs=1e-9)
    assert sum(ours.observed) == pytest.approx(sum(ours.expected))


@EXAMPLES
@given(people=st.lists(st.tuples(st.integers(1, 60), st.integers(0, 3)), min_size=1, max_size=60))
def test_ways_out_are_those_of_lifelines(people):
    way_of = {}
    people = [(t, way if way == 0 else way_of.setdefault(t, way)) for t, way in people]  # it shakes ties between ways
    times, ways = np.array([t for t, _ in people]), np.array([way for _, way in people])

    ours = aalen_johansen(times, ways, (1, 2, 3))

    for way, incidence in ours.items():
        if way not in ways:
            assert not incidence.share.any()
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = AalenJohansenFitter().fit(times, ways, event_of_interest=way)
        for n, day in enumerate(incidence.table.times):
            share, lower, upper = incidence.at(int(day))
            assert printed(share) == printed(theirs.cumulative_density_.iloc[:, 0][day])
            variance, interval = theirs.variance_[day], theirs.confidence_interval_.loc[day]
            if np.isfinite(variance) and lower is not None and variance > 1e-12:
                assert printed(incidence.variance_at(n)) == printed(variance)
                assert sorted(printed(v) for v in interval) == [printed(lower), printed(upper)]


@EXAMPLES
@given(people=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3)), min_size=1, max_size=30))
def test_those_still_there_and_gone_by_each_way_are_everybody_ties_and_all(people):
    times, ways = np.array([t for t, _ in people]), np.array([way for _, way in people])

    found = aalen_johansen(times, ways, (1, 2, 3))

    there = Fraction(1)
    gone = dict.fromkeys(found, Fraction(0))
    for n, day in enumerate(found[1].table.times):
        at_risk = int(np.count_nonzero(times >= day))
        for way in gone:
            gone[way] += there * Fraction(int(np.count_nonzero((times == day) & (ways == way))), at_risk)
        there *= 1 - Fraction(int(np.count_nonzero((times == day) & (ways != 0))), at_risk)
        assert {way: printed(i.share[n]) for way, i in found.items()} == {w: printed(g) for w, g in gone.items()}
        assert sum(gone.values()) + there == 1


LUNG = {
    ("log", 1): (270, 212, 310),
    ("log", 2): (426, 348, 550),
    ("log-log", 1): (270, 210, 306),
    ("log-log", 2): (426, 345, 524),
}
"""Medians of the lung cancer data of the North Central Cancer Treatment Group, as R's survival prints them by sex."""


def lung():
    data = load_lung()
    sex = data["sex"].map({"Male": 1, "Female": 2, 1: 1, 2: 2, "male": 1, "female": 2})
    return {n: (data["time"][sex == n].to_numpy(), data["status"][sex == n].to_numpy(dtype=bool)) for n in (1, 2)}


@pytest.mark.parametrize(("asked", "printed_there"), LUNG.items(), ids=str)
def test_published_medians_come_out_with_their_intervals(asked, printed_there):
    scale, sex = asked
    curve = kaplan_meier(*lung()[sex], interval=Interval(scale))

    assert (curve.median.day, curve.median.lower, curve.median.upper) == printed_there


def test_the_published_test_between_them_comes_out():
    ours = log_rank(list(lung().values()))

    assert ours is not None
    assert (round(ours.chi_square, 1), ours.freedom, chance(ours.p)) == (10.3, 1, "0.0013")


@pytest.mark.parametrize(
    ("exact", "told"),
    [
        pytest.param(Fraction(29, 32), "0.9063", id="a half goes upwards"),
        pytest.param(Fraction(1, 32), "0.0313", id="a half goes upwards from an even digit"),
        pytest.param(Fraction(2, 3), "0.6667", id="above"),
        pytest.param(Fraction(1, 3), "0.3333", id="below"),
        pytest.param(Fraction(1, 1), "1.0000", id="everybody"),
    ],
)
def test_a_share_is_printed_alike_whatever_came_before(exact, told):
    for off in (-1e-15, 0, 1e-15):
        assert str(number(float(exact) + off)) == told


@pytest.mark.parametrize("freedom", range(1, 41))
@pytest.mark.parametrize("value", [0, 1e-9, 0.4, 3.84, 27.9, 110.3, 700])
def test_the_tail_of_chi_square_is_that_of_scipy(value, freedom):
    assert tail(value, freedom) == pytest.approx(chi2.sf(value, freedom), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize(("value", "freedom"), [(-1, 1), (1, 0)])
def test_there_is_no_such_chi_square(value, freedom):
    with pytest.raises(ValueError, match="chi-square"):
        tail(value, freedom)


def test_of_nobody_nothing_is_known():
    curve = kaplan_meier(*arrays([]))

    assert (curve.last, curve.median.day, curve.at(30).share, curve.at(30).at_risk) == (None, None, 1.0, 0)
    assert aalen_johansen(np.array([], dtype=np.int64), np.array([], dtype=np.int64), (1,))[1].at(30) == (0, None, None)


def test_of_one_person_who_stays_everybody_is_there():
    point = kaplan_meier(*arrays([(10, False)])).at(10)

    assert (point.share, point.lower, point.upper, point.at_risk, point.left) == (1, 1, 1, 1, 0)


def test_where_everybody_leaves_on_one_day_only_the_log_log_interval_is_known():
    people = arrays([(5, True)] * 4)
    curve, on_logarithm = kaplan_meier(*people), kaplan_meier(*people, interval=Interval.LOG)

    assert [(p.share, p.lower, p.upper, p.at_risk) for p in map(curve.at, (4, 5, 6))] == [
        (1, 1, 1, 4),
        (0, 0, 0, 4),
        (0, 0, 0, 0),
    ]
    assert (curve.median, on_logarithm.median) == (Median(5, 5, 5), Median(5, None, None))
    assert on_logarithm.at(5).upper is None


def test_somebody_who_leaves_on_the_day_another_is_last_seen_leaves_first():
    curve = kaplan_meier(*arrays([(5, True), (5, False), (9, False)]))

    assert curve.at(5).share == pytest.approx(2 / 3)


def test_a_follow_up_of_no_days_counts_on_day_nought():
    curve = kaplan_meier(*arrays([(0, True), (0, False), (9, False)]))

    assert (curve.at(0).at_risk, curve.at(0).left, curve.at(1).at_risk) == (3, 1, 1)
    assert curve.at(0).share == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "people",
    [
        pytest.param([[(1, False)], [(2, False)]], id="nobody leaves"),
        pytest.param([[(1, True), (2, True)]], id="one group"),
        pytest.param([[(1, True), (2, True)], []], id="a group without anybody"),
        pytest.param([[(5, True), (6, True)], [(1, False)]], id="a group with nobody at risk"),
        pytest.param([[(3, True)], [(3, True)]], id="everybody on one day"),
        pytest.param([], id="no group"),
    ],
)
def test_there_is_nothing_to_compare(people):
    assert log_rank([arrays(group) for group in people]) is None
