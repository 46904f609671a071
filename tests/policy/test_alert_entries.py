"""What a profile says of health before a dose is read as hard as its limits; drafts show until something is approved."""

from datetime import UTC, date, datetime

import pytest

from dispensary.errors import Refused
from dispensary.policy.profiles import SHIPPED, Approval, load, read
from dispensary.policy.stack import alert_list
from models.enums import HealthFactKind, Medication
from tests.policy.test_profiles import HEAD

DAY = date(2026, 11, 23)
MEDICINE = """
[[alert]]
key = "inducer"
kind = "medicine"
medications = ["methadone"]
names = ["rifampicin"]
can_do = "Withdrawal may follow."
to_do = "Ask about it."
urgent = false
citation = "Label, section 7"
mark = "known"
effective_from = 2017-01-01
checked_on = 2026-11-21
"""
QTC = MEDICINE.replace('"medicine"', '"qtc"').replace('names = ["rifampicin"]', 'from_ms = "500"')
PREGNANCY = MEDICINE.replace('"medicine"', '"pregnancy"').replace('names = ["rifampicin"]\n', "")


def approval(profile, in_force=True):
    return Approval(profile.id, profile.digest, in_force, DAY, datetime(2026, 11, 23, 8, tzinfo=UTC), "Dana Frost")


def test_shipped_list_is_cited_and_speaks_of_every_kind_and_drug():
    entries = [entry for profile in load([SHIPPED]) for entry in profile.alerts]

    assert all(entry.citation and entry.can_do and entry.to_do for entry in entries)
    assert {entry.kind for entry in entries} == set(HealthFactKind)
    assert {medication for entry in entries for medication in entry.medications} == set(Medication)


def test_shipped_qtc_bands_leave_no_gap_from_450_ms_on():
    bands = [e for p in load([SHIPPED]) for e in p.alerts if e.from_ms is not None]

    assert sorted((e.from_ms, e.below_ms, e.urgent) for e in bands) == [(450, 500, False), (500, None, True)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        *((MEDICINE.replace(f"\n{key} =", f"\nnot_{key} ="), f"missing: {key}") for key in
          ("key", "medications", "names", "can_do", "to_do", "urgent", "citation", "mark", "effective_from", "checked_on")),
        (MEDICINE + 'colour = "red"\n', "unknown: colour"),
        (MEDICINE + 'from_ms = "500"\n', "unknown: from_ms"),
        (PREGNANCY + 'names = ["twins"]\n', "unknown: names"),
        (MEDICINE.replace('"known"', '"doubtful"'), "doubtful"),
        (MEDICINE.replace('"medicine"', '"mood"'), "unknown: names"),
        (PREGNANCY.replace('"pregnancy"', '"mood"'), "mood"),
        (MEDICINE.replace('"methadone"', '"aspirin"'), "aspirin"),
        (MEDICINE.replace('["rifampicin"]', '"rifampicin"'), "not a list"),
        (MEDICINE.replace("false", '"no"'), "true or false"),
        (MEDICINE.replace("2017-01-01", '"soon"'), "not a day"),
        (MEDICINE + "effective_to = 2016-12-31\n", "ends before it begins"),
        (QTC.replace('"500"', "500.0"), "must be text in quotes: from_ms"),
        (QTC.replace('"500"', '"-1"'), "more than zero"),
        (QTC.replace('"500"', '"a lot"'), "not a number"),
        (QTC.replace("from_ms", "below_ms"), "missing: from_ms"),
        (QTC + 'after_months = "12"\n', "unknown: from_ms"),
        (MEDICINE + MEDICINE, "two entries for inducer overlap"),
        (MEDICINE + MEDICINE.replace('"inducer"', '"other"'), "rifampicin is a name of both"),
        ("alert = 3", "[[alert]]"),
    ],
)  # fmt: skip
def test_entry_that_is_not_right_is_refused_and_says_what_is_wrong(write, text, problem):
    with pytest.raises(Refused) as refusal:
        read(write(HEAD + text))

    assert problem in str(refusal.value.words.values["problem"])


def test_one_key_may_say_different_things_of_different_drugs(write):
    other = MEDICINE.replace('"methadone"', '"buprenorphine"')

    profile = read(write(HEAD + MEDICINE + other))

    assert len(profile.alerts) == 2


def test_drafts_are_shown_until_a_list_is_approved_and_then_only_that_one(write):
    profiles = load([SHIPPED, write(HEAD + MEDICINE).parent])
    mine = next(profile for profile in profiles if profile.id == "mine")

    before, after = alert_list(profiles, [], DAY), alert_list(profiles, [approval(mine)], DAY)
    taken_back = alert_list(profiles, [approval(mine, in_force=False)], DAY)

    assert (before.approved, len(before.entries) > len(mine.alerts)) == (False, True)
    assert (after.approved, after.entries) == (True, mine.alerts)
    assert taken_back == before


def test_an_entry_that_holds_no_more_says_nothing(write):
    profile = read(write(HEAD + MEDICINE + "effective_to = 2026-11-22\n"))

    assert alert_list([profile], [approval(profile)], DAY).entries == ()
