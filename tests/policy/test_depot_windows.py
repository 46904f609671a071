"""Depot windows are read hard, and of several approved ones the narrower counts."""

import pytest

from dispensary.errors import Refused
from dispensary.policy.profiles import read
from dispensary.policy.stack import depot_windows
from models.enums import DepotInterval
from tests.policy.shelf import CITED, DAY, HEAD, approval, shipped

LABELS = ("sublocade-label-2025", "brixadi-label-2023", "buvidal-eu-2021")
WINDOW = """
[[depot_window]]
product = "sublocade"
name = "Sublocade"
medication = "buprenorphine"
interval = "monthly"
interval_days = "28"
early_days = "0"
late_days = "7"
"""


def test_shipped_windows_are_those_of_the_labels():
    profiles = [shipped()[label] for label in LABELS]

    windows = depot_windows(profiles, map(approval, profiles), DAY)

    assert [
        (w.rule.name, w.rule.interval_days, w.rule.earliest, w.rule.earliest_second, w.rule.latest)
        for w in windows.products()
    ] == [
        ("Brixadi", 7, 5, 5, 9),
        ("Brixadi", 28, 21, 21, 35),
        ("Buvidal", 7, 5, 5, 9),
        ("Buvidal", 28, 21, 21, 35),
        ("Sublocade", 28, 26, 7, 42),
    ]


def test_of_two_windows_for_one_product_the_narrower_counts(write):
    mine, label = read(write(HEAD + WINDOW + CITED)), shipped()["sublocade-label-2025"]

    windows = depot_windows([mine, label], map(approval, [mine, label]), DAY)

    assert windows.of("sublocade", DepotInterval.MONTHLY).profile == "mine"
    assert len(windows.products()) == 1


def test_drafts_do_not_count():
    assert depot_windows(tuple(shipped().values()), [], DAY).of("sublocade", DepotInterval.MONTHLY) is None


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"28"', '"60"', "28 to 31"),
        ('early_days = "0"', 'early_days = "28"', "less than the interval"),
        ('late_days = "7"', 'late_days = "29"', "at most the interval"),
        ('late_days = "7"', 'late_days = "7"\nsecond_from_days = "28"', "second_from_days"),
        ('late_days = "7"', 'late_days = "some"', "not a whole number"),
        ('"monthly"', '"yearly"', "yearly"),
        ('"buprenorphine"', '"methadon"', "methadon"),
        ('late_days = "7"', "late_days = 7", "in quotes"),
        ('name = "Sublocade"', "", "missing: name"),
        ('"seen"', '"doubtful"', "doubtful"),
        ("words", 'colour = "red"\nwords', "unknown: colour"),
    ],
)
def test_window_that_is_not_right_is_refused_and_says_what_is_wrong(write, old, new, problem):
    with pytest.raises(Refused) as refusal:
        read(write(HEAD + (WINDOW + CITED).replace(old, new)))

    assert problem in str(refusal.value.words.values["problem"])


def test_two_windows_for_one_product_at_one_time_are_refused(write):
    with pytest.raises(Refused):
        read(write(HEAD + 2 * (WINDOW + CITED)))
