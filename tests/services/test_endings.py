"""Ending treatment against the person's wish: two hands, a notice, time to contest, and doses until the last day."""

from datetime import timedelta

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import endings as records
from dispensary.queries import orders, prescriber_desk
from dispensary.services import contests, discharges, endings, episodes
from models import CallPlan, EpisodeEnd, Task, TaskReason
from models.enums import (
    AuditKind,
    CallSeries,
    Channel,
    ContestAbout,
    ContestResult,
    EndingResult,
    EpisodeEndReason,
    Role,
    TaskReasonKind,
)
from tests import factories
from tests.rows import audited_kinds, count
from tests.turns import A_DAY, another, contested, proposal, proposed, told


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


def head(world):
    return world.act(world.staff[Role.CLINIC_HEAD])


def on_the_last_day(session, world, ending, by=None):
    at = world.at + (ending.last_day - world.day)
    factories.trust_clock(session, world, at)
    return world.act(by or world.prescriber, at=at)


def test_proposing_changes_nothing_but_asks_for_the_other_hand(session, world, who):
    made = proposed(session, world, who)

    ending = records.ending(session, made.id)
    assert (ending.agreed_by, ending.open, ending.deciders) == (None, True, {world.prescriber.id})
    assert orders.active_order(session, who.id, world.day) is not None
    assert count(session, EpisodeEnd) == 0
    assert count(session, TaskReason, TaskReason.kind == TaskReasonKind.ENDING) == 1
    assert audited_kinds(session)[-1] == AuditKind.ENDING_PROPOSED


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"account": " "}, "account"),
        ({"offered_instead": ""}, "offered_instead"),
        ({"notice_on": "yesterday"}, "notice_on"),
        ({"contest_by": "tomorrow"}, "contest_by"),
        ({"last_day": "tomorrow"}, "last_day"),
    ],
)
def test_an_ending_without_account_offer_or_time_is_refused_at_its_field(session, world, who, values, field):
    days = {"yesterday": world.day - A_DAY, "tomorrow": world.day + A_DAY}
    values = {key: days.get(value, value) for key, value in values.items()}

    with pytest.raises(Refused) as refused:
        proposed(session, world, who, **values)

    assert refused.value.field == field


def test_only_a_prescriber_or_the_clinic_head_proposes(session, world, who):
    with pytest.raises(Refused) as refused:
        endings.propose(session, person_id=who.id, proposal=proposal(world), act=world.act(world.nurse))

    assert refused.value.code == "no_hand"


def test_nobody_is_ended_who_is_not_in_treatment(session, world):
    with pytest.raises(Refused) as refused:
        proposed(session, world, factories.person(session))

    assert refused.value.code == "no_open_episode"


def test_a_second_ending_waits_until_the_first_is_over(session, world, who):
    proposed(session, world, who)

    with pytest.raises(Conflict) as conflict:
        proposed(session, world, who)

    assert conflict.value.code == "proposed_before"


def test_the_clinic_head_agrees_and_the_task_is_answered(session, world, who):
    made = proposed(session, world, who)

    endings.agree(session, ending_id=made.id, act=head(world))

    task = session.query(Task).one()
    assert records.ending(session, made.id).agreed_by == "Hanna Lind"
    assert task.resolved_at is not None
    assert audited_kinds(session)[-1] == AuditKind.ENDING_AGREED


def test_nobody_agrees_to_their_own_proposal_with_whatever_roles(session, world, who):
    made = proposed(session, world, who)
    factories.role(session, world.prescriber, world.site, Role.CLINIC_HEAD)

    with pytest.raises(Refused) as refused:
        endings.agree(session, ending_id=made.id, act=world.act(world.prescriber))

    assert refused.value.code == "same_hand"


def test_two_prescribers_are_not_prescriber_and_clinic_head(session, world, who):
    made = proposed(session, world, who)

    with pytest.raises(Refused) as refused:
        endings.agree(session, ending_id=made.id, act=world.act(another(session, world, Role.PRESCRIBER)))

    assert refused.value.code == "wrong_hands"


def test_agreeing_twice_is_answered_with_who_did(session, world, who):
    made = told(session, world, who)

    with pytest.raises(Conflict) as conflict:
        endings.agree(session, ending_id=made.id, act=head(world))

    assert conflict.value.code == "agreed_before"


def test_a_notice_whose_day_is_gone_is_proposed_anew(session, world, who):
    made = proposed(session, world, who)

    with pytest.raises(Refused) as refused:
        endings.agree(session, ending_id=made.id, act=world.act(world.staff[Role.CLINIC_HEAD], at=world.at + A_DAY))

    assert refused.value.code == "notice_too_late"


def test_there_is_no_notice_before_both_agreed(session, world, who):
    made = proposed(session, world, who)

    with pytest.raises(Refused) as refused:
        endings.hand_notice(session, ending_id=made.id, way=Channel.AT_THE_WINDOW, act=world.act())

    assert refused.value.code == "one_hand"


