"""What a night does about a day that is over: it is sealed, guests leave, and orders that end go to the prescriber once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dispensary.jobs.day_end import end_day
from dispensary.jobs.order_endings import tell_of_order_endings
from dispensary.rules.job_times import Due
from dispensary.safekeeping.keys import SealKeyUnreadable
from dispensary.services import order_endings
from dispensary.services.episodes import end_episode
from models import DayClose, EpisodeEnd, Seal, Task, TaskReason
from models.enums import Desk, EpisodeEndReason, SealOccasion, TaskReasonKind
from tests import factories
from tests.rows import count
from tests.services.test_guests import admit

DAY = timedelta(days=1)


@pytest.fixture
def night(app, session, world):
    """Run a job for the night that has just ended."""

    def run(job, days=0):
        session.commit()
        with app.app_context():
            job(app, Due(world.site.id, "job", world.at, world.day - DAY - days * DAY, 1))
        session.rollback()

    return run


def on_desk(session):
    query = select(Task.person_id, Task.due_at).join(TaskReason, TaskReason.task_id == Task.id)
    query = query.where(Task.desk == Desk.PRESCRIBER, Task.resolved_at.is_(None))
    return [tuple(row) for row in session.execute(query.where(TaskReason.kind == TaskReasonKind.ORDER_ENDING))]


def sealed(session):
    return session.scalar(select(func.count()).where(Seal.occasion == SealOccasion.NIGHT))


def test_day_that_nobody_closed_is_sealed_once_and_stays_open_for_a_nurse(session, world, night):
    factories.patient(session, world)

    night(end_day)
    once = sealed(session)
    night(end_day)

    assert once > 0
    assert sealed(session) == once
    assert count(session, DayClose) == 0


def test_guest_whose_last_day_it_was_is_a_guest_no_more_in_the_morning(app, session, world, clock):
    stays = {}
    for days in (0, 1):
        who = factories.person(session)
        stays[who.id] = admit(session, world, who, until=days)
    session.commit()
    clock.forward(days=1)

    with app.app_context():
        for _ in range(2):
            end_day(app, Due(world.site.id, "day_end", clock(), world.day, 1))

    assert [end.episode_id for end in session.scalars(select(EpisodeEnd))] == [next(iter(stays.values())).id]


def test_without_the_key_that_seals_the_night_fails_by_that_name(app, session, world, night):
    file = app.extensions["home"].seal_key_file
    kept = file.read_bytes()
    file.unlink()
    try:
        with pytest.raises(SealKeyUnreadable):
            night(end_day)
    finally:
        file.write_bytes(kept)


def test_order_that_ends_within_a_week_goes_to_the_prescriber_once_due_when_its_last_day_begins(session, world, night):
    who = factories.person(session)
    factories.order(session, world, who, starts_on=world.day - 9 * DAY, ends_on=world.day + 3 * DAY)
    far = factories.person(session, "Trần", "Bình")
    factories.order(session, world, far, ends_on=world.day + 8 * DAY)

    night(tell_of_order_endings)
    night(tell_of_order_endings)
    night(tell_of_order_endings, days=2)

    ((person_id, due_at),) = on_desk(session)
    assert person_id == who.id
    assert world.at + 2 * DAY < due_at < world.at + 3 * DAY


def test_prescriber_who_closed_the_task_is_not_asked_again_about_the_same_order(session, world, night):
    who = factories.person(session)
    factories.order(session, world, who, ends_on=world.day + DAY)
    night(tell_of_order_endings)
    task = session.scalars(select(Task)).one()
    task.resolved_at, task.resolved_by_id, task.resolution = world.at, world.prescriber.id, "comes tomorrow"

    night(tell_of_order_endings)

    assert on_desk(session) == []


def test_order_with_one_signed_to_follow_it_needs_nobody(session, world, night):
    who = factories.person(session)
    stay = factories.episode(session, world, who)
    factories.order(session, world, who, in_episode=stay, ends_on=world.day + DAY)
    factories.order(session, world, who, in_episode=stay, starts_on=world.day + 2 * DAY)

    night(tell_of_order_endings)

    assert on_desk(session) == []


def test_order_that_was_followed_between_the_look_and_the_writing_is_not_told(session, world):
    who = factories.person(session)
    stay = factories.episode(session, world, who)
    factories.order(session, world, who, in_episode=stay, ends_on=world.day + DAY)
    (one,) = order_endings.to_tell(session, world.site.id, world.day)
    factories.order(session, world, who, in_episode=stay, starts_on=world.day + 2 * DAY)

    order_endings.tell(session, one, world.act())

    assert on_desk(session) == []


def test_whoever_leaves_treatment_leaves_the_desk(session, world, night):
    who = factories.person(session)
    factories.order(session, world, who, ends_on=world.day + DAY)
    night(tell_of_order_endings)
    reason = EpisodeEndReason.TRANSFERRED_OUT
    end_episode(session, person_id=who.id, ended_on=world.day, reason=reason, note="moved", act=world.act())

    night(tell_of_order_endings)

    assert on_desk(session) == []
