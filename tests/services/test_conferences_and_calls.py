"""Case conferences under consent, and calls on a schedule after an ending, a release, a transfer or a hospital stay."""

import pytest
from sqlalchemy import select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import call_plans as plans
from dispensary.queries import conferences as known
from dispensary.queries.disclosures import disclosures_of
from dispensary.services import call_plans, conferences
from dispensary.services.call_plans import Call
from dispensary.services.conferences import Action, Conference, Party
from models import CaseConference, Disclosure, Task, TaskReason
from models.enums import (
    AttemptOutcome,
    AuditKind,
    CallSeries,
    Channel,
    ConsentScope,
    Desk,
    DisclosureWay,
    ReleaseKind,
    TaskReasonKind,
)
from tests import factories
from tests.agencies import DAY, consented, listed
from tests.rows import audited_kinds, count

PLAN = frozenset({ConsentScope.PLAN})


@pytest.fixture
def who(session, world):
    return factories.patient(session, world)


@pytest.fixture
def shelter(session, world, who):
    agency = listed(session, world)
    consented(session, world, who, agency, ConsentScope.PLAN)
    return agency


def held(session, world, who, *parties, **values):
    conference = Conference(
        **{
            "held_on": world.day,
            "person_was_there": True,
            "about": "housing after release",
            "parties": parties,
            "actions": [Action("ask for a room", "Ms Tran", world.day + 7 * DAY)],
        }
        | values
    )
    return conferences.hold(session, person_id=who.id, conference=conference, act=world.act())


def test_conference_is_on_record_with_what_each_agency_was_told_and_who_does_what(session, world, who, shelter):
    made = held(session, world, who, Party(shelter.id, "Ms Tran", PLAN, "the goals on housing"))

    found = known.conference(session, made.id)

    assert [(p.agency, p.who, p.told) for p in found.parties] == [
        ("Harbour Shelter", "Ms Tran", "the goals on housing")
    ]
    assert found.parties[0].scopes == (ConsentScope.IN_TREATMENT, ConsentScope.PLAN)
    assert [(a.what, a.done_on, a.overdue(world.day + 8 * DAY)) for a in found.actions] == [
        ("ask for a room", None, True)
    ]
    assert disclosures_of(session, who.id)[0].way == DisclosureWay.MEETING
    assert audited_kinds(session)[-2:] == [AuditKind.DISCLOSURE_MADE, AuditKind.CONFERENCE_HELD]


def test_agency_without_the_persons_consent_does_not_sit_there(session, world, who, shelter):
    court = listed(session, world, "District Court")

    with pytest.raises(Refused) as refused:
        held(session, world, who, Party(court.id, "Judge Bell", PLAN, "the plan"))

    assert refused.value.code == "no_consent"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"about": ""}, "about"),
        ({"parties": ()}, "parties"),
        ({"held_on": 1}, "held_on"),
        ({"held_on": -40}, "held_on"),
        ({"actions": [Action("", "Ms Tran", None)]}, "actions"),
        ({"actions": -1}, "actions"),
        ({"parties": 2}, "parties"),
    ],
)
def test_conference_that_is_not_whole_is_refused(session, world, who, shelter, values, field):
    party = Party(shelter.id, "Ms Tran", PLAN, "the goals")
    if "held_on" in values:
        values = {"held_on": world.day + values["held_on"] * DAY}
    if values.get("actions") == -1:
        values = {"actions": [Action("ask", "Ms Tran", world.day - DAY)]}
    if values.get("parties") == 2:
        values = {"parties": (party, party)}

    with pytest.raises(Refused) as refused:
        held(session, world, who, **{"parties": (party,), **values})

    assert refused.value.field == field


def test_action_is_ticked_once_when_it_was_done(session, world, who, shelter):
    made = held(session, world, who, Party(shelter.id, "Ms Tran", PLAN, ""))
    action = known.conference(session, made.id).actions[0]

    with pytest.raises(Refused):
        conferences.tick_action(session, action_id=action.id, done_on=world.day + DAY, act=world.act())
    conferences.tick_action(session, action_id=action.id, done_on=world.day, act=world.act())
    with pytest.raises(Conflict):
        conferences.tick_action(session, action_id=action.id, done_on=world.day, act=world.act())

    assert known.conference(session, made.id).actions[0].done_on == world.day
    assert known.person_of_action(session, action.id) == who.id
    assert audited_kinds(session)[-1] == AuditKind.CONFERENCE_ACTION_DONE


def test_what_is_not_on_record_is_not_found(session, world):
    for look in (
        lambda: conferences.tick_action(session, action_id=99, done_on=world.day, act=world.act()),
        lambda: known.conference(session, 99),
        lambda: known.person_of_action(session, 99),
        lambda: plans.plan(session, 99),
        lambda: call_plans.end(session, plan_id=99, reason="moved", act=world.act()),
    ):
        with pytest.raises(NotFound):
            look()
    assert count(session, CaseConference) == count(session, Disclosure) == 0


def begun(session, world, who, series=CallSeries.AFTERCARE, **values):
    values = {"since_on": world.day} | values
    return call_plans.begin(session, person_id=who.id, series=series, act=world.act(), **values)


