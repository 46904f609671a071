"""Custody: who doses there, the day of release with its slot, a first dose that is ready, and the calls afterwards."""

from datetime import timedelta

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import call_plans
from dispensary.queries import custody as records
from dispensary.services import custody
from dispensary.services.custody import Known
from models import CallPlan, Stop, Task, TaskReason
from models.enums import AbsenceKind, AuditKind, CallSeries, ReleaseKind, TaskReasonKind
from tests import factories
from tests.rows import audited_kinds, count
from tests.turns import A_DAY, in_custody

BEFORE = timedelta(days=2)


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


@pytest.fixture
def jail(session, world, who):
    return in_custody(session, world, who)


def planned(session, world, stay, **values):
    known = {
        "release_on": world.day + 30 * A_DAY,
        "release_kind": ReleaseKind.BAIL,
        "contact": "Nurse Ito, 555-0199: methadone 80 mg",
        "slot_at": None,
        "last_dose_told": True,
    }
    return custody.plan(session, absence_id=stay.id, known=Known(**known | values), act=world.act())


def test_what_is_known_of_a_custody_counts_as_last_written_down(session, world, who, jail):
    planned(session, world, jail, release_on=None, release_kind=ReleaseKind.NOT_KNOWN)
    planned(session, world, jail)

    [known] = records.of_person(session, who.id, world.day)
    assert (known.plan.turn, known.plan.release_kind, known.ordered) == (2, ReleaseKind.BAIL, True)
    assert count(session, Task) == 0
    assert audited_kinds(session)[-1] == AuditKind.CUSTODY_PLANNED


def test_a_release_that_is_near_is_prepared_before_its_day(session, world, jail):
    planned(session, world, jail, release_on=world.day + 2 * A_DAY)

    task = session.query(Task).one()
    assert count(session, TaskReason, TaskReason.kind == TaskReasonKind.RELEASE_DAY) == 1
    assert task.due_at.date() == world.day + 2 * A_DAY


def test_a_release_is_put_on_the_desk_when_it_comes_near_and_once(session, world, jail):
    planned(session, world, jail)
    near = world.day + 28 * A_DAY

    early = records.to_prepare(session, world.site.id, near - A_DAY, BEFORE)
    due = records.to_prepare(session, world.site.id, near, BEFORE)
    custody.prepare(session, jail.id, world.act(at=world.at + 28 * A_DAY))

    assert (early, due) == ([], [jail.id])
    assert records.to_prepare(session, world.site.id, near, BEFORE) == []


def test_a_release_that_was_put_off_is_told_of_again(session, world, jail):
    planned(session, world, jail, release_on=world.day + A_DAY)
    later = world.act(at=world.at + A_DAY)
    known = Known(world.day + 9 * A_DAY, ReleaseKind.BAIL, "Nurse Ito", None, True)
    custody.plan(session, absence_id=jail.id, known=known, act=later)

    assert records.to_prepare(session, world.site.id, world.day + 7 * A_DAY, BEFORE) == [jail.id]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"contact": " "}, "contact"),
        ({"release_on": -1}, "release_on"),
        ({"release_on": None, "slot_at": 5}, "release_on"),
        ({"slot_at": 5}, "slot_time"),
    ],
)
def test_a_plan_without_contact_or_with_days_that_cannot_be_is_refused(session, world, jail, values, field):
    if isinstance(values.get("release_on"), int):
        values = values | {"release_on": world.day + values["release_on"] * A_DAY}
    if "slot_at" in values:
        values = values | {"slot_at": world.at + values["slot_at"] * A_DAY}

    with pytest.raises(Refused) as refused:
        planned(session, world, jail, **values)

    assert refused.value.field == field


def test_a_stay_in_hospital_is_no_custody(session, world, who):
    with pytest.raises(Refused) as refused:
        planned(session, world, in_custody(session, world, who, kind=AbsenceKind.HOSPITAL))

    assert refused.value.code == "no_custody"


def released(session, world, stay, **values):
    given = {"last_day": world.day - A_DAY, "told_by": "he himself", "kind": ReleaseKind.BAIL, "calls": True} | values
    return custody.release(session, absence_id=stay.id, **given, act=world.act())


def test_a_release_begins_the_calls_and_a_prescriber_decides_where_no_last_dose_is_confirmed(session, world, who, jail):
    released(session, world, jail)

    [plan] = call_plans.plans_of(session, who.id)
    assert (plan.series, plan.since_on, plan.release_kind) == (CallSeries.AFTER_RELEASE, world.day, ReleaseKind.BAIL)
    assert plan.next_on() == world.day + A_DAY
    assert count(session, Stop) == 1


def test_nobody_is_called_who_was_never_away_or_does_not_want_it(session, world, who, jail):
    released(session, world, jail, last_day=jail.from_on - A_DAY)
    again = in_custody(session, world, who, from_on=world.day - A_DAY)
    released(session, world, again, calls=False)

    assert count(session, CallPlan) == 0


def test_what_is_over_is_neither_planned_nor_prepared(session, world, jail):
    planned(session, world, jail)
    released(session, world, jail, calls=False)

    with pytest.raises(Conflict):
        planned(session, world, jail)
    custody.prepare(session, jail.id, world.act())
    with pytest.raises(NotFound):
        custody.prepare(session, 999, world.act())

    assert count(session, TaskReason, TaskReason.kind == TaskReasonKind.RELEASE_DAY) == 0
