"""What a commissioner counts: in treatment, retained for 12 weeks, planned exits; and what may leave the clinic of it.

Retained is who was in treatment without a break on the day 12 weeks after the admission, whatever became of the others. Planned
exits are completed treatments and hand-overs; who died is in neither count. Counts from 1 to 4 do not leave the clinic, nor
what would give them away. Source: NTA Models of care 2006; product.md §§9, 12; house.toml counts.
"""

from datetime import date, timedelta

import pytest

from dispensary.policy.house import house_rules
from dispensary.policy.journey import journey_rules
from dispensary.rules.commissioners_counts import Share, Stay, exits, hidden, in_treatment, planned, retained
from models.enums import EpisodeEndReason as End
from models.enums import SettingKey

FIRST, LAST, TODAY = date(2026, 1, 1), date(2026, 3, 31), date(2026, 8, 1)
DAY = timedelta(days=1)
LEAST = int(house_rules().site_defaults[SettingKey.HIDE_BELOW])
WEEKS_12 = journey_rules().retained_after


def stay(person=1, admitted=0, lasted=None, reason=None):
    begun = FIRST + admitted * DAY
    return Stay(person, begun, None if lasted is None else begun + lasted * DAY, reason)


@pytest.mark.parametrize(
    ("stays", "n"),
    [
        pytest.param([stay()], 1, id="goes on"),
        pytest.param([stay(lasted=89)], 1, id="the last day is a day of treatment"),
        pytest.param([stay(lasted=88)], 0, id="ended the day before"),
        pytest.param([stay(admitted=90)], 0, id="admitted after the day"),
        pytest.param([stay(lasted=10), stay(admitted=20)], 1, id="one person is counted once"),
    ],
)
def test_who_is_in_treatment_on_a_day(stays, n):
    assert in_treatment(stays, LAST) == n


@pytest.mark.parametrize(
    ("stays", "today", "n", "of", "too_early"),
    [
        pytest.param([stay()], TODAY, 1, 1, 0, id="goes on after 12 weeks"),
        pytest.param([stay(lasted=84)], TODAY, 1, 1, 0, id="ended on the day itself"),
        pytest.param([stay(lasted=83)], TODAY, 0, 1, 0, id="ended a day sooner"),
        pytest.param([stay(lasted=30, reason=End.TRANSFERRED_OUT)], TODAY, 0, 1, 0, id="whatever the reason"),
        pytest.param([stay(admitted=-1)], TODAY, 0, 0, 0, id="admitted before the period"),
        pytest.param([stay()], FIRST + 83 * DAY, 0, 0, 1, id="nobody can tell yet"),
    ],
)
def test_who_was_retained(stays, today, n, of, too_early):
    found = retained(stays, FIRST, LAST, today, WEEKS_12)

    assert (found.share, found.too_early) == (Share(n, of), too_early)


@pytest.mark.parametrize(("n", "of", "percent"), [(1, 8, 13), (5, 8, 63), (1, 3, 33), (0, 9, 0), (0, 0, None)])
def test_a_share_is_rounded_to_the_next_whole_percent_a_half_up(n, of, percent):
    assert Share(n, of).percent == percent


def test_planned_exits_are_counted_of_all_but_who_died():
    reasons = [End.COMPLETED, End.TRANSFERRED_OUT, End.DROPPED_OUT, End.LEFT_BY_OWN_WISH, End.DIED, End.LINKED]
    stays = [stay(n, lasted=20, reason=reason) for n, reason in enumerate(reasons)]

    by_reason = exits(stays, FIRST, LAST)

    assert sum(by_reason.values()) == 5, "a record that was linked away is no exit"
    assert planned(by_reason) == Share(2, 4)
    assert planned(by_reason).percent == 50
    assert exits(stays, FIRST + 30 * DAY, LAST) == {}


@pytest.mark.parametrize(
    ("n", "of", "leaves"),
    [
        (0, 0, True),
        (0, 20, True),
        (20, 20, True),
        (10, 20, True),
        (4, 20, False),
        (16, 20, False),
        (2, 4, False),
        (5, 10, True),
    ],
)
def test_which_shares_may_leave_the_clinic(n, of, leaves):
    assert Share(n, of).may_leave(LEAST) is leaves


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        pytest.param([9, 7, 0], [9, 7, 0], id="nothing small"),
        pytest.param([9, 3, 7], [9, None, None], id="a second one goes along, or the first could be worked out"),
        pytest.param([3, 2, 9], [None, None, 9], id="two hide each other"),
        pytest.param([3, 0], [None, 0], id="alone, with nothing to hide it beside"),
    ],
)
def test_which_counts_may_leave_the_clinic(counts, shown):
    assert hidden(counts, LEAST) == shown
