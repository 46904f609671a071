"""What profiles ask for after a loss: read hard, in force once approved, of its own time."""

from datetime import date

import pytest

from dispensary.errors import Refused
from dispensary.policy.profiles import read
from dispensary.policy.stack import loss_deadlines
from models.enums import LossStepKind
from tests.policy.shelf import CITED, DAY, HEAD, approval, shipped

DEADLINE = f"""
[[loss_deadline]]
step = "police"
within = "2"
counted = "business_days"
business_days = "12345"
{CITED}
"""


def test_drafts_ask_for_nothing_and_an_approved_profile_does_and_is_named():
    profile = shipped()["us-21cfr1301-losses"]

    assert loss_deadlines([profile], [], DAY).in_force == ()
    asked = loss_deadlines([profile], [approval(profile)], DAY)
    assert [(one.rule.step, one.profile) for one in asked.of(DAY)] == [
        (LossStepKind.REGULATOR_NOTICE, profile.id),
        (LossStepKind.REGULATOR_FORM, profile.id),
    ]


def test_what_held_on_the_day_of_discovery_is_asked_for():
    profile = shipped()["us-21cfr1301-losses"]

    asked = loss_deadlines([profile], [approval(profile)], DAY)

    assert [one.rule.step for one in asked.of(date(2023, 7, 1))] == [LossStepKind.REGULATOR_NOTICE]


def test_a_profile_of_the_site_is_read(write):
    [deadline] = read(write(HEAD + DEADLINE)).loss_deadlines

    assert (deadline.step, deadline.within, deadline.weekdays) == (LossStepKind.POLICE, 2, {1, 2, 3, 4, 5})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('step = "police"', 'step = "prayer"'),
        ('within = "2"', 'within = "0"'),
        ('within = "2"', 'within = "367"'),
        ('within = "2"', 'within = "two"'),
        ('within = "2"', "within = 2"),
        ('counted = "business_days"', 'counted = "hours"'),
        ('counted = "business_days"', 'counted = "days"'),
        ('business_days = "12345"', ""),
        ('business_days = "12345"', 'business_days = "8"'),
        ('business_days = "12345"', 'business_days = "54321"'),
        ('mark = "seen"', 'mark = "doubtful"'),
        ("[[loss_deadline]]", "[[loss_deadline]]\ncolour = 'red'"),
    ],
)
def test_a_deadline_that_is_not_right_is_refused(write, old, new):
    with pytest.raises(Refused) as refusal:
        read(write(HEAD + DEADLINE.replace(old, new)))

    assert refusal.value.code == "profile_unreadable"
