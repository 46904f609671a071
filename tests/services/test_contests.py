"""Contesting a decision: in the person's words, answered in time by somebody else, and nothing gets worse while it waits."""

from datetime import timedelta

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.queries import contests as records
from dispensary.queries import prescriber_desk
from dispensary.services import contests, sites, stops, take_home_requests, take_homes
from dispensary.services import prescriber_desk as desk
from dispensary.services.take_homes import Wish
from models import StopRelease, TakeHomeRequestEnd, Task, TaskReason
from models.enums import (
    AuditKind,
    ContestAbout,
    ContestResult,
    Role,
    SettingKey,
    StopKind,
    TakeHomeEndReason,
    TaskReasonKind,
)
from tests import factories
from tests import take_homes as made
from tests.rows import audited_kinds, count
from tests.turns import A_DAY, another, contested, told


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


@pytest.fixture
def stop(session, world, who):
    return stops.set_stop(session, person_id=who.id, kind=StopKind.INCIDENT, act=world.act())


@pytest.fixture
def decision(session, world, who):
    return made.decide(session, world, who)


def answered(session, contest, by, result=ContestResult.REVERSED, **values):
    return contests.answer(
        session,
        contest_id=contest.id,
        result=result,
        reason="Looked at anew.",
        **{"may_release": True} | values,
        act=by,
    )


def test_a_contest_is_due_within_a_week_and_on_the_prescribers_desk(session, world, who, stop):
    made_now = contested(session, world, who, ContestAbout.STOP, stop.id)

    task = session.query(Task).one()
    [known] = records.of_person(session, who.id)
    assert made_now.answer_by == world.day + timedelta(days=7)
    assert (known.open, known.words, known.overdue(world.day + 8 * A_DAY)) == (True, "It was not me.", True)
    assert TaskReasonKind.CONTEST in prescriber_desk.unanswered(session, task.id)
    assert [one.id for one in records.waiting(session, world.site.id)] == [made_now.id]
    assert audited_kinds(session)[-1] == AuditKind.CONTEST_MADE


def test_what_may_be_contested_is_offered_until_it_is(session, world, who, stop, decision):
    asked = take_home_requests.ask(
        session, person_id=who.id, wish="fewer visits", reason=None, first_on=None, last_on=None, act=world.act()
    )
    declined = take_home_requests.decline(
        session, asked_id=asked.id, reason="too early", act=world.act(world.prescriber)
    )
    ending = told(session, world, who)
    before = [(one.about, one.subject_id) for one in records.contestable(session, who.id, world.site.id)]

    contested(session, world, who, ContestAbout.STOP, stop.id)

    after = [(one.about, one.subject_id) for one in records.contestable(session, who.id, world.site.id)]
    assert before == [
        (ContestAbout.STOP, stop.id),
        (ContestAbout.TAKE_HOME, decision.id),
        (ContestAbout.TAKE_HOME_DECLINED, declined.id),
        (ContestAbout.ENDING, ending.id),
    ]
    assert after == before[1:]


@pytest.mark.parametrize(
    ("values", "error"), [({"words": " "}, Refused), ({"said_on": A_DAY}, Refused), ({"subject_id": 999}, NotFound)]
)
def test_a_contest_without_words_day_or_decision_is_refused(session, world, who, stop, values, error):
    if "said_on" in values:
        values = {"said_on": world.day + A_DAY}
    given = {"about": ContestAbout.STOP, "subject_id": stop.id, "words": "No.", "said_on": world.day} | values

    with pytest.raises(error):
        contests.contest(session, person_id=who.id, **given, act=world.act())


def test_a_decision_is_contested_once(session, world, who, stop):
    contested(session, world, who, ContestAbout.STOP, stop.id)

    with pytest.raises(Conflict) as conflict:
        contested(session, world, who, ContestAbout.STOP, stop.id)

    assert conflict.value.code == "contested_before"


def test_whoever_decided_does_not_answer(session, world, who, stop, decision):
    of_stop = contested(session, world, who, ContestAbout.STOP, stop.id)
    of_decision = contested(session, world, who, ContestAbout.TAKE_HOME, decision.id)
    ending = told(session, world, who)
    of_ending = contested(session, world, who, ContestAbout.ENDING, ending.id)
    hands = [
        (of_stop, world.nurse),
        (of_decision, session.get(type(world.nurse), decision.recorded_by_id)),
        (of_ending, world.prescriber),
        (of_ending, world.staff[Role.CLINIC_HEAD]),
    ]

    for contest, by in hands:
        with pytest.raises(Refused) as refused:
            answered(session, contest, world.act(by))

        assert refused.value.code == "same_hand"


def test_a_stop_that_is_taken_back_is_released_in_the_same_press(session, world, who, stop):
    contest = contested(session, world, who, ContestAbout.STOP, stop.id)

    answered(session, contest, world.act(world.prescriber))

    task = session.query(Task).one()
    assert count(session, StopRelease) == 1
    assert task.resolved_at is not None
    assert audited_kinds(session)[-1] == AuditKind.CONTEST_ANSWERED


