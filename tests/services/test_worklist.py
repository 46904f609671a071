"""A task of a desk is taken, handed over, tried and closed with what came of it; every way that is barred says why."""

from datetime import timedelta

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import worklist as records
from dispensary.services import caseload, support, tasks, worklist
from models import CallBack, TaskAttempt, TaskHandOver
from models.enums import AttemptOutcome, AuditKind, Channel, Desk, ProgrammeEndReason, Role, TaskOutcome, TaskReasonKind
from tests import factories, pairs, rows

WEEK = timedelta(days=7)


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


@pytest.fixture
def me(world):
    return world.staff[Role.COUNSELLOR]


@pytest.fixture
def act(world, me):
    return world.act(me)


@pytest.fixture
def task(session, world, who):
    return noted(session, world, who)


@pytest.fixture
def other(session, world):
    made = factories.staff(session, "Olga Wirth")
    factories.role(session, made, world.site, Role.COUNSELLOR)
    return made


def noted(session, world, who, desk=Desk.COUNSELLING, kind=TaskReasonKind.MISSED_DOSES):
    return tasks.note(session, person_id=who.id, desk=desk, kind=kind, act=world.act())


def work(session, world, desk=Desk.COUNSELLING):
    return records.open_work(session, world.site.id, desk, world.day)


def try_it(session, task, act, channel=Channel.TELEPHONE, outcome=AttemptOutcome.NO_ANSWER, note=""):
    return worklist.attempt(session, task_id=task.id, channel=channel, outcome=outcome, note=note, act=act)


def close(session, task, act, outcome=TaskOutcome.CAME_BACK, note="comes tomorrow"):
    return worklist.resolve(session, task_id=task.id, outcome=outcome, note=note, act=act)


def test_task_that_nobody_owns_is_taken(session, world, task, act, me):
    worklist.take(session, task_id=task.id, act=act)

    (row,) = work(session, world)
    assert (row.owner_id, row.owner) == (me.id, me.name)
    assert rows.audited_kinds(session)[-1] == AuditKind.TASK_HANDED_OVER


def test_task_that_a_colleague_has_is_not_taken_but_handed_over(session, world, task, act, other):
    worklist.take(session, task_id=task.id, act=act)

    with pytest.raises(Conflict) as conflict:
        worklist.take(session, task_id=task.id, act=world.act(other))
    assert conflict.value.words.values == {"who": world.staff[Role.COUNSELLOR].name}

    worklist.hand_over(session, task_id=task.id, owner_id=other.id, reason="speaks Polish", act=act)
    assert work(session, world)[0].owner == "Olga Wirth"
    story = records.story(session, task.id, world.site.id, world.day)
    assert [(hand.owner, hand.reason) for hand in story.hands][1:] == [("Olga Wirth", "speaks Polish")]


def test_task_is_put_back_for_whoever_comes_first(session, world, task, act, other):
    worklist.take(session, task_id=task.id, act=act)

    worklist.hand_over(session, task_id=task.id, owner_id=None, reason="on leave", act=act)

    assert work(session, world)[0].owner_id is None
    worklist.take(session, task_id=task.id, act=world.act(other))
    assert work(session, world)[0].owner_id == other.id


def test_whoever_does_not_work_at_the_desk_neither_takes_nor_is_given_a_task(session, world, who, act, other):
    nurses = noted(session, world, who, Desk.NURSE, TaskReasonKind.BOTTLES)

    with pytest.raises(Refused) as taken:
        worklist.take(session, task_id=nurses.id, act=act)
    with pytest.raises(Refused) as given:
        worklist.hand_over(session, task_id=nurses.id, owner_id=other.id, reason="x", act=act)

    assert (taken.value.code, given.value.field) == ("other_desk", "owner_id")
    assert rows.count(session, TaskHandOver) == 0


@pytest.mark.parametrize(("reason", "field"), [(" ", "reason"), ("again", "owner_id")])
def test_hand_over_needs_a_reason_and_somebody_else(session, task, act, me, reason, field):
    worklist.take(session, task_id=task.id, act=act)

    with pytest.raises(Refused) as refusal:
        worklist.hand_over(session, task_id=task.id, owner_id=me.id, reason=reason, act=act)

    assert refusal.value.field == field


