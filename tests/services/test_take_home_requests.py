"""What somebody asks for goes to the prescriber's desk, and waits there for a decision or a reason."""

from datetime import timedelta

import pytest

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.queries import prescriber_desk
from dispensary.queries import take_home_requests as records
from dispensary.services import one_off_take_homes, take_home_requests
from models.enums import AuditKind, OneOffReason, TaskReasonKind
from tests import factories
from tests.rows import audited
from tests.take_homes import decide

LATER = timedelta(minutes=5)


@pytest.fixture
def who(session, world):
    return factories.patient(session, world, starts_on=world.day - timedelta(days=7))


def ask(session, world, who, **changes):
    values = {
        "wish": "my sister marries, the train takes four hours",
        "reason": OneOffReason.FAMILY,
        "first_on": world.day + timedelta(days=3),
        "last_on": world.day + timedelta(days=5),
    }
    act = world.act(at=changes.pop("at", world.at))
    return take_home_requests.ask(session, person_id=who.id, act=act, **values | changes)


def every_week(session, world, who, **changes):
    nothing = {"reason": None, "first_on": None, "last_on": None}
    return ask(session, world, who, wish="work begins at six", **nothing, **changes)


def allow(session, world, who, first, last):
    return one_off_take_homes.allow_once(
        session,
        person_id=who.id,
        reason=OneOffReason.FAMILY,
        first_on=world.day + timedelta(days=first),
        last_on=world.day + timedelta(days=last),
        rationale="goes with her sister",
        policy=TakeHomePolicy(),
        act=world.act(world.prescriber, at=world.at + LATER),
    )


def desk(session, world):
    return [row.kinds for row in prescriber_desk.desk_rows(session, world.site.id, world.at)]


def test_request_lies_on_the_prescribers_desk_until_the_day_before_the_first_day(session, world, who):
    made = ask(session, world, who)

    [row] = prescriber_desk.desk_rows(session, world.site.id, world.at)
    assert (row.kinds, row.due_at) == ((TaskReasonKind.TAKE_HOME_REQUEST,), world.at + timedelta(days=2))
    assert [line.wish for line in records.open_requests(session, who.id)] == [made.wish]
    assert len(audited(session, AuditKind.TAKE_HOME_ASKED)) == 1


def test_days_that_are_allowed_answer_the_request(session, world, who):
    ask(session, world, who)

    allow(session, world, who, 3, 5)

    [line] = records.requests_of(session, who.id)
    assert (line.open, line.decided) == (False, True)
    assert desk(session, world) == []


def test_other_days_do_not_answer_the_request_and_it_stays_on_the_desk(session, world, who):
    ask(session, world, who)

    allow(session, world, who, 9, 9)

    assert len(records.open_requests(session, who.id)) == 1
    assert desk(session, world) == [(TaskReasonKind.TAKE_HOME_REQUEST,)]


def test_decision_answers_a_wish_about_every_week_and_single_days_do_not(session, world, who):
    every_week(session, world, who)

    allow(session, world, who, 1, 1)
    waiting = records.open_requests(session, who.id)
    decide(session, world, who, decided_at=world.at + LATER)

    assert len(waiting) == 1
    assert records.open_requests(session, who.id) == []


def test_request_is_declined_once_with_the_reason_that_the_person_is_told(session, world, who):
    made = ask(session, world, who)
    act = world.act(world.prescriber, at=world.at + LATER)

    with pytest.raises(Refused) as unsaid:
        take_home_requests.decline(session, asked_id=made.id, reason=" ", act=act)
    take_home_requests.decline(session, asked_id=made.id, reason="a nurse there can dose you", act=act)
    with pytest.raises(Conflict):
        take_home_requests.decline(session, asked_id=made.id, reason="again", act=act)

    assert unsaid.value.field == "reason"
    assert records.requests_of(session, who.id)[0].declined == "a nurse there can dose you"
    assert desk(session, world) == []


def test_two_requests_wait_each_for_its_own_answer(session, world, who):
    first = ask(session, world, who)
    every_week(session, world, who, at=world.at + timedelta(minutes=1))
    act = world.act(world.prescriber, at=world.at + LATER)

    take_home_requests.decline(session, asked_id=first.id, reason="not now", act=act)

    assert [line.first_on for line in records.open_requests(session, who.id)] == [None]
    assert desk(session, world) == [(TaskReasonKind.TAKE_HOME_REQUEST,)]


def test_the_same_is_asked_once(session, world, who):
    ask(session, world, who)

    with pytest.raises(Conflict) as refusal:
        ask(session, world, who)

    assert refusal.value.code == "asked_before"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"wish": " "}, "wish"),
        ({"reason": None}, "reason"),
        ({"last_on": None}, "last_on"),
        ({"first_on": None}, "first_on"),
        ({"reason": OneOffReason.CLOSURE}, "reason"),
    ],
)
def test_request_that_cannot_be_is_said_at_its_field(session, world, who, changes, field):
    with pytest.raises(Refused) as refusal:
        ask(session, world, who, **changes)

    assert refusal.value.field == field


def test_days_that_are_past_or_the_wrong_way_round_are_refused(session, world, who):
    day = world.day

    with pytest.raises(Refused) as past:
        ask(session, world, who, first_on=day - timedelta(days=1))
    with pytest.raises(Refused) as reversed_:
        ask(session, world, who, first_on=day + timedelta(days=6))

    assert (past.value.field, reversed_.value.field) == ("first_on", "last_on")


def test_request_nobody_made_cannot_be_declined(session, world, who):
    with pytest.raises(NotFound):
        take_home_requests.decline(session, asked_id=99, reason="no", act=world.act(world.prescriber))
