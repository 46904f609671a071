"""What a clinic's own people are enough for, and when a model of its own may be put into use. One line a case.

Below 20 people lost, or below half a year: points only. From 20 and half a year: a probability for the points. From 50: a
model of the clinic's own runs beside. From 75 it may be put into use, if on held-out nights and people its log-loss is lower,
slope and observed/expected lie within 0.8 and 1.25, and it catches no fewer at the same load, overall and in each group with
10 people lost.
Source: retention-evidence §5b, dispensary/policy/risk.toml.
"""

import pytest

from dispensary.policy.evaluation import looking_back
from dispensary.rules.refit_stage import Caught, Condition, HoldOut, conditions, stage_of

RULES = looking_back().refit
STAGES = """
      0 | 400 | points only
     19 | 400 | points only
     20 | 181 | points only
     20 | 182 | probability
     49 | 400 | probability
     50 | 400 | probability, model beside
     50 |  90 | model beside
     74 | 400 | probability, model beside
     75 | 400 | probability, model beside, may win
    500 | 900 | probability, model beside, may win
"""
WINS = """
    75 | .110 | .109 | 1.00 | 1.00 | 10 of 30, 11 |             | wins
    74 | .110 | .109 | 1.00 | 1.00 | 10 of 30, 11 |             | lost
    75 | .110 | .110 | 1.00 | 1.00 | 10 of 30, 11 |             | log_loss
    75 | .110 | .109 | 0.79 | 1.00 | 10 of 30, 11 |             | slope
    75 | .110 | .109 | 0.80 | 1.25 | 10 of 30, 11 |             | wins
    75 | .110 | .109 | -    | 1.00 | 10 of 30, 11 |             | slope
    75 | .110 | .109 | 1.00 | 1.26 | 10 of 30, 11 |             | observed_expected
    75 | .110 | .109 | 1.00 | 1.00 | 10 of 30, 10 |             | wins
    75 | .110 | .109 | 1.00 | 1.00 | 10 of 30, 9  |             | caught
    75 | .110 | .109 | 1.00 | 1.00 | 10 of 30, 11 | 5 of 10, 4  | caught_in_groups
    75 | .110 | .109 | 1.00 | 1.00 | 10 of 30, 11 | 5 of 9, 4   | wins
    75 | -    | -    | -    | -    | 0 of 0, 0    |             | log_loss, slope, observed_expected, caught, caught_in_groups
"""


def cells(table):
    return [tuple(cell.strip() for cell in line.split("|")) for line in table.strip().splitlines()]


@pytest.mark.parametrize(("lost", "days", "enough_for"), cells(STAGES))
def test_what_people_lost_are_enough_for(lost, days, enough_for):
    stage = stage_of(int(lost), int(days), RULES)

    words = {"probability": stage.recalibrate, "model beside": stage.challenger, "may win": stage.promote}
    assert (", ".join(word for word, may in words.items() if may) or "points only") == enough_for


def caught(text):
    points, model = text.split(", ")
    found, lost = points.split(" of ")
    return Caught(int(lost), int(found), int(model))


def number(text):
    return None if text == "-" else float(text)


@pytest.mark.parametrize(("lost", "points", "model", "slope", "by_expected", "all_", "group", "missing"), cells(WINS))
def test_what_a_model_has_to_show(lost, points, model, slope, by_expected, all_, group, missing):
    groups = (caught(group),) if group else ()
    found = HoldOut(number(points) or 0, number(model) or 0, number(slope), number(by_expected), caught(all_), groups)

    met = conditions(int(lost), found, RULES)

    assert (", ".join(one.value for one in Condition if not met[one]) or "wins") == missing


def test_without_a_hold_out_nothing_wins():
    met = conditions(500, None, RULES)

    assert [one for one in Condition if met[one]] == [Condition.LOST]