def test_attempt_stays_on_the_task_with_way_outcome_and_note(session, world, task, act, me):
    try_it(session, task, act)
    try_it(session, task, act, Channel.HOME_VISIT, AttemptOutcome.MESSAGE_LEFT, "told the sister to ring")

    (row,) = work(session, world)
    assert [(one.channel, one.outcome, one.note, one.by) for one in row.tried] == [
        (Channel.TELEPHONE, AttemptOutcome.NO_ANSWER, "", me.name),
        (Channel.HOME_VISIT, AttemptOutcome.MESSAGE_LEFT, "told the sister to ring", me.name),
    ]
    assert rows.audited_kinds(session)[-2:] == [AuditKind.TASK_TRIED] * 2


def test_supporter_is_called_only_while_both_consents_stand(session, world, who, task, act):
    with pytest.raises(Refused) as nobody:
        try_it(session, task, act, Channel.SUPPORTER)
    sister = pairs.supporter(session, world, who, act)
    try_it(session, task, act, Channel.SUPPORTER)
    taken_back = {"reason": ProgrammeEndReason.CONSENT_WITHDRAWN, "next_step": "", "act": act}
    support.end_supporter(session, supporter_id=sister.id, **taken_back)
    with pytest.raises(Refused) as no_more:
        try_it(session, task, act, Channel.SUPPORTER)

    assert [(one.value.code, one.value.field) for one in (nobody, no_more)] == [("no_supporter", "channel")] * 2
    assert rows.count(session, TaskAttempt) == 1


def test_letter_goes_to_no_wrong_number(session, task, act):
    with pytest.raises(Refused) as refusal:
        try_it(session, task, act, Channel.LETTER, AttemptOutcome.WRONG_NUMBER)

    assert refusal.value.field == "outcome"
    assert rows.count(session, TaskAttempt) == 0


def test_task_is_closed_once_with_what_came_of_it(session, world, task, act, me):
    close(session, task, act)

    assert work(session, world) == []
    story = records.story(session, task.id, world.site.id, world.day)
    assert (story.outcome, story.resolution, story.resolved_by) == (TaskOutcome.CAME_BACK, "comes tomorrow", me.name)
    for again in (close, try_it):
        with pytest.raises(Conflict) as conflict:
            again(session, task, act)
        assert conflict.value.code == "task_closed"
    assert rows.audited_kinds(session)[-1] == AuditKind.TASK_RESOLVED


def test_further_reason_joins_the_open_task_and_the_earlier_due_moment_stands(session, world, who, task):
    before = task.due_at

    noted(session, world, who, kind=TaskReasonKind.REVIEW_DUE)

    (row,) = work(session, world)
    assert [one.kind for one in row.why] == [TaskReasonKind.MISSED_DOSES, TaskReasonKind.REVIEW_DUE]
    assert row.due_at == before


def test_prescribers_task_is_closed_by_a_prescriber_alone(session, world, who, act):
    task = noted(session, world, who, Desk.PRESCRIBER, TaskReasonKind.STEP_WAITS)

    with pytest.raises(Refused) as refusal:
        close(session, task, act)

    assert refusal.value.code == "prescribers_task"


def test_call_back_that_is_open_is_answered_in_its_own_place_first(session, world, who):
    task = noted(session, world, who, Desk.NURSE, TaskReasonKind.CALL_BACK)
    factories.save(
        session,
        CallBack(
            person_id=who.id,
            reason="random",
            note="",
            channel="call",
            called_at=world.at,
            due_by=world.at + WEEK,
            bottles=2,
            **factories.stamp(world),
        ),
    )

    with pytest.raises(Conflict) as conflict:
        close(session, task, world.act())

    assert conflict.value.code == "still_waits"


def test_task_of_another_site_or_none_is_not_found(session, act):
    with pytest.raises(NotFound):
        worklist.take(session, task_id=999, act=act)
    with pytest.raises(NotFound):
        records.story(session, 999, act.site_id, act.clinic_day)


def test_own_work_is_what_one_has_taken_and_what_waits_on_ones_caseload(session, world, who, task, act, me, other):
    caseload.hand_over(session, person_ids=[who.id], counsellor_id=me.id, from_on=world.day, reason="new", act=act)
    (row,) = work(session, world)
    assert (row.is_for(me.id), row.is_for(other.id)) == (True, False)

    worklist.hand_over(session, task_id=task.id, owner_id=other.id, reason="leave", act=act)

    (row,) = work(session, world)
    assert (row.is_for(me.id), row.is_for(other.id)) == (False, True)
