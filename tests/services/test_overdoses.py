"""Overdoses: told by anybody, heard at the window and by the prescriber, followed up within the house's hours."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.house import house_rules
from dispensary.queries import deaths, events, overdoses, prescriber_desk, supplies
from dispensary.queries.people import episode_on
from dispensary.services import discharges, outreach, tasks
from dispensary.services import overdoses as verbs
from dispensary.services import prescriber_desk as desk_verbs
from dispensary.services.discharges import Leave
from dispensary.services.overdoses import Told
from models import Overdose, OverdoseFollowUp, SupplyIssue, Task
from models.enums import (
    AuditKind,
    Desk,
    EpisodeEndReason,
    OutreachPlace,
    OverdoseHelp,
    Role,
    SupplyKind,
    TaskOutcome,
    TaskReasonKind,
)
from tests import factories
from tests.rows import audited, count

DAY = timedelta(days=1)
WITHIN = house_rules().follow_up_overdose_within


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


def told(world, **values):
    values = {
        "happened_on": world.day,
        "place": "behind the station",
        "helped_by": OverdoseHelp.PEER,
        "naloxone_given": True,
        "hospital": False,
        "survived": True,
        "told_by": "a friend",
        "note": "Alone that night.",
    } | values
    return Told(**values)


def record(session, world, who, **values):
    act = values.pop("act", world.act(world.staff[Role.COUNSELLOR]))
    return verbs.record(session, person_id=who.id, told=told(world, **values), act=act)


def follow(session, world, overdose, **values):
    values = {"done_on": world.day, "what": "spoke at home", "naloxone": 0} | values
    return verbs.follow_up(session, overdose_id=overdose.id, act=world.act(), **values)


def task_of(session, desk):
    return session.scalars(select(Task).where(Task.desk == desk)).one()


def test_window_and_prescriber_hear_at_once_and_somebody_follows_up(session, world, who):
    record(session, world, who)

    assert [one.kind for one in events.open_events(session, who.id)] == [TaskReasonKind.OVERDOSE]
    assert task_of(session, Desk.PRESCRIBER).due_at == world.at + timedelta(hours=2)
    assert task_of(session, Desk.COUNSELLING).due_at == world.at + WITHIN
    assert len(audited(session, AuditKind.OVERDOSE_RECORDED)) == 1


def test_somebody_taken_to_hospital_is_told_of_too(session, world, who):
    record(session, world, who, hospital=True)

    shown = {one.kind for one in events.open_events(session, who.id)}
    assert shown == {TaskReasonKind.OVERDOSE, TaskReasonKind.HOSPITAL}


def test_nobody_follows_up_somebody_who_died(session, world, who):
    overdose = record(session, world, who, survived=False)

    assert session.scalars(select(Task.desk)).all() == [Desk.PRESCRIBER]
    with pytest.raises(Refused, match="not_survived"):
        follow(session, world, overdose)


def test_a_death_that_is_told_of_stops_whoever_would_reach_the_person_and_asks_the_prescriber(session, world, who):
    for desk in (Desk.COUNSELLING, Desk.NURSE):
        tasks.note(session, person_id=who.id, desk=desk, kind=TaskReasonKind.NO_SHOW, act=world.act())

    record(session, world, who, survived=False)
    record(session, world, who, happened_on=world.day - DAY)

    (asked,) = session.scalars(select(Task).where(Task.resolved_at.is_(None)))
    assert asked.desk is Desk.PRESCRIBER
    assert TaskReasonKind.TOLD_DEAD in prescriber_desk.unanswered(session, asked.id)
    closed = session.scalars(select(Task.outcome).where(Task.resolved_at.is_not(None))).all()
    assert closed == [TaskOutcome.NOT_NEEDED, TaskOutcome.NOT_NEEDED]
    assert deaths.told_dead(session, who.id) and deaths.all_told_dead(session) == {who.id}
    assert episode_on(session, who.id, world.site.id) is not None


def test_the_task_ends_with_the_treatment_as_death(session, world, who):
    record(session, world, who, survived=False, hospital=True)
    leave = Leave(EpisodeEndReason.DIED, world.day, "told by the hospital", agreed=False, calls=False)

    discharges.discharge(session, person_id=who.id, leave=leave, act=world.act(world.staff[Role.PRESCRIBER]))

    assert session.scalars(select(Task).where(Task.resolved_at.is_(None))).all() == []
    assert not deaths.told_dead(session, who.id)


def test_a_mistake_is_said_by_closing_the_task_and_the_desks_go_on(session, world, who):
    record(session, world, who, survived=False)

    by = world.act(world.staff[Role.PRESCRIBER])
    task = task_of(session, Desk.PRESCRIBER)
    desk_verbs.close_task(session, task_id=task.id, resolution="it was somebody else", act=by)
    record(session, world, who)

    assert not deaths.told_dead(session, who.id)
    assert task_of(session, Desk.COUNSELLING).resolved_at is None


def of_contact(session, world, contact, **values):
    return verbs.record(session, contact_id=contact.id, told=told(world, **values), act=world.act())


@pytest.fixture
def contact(session, world):
    met = {"called": "Tiger", "met_on": world.day, "place": OutreachPlace.STREET, "minutes": 5, "note": ""}
    return outreach.meet_first(session, **met, act=world.act(world.staff[Role.PEER]))


def test_a_contact_who_is_on_record_as_nobody_stands_on_the_list_and_in_the_counts(session, world, contact):
    overdose = of_contact(session, world, contact)

    (waiting,) = overdoses.to_follow_up(session, world.site.id, WITHIN)
    assert (waiting.person_id, waiting.contact_id, waiting.name) == (None, contact.id, "Tiger")
    assert overdoses.by_month(session, world.site.id, world.day, 1)[0].told == 1
    assert overdoses.whose(session, overdose.id) == overdoses.Whose(None, contact.id)
    assert count(session, Task) == 0
    assert len(audited(session, AuditKind.OVERDOSE_RECORDED)) == 1


def test_a_contact_is_followed_up_and_gets_naloxone_as_a_contact(session, world, contact):
    overdose = of_contact(session, world, contact)

    follow(session, world, overdose, naloxone=1)

    assert supplies.of_contact(session, contact.id) == [(SupplyKind.NALOXONE, 1)]
    assert overdoses.to_follow_up(session, world.site.id, WITHIN) == []


def test_nobody_is_sent_to_a_contact_who_is_told_to_have_died(session, world, contact):
    of_contact(session, world, contact, happened_on=world.day - DAY)
    of_contact(session, world, contact, survived=False)

    assert overdoses.to_follow_up(session, world.site.id, WITHIN) == []


def test_what_was_told_of_a_contact_reaches_the_window_once_they_are_recognised(session, world, who, contact):
    of_contact(session, world, contact, hospital=True)

    outreach.recognise(session, contact_id=contact.id, number=who.number, act=world.act())

    shown = {one.kind for one in events.open_events(session, who.id)}
    assert shown == {TaskReasonKind.OVERDOSE, TaskReasonKind.HOSPITAL}
    assert task_of(session, Desk.COUNSELLING).due_at == world.at + WITHIN
    assert len(overdoses.of_person(session, who.id)) == 1
    assert [one.person_id for one in overdoses.to_follow_up(session, world.site.id, WITHIN)] == [who.id]


def test_what_was_followed_up_before_opens_no_counsellors_task(session, world, who, contact):
    follow(session, world, of_contact(session, world, contact))

    outreach.recognise(session, contact_id=contact.id, number=who.number, act=world.act())

    assert session.scalars(select(Task.desk)).all() == [Desk.PRESCRIBER]


def test_of_a_recognised_contact_it_is_the_persons_at_once(session, world, who, contact):
    outreach.recognise(session, contact_id=contact.id, number=who.number, act=world.act())

    overdose = of_contact(session, world, contact)
    follow(session, world, overdose)

    assert (overdose.person_id, overdose.contact_id) == (who.id, contact.id)
    assert [one.kind for one in events.open_events(session, who.id)] == [TaskReasonKind.OVERDOSE]
    assert len(overdoses.of_contact(session, contact.id)) == len(overdoses.of_person(session, who.id)) == 1
    assert task_of(session, Desk.COUNSELLING).outcome is TaskOutcome.DONE


def test_no_overdose_of_another_sites_contact(session, world, contact):
    elsewhere = replace(world.act(), site_id=world.site.id + 1)

    with pytest.raises(NotFound, match="no_such_contact"):
        verbs.record(session, contact_id=contact.id, told=told(world), act=elsewhere)

    assert count(session, Overdose) == 0


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"place": " "}, "blank", "place"),
        ({"told_by": ""}, "blank", "told_by"),
        ({"note": "x" * 1001}, "long", "note"),
        ({"happened_on": 1}, "in_the_future", "happened_on"),
        ({"happened_on": -400}, "too_long_ago", "happened_on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(session, world, who, values, code, field):
    if "happened_on" in values:
        values = {"happened_on": world.day + values["happened_on"] * DAY}

    with pytest.raises(Refused, match=code) as refusal:
        record(session, world, who, **values)

    assert refusal.value.field == field
    assert count(session, Overdose) == 0


def test_the_follow_up_ends_the_task_and_replaces_naloxone(session, world, who):
    overdose = record(session, world, who)

    follow(session, world, overdose, naloxone=2)

    (given,) = supplies.of_person(session, who.id)
    assert (given.kind, given.quantity, given.taught) == (SupplyKind.NALOXONE, 2, True)
    assert session.scalars(select(OverdoseFollowUp)).one().naloxone_again
    task = task_of(session, Desk.COUNSELLING)
    assert (task.resolved_at, task.outcome) == (world.at, TaskOutcome.DONE)
    assert task_of(session, Desk.PRESCRIBER).resolved_at is None
    assert len(audited(session, AuditKind.OVERDOSE_FOLLOWED_UP)) == 1


def test_the_task_stays_while_another_overdose_waits(session, world, who):
    first, second = record(session, world, who, happened_on=world.day - DAY), record(session, world, who)

    follow(session, world, first)
    half = task_of(session, Desk.COUNSELLING).resolved_at
    follow(session, world, second)

    assert half is None
    assert task_of(session, Desk.COUNSELLING).resolved_at == world.at


def test_the_task_stays_while_something_else_waits_on_it(session, world, who):
    overdose = record(session, world, who)
    tasks.note(session, person_id=who.id, desk=Desk.COUNSELLING, kind=TaskReasonKind.NO_SHOW, act=world.act())

    follow(session, world, overdose)

    assert task_of(session, Desk.COUNSELLING).resolved_at is None


@pytest.mark.parametrize(
    ("values", "code"),
    [({"what": " "}, "blank"), ({"done_on": -2}, "before_overdose"), ({"done_on": 1}, "in_the_future")],
)
def test_a_follow_up_that_cannot_be_is_refused(session, world, who, values, code):
    overdose = record(session, world, who)
    if "done_on" in values:
        values = {"done_on": world.day + values["done_on"] * DAY}

    with pytest.raises(Refused, match=code):
        follow(session, world, overdose, **values)

    assert (count(session, OverdoseFollowUp), count(session, SupplyIssue)) == (0, 0)


def test_no_follow_up_of_nothing(session, world):
    with pytest.raises(NotFound, match="no_such_overdose"):
        verbs.follow_up(session, overdose_id=4711, done_on=world.day, what="spoke", naloxone=0, act=world.act())


def test_the_list_of_those_to_follow_up_and_the_months(session, world, who):
    overdose = record(session, world, who, hospital=True)
    dead = factories.patient(session, world, family_name="Adeyemi")
    record(session, world, dead, happened_on=world.day - DAY)
    record(session, world, dead, survived=False, naloxone_given=False)

    (waiting,) = overdoses.to_follow_up(session, world.site.id, WITHIN)
    months = overdoses.by_month(session, world.site.id, world.day, 2)
    follow(session, world, overdose)

    assert (waiting.overdose_id, waiting.person_id, waiting.due_at) == (overdose.id, who.id, world.at + WITHIN)
    assert sum(month.told for month in months) == 3
    assert sum(month.naloxone for month in months) == 2
    assert sum(month.hospital for month in months) == 1
    assert sum(month.not_survived for month in months) == 1
    assert overdoses.to_follow_up(session, world.site.id, WITHIN) == []
    assert sum(m.followed_up for m in overdoses.by_month(session, world.site.id, world.day, 2)) == 1


def test_an_overdose_recorded_by_mistake_is_taken_back_with_a_reason(session, world, who):
    wrong = record(session, world, who)
    act = world.act(world.staff[Role.COUNSELLOR])
    assert overdoses.by_month(session, world.site.id, world.day, 1)[0].told == 1
    with pytest.raises(Refused, match="blank"):
        verbs.take_back(session, overdose_id=wrong.id, reason=" ", act=act)

    verbs.take_back(session, overdose_id=wrong.id, reason="another person's", act=act)

    (line,) = overdoses.of_person(session, who.id)
    assert (line.mistake.reason, line.waits) == ("another person's", False)
    assert overdoses.by_month(session, world.site.id, world.day, 1)[0].told == 0
    assert overdoses.to_follow_up(session, world.site.id, WITHIN) == []
    counselling = session.scalars(select(Task).where(Task.desk == Desk.COUNSELLING)).one()
    assert (counselling.outcome, counselling.resolution) == (TaskOutcome.NOT_NEEDED, verbs.TAKEN_BACK)
    assert len(audited(session, AuditKind.OVERDOSE_TAKEN_BACK)) == 1
    assert events.open_events(session, who.id), "until the prescriber, who heard of it, closes the task"
    with pytest.raises(Conflict, match="overdose_taken_back"):
        verbs.take_back(session, overdose_id=wrong.id, reason="again", act=act)
    with pytest.raises(Conflict, match="overdose_taken_back"):
        verbs.follow_up(session, overdose_id=wrong.id, done_on=world.day, what="spoke", naloxone=0, act=act)
    with pytest.raises(NotFound):
        verbs.take_back(session, overdose_id=999, reason="none", act=act)


def test_whoever_was_wrongly_told_to_have_died_in_outreach_is_reached_again(session, world, contact):
    act = world.act(world.staff[Role.COUNSELLOR])
    verbs.record(session, contact_id=contact.id, told=told(world), act=act)
    wrong = verbs.record(session, contact_id=contact.id, told=told(world, survived=False), act=act)
    assert overdoses.to_follow_up(session, world.site.id, WITHIN) == []

    verbs.take_back(session, overdose_id=wrong.id, reason="seen alive", act=act)

    assert len(overdoses.to_follow_up(session, world.site.id, WITHIN)) == 1