def test_a_notice_is_no_telephone_call_and_is_handed_over_once(session, world, who):
    made = proposed(session, world, who)
    endings.agree(session, ending_id=made.id, act=head(world))

    with pytest.raises(Refused) as refused:
        endings.hand_notice(session, ending_id=made.id, way=Channel.TELEPHONE, act=world.act())
    endings.hand_notice(session, ending_id=made.id, way=Channel.LETTER, act=world.act())
    with pytest.raises(Conflict):
        endings.hand_notice(session, ending_id=made.id, way=Channel.LETTER, act=world.act())

    assert refused.value.code == "no_paper"
    assert audited_kinds(session)[-1] == AuditKind.ENDING_NOTICE_HANDED


def test_dosing_goes_on_until_the_last_day_and_then_it_is_carried_out_with_calls(session, world, who):
    made = told(session, world, who)

    with pytest.raises(Refused) as early:
        discharges.carry_out(session, ending_id=made.id, note="x", calls=True, act=world.act(world.prescriber))
    due = orders.active_order(session, who.id, made.last_day)
    end = discharges.carry_out(
        session, ending_id=made.id, note="goes to North", calls=True, act=on_the_last_day(session, world, made)
    )

    assert [reason.code for reason in early.value.reasons] == ["before_the_last_day"]
    assert due is not None
    assert (end.reason, end.ended_on) == (EpisodeEndReason.ENDED_BY_CLINIC, made.last_day)
    assert records.ending(session, made.id).result is EndingResult.ENDED
    assert [plan.series for plan in session.query(CallPlan)] == [CallSeries.AFTERCARE]


def test_everything_that_stands_in_the_way_is_said_at_once(session, world, who):
    made = proposed(session, world, who)

    with pytest.raises(Refused) as refused:
        discharges.carry_out(session, ending_id=made.id, note="x", calls=False, act=world.act(world.prescriber))

    assert [reason.code for reason in refused.value.reasons] == ["one_hand", "no_notice", "before_the_last_day"]


def test_no_other_way_ends_an_episode_as_ended_by_the_clinic(session, world, who):
    reason = EpisodeEndReason.ENDED_BY_CLINIC

    with pytest.raises(Refused) as refused:
        episodes.end_episode(
            session, person_id=who.id, ended_on=world.day, reason=reason, note="enough", act=world.act(world.prescriber)
        )

    assert refused.value.code == "no_ending_agreed"
    assert count(session, EpisodeEnd) == 0


def test_a_contest_keeps_the_treatment_going_past_the_last_day(session, world, who):
    made = told(session, world, who)
    contested(session, world, who, ContestAbout.ENDING, made.id)

    with pytest.raises(Refused) as refused:
        discharges.carry_out(
            session, ending_id=made.id, note="x", calls=False, act=on_the_last_day(session, world, made)
        )

    assert refused.value.code == "contested"


def test_an_answer_that_takes_it_back_lets_treatment_go_on(session, world, who):
    made = told(session, world, who)
    contest = contested(session, world, who, ContestAbout.ENDING, made.id)
    other = another(session, world, Role.PRESCRIBER)

    contests.answer(
        session,
        contest_id=contest.id,
        result=ContestResult.REVERSED,
        reason="Nobody saw it.",
        may_release=True,
        act=world.act(other),
    )
    with pytest.raises(Conflict) as over:
        discharges.carry_out(
            session, ending_id=made.id, note="x", calls=False, act=on_the_last_day(session, world, made)
        )

    assert records.ending(session, made.id).result is EndingResult.TAKEN_BACK
    assert over.value.code == "ending_over"


def test_an_upheld_ending_is_carried_out(session, world, who):
    made = told(session, world, who)
    contest = contested(session, world, who, ContestAbout.ENDING, made.id)
    other = world.act(another(session, world, Role.PRESCRIBER))
    contests.answer(
        session, contest_id=contest.id, result=ContestResult.UPHELD, reason="Three saw it.", may_release=True, act=other
    )

    end = discharges.carry_out(
        session, ending_id=made.id, note="x", calls=False, act=on_the_last_day(session, world, made)
    )

    assert end.reason is EpisodeEndReason.ENDED_BY_CLINIC
    assert count(session, CallPlan) == 0


def test_either_hand_takes_it_back_with_a_reason(session, world, who):
    made = proposed(session, world, who)

    with pytest.raises(Refused):
        endings.take_back(session, ending_id=made.id, reason=" ", act=head(world))
    endings.take_back(session, ending_id=made.id, reason="We found another way.", act=head(world))
    with pytest.raises(Conflict):
        endings.take_back(session, ending_id=made.id, reason="again", act=head(world))

    assert AuditKind.ENDING_DECIDED in audited_kinds(session)
    assert prescriber_desk.desk_rows(session, world.site.id, world.at) == []


def test_an_ending_that_is_not_there_is_not_found(session, world):
    with pytest.raises(NotFound):
        endings.agree(session, ending_id=999, act=world.act(world.prescriber))


def test_an_open_ending_is_listed_until_the_episode_is_over(session, world, who):
    made = told(session, world, who)
    open_before = [one.id for one in records.open_of_site(session, world.site.id)]

    factories.save(
        session,
        EpisodeEnd(
            episode_id=made.episode_id,
            turn=1,
            ended_on=world.day,
            reason=EpisodeEndReason.DIED,
            note="",
            **factories.stamp(world),
        ),
    )

    assert open_before == [made.id]
    assert list(records.open_of_site(session, world.site.id)) == []
    assert timedelta(0) < made.last_day - made.contest_by
