"""Looking back on the nightly scan: figures that can be worked out by hand, checks against another library, and nobody at all."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from dispensary.analytics import calibration
from dispensary.analytics.alerts import Found, alert_figures, from_score, losses, new_alerts
from dispensary.analytics.bootstrap import draws, estimate, median_of
from dispensary.analytics.evaluation import Evaluation, Rule, Score, Scores
from dispensary.analytics.frozen import LocalModel, line_of, line_text
from dispensary.analytics.judged import NOT_LOST, Definition, Nights
from dispensary.analytics.local_columns import NAMES
from dispensary.analytics.ranked import MOST_SCORES, auroc_of, calibrated, ranked, tally
from dispensary.analytics.ranking import auroc
from dispensary.analytics.refit import TooFew, held_out, local_model, out_of_fold, recalibrated
from dispensary.analytics.scorecard import AMBER, RED
from dispensary.policy.evaluation import looking_back
from dispensary.policy.risk import risk_card

RULES, CARD = looking_back(), risk_card()
AGAIN = {"resamples": 50, "seed": 7}
FAR = 10_000


def nights(rows, **others):
    """Return nights from rows of person, day, onset, no-shows, points and lane; each person is one course."""
    table = np.array(rows, np.int32).reshape(-1, 6)
    person, day, onset, no_shows, points, lane = table.T
    made = {
        "person": person,
        "course": person,
        "day": day,
        "onset": onset,
        "seen_until": np.full(len(table), FAR, np.int32),
        "no_shows": no_shows,
        "missed": no_shows,
        "points": points,
        "lane": lane.astype(np.uint8),
        "buprenorphine": np.zeros(len(table), bool),
        "columns": np.zeros((len(table), len(NAMES)), np.float32),
    }
    return Nights.joined([Nights(**(made | others))])


def evaluation(of, **scores):
    logit = -4.896 + 0.331 * of.points
    return Evaluation(of, Scores(logit, **scores), RULES.evaluation, CARD)


def everybody(of):
    return np.ones(len(of), bool)


scored = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(1, 4)), min_size=3, max_size=40)


@given(scored)
def test_ranks_are_those_of_scikit_learn(drawn):
    score, event, person = (np.array(one) for one in zip(*drawn, strict=True))

    found = ranked(score, event, person, **AGAIN)

    if event.all() or not event.any():
        assert found.auroc.value is None and found.pr_auc.value is None
        return
    assert found.auroc.value == pytest.approx(roc_auc_score(event, score))
    assert found.auroc.value == pytest.approx(auroc(score, event))
    assert found.pr_auc.value == pytest.approx(average_precision_score(event, score))


def test_slope_intercept_and_log_loss_are_those_of_scikit_learn():
    chance = np.random.default_rng(1)
    logit = chance.normal(-2, 1.3, 4000)
    event = chance.random(4000) < calibration.expit(0.4 + 0.7 * logit)

    found = calibration.line(logit, event.astype(float))

    model = LogisticRegression(C=np.inf, tol=1e-10).fit(logit[:, None], event)
    assert found.slope == pytest.approx(model.coef_[0, 0], rel=1e-5)
    assert found.intercept == pytest.approx(model.intercept_[0], rel=1e-4)
    assert calibration.log_loss(logit, event) == pytest.approx(log_loss(event, calibration.expit(logit)))


def test_slopes_of_many_draws_are_those_of_each():
    chance = np.random.default_rng(8)
    logit = np.linspace(-4, 1, 40)
    weights = chance.integers(0, 60, (6, 40)).astype(float)
    events = chance.binomial(weights.astype(int), calibration.expit(0.3 + 0.8 * logit)).astype(float)
    events[4], weights[5, 1:] = 0, 0
    events[5] = np.minimum(events[5], weights[5])

    found = calibration.slopes(logit, events, weights)

    for n in range(4):
        assert found[n] == pytest.approx(calibration.line(logit, events[n], weights[n]).slope, rel=1e-5)
    assert np.isnan(found[4:]).all()


def test_what_is_mended_is_right_on_the_whole_with_a_slope_of_one():
    chance = np.random.default_rng(2)
    logit = chance.normal(-3, 1, 3000)
    event = chance.random(3000) < calibration.expit(1 + 0.5 * logit)
    person = np.arange(3000) // 20

    mended = calibration.line(logit, event.astype(float)).of(logit)
    ratio, slope = calibrated(mended, event, person, **AGAIN)

    assert ratio.value == pytest.approx(1)
    assert slope.value == pytest.approx(1)
    assert ratio.lower < 1 < ratio.upper
    assert slope.lower < 1 < slope.upper


def test_fifths_hold_all_nights_and_what_was_expected():
    logit = np.linspace(-4, 0, 1000)
    event = np.arange(1000) % 10 == 0

    found = calibration.fifths(logit, event)

    assert [one.nights for one in found] == [200] * 5
    assert [one.observed for one in found] == [pytest.approx(0.1)] * 5
    assert found[0].expected < found[4].expected
    assert calibration.fifths(logit[:0], event[:0]) == []
    assert [one.nights for one in calibration.fifths(np.zeros(7), event[:7])] == [7]


def test_many_scores_in_equal_parts_rank_nearly_as_each_alone():
    chance = np.random.default_rng(3)
    score = chance.random(20_000)
    event = chance.random(20_000) < score**4

    of = tally(score, event, np.zeros(20_000, np.int32), 1)

    assert len(of.scores) == MOST_SCORES
    assert auroc_of(of)[0] == pytest.approx(auroc(score, event), abs=2e-3)


def test_an_interval_holds_the_same_draws_every_time_and_is_wider_for_fewer_people():
    chance = np.random.default_rng(4)
    person = np.repeat(np.arange(200), 10)
    score = chance.integers(0, 9, 2000)
    event = chance.random(2000) < score / 20

    whole, again = (ranked(score, event, person, **AGAIN).auroc for _ in range(2))
    few = ranked(score[:300], event[:300], person[:300], **AGAIN).auroc

    assert whole == again
    assert whole.lower < whole.value < whole.upper
    assert few.upper - few.lower > whole.upper - whole.lower


def test_nobody_can_be_drawn_from_nobody():
    assert draws(0, 3, 1).shape == (3, 0)
    assert estimate(float("nan"), np.array([])).value is None
    assert np.isnan(median_of(np.zeros(0), np.ones((2, 0)))).all()


def test_definitions_ask_who_was_dosed_and_who_has_few_no_shows():
    of = nights(
        [
            (1, 100, 105, 0, 0, 0),  # dosed, lost within 14 days
            (1, 106, 105, 2, 5, 0),  # the run goes on: only C
            (1, 108, 105, 4, 7, RED),  # beyond what points are for
            (1, 118, 105, 14, 7, RED),  # lost
            (2, 100, NOT_LOST, 0, 0, 0),
            (3, 100, 115, 0, 0, 0),  # begins on the 15th day
            (4, FAR - 27, NOT_LOST, 0, 0, 0),  # 27 days are known behind it
            (5, FAR - 26, NOT_LOST, 0, 0, 0),  # 26 are not enough
        ]
    )

    b, c = (of.judged(one, RULES.evaluation, CARD.most_no_shows) for one in Definition)

    assert of.person[b].tolist() == [1, 2, 3, 4]
    assert list(zip(of.person[c].tolist(), of.day[c].tolist(), strict=True)) == [
        (1, 100),
        (1, 106),
        (2, 100),
        (3, 100),
        (4, FAR - 27),
    ]
    assert of.events(RULES.evaluation)[c].tolist() == [True, True, False, False, False]


def test_nobody_is_raised_again_for_fourteen_nights():
    of = nights([(1, day, NOT_LOST, 0, 9, AMBER) for day in range(30)] + [(2, 3, NOT_LOST, 0, 9, AMBER)])

    raised = new_alerts(of, of.lane == AMBER, 14)

    assert of.day[raised & (of.person == 1)].tolist() == [0, 14, 28]
    assert of.day[raised & (of.person == 2)].tolist() == [3]


def test_alerts_are_worth_what_can_be_counted_by_hand():
    lost = [(1, day, 20, 0, 9 if day == 15 else 0, AMBER if day == 15 else 0) for day in range(20)]
    lost += [(1, 20 + n, 20, n + 1, 7, RED if n >= 2 else 0) for n in range(5)]
    stays = [(2, day, NOT_LOST, 0, 9 if day == 3 else 0, AMBER if day == 3 else 0) for day in range(75)]
    of = nights(lost + stays)

    alerts = evaluation(of).section(everybody(of)).alerts

    amber, red, random = alerts[Rule.AMBER], alerts[Rule.RED], alerts[Rule.RANDOM]
    assert (amber.alerts, amber.right.value, amber.found.value, amber.days_before.value) == (2, 0.5, 1, 4)
    assert amber.per_100_days.value == pytest.approx(2)
    assert (red.alerts, red.right.value, red.found.value, red.days_before.value) == (1, 1, 0, None)
    assert random.alerts == amber.alerts
    assert Rule.LOCAL not in alerts


def test_a_score_raises_as_many_as_are_wanted_and_no_more():
    chance = np.random.default_rng(5)
    of = nights([(person, day, NOT_LOST, 0, 0, 0) for person in range(20) for day in range(60)])
    score = chance.random(len(of))

    alerts = from_score(of, score, everybody(of), 30, 14)

    assert 25 <= alerts.sum() <= 30
    assert not from_score(of, score, everybody(of), 0, 14).any()


@pytest.mark.parametrize(
    "rows",
    [[], [(1, 10, NOT_LOST, 0, 3, 0)], [(1, 10, 12, 0, 3, 0)], [(n, 10, NOT_LOST, 0, n, 0) for n in range(9)]],
    ids=["nobody", "one person", "one person, lost", "nobody lost"],
)
def test_little_to_judge_gives_no_figure_rather_than_a_wrong_one(rows):
    of = nights(rows)

    section = evaluation(of, local=np.full(len(of), -3.0)).section(everybody(of))

    for judged in section.definitions.values():
        assert judged.nights == len(rows)
        assert judged.scores[Score.CARD].auroc.value is None
        assert judged.scores[Score.PLAIN].pr_auc.value is None
    assert section.people == len(rows)
    assert section.alerts.get(Rule.AMBER).alerts == 0
    with pytest.raises(TooFew):
        recalibrated(of, RULES, CARD)
    with pytest.raises(TooFew):
        local_model(of, RULES, CARD)


def clinic(people=240, days=90, seed=6):
    """Return nights of people of whom some are lost, the more so the higher their first column."""
    chance = np.random.default_rng(seed)
    parts = []
    for person in range(people):
        risk = chance.normal()
        onset = int(chance.integers(5, days)) if risk + chance.normal() > 1.2 else NOT_LOST
        until = min(days, onset)
        rows = [(person, day, onset, 0, int(max(0, 4 + 3 * risk)), AMBER * (risk > 1)) for day in range(until)]
        columns = np.zeros((until, len(NAMES)), np.float32)
        columns[:, 0] = risk + chance.normal(0, 0.2, until)
        parts.append(nights(rows, columns=columns))
    return Nights.joined(parts)


def test_local_model_is_frozen_exactly_and_scores_without_its_library():
    of = clinic()

    model = local_model(of, RULES, CARD)

    again = LocalModel.of(model.text())
    assert again == model
    assert (again.logit(of.columns) == model.logit(of.columns)).all()
    assert model.weights[0] > 0
    with pytest.raises(ValueError, match="other columns"):
        dataclasses.replace(model, names=("something_else",)).logit(of.columns)
    line = recalibrated(of, RULES, CARD)
    assert line_of(line_text(line)) == line


def test_local_model_raises_as_many_as_amber():
    of = clinic()
    model = local_model(of, RULES, CARD)

    said = {"local": model.logit(of.columns), "local_from": np.full(len(of), model.alert_from)}
    alerts = evaluation(of, **said).section(everybody(of)).alerts

    assert 0 < alerts[Rule.LOCAL].alerts <= alerts[Rule.AMBER].alerts
    assert alerts[Rule.LOCAL].alerts >= 0.8 * alerts[Rule.AMBER].alerts


def test_nobody_is_scored_by_a_model_that_saw_them():
    of = clinic()
    without = out_of_fold(of, RULES, CARD)
    somebody = of.person == 17
    changed = dataclasses.replace(of, onset=np.where(somebody, 50, of.onset).astype(np.int32))

    again = out_of_fold(changed, RULES, CARD)

    assert (again[somebody] == without[somebody]).all()
    assert (again != without).any()


def test_the_hold_out_lies_after_and_knows_nothing_of_what_is_fitted():
    of = clinic()

    found = held_out(of, before=40, after=60, rules=RULES, card=CARD)

    assert found.nights.day.min() == 61
    changed = dataclasses.replace(of, onset=np.where(of.day > 60, NOT_LOST, of.onset).astype(np.int32))
    again = held_out(changed, before=40, after=60, rules=RULES, card=CARD)
    assert (again.local == found.local).all()
    assert (again.mended == found.mended).all()


def test_a_loss_belongs_to_the_last_night_on_which_somebody_came():
    of = nights([(1, day, 5, 0, 0, 0) for day in range(5)] + [(2, day, NOT_LOST, 0, 0, 0) for day in range(5)])

    lost = losses(of, everybody(of), RULES.evaluation)

    assert of.day[lost.row].tolist() == [4]
    found = Found.of(of, (of.day == 1) & (of.person == 1), lost, RULES.evaluation)
    assert found.days_before.tolist() == [3]
    in_may = alert_figures(of, of.day == 1, of.day < 3, lost, found, RULES.evaluation)
    assert in_may.lost == 0 and in_may.found.value is None
