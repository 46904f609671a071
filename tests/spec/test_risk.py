"""The scorecard of the nightly scan: points, lane and reasons of one person on one night. One line a case.

Points: missed in a row 1 / 2 / 3: 3 / 5 / 7; others missed in the last 14 days 1 to 4: 1, from 5: 3; days in treatment below
7 / 28 / 84: 4 / 3 / 1; below 60 mg methadone or 16 mg buprenorphine a day from day 14: 1; lower than 14 days ago: 2; last opioid
urine positive, at most 28 days old: 2; no urine for more than 28 days from day 28, where a policy asks for urines: 2. RED from
3 in a row, whatever the points; AMBER from 8 points on methadone and 9 on buprenorphine, only at 0 or 1 in a row. What is not
known scores 0 and is listed. Source: retention-evidence §5a (CTN-0027), dispensary/policy/risk.toml.
"""

from dataclasses import replace

import pytest

from dispensary.policy.risk import risk_card
from dispensary.rules.risk import RiskFeatures, of_others, score
from models.enums import Medication, RiskFactor, RiskLane
from models.units import mg

CARD = risk_card()
METHADONE, BUPRENORPHINE = Medication.METHADONE, Medication.BUPRENORPHINE_NALOXONE
SETTLED = RiskFeatures(
    medication=METHADONE,
    no_shows=0,
    other_missed=0,
    missed_14=0,
    days_in_treatment=200,
    amount_mg=mg("80"),
    amount_before_mg=mg("80"),
    opioid_positive=False,
    opioid_age=10,
    urine_age=10,
    urine_scheduled=True,
)
A_CASE = "in a row | others missed | day | mg now | mg before | opioid urine | urine | points | lane"
CASES = """
    0 | 0 | 200 | 80 | 80 | negative 10 | 10 |  0 |
    1 | 0 | 200 | 80 | 80 | negative 10 | 10 |  3 |
    2 | 0 | 200 | 80 | 80 | negative 10 | 10 |  5 |
    3 | 0 | 200 | 80 | 80 | negative 10 | 10 |  7 | red
    9 | 0 | 200 | 80 | 80 | negative 10 | 10 |  7 | red
    0 | 1 | 200 | 80 | 80 | negative 10 | 10 |  1 |
    0 | 4 | 200 | 80 | 80 | negative 10 | 10 |  1 |
    0 | 5 | 200 | 80 | 80 | negative 10 | 10 |  3 |
    0 | 0 |   0 | 80 | -  | -           | -  |  4 |
    0 | 0 |   6 | 80 | -  | -           | -  |  4 |
    0 | 0 |   7 | 80 | -  | -           | -  |  3 |
    0 | 0 |  27 | 80 | 80 | -           | -  |  3 |
    0 | 0 |  28 | 80 | 80 | -           | 28 |  1 |
    0 | 0 |  28 | 80 | 80 | -           | -  |  1 |
    0 | 0 |  29 | 80 | 80 | -           | -  |  3 |
    0 | 0 |  83 | 80 | 80 | -           | 29 |  3 |
    0 | 0 |  84 | 80 | 80 | -           | 29 |  2 |
    0 | 0 | 200 | 60 | 60 | negative 10 | 10 |  0 |
    0 | 0 | 200 | 59.5 | 59.5 | negative 10 | 10 | 1 |
    0 | 0 |  13 | 30 | -  | negative 10 | 10 |  3 |
    0 | 0 |  14 | 30 | 30 | negative 10 | 10 |  4 |
    0 | 0 | 200 | 75 | 80 | negative 10 | 10 |  2 |
    0 | 0 | 200 | 85 | 80 | negative 10 | 10 |  0 |
    0 | 0 | 200 | 80 | 80 | positive 28 | 10 |  2 |
    0 | 0 | 200 | 80 | 80 | positive 29 | 10 |  0 |
    1 | 5 | 200 | 50 | 50 | negative 10 | 10 |  7 |
    1 | 5 | 200 | 60 | 70 | negative 10 | 10 |  8 | amber
    0 | 5 |  10 | 60 | 70 | negative 10 | 10 |  8 | amber
    2 | 5 |  10 | 60 | 70 | negative 10 | 10 | 13 |
    3 | 5 |  10 | 60 | 70 | negative 10 | 10 | 15 | red
"""


def cases():
    for line in CASES.strip().splitlines():
        yield pytest.param(*(cell.strip() for cell in line.split("|")), id=line.strip())


@pytest.mark.parametrize(
    ("in_a_row", "others", "day", "now", "before", "opioid", "urine", "points", "lane"), list(cases())
)
def test_points_and_lane(in_a_row, others, day, now, before, opioid, urine, points, lane):
    found = opioid.split()
    of = replace(
        SETTLED,
        no_shows=int(in_a_row),
        other_missed=int(others),
        days_in_treatment=int(day),
        amount_mg=mg(now),
        amount_before_mg=None if before == "-" else mg(before),
        opioid_positive=None if opioid == "-" else found[0] == "positive",
        opioid_age=None if opioid == "-" else int(found[1]),
        urine_age=None if urine == "-" else int(urine),
    )

    said = score(of, CARD)

    assert said.points == int(points) == sum(reason.points for reason in said.reasons)
    assert said.lane == (RiskLane(lane) if lane else None)


def test_on_buprenorphine_amber_begins_a_point_higher_and_low_is_below_16_mg():
    of = replace(SETTLED, medication=BUPRENORPHINE, no_shows=1, amount_mg=mg("15.9"), amount_before_mg=mg("16"))
    eight = replace(of, other_missed=1, opioid_positive=False)
    nine = replace(of, other_missed=1, opioid_positive=True)

    assert (score(eight, CARD).points, score(eight, CARD).lane) == (7, None)
    assert (score(nine, CARD).points, score(nine, CARD).lane) == (9, RiskLane.AMBER)
    assert score(replace(nine, opioid_positive=False, days_in_treatment=80), CARD).lane is None


@pytest.mark.parametrize(("red_from", "lane"), [(2, RiskLane.RED), (3, None), (4, None)])
def test_a_site_chooses_from_how_many_missed_in_a_row_red_begins(red_from, lane):
    assert score(replace(SETTLED, no_shows=2), CARD, red_from).lane == lane


def test_what_is_not_known_scores_nothing_and_is_listed():
    of = replace(
        SETTLED,
        amount_mg=None,
        amount_before_mg=None,
        opioid_positive=None,
        opioid_age=None,
        urine_age=None,
        urine_scheduled=False,
    )

    said = score(of, CARD)

    assert said.points == 0
    assert {row.factor for row in said.not_known} == {
        RiskFactor.LOW_AMOUNT,
        RiskFactor.LOWERED,
        RiskFactor.OPIOID_URINE,
        RiskFactor.NO_URINE,
    }


def test_what_became_of_others_in_that_position():
    assert of_others(replace(SETTLED, no_shows=3), CARD)[0].share == "32 %"
    assert of_others(replace(SETTLED, no_shows=8), CARD)[0].share == "68 %"
    assert of_others(replace(SETTLED, missed_14=6), CARD)[1].share == "6.6 %"


def test_points_ask_nothing_about_who_somebody_is():
    asked = set(RiskFeatures.__dataclass_fields__)

    assert not asked & {"age", "sex", "birth_date", "race", "address", "language", "name"}