def test_only_a_prescriber_takes_a_stop_back_but_the_clinic_head_may_uphold_it(session, world, who, stop):
    contest = contested(session, world, who, ContestAbout.STOP, stop.id)
    head = world.act(world.staff[Role.CLINIC_HEAD])

    with pytest.raises(Refused) as refused:
        answered(session, contest, head, may_release=False)
    answered(session, contest, head, ContestResult.UPHELD, may_release=False)

    assert refused.value.code == "may_not_release"
    assert count(session, StopRelease) == 0


def test_a_stop_released_meanwhile_is_answered_all_the_same(session, world, who, stop):
    contest = contested(session, world, who, ContestAbout.STOP, stop.id)
    stops.release_stop(session, stop_id=stop.id, reason="seen", act=world.act(world.prescriber))

    answered(session, contest, world.act(world.prescriber))

    assert count(session, StopRelease) == 1


def test_a_take_home_decision_that_is_changed_goes_to_whoever_decides(session, world, who, decision):
    contest = contested(session, world, who, ContestAbout.TAKE_HOME, decision.id)

    answered(session, contest, world.act(another(session, world, Role.PRESCRIBER)), ContestResult.CHANGED)

    assert count(session, TaskReason, TaskReason.kind == TaskReasonKind.TAKE_HOME_REVIEW) == 1


def test_an_answer_is_given_once_and_with_a_reason(session, world, who, stop):
    contest = contested(session, world, who, ContestAbout.STOP, stop.id)
    act = world.act(world.prescriber)

    with pytest.raises(Refused):
        contests.answer(
            session, contest_id=contest.id, result=ContestResult.UPHELD, reason="", may_release=True, act=act
        )
    answered(session, contest, act)
    with pytest.raises(Conflict) as conflict:
        answered(session, contest, act)

    assert conflict.value.code == "answered_before"


def test_a_contest_that_is_not_there_is_not_found(session, world):
    with pytest.raises(NotFound):
        contests.answer(
            session, contest_id=999, result=ContestResult.UPHELD, reason="x", may_release=True, act=world.act()
        )


def test_take_home_doses_are_not_lessened_while_it_is_contested(session, world, who, decision):
    contest = contested(session, world, who, ContestAbout.TAKE_HOME, decision.id)
    withdrawn = {
        "decision_id": decision.id,
        "last_day": world.day,
        "reason": TakeHomeEndReason.WITHDRAWN,
        "note": "x",
        "act": world.act(world.prescriber),
    }

    with pytest.raises(Refused) as refused:
        take_homes.end(session, **withdrawn)
    answered(session, contest, world.act(another(session, world, Role.PRESCRIBER)), ContestResult.UPHELD)
    ended = take_homes.end(session, **withdrawn)

    assert refused.value.code == "contested"
    assert ended.reason is TakeHomeEndReason.WITHDRAWN


def test_a_lesser_decision_waits_for_the_answer_as_well(session, world, who, decision):
    contested(session, world, who, ContestAbout.TAKE_HOME, decision.id)
    less = Wish("1234567", 1, 0, world.day, world.day + 30 * A_DAY)

    with pytest.raises(Refused) as refused:
        take_homes.decide(
            session,
            person_id=who.id,
            wish=less,
            answers={},
            rationale="x",
            over_ladder_reason="seen and discussed",
            policy=TakeHomePolicy(),
            act=world.act(world.prescriber),
        )

    assert refused.value.code == "contested"


def test_nobody_closes_a_contest_by_the_way(session, world, who, decision):
    contested(session, world, who, ContestAbout.TAKE_HOME, decision.id)
    task = session.query(Task).one()

    with pytest.raises(Conflict) as conflict:
        desk.close_task(session, task_id=task.id, resolution="talked", act=world.act(world.prescriber))

    assert conflict.value.code == "not_answered"


def test_a_declined_wish_is_contested_too(session, world, who):
    asked = take_home_requests.ask(
        session, person_id=who.id, wish="fewer visits", reason=None, first_on=None, last_on=None, act=world.act()
    )
    take_home_requests.decline(session, asked_id=asked.id, reason="too early", act=world.act(world.prescriber))
    declined = session.query(TakeHomeRequestEnd).one()
    contest = contested(session, world, who, ContestAbout.TAKE_HOME_DECLINED, declined.id)

    with pytest.raises(Refused) as refused:
        answered(session, contest, world.act(world.prescriber))
    answered(session, contest, world.act(another(session, world, Role.PRESCRIBER)))

    assert refused.value.code == "same_hand"
    assert records.of_person(session, who.id)[0].result is ContestResult.REVERSED


def test_a_stop_set_early_in_the_east_is_contested_as_of_the_day_on_which_it_was_set(session, world, who):
    zone, act = "Asia/Ho_Chi_Minh", world.act()
    sites.change_setting(session, key=SettingKey.TIME_ZONE, value=zone, effective_on=world.day, act=act)
    early = world.at.replace(hour=23, minute=30)
    kind = StopKind.SEDATION
    stops.set_stop(session, person_id=who.id, kind=kind, note="sleepy", act=world.act(at=early))

    (one,) = records.contestable(session, who.id, world.site.id)

    assert one.on == world.day + A_DAY