def called(session, world, plan, due_on, outcome=AttemptOutcome.REACHED, **values):
    call = Call(**{"due_on": due_on, "channel": Channel.TELEPHONE, "outcome": outcome} | values)
    return call_plans.record_call(session, plan_id=plan.id, call=call, act=world.act())


def test_call_goes_to_no_supporter_who_is_not_named(session, world, who):
    plan = begun(session, world, who)

    with pytest.raises(Refused) as refusal:
        called(session, world, plan, world.day + 7 * DAY, channel=Channel.SUPPORTER)

    assert (refusal.value.code, refusal.value.field) == ("no_supporter", "channel")


def test_aftercare_calls_after_one_week_and_one_three_six_and_twelve_months(session, world, who):
    plan = begun(session, world, who)

    found = plans.plan(session, plan.id)

    assert [(day - world.day).days for day in found.days] == [7, 30, 91, 182, 365]
    assert found.next_on() == world.day + 7 * DAY
    assert not found.due(world.day + 6 * DAY) and found.due(world.day + 7 * DAY)
    assert [one.id for one in plans.due(session, world.site.id, world.day + 7 * DAY)] == [plan.id]
    assert audited_kinds(session)[-1] == AuditKind.CALL_PLAN_BEGUN


def test_release_has_its_kind_and_a_window_of_six_months_for_help_with_work(session, world, who):
    with pytest.raises(Refused) as refused:
        begun(session, world, who, CallSeries.AFTER_RELEASE)
    plan = begun(session, world, who, CallSeries.AFTER_RELEASE, release_kind=ReleaseKind.BAIL)

    assert refused.value.field == "release_kind"
    assert (plan.release_kind, plan.work_until_on) == (ReleaseKind.BAIL, world.day + 182 * DAY)
    assert begun(session, world, who, release_kind=ReleaseKind.BAIL).release_kind is None


def test_calls_of_a_kind_run_once_at_a_time(session, world, who):
    plan = begun(session, world, who)

    with pytest.raises(Conflict) as refused:
        begun(session, world, who)
    call_plans.end(session, plan_id=plan.id, reason="is back in treatment", act=world.act())

    assert refused.value.code == "calls_run"
    assert plans.plan(session, plan.id).waiting() == []
    assert audited_kinds(session)[-1] == AuditKind.CALL_PLAN_ENDED


@pytest.mark.parametrize("days", [-400, 100])
def test_calls_do_not_begin_long_ago_or_far_ahead(session, world, who, days):
    with pytest.raises(Refused) as refused:
        begun(session, world, who, since_on=world.day + days * DAY)

    assert refused.value.field == "since_on"


def test_call_that_reached_somebody_is_over_and_the_next_one_waits(session, world, who):
    plan = begun(session, world, who, since_on=world.day - 7 * DAY)

    called(session, world, plan, world.day, in_mutual_aid=True, note="works at the market")

    found = plans.plan(session, plan.id)
    assert found.settled(world.day) and found.next_on() == world.day + 23 * DAY
    assert (found.made[0].in_mutual_aid, found.made[0].note) == (True, "works at the market")
    assert audited_kinds(session)[-1] == AuditKind.CALL_MADE
    with pytest.raises(Conflict) as refused:
        called(session, world, plan, world.day)
    assert refused.value.code == "call_made"


def test_call_is_tried_three_times_in_vain(session, world, who):
    plan = begun(session, world, who, since_on=world.day - 7 * DAY)

    waits = []
    for _ in range(3):
        called(session, world, plan, world.day, AttemptOutcome.NO_ANSWER)
        waits.append(plans.plan(session, plan.id).due(world.day))

    assert waits == [True, True, False]


def test_whoever_wants_to_come_back_is_on_the_counselling_desk_the_same_day(session, world, who):
    plan = begun(session, world, who, since_on=world.day - 7 * DAY)

    called(session, world, plan, world.day, wants_back=True)

    task = session.scalars(select(Task)).one()
    assert (task.desk, task.person_id) == (Desk.COUNSELLING, who.id)
    assert session.scalars(select(TaskReason.kind)).all() == [TaskReasonKind.WANTS_BACK]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"due_on": 3}, "due_on"),
        ({"outcome": AttemptOutcome.NO_ANSWER, "wants_back": True}, "outcome"),
        ({"outcome": AttemptOutcome.NO_ANSWER, "in_mutual_aid": False}, "outcome"),
    ],
)
def test_call_that_cannot_be_is_refused(session, world, who, values, field):
    plan = begun(session, world, who)
    due, how = values.get("due_on", 7), {key: value for key, value in values.items() if key != "due_on"}

    with pytest.raises(Refused) as refused:
        called(session, world, plan, world.day + due * DAY, **how)

    assert refused.value.field == field


def test_calls_that_were_ended_take_no_more(session, world, who):
    plan = begun(session, world, who)
    with pytest.raises(Refused):
        call_plans.end(session, plan_id=plan.id, reason=" ", act=world.act())
    call_plans.end(session, plan_id=plan.id, reason="does not want them", act=world.act())

    with pytest.raises(Conflict) as refused:
        called(session, world, plan, world.day + 7 * DAY)

    assert refused.value.code == "calls_ended"
    assert plans.plans_of(session, who.id)[0].end_reason == "does not want them"
