"""A held dose is released for the ordered amount, for one day, and only as it was shown."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

import models
from dispensary.errors import Conflict, Refused
from dispensary.queries import dosing
from dispensary.services import prescriber_desk, re_entry, stops, tasks
from models import enums
from models.units import mg
from tests import factories

DAY = timedelta(days=1)


@pytest.fixture
def held(session, world):
    """Someone ordered 80 mg since four days ago who never came; a nurse has asked the prescriber."""
    who = factories.patient(session, world, starts_on=world.day - 4 * DAY)
    kind = enums.TaskReasonKind.DAYS_WITHOUT_MEDICINE
    tasks.note(session, person_id=who.id, desk=enums.Desk.PRESCRIBER, kind=kind, due_at=world.at, act=world.act())
    return who


def release(session, world, who, act=None, **changes):
    order_id = session.scalars(select(models.DoseOrder.id).where(models.DoseOrder.person_id == who.id)).one()
    shown = {"order_id": order_id, "days_without_medicine": 4, "amount_mg": mg("80"), "reason": "seen, not sedated"}
    return re_entry.release_held_dose(
        session, person_id=who.id, **(shown | changes), act=act or world.act(world.prescriber)
    )


def picture(session, world, who, day=None):
    return dosing.facts_for(
        session, person_id=who.id, site_id=world.site.id, window_id=None, clinic_day=day or world.day, at=world.at
    )


def test_release_lets_the_ordered_amount_be_given_today_and_closes_the_task(session, world, held):
    release(session, world, held)

    assert picture(session, world, held).released_mg == mg("80")
    task = session.scalars(select(models.Task)).one()
    assert (task.resolved_by_id, task.resolution) == (world.prescriber.id, "seen, not sedated")
    kinds = set(session.scalars(select(models.AuditEvent.kind)))
    assert {enums.AuditKind.RE_ENTRY_RELEASED, enums.AuditKind.TASK_RESOLVED} <= kinds


def test_release_holds_for_one_clinic_day(session, world, held):
    release(session, world, held)

    assert picture(session, world, held, world.day + DAY).released_mg is None


def test_task_stays_open_while_a_stop_stands(session, world, held):
    stops.set_stop(session, person_id=held.id, kind=enums.StopKind.SEDATION, act=world.act())

    release(session, world, held)

    task = session.scalars(select(models.Task)).one()
    assert task.resolved_at is None
    with pytest.raises(Conflict) as conflict:
        prescriber_desk.close_task(session, task_id=task.id, resolution="done", act=world.act(world.prescriber))
    assert conflict.value.code == "stop_stands"


@pytest.mark.parametrize("changes", [{"days_without_medicine": 3}, {"amount_mg": mg("40")}, {"order_id": 0}])
def test_release_of_something_else_than_is_held_is_a_conflict(session, world, held, changes):
    with pytest.raises(Conflict) as conflict:
        release(session, world, held, **changes)

    assert conflict.value.code == "shown_has_changed"


def test_second_release_finds_nothing_held(session, world, held):
    release(session, world, held)

    with pytest.raises(Conflict) as conflict:
        release(session, world, held)

    assert conflict.value.code == "nothing_held"


def test_nothing_is_held_after_two_days_in_maintenance(session, world):
    who = factories.patient(session, world, starts_on=world.day - 2 * DAY)

    assert re_entry.held_today(session, who.id, world.act()) is None
    assert re_entry.days_held(session, who.id, enums.TreatmentPhase.INDUCTION, world.act()) == 2


def test_release_needs_a_reason(session, world, held):
    with pytest.raises(Refused) as refusal:
        release(session, world, held, reason=" ")

    assert refusal.value.field == "reason"


def test_split_order_is_released_for_the_whole_day(session, world):
    first = world.day - 4 * DAY
    who = factories.patient(session, world, starts_on=first, steps={first: ("50", "30")}, hours_between_parts=6)

    made = release(session, world, who)

    assert made.amount_mg == mg("80")


def test_another_site_does_not_release_it(session, world, held):
    elsewhere = replace(world.act(world.prescriber), site_id=world.site.id + 1)

    with pytest.raises(Conflict):
        release(session, world, held, act=elsewhere)
