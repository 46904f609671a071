"""Leaving treatment and coming back: what one person may record alone, calls afterwards, and the way back."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from dispensary.errors import Refused
from dispensary.queries import call_plans, orders
from dispensary.queries import custody as releases
from dispensary.queries import groups as known_groups
from dispensary.queries import referrals as known_referrals
from dispensary.queries import sessions as known_sessions
from dispensary.services import call_plans as verbs
from dispensary.services import custody, discharges, episodes, groups, referrals, sessions, tasks
from dispensary.services.custody import Known
from dispensary.services.discharges import Leave
from dispensary.services.groups import Terms
from dispensary.services.referrals import Sent
from models import CallPlan, Episode, Site, Task, TaskReason
from models.enums import (
    Admission,
    CallSeries,
    Desk,
    Discipline,
    EpisodeEndReason,
    EpisodeKind,
    GroupKind,
    ReleaseKind,
    Role,
    SessionKind,
    TaskReasonKind,
)
from tests import factories
from tests.agencies import listed
from tests.rows import count
from tests.turns import A_DAY, in_custody


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


def left(session, world, who, reason=EpisodeEndReason.COMPLETED, **values):
    act = values.pop("act", world.act(world.prescriber))
    wanted = {"reason": reason, "ended_on": act.clinic_day, "note": "said so today", "agreed": True, "calls": True}
    leave = Leave(**wanted | values)
    return discharges.discharge(session, person_id=who.id, leave=leave, act=act)


@pytest.mark.parametrize(
    ("reason", "series"),
    [
        (EpisodeEndReason.COMPLETED, [CallSeries.AFTERCARE]),
        (EpisodeEndReason.LEFT_BY_OWN_WISH, [CallSeries.AFTERCARE]),
        (EpisodeEndReason.TRANSFERRED_OUT, [CallSeries.AFTER_TRANSFER]),
        (EpisodeEndReason.DIED, []),
    ],
)
def test_an_end_with_the_person_begins_the_calls_that_fit(session, world, who, reason, series):
    end = left(session, world, who, reason)

    assert end.reason is reason
    assert [plan.series for plan in session.query(CallPlan)] == series
    assert orders.active_order(session, who.id, world.day + A_DAY) is None


def test_whoever_has_died_is_neither_called_nor_awaited_nor_on_a_roster(session, world, who):
    counsellor, later = world.staff[Role.COUNSELLOR], world.at + A_DAY
    for desk in Desk:
        tasks.note(session, person_id=who.id, desk=desk, kind=TaskReasonKind.MISSED_DOSES, act=world.act())
    sessions.arrange(
        session,
        person_id=who.id,
        kind=SessionKind.COUNSELLING,
        discipline=Discipline.COUNSELLING,
        with_id=counsellor.id,
        starts_at=later,
        minutes=45,
        act=world.act(),
    )
    terms = Terms("Monday group", GroupKind.LIFE_SKILLS, 1, "14:00", 90, counsellor.id, open_to_relatives=False)
    group = groups.make_group(session, terms=terms, opened_on=world.day, act=world.act())
    groups.join(session, group_id=group.id, person_id=who.id, from_on=world.day, act=world.act())
    tomorrow = world.day + A_DAY
    assert known_sessions.on_day(session, world.site.id, tomorrow)

    end = left(session, world, who, EpisodeEndReason.DIED)

    open_now = session.scalars(select(Task.desk).where(Task.resolved_at.is_(None))).all()
    assert open_now == [Desk.PRESCRIBER]
    assert known_sessions.on_day(session, world.site.id, tomorrow) == ()
    assert known_sessions.not_recorded(session, world.site.id, tomorrow + A_DAY) == ()
    assert [one.person_id for one in known_groups.members(session, group.id, world.day)] == [who.id]
    assert known_groups.members(session, group.id, tomorrow) == ()

    episodes.correct_episode_end(session, episode_end_id=end.id, reason="another person", act=world.act())

    assert known_sessions.on_day(session, world.site.id, tomorrow)
    assert known_groups.members(session, group.id, tomorrow)


def test_whoever_left_treatment_is_on_no_roster_until_they_join_anew(session, world, who):
    counsellor, tomorrow = world.staff[Role.COUNSELLOR], world.day + A_DAY
    terms = Terms("Monday group", GroupKind.LIFE_SKILLS, 1, "14:00", 90, counsellor.id, open_to_relatives=False)
    group = groups.make_group(session, terms=terms, opened_on=world.day, act=world.act())
    after = groups.make_group(session, terms=replace(terms, name="Aftercare"), opened_on=world.day, act=world.act())
    groups.join(session, group_id=group.id, person_id=who.id, from_on=world.day, act=world.act())

    end = left(session, world, who)
    groups.join(session, group_id=after.id, person_id=who.id, from_on=tomorrow, act=world.act())

    on_roster = [one.person_id for one in known_groups.members(session, group.id, world.day)]
    assert on_roster == [who.id], "the last day is a day of treatment"
    assert known_groups.members(session, group.id, tomorrow) == ()
    assert {one.name: one.members for one in known_groups.groups(session, world.site.id, tomorrow)} == {
        "Aftercare": 1,
        "Monday group": 0,
    }, "who joined after it comes all the same"

    episodes.correct_episode_end(session, episode_end_id=end.id, reason="another person", act=world.act())

    assert [one.person_id for one in known_groups.members(session, group.id, tomorrow)] == [who.id]


def test_whoever_is_back_after_a_while_joins_the_same_group_again(session, world, who):
    counsellor = world.staff[Role.COUNSELLOR]
    terms = Terms("Monday group", GroupKind.LIFE_SKILLS, 1, "14:00", 90, counsellor.id, open_to_relatives=False)
    group = groups.make_group(session, terms=terms, opened_on=world.day, act=world.act())
    groups.join(session, group_id=group.id, person_id=who.id, from_on=world.day, act=world.act())
    left(session, world, who)
    back = replace(world.act(), at=world.act().at + 30 * A_DAY, clinic_day=world.day + 30 * A_DAY)

    discharges.come_back(session, person_id=who.id, act=back)
    roster = known_groups.members(session, group.id, back.clinic_day)
    groups.join(session, group_id=group.id, person_id=who.id, from_on=back.clinic_day, act=back)

    assert roster == (), "nobody is taken into a group by coming back"
    assert [(one.last_day, one.reason) for one in known_groups.groups_of(session, who.id)] == [
        (None, ""),
        (world.day, ""),
    ]
    assert len(known_groups.members(session, group.id, back.clinic_day)) == 1


def test_whoever_is_taken_back_the_same_day_stays_in_the_group(session, world, who):
    counsellor = world.staff[Role.COUNSELLOR]
    terms = Terms("Monday group", GroupKind.LIFE_SKILLS, 1, "14:00", 90, counsellor.id, open_to_relatives=False)
    group = groups.make_group(session, terms=terms, opened_on=world.day, act=world.act())
    groups.join(session, group_id=group.id, person_id=who.id, from_on=world.day, act=world.act())
    left(session, world, who)

    discharges.come_back(session, person_id=who.id, act=world.act())

    assert known_groups.members(session, group.id, world.day + A_DAY)


def test_nobody_is_called_who_does_not_want_it(session, world, who):
    left(session, world, who, calls=False)

    assert count(session, CallPlan) == 0


@pytest.mark.parametrize(
    ("reason", "values", "field"),
    [
        (EpisodeEndReason.ENDED_BY_CLINIC, {}, "reason"),
        (EpisodeEndReason.OTHER, {"agreed": False}, "agreed"),
        (EpisodeEndReason.LEFT_BY_OWN_WISH, {"agreed": False}, "agreed"),
        (EpisodeEndReason.DROPPED_OUT, {}, "reason"),
        (EpisodeEndReason.CUSTODY, {}, "reason"),
        (EpisodeEndReason.GUEST_STAY_OVER, {}, "reason"),
        (EpisodeEndReason.LINKED, {}, "reason"),
    ],
)
def test_an_end_against_the_person_is_not_one_persons_to_record(session, world, who, reason, values, field):
    with pytest.raises(Refused) as refused:
        left(session, world, who, reason, **values)

    assert (refused.value.code, refused.value.field) == ("not_alone", field)


def test_somebody_in_custody_may_be_ended_as_such_without_calls_yet(session, world, who):
    in_custody(session, world, who)

    left(session, world, who, EpisodeEndReason.CUSTODY, agreed=False)

    assert count(session, CallPlan) == 0


def test_somebody_without_treatment_cannot_leave(session, world):
    with pytest.raises(Refused) as refused:
        left(session, world, factories.person(session))

    assert refused.value.code == "no_open_episode"


def test_whoever_comes_back_is_in_treatment_on_one_press_and_a_prescriber_sees_them(session, world, who):
    left(session, world, who, EpisodeEndReason.LEFT_BY_OWN_WISH)
    act = world.act(world.prescriber, at=world.at + 10 * A_DAY)

    back = discharges.come_back(session, person_id=who.id, act=act)

    task = session.query(Task).one()
    assert (back.kind, back.admission) == (EpisodeKind.MAINTENANCE, Admission.READMITTED)
    assert count(session, Episode) == 2
    assert [plan.end_reason for plan in call_plans.plans_of(session, who.id)] == ["back in treatment"]
    assert count(session, TaskReason, TaskReason.kind == TaskReasonKind.WANTS_BACK) == 1
    assert (task.due_at - act.at).total_seconds() == 2 * 3600


def test_whoever_leaves_again_is_called_on_a_schedule_that_begins_anew(session, world, who):
    left(session, world, who)
    factories.episode(session, world, who, admission=Admission.READMITTED)
    later = world.act(world.prescriber, at=world.at + A_DAY)

    left(session, world, who, act=later)

    plans = call_plans.plans_of(session, who.id)
    assert [(plan.since_on, plan.end_reason) for plan in plans] == [
        (later.clinic_day, ""),
        (world.day, "left again: the calls begin anew"),
    ]


def test_nobody_is_called_any_more_who_has_died(session, world, who):
    left(session, world, who)
    factories.episode(session, world, who, admission=Admission.READMITTED)

    left(session, world, who, EpisodeEndReason.DIED)

    assert [plan.ended_on for plan in call_plans.plans_of(session, who.id)] == [world.day]


@pytest.mark.parametrize("kind", [None, EpisodeKind.GUEST])
def test_nobody_comes_back_who_never_was_a_patient_here(session, world, kind):
    who = factories.person(session)
    if kind:
        factories.episode(session, world, who, kind=kind)

    with pytest.raises(Refused) as refused:
        discharges.come_back(session, person_id=who.id, act=world.act(world.prescriber))

    assert refused.value.code == "never_here"


def elsewhere(session, world):
    """Return what somebody does at another site of the same house."""
    hill = factories.save(session, Site(code="hill", name="Hill Clinic", address="2 Hill Road", phone="555-0200"))
    return replace(world.act(world.prescriber), site_id=hill.id)


def admitted(session, who, act, **values):
    wanted = {"kind": EpisodeKind.MAINTENANCE, "admission": Admission.READMITTED, "transfer": None}
    return episodes.admit_patient(session, person_id=who.id, admitted_on=act.clinic_day, act=act, **wanted | values)


def called(session, world) -> list[CallSeries]:
    return [plan.series for plan in call_plans.due(session, world.site.id, world.day + 90 * A_DAY)]


def test_whoever_is_admitted_again_the_ordinary_way_is_called_no_more(session, world, who):
    left(session, world, who)

    admitted(session, who, world.act(world.prescriber))

    assert called(session, world) == []


def test_whoever_left_by_mistake_is_called_no_more(session, world, who):
    end = left(session, world, who)

    episodes.correct_episode_end(session, episode_end_id=end.id, reason="another person", act=world.act())

    assert called(session, world) == []


def test_calls_of_one_site_end_when_the_person_comes_back_at_another(session, world, who):
    left(session, world, who)

    discharges.come_back(session, person_id=who.id, act=elsewhere(session, world))

    assert called(session, world) == []


def test_a_death_at_another_site_ends_the_calls_of_this_one(session, world, who):
    left(session, world, who, calls=False)
    verbs.begin(session, person_id=who.id, series=CallSeries.AFTER_HOSPITAL, since_on=world.day, act=world.act())
    act = elsewhere(session, world)
    admitted(session, who, act)

    left(session, world, who, EpisodeEndReason.DIED, act=act)

    assert called(session, world) == []


def test_no_answer_and_no_release_is_awaited_of_somebody_who_has_died(session, world, who):
    stay = in_custody(session, world, who)
    known = Known(world.day + 9 * A_DAY, ReleaseKind.BAIL, "Nurse Ito", None, True)
    custody.plan(session, absence_id=stay.id, known=known, act=world.act())
    sent = Sent(listed(session, world).id, "a place to live", world.day + 9 * A_DAY)
    made = referrals.refer(session, person_id=who.id, sent=sent, act=world.act())

    left(session, world, who, EpisodeEndReason.DIED)

    late = made.answer_by + 9 * A_DAY
    assert releases.to_prepare(session, world.site.id, world.day + 8 * A_DAY, 3 * A_DAY) == []
    assert known_referrals.overdue(session, world.site.id, late) == []
    assert len(known_referrals.open_of_site(session, world.site.id)) == 1
