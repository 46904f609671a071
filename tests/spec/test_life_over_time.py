"""Life over time: how the people in treatment lived at the beginning of it, and how they live now.

The same people stand in both columns: the first day on which it was written down since the admission, and the newest. Counts
from 1 to 4 do not leave the clinic, nor what would give them away. Source: product.md §§9, 12; house.toml counts.
"""

from datetime import date, timedelta

import pytest

from dispensary.policy.house import house_rules
from dispensary.rules.life_over_time import Part, Seen, entry_and_now, life_over_time, outside
from models.enums import Education, FamilyTies, Housing, SettingKey, Work

ADMITTED = date(2026, 1, 10)
DAY = timedelta(days=1)
LEAST = int(house_rules().site_defaults[SettingKey.HIDE_BELOW])


def seen(day, housing=Housing.NO_HOME, work=Work.SEEKING):
    parts = {
        Part.HOUSING: housing,
        Part.WORK: work,
        Part.EDUCATION: Education.UNKNOWN,
        Part.FAMILY: FamilyTies.UNKNOWN,
    }
    return Seen(ADMITTED + day * DAY, parts)


@pytest.mark.parametrize(
    ("days", "entry", "now"),
    [
        pytest.param([], None, None, id="never looked at"),
        pytest.param([-5], None, None, id="before this treatment alone"),
        pytest.param([0], 0, None, id="once: nothing to compare"),
        pytest.param([0, 90], 0, 90, id="at entry and at a review"),
        pytest.param([-5, 3, 90, 180], 3, 180, id="the first since the admission and the newest"),
        pytest.param([180, 3], 3, 180, id="written down later"),
    ],
)
def test_which_two_days_are_compared(days, entry, now):
    found = entry_and_now([seen(day) for day in days], ADMITTED)

    assert [one and (one.seen_on - ADMITTED).days for one in found] == [entry, now]


def test_of_one_day_counts_what_was_written_last():
    entry, now = entry_and_now([seen(0), seen(0, Housing.HOSTEL)], ADMITTED)

    assert entry.parts[Part.HOUSING] is Housing.HOSTEL
    assert now is None


def test_both_columns_are_the_same_people():
    home, hostel, unseen = seen(90, Housing.OWN_HOME), seen(0, Housing.HOSTEL), (None, None)

    life = life_over_time([(seen(0), home), (seen(0), seen(90)), (hostel, None), unseen])

    assert (life.in_treatment, life.twice, life.once, life.never) == (4, 2, 1, 1)
    housing = {one.word: (one.at_entry, one.now) for one in life.counted if one.part is Part.HOUSING}
    assert housing[Housing.NO_HOME] == (2, 1)
    assert housing[Housing.OWN_HOME] == (0, 1)
    assert housing[Housing.HOSTEL] == (0, 0)


def test_words_that_are_written_alike_are_counted_apart():
    life = life_over_time([(seen(0, Housing.UNKNOWN), seen(90))])

    unknown = {one.part: one.at_entry for one in life.counted if one.word == "unknown"}
    assert unknown == {Part.HOUSING: 1, Part.WORK: 0, Part.EDUCATION: 1, Part.FAMILY: 1}


@pytest.mark.parametrize(
    ("homeless", "housed", "shown"),
    [
        pytest.param(0, 12, (0, 12), id="nobody is no small number"),
        pytest.param(5, 7, (5, 7), id="enough people"),
        pytest.param(4, 8, (None, None), id="the other would give it away"),
        pytest.param(0, 4, (None, None), id="too few people to count at all"),
    ],
)
def test_small_counts_do_not_leave_the_clinic(homeless, housed, shown):
    lives = [(seen(0), seen(90))] * homeless + [(seen(0, Housing.OWN_HOME), seen(90))] * housed
    life = life_over_time(lives)

    told = {one.word: one.at_entry for one in outside(life.counted, life.twice, LEAST) if one.part is Part.HOUSING}

    assert (told[Housing.NO_HOME], told[Housing.OWN_HOME]) == shown
