"""Closing a task by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.services import prescriber_desk, tasks
from models import TaskReason
from models.enums import AuditKind, Desk, TaskReasonKind
from tests import factories
from tests.rows import audited_kinds


@pytest.fixture
def task(session, world):
    return noted(session, world, factories.person(session), hours=4)


def noted(session, world, person, *, hours):
    due_at = world.at + timedelta(hours=hours)
    return tasks.note(
        session,
        person_id=person.id,
        desk=Desk.PRESCRIBER,
        kind=TaskReasonKind.STEP_WAITS,
        due_at=due_at,
        act=world.act(),
    )


def close(session, world, task, resolution="step signed again", act=None):
    act = act or world.act(world.prescriber)
    return prescriber_desk.close_task(session, task_id=task.id, resolution=resolution, act=act)


def test_a_task_is_closed_with_what_came_of_it(session, world, task):
    close(session, world, task)

    assert (task.resolution, task.resolved_at, task.resolved_by_id) == (
        "step signed again",
        world.at,
        world.prescriber.id,
    )
    assert audited_kinds(session) == [AuditKind.TASK_RESOLVED]


def test_a_task_is_closed_once_and_says_when(session, world, task):
    close(session, world, task)

    with pytest.raises(Conflict) as conflict:
        close(session, world, task, "something else")

    assert conflict.value.code == "task_closed"
    assert conflict.value.words.values == {"at": world.at}
    assert task.resolution == "step signed again"


def test_a_task_is_not_closed_without_saying_what_came_of_it(session, world, task):
    with pytest.raises(Refused) as refusal:
        close(session, world, task, "  ")

    assert refusal.value.field == "resolution"
    assert task.resolved_at is None


def test_a_task_of_another_site_is_none_of_ours(session, world, task):
    elsewhere = replace(world.act(world.prescriber), site_id=world.site.id + 1)

    with pytest.raises(NotFound) as missing:
        close(session, world, task, act=elsewhere)

    assert missing.value.code == "no_such_task"
    assert task.resolved_at is None


def test_the_same_reason_noted_again_joins_once_and_delays_nothing(session, world):
    who = factories.person(session)
    first = noted(session, world, who, hours=4)

    again = noted(session, world, who, hours=6)

    assert again.id == first.id
    assert session.scalars(select(TaskReason.task_id)).all() == [first.id]
    assert first.due_at == world.at + timedelta(hours=4)
