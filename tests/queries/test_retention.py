"""A history without daily doses goes by its dates; medicine and dose on the landmark day are those that were ordered."""

from datetime import timedelta

import pytest

import models
from dispensary.queries.retention import Asked, courses
from dispensary.rules.retention import Exit
from models.enums import EpisodeEndReason, Form, Medication
from models.units import mg
from tests import factories

DAY = timedelta(days=1)


@pytest.fixture
def came_without_doses(session, world):
    """Somebody admitted 200 days ago by an import without any dose, who dropped out after 150."""
    first = world.day - 200 * DAY
    who = factories.person(session)
    factories.came_by_import(session, world, who)
    stay = factories.episode(session, world, who, admitted_on=first)
    run = session.query(models.ImportRun).one()
    record = {"run_id": run.id, "source": run.source, "external_id": "e", "digest": "0", "subject_id": stay.id}
    factories.save(session, models.ImportedRecord(subject="episode", **record, **factories.stamp(world)))
    ended = {"ended_on": first + 150 * DAY, "reason": EpisodeEndReason.DROPPED_OUT}
    factories.save(session, models.EpisodeEnd(episode_id=stay.id, **ended, **factories.stamp(world)))
    return who, stay, first


def found(session, world, **asked):
    (course,) = courses(session, Asked(gap=14, looked_at=world.day - DAY, **asked)).all
    return course


def test_admission_and_end_are_all_there_is(session, world, came_without_doses):
    course = found(session, world)

    assert (course.outcome.days, course.outcome.exit, course.daily) == (150, Exit.LOST, False)
    assert (course.drug, course.landmark_mg) == (None, None)


def test_medicine_and_dose_are_those_that_were_ordered_by_the_landmark(session, world, came_without_doses):
    who, stay, first = came_without_doses
    steps = {first: ("30",), first + 20 * DAY: ("35", "20"), first + 40 * DAY: ("80",)}
    factories.order(session, world, who, in_episode=stay, starts_on=first, steps=steps)

    course = found(session, world)

    assert (course.drug, course.landmark_mg) == ("methadone", mg("55"))
    assert found(session, world, landmark=19).landmark_mg == mg("30")


def test_an_injection_is_no_daily_dose(session, world, came_without_doses):
    who, stay, first = came_without_doses
    given = {"medication": Medication.BUPRENORPHINE, "form": Form.INJECTION}
    factories.order(session, world, who, in_episode=stay, starts_on=first, **given)

    assert (found(session, world).drug, found(session, world).landmark_mg) == ("buprenorphine", None)


def test_what_was_ordered_of_another_drug_is_no_dose_of_the_first(session, world, came_without_doses):
    who, stay, first = came_without_doses
    factories.order(session, world, who, in_episode=stay, starts_on=first, ends_on=first + 9 * DAY)
    other = {"medication": Medication.BUPRENORPHINE, "form": Form.TABLET}
    factories.order(session, world, who, in_episode=stay, starts_on=first + 10 * DAY, amount="16", **other)

    assert (found(session, world).drug, found(session, world).landmark_mg) == ("methadone", None)
