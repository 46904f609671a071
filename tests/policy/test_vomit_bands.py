"""The bands for doses that came up are read hard, and of several approved ones that which replaces least counts."""

from datetime import UTC, date, datetime

import pytest

from dispensary.errors import Refused
from dispensary.policy.profiles import SHIPPED, Approval, load, read
from dispensary.policy.stack import bands_in_force
from models.enums import Medication
from tests.policy.test_profiles import HEAD

DAY = date(2026, 3, 2)
CITED = """
medication = "methadone"
citation = "Local protocol, section 9"
mark = "seen"
effective_from = 2026-01-01
checked_on = 2026-01-01
words = "As we agreed."
"""


def band(since, until, share, cited=CITED):
    end = f'until_minutes = "{until}"\n' if until is not None else ""
    return f'[[vomit_band]]\nfrom_minutes = "{since}"\n{end}share = "{share}"{cited}'


GOOD = band(0, 9, "1/2") + band(10, None, "0")


def approval(profile):
    return Approval(profile.id, profile.digest, True, DAY, datetime(2026, 3, 2, 8, tzinfo=UTC), "Dana Frost")


def test_bands_are_numbered_from_one_for_each_drug(write):
    other = CITED.replace("methadone", "buprenorphine")

    bands = read(write(HEAD + GOOD + band(0, None, "0", other))).vomit_bands

    assert [(b.medication.value, b.number, str(b.share)) for b in bands] == [
        ("methadone", 1, "1/2"),
        ("methadone", 2, "0"),
        ("buprenorphine", 1, "0"),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (band(1, 9, "1") + band(10, None, "0"), "do not follow"),
        (band(0, 9, "1") + band(11, None, "0"), "do not follow"),
        (band(0, 9, "1") + band(9, None, "0"), "do not follow"),
        (band(0, 9, "1"), "do not follow"),
        (band(0, None, "1") + band(10, None, "0"), "do not follow"),
        (band(0, 9, "1/4") + band(10, None, "1/2"), "replace more"),
        (band(0, 9, "3/2") + band(10, None, "0"), "between 0 and 1"),
        (band(0, 9, "half") + band(10, None, "0"), "not a share"),
        (band(0, 9, "1/0") + band(10, None, "0"), "not a share"),
        (band("0.5", 9, "1") + band(10, None, "0"), "not whole minutes"),
        (GOOD.replace('"0"', "0"), "must be text in quotes"),
        (GOOD.replace("citation", "quotation"), "missing: citation"),
        (GOOD.replace('"seen"', '"doubtful"'), "doubtful"),
        (GOOD.replace("methadone", "aspirin", 1), "aspirin"),
        (GOOD + 'colour = "red"\n', "unknown: colour"),
        (band(0, 9, "1", CITED + "effective_to = 2026-06-30\n") + band(10, None, "0"), "same time"),
        (GOOD + GOOD.replace("effective_from = 2026-01-01", "effective_from = 2026-07-01"), "overlap"),
        ("vomit_band = 3", "written as [[vomit_band]]"),
    ],
)
def test_bands_that_are_not_right_are_refused_and_say_what_is_wrong(write, text, problem):
    with pytest.raises(Refused) as refusal:
        read(write(HEAD + text))

    assert "mine.toml" in refusal.value.words.values["where"]
    assert problem in str(refusal.value.words.values["problem"])


def test_a_later_row_of_bands_may_follow_the_first(write):
    first = GOOD.replace("checked_on", "effective_to = 2026-06-30\nchecked_on")
    later = band(0, None, "0").replace("effective_from = 2026-01-01", "effective_from = 2026-07-01")

    profile = read(write(HEAD + first + later))
    shares = [
        str(bands_in_force([profile], [approval(profile)], day).of(Medication.METHADONE, 5).rule.share)
        for day in (DAY, date(2026, 7, 1))
    ]

    assert shares == ["1/2", "0"]


def test_of_several_approved_profiles_the_smallest_share_wins_minute_by_minute(write):
    profiles = load([SHIPPED, write(HEAD + GOOD).parent])
    bands = bands_in_force(profiles, [approval(p) for p in profiles], DAY)

    found = {minutes: bands.of(Medication.METHADONE, minutes) for minutes in (5, 12, 20, 45)}

    assert {minutes: (str(b.rule.share), b.profile) for minutes, b in found.items()} == {
        5: ("1/2", "mine"),
        12: ("0", "mine"),
        20: ("0", "mine"),
        45: ("0", "mine"),
    }


def test_a_draft_says_nothing():
    profiles = load([SHIPPED])

    assert bands_in_force(profiles, [], DAY).of(Medication.METHADONE, 5) is None
