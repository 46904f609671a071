"""Stops, their release, and notices."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import people
from dispensary.services import stops, tasks
from models import Task, TaskReason
from models.enums import AuditKind, Desk, NoticeKind, StopKind, TaskReasonKind
from tests import factories
from tests.rows import audited_kinds


@pytest.fixture
def person(session, world):
    return factories.person(session)


def set_stop(session, world, person, kind=StopKind.SEDATION, **values):
    return stops.set_stop(session, person_id=person.id, kind=kind, act=world.act(), **values)


def release(session, world, stop, **values):
    values = {"reason": "seen, fit"} | values
    return stops.release_stop(session, stop_id=stop.id, act=world.act(world.prescriber), **values)


def test_a_stop_stands_and_is_on_the_prescribers_desk_within_two_hours(session, world, person):
    stop = set_stop(session, world, person, note="nods off")

    (standing,) = people.standing_stops(session, person.id, world.at + timedelta(minutes=125))
    task = session.scalars(select(Task)).one()
    assert (standing.id, standing.minutes, standing.overdue) == (stop.id, 125, True)
    assert standing.set_by == world.nurse.name
    assert (task.desk, task.due_at) == (Desk.PRESCRIBER, world.at + timedelta(hours=2))
    assert session.scalars(select(TaskReason)).one().stop_id == stop.id
    assert audited_kinds(session) == [AuditKind.STOP_SET]


def test_the_same_stop_is_not_set_twice_and_says_who_set_it(session, world, person):
    set_stop(session, world, person)

    with pytest.raises(Conflict) as conflict:
        set_stop(session, world, person)

    assert conflict.value.words.values == {"at": world.at, "by": world.nurse.name}


def test_a_decision_is_never_due_before_now(session, world, person):
    with pytest.raises(Refused, match="due_in_the_past"):
        set_stop(session, world, person, decide_by=world.at)


def test_the_task_closes_with_its_last_reason(session, world, person):
    first, second = set_stop(session, world, person), set_stop(session, world, person, StopKind.INCIDENT)
    task = session.scalars(select(Task)).one()

    release(session, world, first)
    after_first = task.resolved_at
    release(session, world, second)

    assert after_first is None
    assert (task.resolved_at, task.resolved_by_id) == (world.at, world.prescriber.id)
    assert people.standing_stops(session, person.id, world.at) == []
    assert audited_kinds(session)[-3:] == [AuditKind.STOP_RELEASED, AuditKind.TASK_RESOLVED, AuditKind.STOP_RELEASED]


def test_a_task_with_another_reason_stays_open(session, world, person):
    stop = set_stop(session, world, person)
    tasks.note(
        session,
        person_id=person.id,
        desk=Desk.PRESCRIBER,
        kind=TaskReasonKind.STEP_WAITS,
        due_at=world.at + timedelta(days=1),
        act=world.act(),
    )

    release(session, world, stop)

    assert session.scalars(select(Task)).one().resolved_at is None


def test_a_stop_is_released_once_with_a_reason(session, world, person):
    stop = set_stop(session, world, person)

    with pytest.raises(Refused, match="blank"):
        release(session, world, stop, reason=" ")
    release(session, world, stop)
    with pytest.raises(Conflict) as conflict:
        release(session, world, stop)

    assert conflict.value.words.values["by"] == world.prescriber.name
    with pytest.raises(NotFound):
        stops.release_stop(session, stop_id=999, reason="x", act=world.act())


def test_a_notice_shows_until_it_is_ticked_and_stops_nothing(session, world, person):
    notice = stops.set_notice(session, person_id=person.id, kind=NoticeKind.URINE_DUE, act=world.act())
    shown = people.open_notices(session, person.id)

    stops.tick_notice(session, notice_id=notice.id, act=world.act())

    assert [n.id for n in shown] == [notice.id]
    assert people.open_notices(session, person.id) == []
    assert audited_kinds(session) == [AuditKind.NOTICE_SET, AuditKind.NOTICE_TICKED]
    with pytest.raises(Conflict):
        stops.tick_notice(session, notice_id=notice.id, act=world.act())
    with pytest.raises(NotFound):
        stops.tick_notice(session, notice_id=999, act=world.act())


def test_a_notice_of_no_kind_says_what_it_is_about(session, world, person):
    with pytest.raises(Refused, match="blank"):
        stops.set_notice(session, person_id=person.id, kind=NoticeKind.OTHER, act=world.act())
