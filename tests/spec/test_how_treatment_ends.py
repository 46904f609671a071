"""How treatment may end. One line a case.

With the person, one of us records it. Against their wish a prescriber and the clinic head decide together, never one person
with both roles; the person is told in writing, has time to contest and is answered by somebody else before the last day, and
doses go on until then. No urine result and no missed counselling is among the reasons. Source: product.md §9; the days are
the house's own (house.toml).
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from dispensary.policy.turns import turn_rules
from dispensary.rules.endings import EndingFacts, Leaving, fault_of, fault_of_dates, fault_of_hands, in_the_way
from models.enums import Channel, EndingReason, EpisodeEndReason, EpisodeKind, Role

COMPLETED, TRANSFERRED, OWN_WISH, DROPPED, BY_CLINIC, CUSTODY, DIED, GUEST_OVER, LINKED, OTHER = EpisodeEndReason
DAY = date(2026, 3, 2)
ALONE = [
    # reason, agreed, in custody, days unseen of 30, may one person record it?
    (COMPLETED, True, False, 0, True),
    (COMPLETED, False, False, 0, False),
    (TRANSFERRED, True, False, 0, True),
    (TRANSFERRED, False, False, 0, False),
    (OWN_WISH, True, False, 0, True),
    (OWN_WISH, False, False, 0, False),
    (OTHER, True, False, 0, True),
    (OTHER, False, False, 0, False),
    (BY_CLINIC, True, False, 0, False),
    (BY_CLINIC, False, False, 400, False),
    (DROPPED, False, False, 29, False),
    (DROPPED, False, False, 30, True),
    (CUSTODY, False, False, 0, False),
    (CUSTODY, False, True, 0, True),
    (DIED, False, False, 0, True),
    (GUEST_OVER, False, False, 0, False),
    (LINKED, True, False, 0, False),
]


@pytest.mark.parametrize(("reason", "agreed", "in_custody", "unseen", "alone"), ALONE)
def test_what_one_person_may_record_alone(reason, agreed, in_custody, unseen, alone):
    known = Leaving(EpisodeKind.MAINTENANCE, agreed, in_custody, unseen, lost_after_days=30)

    assert (fault_of(reason, known) is None) == alone


def test_a_guests_stay_is_over_for_a_guest():
    known = Leaving(EpisodeKind.GUEST, agreed=False, in_custody=False, unseen_days=0, lost_after_days=30)

    assert fault_of(GUEST_OVER, known) is None


PRESCRIBER, HEAD, NURSE = (frozenset({role}) for role in (Role.PRESCRIBER, Role.CLINIC_HEAD, Role.NURSE))
HANDS = [
    ("prescriber proposes, clinic head agrees", PRESCRIBER, HEAD, True),
    ("clinic head proposes, prescriber agrees", HEAD, PRESCRIBER, True),
    ("two prescribers", PRESCRIBER, PRESCRIBER, False),
    ("two clinic heads", HEAD, HEAD, False),
    ("prescriber and nurse", PRESCRIBER, NURSE, False),
    ("one who holds both, and a prescriber", PRESCRIBER | HEAD, PRESCRIBER, True),
    ("one who holds both, and a nurse", PRESCRIBER | HEAD, NURSE, False),
    ("somebody without a role", frozenset(), HEAD, False),
]


@pytest.mark.parametrize(("who", "first", "second", "suffice"), HANDS)
def test_whose_two_hands_suffice(who, first, second, suffice):
    assert (fault_of_hands(first, second) is None) == suffice, who


DATES = [
    # notice, contest by, last day: days from today; the field at fault
    (0, 14, 21, None),
    (2, 16, 23, None),
    (0, 30, 60, None),
    (-1, 14, 21, "notice_on"),
    (0, 13, 21, "contest_by"),
    (2, 14, 30, "contest_by"),
    (0, 14, 20, "last_day"),
    (0, 20, 21, "last_day"),
]


@pytest.mark.parametrize(("notice", "contest", "last", "field"), DATES)
def test_there_is_time_to_be_told_to_contest_and_to_be_answered(notice, contest, last, field):
    rules = turn_rules()

    fault = fault_of_dates(
        DAY + timedelta(days=notice),
        DAY + timedelta(days=contest),
        DAY + timedelta(days=last),
        today=DAY,
        contest_within=rules.contest_within,
        answered_within=rules.contest_answered_within,
    )

    assert (fault and fault[0]) == field


WAY = [
    # agreed, handed over, contest waits, days until the last day; what stands in the way
    (False, False, False, 21, ["one_hand", "no_notice", "before_the_last_day"]),
    (True, False, False, 21, ["no_notice", "before_the_last_day"]),
    (True, True, False, 21, ["before_the_last_day"]),
    (True, True, False, 1, ["before_the_last_day"]),
    (True, True, True, 0, ["contested"]),
    (True, True, True, -30, ["contested"]),
    (True, True, False, 0, []),
    (True, True, False, -5, []),
]


@pytest.mark.parametrize(("agreed", "handed", "waits", "days", "codes"), WAY)
def test_what_stands_between_a_proposal_and_the_end(agreed, handed, waits, days, codes):
    ending = EndingFacts(
        id=1,
        person_id=1,
        episode_id=1,
        site_id=1,
        turn=1,
        reason=EndingReason.THREATS,
        account="",
        offered_instead="",
        notice_on=DAY,
        contest_by=DAY,
        last_day=DAY + timedelta(days=days),
        proposed_by_id=1,
        proposed_by="",
        proposed_at=datetime(2026, 3, 2, tzinfo=UTC),
        agreed_by_id=2 if agreed else None,
        agreed_by=None,
        agreed_at=None,
        handed_on=DAY if handed else None,
        way=Channel.LETTER if handed else None,
        result=None,
        decided_on=None,
        result_reason="",
        contest_waits=waits,
    )

    assert [reason.code for reason in in_the_way(ending, DAY)] == codes


def test_no_urine_and_no_missed_counselling_is_a_reason():
    assert {str(reason) for reason in EndingReason} == {
        "violence",
        "threats",
        "selling_on_the_premises",
        "medically_unsafe",
        "programme_closes",
    }
