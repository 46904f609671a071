"""How often at least is read hard, and of several approved profiles the shortest interval counts."""

from datetime import date

import pytest

from dispensary.errors import Refused
from dispensary.policy.minimums import MinimumOf
from dispensary.policy.profiles import read
from dispensary.policy.stack import minimums_in_force
from models.enums import Medication
from tests.policy.shelf import CITED, DAY, HEAD, approval, shipped

MINIMUM = """
[[minimum]]
subject = "counselling"
medications = ["methadone"]
times = "2"
in_days = "60"
from_day = "1"
until_day = "365"
"""
URINE = MinimumOf.URINE
COUNSELLING = MinimumOf.COUNSELLING


def test_of_two_minimums_the_shortest_interval_counts_and_is_named(write):
    profiles = [shipped()[name] for name in ("us-42cfr8-2024-minimums", "uk-orange-2017-minimums")]

    minimums = minimums_in_force(profiles, map(approval, profiles), DAY)

    counts = minimums.of(URINE, Medication.METHADONE, 100)
    assert counts.profile == "us-42cfr8-2024-minimums"
    assert counts.rule.interval_days == 45


@pytest.mark.parametrize(("day", "interval"), [(1, 30), (1460, 30), (1461, 60)])
def test_shipped_counselling_minimum_follows_the_years_in_treatment(day, interval):
    pennsylvania = shipped()["us-pa-715-2002-minimums"]

    minimums = minimums_in_force([pennsylvania], [approval(pennsylvania)], DAY)

    assert minimums.of(COUNSELLING, Medication.METHADONE, day).rule.interval_days == interval


def test_minimum_says_by_when_the_first_and_the_next_are_due(write):
    rule = read(write(HEAD + MINIMUM + CITED)).minimums[0]

    assert rule.due_on(None, date(2026, 1, 1)) == date(2026, 1, 31)
    assert rule.due_on(date(2026, 1, 20), date(2026, 1, 1)) == date(2026, 2, 19)


def test_minimum_speaks_only_of_its_medicines_and_days_in_treatment(write):
    mine = read(write(HEAD + MINIMUM + CITED))

    minimums = minimums_in_force([mine], [approval(mine)], DAY)

    assert minimums.of(COUNSELLING, Medication.METHADONE, 365)
    assert minimums.of(COUNSELLING, None, 365)
    assert minimums.of(COUNSELLING, Medication.BUPRENORPHINE, 1) is None
    assert minimums.of(COUNSELLING, Medication.METHADONE, 366) is None
    assert minimums.of(URINE, Medication.METHADONE, 1) is None


def test_drafts_do_not_count():
    minimums = minimums_in_force(tuple(shipped().values()), [], DAY)

    assert minimums.of(URINE, Medication.METHADONE, 1) is None


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"counselling"', '"singing"', "singing"),
        ('["methadone"]', '["methadon"]', "methadon"),
        ('times = "2"', 'times = "0"', "at least 1"),
        ('times = "2"', 'times = "61"', "once a day"),
        ('times = "2"', "times = 2", "in quotes"),
        ('in_days = "60"', 'in_days = "two months"', "not a whole number"),
        ('from_day = "1"', 'from_day = "0"', "day of admission"),
        ('from_day = "1"', 'from_day = "400"', "not before from_day"),
        ('times = "2"', "", "missing: times"),
        ('"seen"', '"doubtful"', "doubtful"),
        ("words", 'colour = "red"\nwords', "unknown: colour"),
    ],
)
def test_minimum_that_is_not_right_is_refused_and_says_what_is_wrong(write, old, new, problem):
    with pytest.raises(Refused) as refusal:
        read(write(HEAD + (MINIMUM + CITED).replace(old, new)))

    assert problem in str(refusal.value.words.values["problem"])


def test_two_minimums_of_one_thing_at_one_time_are_refused(write):
    with pytest.raises(Refused):
        read(write(HEAD + 2 * (MINIMUM + CITED)))


def test_two_minimums_that_follow_each_other_in_treatment_are_read(write):
    later = (MINIMUM + CITED).replace('until_day = "365"', "").replace('from_day = "1"', 'from_day = "366"')

    assert len(read(write(HEAD + MINIMUM + CITED + later)).minimums) == 2
