"""Profiles are read hard, the strictest counts, and an approved one may not change."""

from datetime import UTC, date, datetime

import pytest

from dispensary.errors import Refused
from dispensary.policy.profiles import SHIPPED, Approval, LimitKind, load, read, refuse_if_changed
from dispensary.policy.stack import stack
from models.enums import Medication

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
HEAD = """
id = "mine"
title = "Ours"
jurisdiction = "Harbour Clinic"
document = "Local protocol"
edition = "2026"
words = "What we agreed."
"""
ENTRY = """
[[order_limit]]
kind = "first_dose"
medication = "methadone"
value = "25"
unit = "mg"
citation = "Local protocol, section 2"
mark = "seen"
effective_from = 2026-01-01
checked_on = 2026-01-01
words = "The first dose is at most 25 mg."
"""


def approval(profile, *, in_force=True, effective_on=DAY):
    return Approval(profile.id, profile.digest, in_force, effective_on, AT, "Dana Frost")


def test_shipped_profiles_are_whole_cited_and_none_is_doubtful():
    profiles = load([SHIPPED])

    assert [profile.id for profile in profiles] == [
        "alerts-2026",
        "asam-2020",
        "au-methadone-2003",
        "brixadi-label-2023",
        "buvidal-eu-2021",
        "ca-bc-ppp66-bup-2024",
        "ca-on-metaphi-2021",
        "sublocade-label-2025",
        "uk-orange-2017",
        "uk-orange-2017-minimums",
        "uk-orange-2017-missed-doses",
        "us-21cfr1301-losses",
        "us-21cfr290-labels",
        "us-42cfr8-2024",
        "us-42cfr8-2024-minimums",
        "us-42cfr8-2024-take-homes",
        "us-66fr4098-2001-take-homes",
        "us-pa-715-2002-minimums",
        "us-tip43-2005",
        "vn-3140-2010",
    ]
    limits = [limit for profile in profiles for limit in profile.order_limits]
    assert all(limit.citation and limit.words and limit.checked_on for limit in limits)
    assert {limit.medication for limit in limits} == {Medication.METHADONE}


def test_sites_own_profile_lies_beside_the_shipped_ones(write):
    file = write(HEAD + ENTRY)

    profiles = load([SHIPPED, file.parent, file.parent / "not there"])

    assert "mine" in [profile.id for profile in profiles]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEAD.replace("words", "wrods") + ENTRY, "missing: words"),
        (HEAD + 'colour = "red"\n' + ENTRY, "unknown: colour"),
        (HEAD + ENTRY + 'colour = "red"\n', "unknown: colour"),
        *((HEAD + "\n".join(line for line in ENTRY.splitlines() if not line.startswith(key)), f"missing: {key}")
          for key in ("citation", "mark", "effective_from", "checked_on", "words", "value", "unit")),
        (HEAD + ENTRY.replace('"seen"', '"doubtful"'), "doubtful"),
        (HEAD + ENTRY.replace('"seen"', '"sure"'), "sure"),
        (HEAD + ENTRY.replace('"25"', "25.0"), "must be text in quotes: value"),
        (HEAD + ENTRY.replace('"25"', '"-25"'), "more than zero"),
        (HEAD + ENTRY.replace('"25"', '"a lot"'), "not a number"),
        (HEAD + ENTRY.replace('unit = "mg"', 'unit = "mL"'), "in mg"),
        (HEAD + ENTRY.replace("first_dose", "last_dose"), "last_dose"),
        (HEAD + ENTRY.replace("2026-01-01", '"soon"'), "not a day"),
        (HEAD + ENTRY + "effective_to = 2025-12-31\n", "ends before it begins"),
        (HEAD + ENTRY + ENTRY, "overlap"),
        (HEAD + "order_limit = 3", "order_limit"),
        (HEAD.replace('"mine"', '"yours"') + ENTRY, "not its file name"),
        ("id = ", "not readable"),
    ],
)  # fmt: skip
def test_file_that_is_not_right_is_refused_and_says_what_is_wrong(write, text, problem):
    with pytest.raises(Refused) as refusal:
        read(write(text))

    assert "mine.toml" in refusal.value.words.values["where"]
    assert problem in str(refusal.value.words.values["problem"])


def test_two_entries_may_follow_each_other_in_time(write):
    later = ENTRY.replace("effective_from = 2026-01-01", "effective_from = 2026-07-01").replace('"25"', '"20"')

    profile = read(write(HEAD + ENTRY + "effective_to = 2026-06-30\n" + later))

    values = [
        str(stack([profile], [approval(profile)], day).of(LimitKind.FIRST_DOSE, Medication.METHADONE).rule.value)
        for day in (DAY, date(2026, 7, 1))
    ]
    assert values == ["25", "20"]


def test_one_id_in_two_folders_is_refused(write, tmp_path):
    write(HEAD + ENTRY)
    (tmp_path / "more").mkdir()
    write(HEAD + ENTRY, "more/mine.toml")

    with pytest.raises(Refused):
        load([tmp_path, tmp_path / "more"])


def test_strictest_of_the_approved_ones_wins_and_is_named(write):
    profiles = load([SHIPPED, write(HEAD + ENTRY).parent])

    limits = stack(profiles, map(approval, profiles), DAY)

    won = {limit.rule.kind: (str(limit.rule.value), limit.profile) for limit in limits.in_force}
    assert won == {
        LimitKind.FIRST_DOSE: ("25", "mine"),
        LimitKind.FIRST_DAY: ("50", "us-42cfr8-2024"),
        LimitKind.STEP: ("10", "asam-2020"),
        LimitKind.STEP_INTERVAL: ("5", "asam-2020"),
        LimitKind.FIRST_WEEK_RISE: ("30", "uk-orange-2017"),
    }


def test_longest_interval_wins(write):
    week = ENTRY.replace("first_dose", "step_interval").replace('"25"', '"7"').replace('unit = "mg"', 'unit = "days"')
    profiles = load([SHIPPED, write(HEAD + week).parent])

    limits = stack(profiles, map(approval, profiles), DAY)

    assert limits.of(LimitKind.STEP_INTERVAL, Medication.METHADONE).profile == "mine"


def test_draft_withdrawn_or_not_yet_effective_profiles_do_not_count():
    profiles = load([SHIPPED])
    later = [approval(p, effective_on=date(2026, 3, 3)) for p in profiles]
    withdrawn = [approval(p, in_force=False) for p in profiles]

    assert [stack(profiles, approvals, DAY).in_force for approvals in ([], later, withdrawn)] == [(), (), ()]


def test_approved_profile_that_changed_or_is_gone_is_refused():
    profiles = load([SHIPPED])
    changed = Approval("asam-2020", "another digest", True, DAY, AT, "Dana Frost")
    gone = Approval("was-here-once", "digest", True, DAY, AT, "Dana Frost")

    refuse_if_changed(profiles, [approval(p) for p in profiles])
    with pytest.raises(Refused) as refusal:
        refuse_if_changed(profiles, [changed, gone])

    assert refusal.value.words.values["which"] == "asam-2020, was-here-once"


def test_withdrawn_profile_may_change():
    refuse_if_changed(load([SHIPPED]), [Approval("asam-2020", "old", False, DAY, AT, "Dana Frost")])
