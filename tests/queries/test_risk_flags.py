"""What was raised: the newest flag of each person while its task is open, every told one of a person, and who is left out."""

from datetime import timedelta

import pytest

from dispensary.errors import Conflict
from dispensary.queries import risk_flags
from dispensary.queries import risk_models as versions
from dispensary.services import tasks
from dispensary.services.conflicts import translated
from models import RiskSnoozeEnd, Task, TaskReason
from models.enums import RiskLane, TaskOutcome, TaskReasonKind
from tests import factories

DAY = timedelta(days=1)


def raised(session, world, who, lane=RiskLane.RED, **values):
    """Somebody raised, with the reason on the task."""
    flag = factories.risk_flag(session, world, who, lane=lane, **values)
    if flag.task_id is not None:
        kind = TaskReasonKind.RISK_RED if lane is RiskLane.RED else TaskReasonKind.RISK_AMBER
        reason = {"task_id": flag.task_id, "kind": kind, "noted_at": flag.recorded_at}
        factories.save(session, TaskReason(**reason, **factories.stamp(world, recorded_at=flag.recorded_at)))
    return flag


def test_the_newest_flag_of_each_person_stands_while_its_task_is_open_red_first(session, world):
    amber, red, done = (factories.person(session) for _ in range(3))
    raised(session, world, amber, RiskLane.AMBER, points=12, no_shows=1)
    first = raised(session, world, red, RiskLane.AMBER, points=9, no_shows=1, night=world.day - 3 * DAY)
    factories.risk_flag(session, world, red, task_id=first.task_id)
    over = raised(session, world, done)
    task = session.get_one(Task, over.task_id)
    tasks.resolve(session, task=task, resolution="spoken", outcome=TaskOutcome.AGREED, act=world.act())
    session.commit()

    found = risk_flags.open_flags(session, world.site.id, world.day)

    assert [(one.person_id, one.lane) for one in found] == [(red.id, RiskLane.RED), (amber.id, RiskLane.AMBER)]
    assert [one.answered for one in risk_flags.flags_of(session, done.id)] == [True]


def test_what_was_beyond_the_cap_is_told_to_nobody_and_counts_as_a_night_of_amber(session, world):
    who = factories.person(session)
    factories.risk_flag(session, world, who, lane=RiskLane.AMBER, capped=True, no_shows=0)
    session.commit()

    assert risk_flags.open_flags(session, world.site.id, world.day) == []
    assert risk_flags.flags_of(session, who.id) == []
    assert risk_flags.told(session, world.site.id) == {}
    assert risk_flags.capped_on(session, world.site.id, world.day - DAY) == 1
    assert risk_flags.last_amber(session, world.site.id, world.day - DAY) == {who.id: world.day - DAY}
    assert risk_flags.last_amber(session, world.site.id, world.day) == {}


def test_somebody_is_left_out_until_its_last_night_or_until_it_is_ended_and_that_once(session, world):
    who = factories.person(session)
    out = factories.risk_snooze(session, world, who)
    site_id = world.site.id
    session.commit()

    assert [one.person_id for one in risk_flags.left_out(session, site_id, world.day + 7 * DAY)] == [who.id]
    assert risk_flags.left_out(session, site_id, world.day + 8 * DAY) == []
    end = {"snooze_id": out.id, "ended_on": world.day}
    factories.save(session, RiskSnoozeEnd(**end, **factories.stamp(world)))
    assert risk_flags.left_out(session, site_id, world.day) == []
    with pytest.raises(Conflict, match="uq_risk_snooze_end_snooze_id"), translated():
        factories.save(session, RiskSnoozeEnd(**end, **factories.stamp(world)))
    session.rollback()


def test_a_version_is_kept_once_under_its_name_and_is_in_use_by_nobody(session, world):
    kept = factories.risk_model(session, world)
    session.commit()

    (found,) = versions.versions(session, world.site.id)

    assert (found.version, found.in_use) == (kept.version, False)
    with pytest.raises(Conflict, match="uq_risk_model_site_id_version"), translated():
        factories.risk_model(session, world)
    session.rollback()
