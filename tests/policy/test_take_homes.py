"""Take-home ladders, criteria and rules are read hard, and of several approved ones the fewest days count."""

import pytest

from dispensary.errors import Refused
from dispensary.policy.profiles import read
from dispensary.policy.stack import take_home_policy
from dispensary.policy.take_homes import Evidence, LadderKind, TakeHomeRuleKind
from models.enums import Medication
from tests.policy.shelf import CITED, DAY, HEAD, approval, shipped

NEW, OLD = "us-42cfr8-2024-take-homes", "us-66fr4098-2001-take-homes"


def step(from_day, most_days, kind="at_one_time"):
    return (
        f'\n[[take_home_step]]\nmedications = ["methadone"]\nfrom_day = "{from_day}"\nkind = "{kind}"\n'
        f'most_days = "{most_days}"\n{CITED}'
    )


CRITERION = '\n[[take_home_criterion]]\nkey = "attendance"\nmedications = ["methadone"]\n' + CITED
RULE = '\n[[take_home_rule]]\nkind = "closure_days"\nmedications = ["methadone"]\n' + CITED


def policy(*ids):
    found = [profile for profile in shipped().values() if profile.id in ids]
    return take_home_policy(found, map(approval, found), DAY)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (step(2, 7), "the first counts from day 1"),
        (step(1, 7) + step(1, 14), "overlap or are out of order"),
        (step(1, 7) + step(31, 14) + step(15, 14), "out of order"),
        (step(1, 7) + step(15, 6), "give less"),
        (step(1, 32), "at most 31"),
        (step(1, 8, "per_week"), "at most 7"),
        (step(1, 7, "per_year"), "per_year"),
        (step(1, "a lot"), "not a whole number"),
        (step(1, 7).replace("from_day", "since"), "missing: from_day"),
        (step(1, 7).replace('"methadone"', '"heroin"'), "heroin"),
        (step(1, 7).replace('"seen"', '"doubtful"'), "doubtful"),
        (CRITERION + CRITERION, "are called attendance"),
        (CRITERION.replace("key", "evidence = [\"gossip\"]\nkey"), "gossip"),
        (CRITERION.replace('"seen"', '"doubtful"'), "doubtful"),
        (CRITERION + 'colour = "red"\n', "unknown: colour"),
        (RULE + RULE, "overlap in time"),
        (RULE.replace("closure_days", "most_consecutive"), "most_days belongs"),
        (RULE.replace("closure_days", "exempt") + 'most_days = "3"\n', "most_days belongs"),
        (RULE.replace("closure_days", "holidays"), "holidays"),
        (RULE.replace('"seen"', '"doubtful"'), "doubtful"),
    ],
)  # fmt: skip
def test_entry_that_is_not_right_is_refused_and_says_what_is_wrong(write, text, problem):
    with pytest.raises(Refused) as refusal:
        read(write(HEAD + text))

    assert problem in str(refusal.value.words.values["problem"])


def test_ladders_criteria_and_rules_in_force_carry_their_version(write):
    mine = read(write(HEAD + step(1, 2) + CRITERION + RULE))

    found = take_home_policy([mine, shipped()[NEW]], [approval(mine)], DAY)

    assert {(entry.profile, entry.digest) for entry in (*found.steps, *found.criteria, *found.rules)} == {
        ("mine", mine.digest)
    }
    assert [len(kind) for kind in (found.steps, found.criteria, found.rules)] == [1, 1, 1]


def test_ladder_of_2024_has_three_steps_six_criteria_closure_days_and_frees_buprenorphine():
    found = policy(NEW)

    assert [(s.rule.from_day, s.rule.most_days) for s in found.steps] == [(1, 7), (15, 14), (31, 28)]
    assert [c.rule.key for c in found.criteria_for(Medication.METHADONE)] == [
        "condition",
        "attendance",
        "behaviour",
        "diversion",
        "storage",
        "judgement",
    ]
    assert found.criteria_for(Medication.METHADONE)[1].rule.evidence == (Evidence.ATTENDANCE,)
    assert found.closure_days(Medication.METHADONE).rule.most_days is None
    assert found.exempt(Medication.BUPRENORPHINE).rule.kind is TakeHomeRuleKind.EXEMPT
    assert found.exempt(Medication.METHADONE) is None


def test_ladder_of_2001_counts_by_the_week_first_and_gives_one_dose_for_a_closure():
    found = policy(OLD)

    assert [(s.rule.from_day, s.rule.kind, s.rule.most_days) for s in found.steps] == [
        (1, LadderKind.PER_WEEK, 1),
        (91, LadderKind.PER_WEEK, 2),
        (181, LadderKind.PER_WEEK, 3),
        (271, LadderKind.AT_ONE_TIME, 6),
        (366, LadderKind.AT_ONE_TIME, 14),
        (731, LadderKind.AT_ONE_TIME, 28),
    ]
    assert len(found.criteria_for(Medication.METHADONE)) == 8
    assert found.closure_days(Medication.METHADONE).rule.most_days == 1


def test_of_two_approved_profiles_all_criteria_count_and_the_smaller_closure():
    found = policy(NEW, OLD)

    assert len(found.criteria_for(Medication.METHADONE)) == 14
    assert found.closure_days(Medication.METHADONE).profile == OLD


def test_fewest_days_in_a_row_count(write):
    rule = RULE.replace("closure_days", "most_consecutive") + 'most_days = "4"\n'
    mine = read(write(HEAD + rule))
    other = read(write(HEAD.replace('"mine"', '"other"') + rule.replace('"4"', '"3"'), "other.toml"))

    found = take_home_policy([mine, other], map(approval, [mine, other]), DAY)

    assert found.most_consecutive(Medication.METHADONE).profile == "other"
    assert found.most_consecutive(Medication.BUPRENORPHINE) is None
