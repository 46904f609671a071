"""What goes wrong with bottles: returned and handed over again, lost under another record, a day dosed twice over."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dispensary.errors import Conflict
from dispensary.queries import bottles as records
from dispensary.queries import call_backs as of_call_backs
from dispensary.queries.dispensed_bottles import brought_back_on_days, taken_home_on_days
from dispensary.queries.verification import bottles as verify
from dispensary.services import bottle_returns, call_backs, stops
from models import Bottle, BottleEnd, Claim, ClaimRelease, Movement, Person, Stop, Task, TaskReason
from models.enums import BottleFate, CallBackOutcomeKind, Desk, MovementKind, StopKind, TaskReasonKind
from models.units import quantity
from tests import factories
from tests.durability.recount import recount_within
from tests.services.test_bottle_returns import EMPTY, FULL, back, called, link
from tests.station import codes, give
from tests.take_homes import decide, hand_over, one_off, plan, safe

A_DAY = timedelta(days=1)
CHECKS = (verify.wrong_bottle, verify.wrong_bottle_draw, verify.wrong_return, verify.wrong_handover)


@pytest.fixture
def who(session, world) -> Person:
    """Somebody with two bottles at home, for tomorrow and the day after."""
    made = factories.patient(session, world)
    decide(session, world, made)
    safe(session, world, made)
    give(session, world, made)
    hand_over(session, world, made)
    return made


def bottle_of(session, day):
    return session.scalars(select(Bottle).where(Bottle.covers_on == day).order_by(Bottle.id.desc())).first()


def moved(session, kind):
    return session.scalar(select(func.count()).select_from(Movement).where(Movement.kind == kind))


def clean(session, world):
    recount_within(session)
    for check in CHECKS:
        assert check(session, world.site.id, lambda *_: None) is None


def test_bottle_brought_back_early_goes_home_again_in_the_next_turn_of_its_day(session, world, who):
    tomorrow = world.day + A_DAY
    back(session, world, FULL, bottle=bottle_of(session, tomorrow))

    issue = hand_over(session, world, who)

    [again] = session.scalars(select(Bottle).where(Bottle.issue_id == issue.id)).all()
    claim = session.get_one(Claim, again.claim_id)
    assert (again.covers_on, claim.turn) == (tomorrow, 2)
    assert (moved(session, MovementKind.TAKE_HOME), moved(session, MovementKind.RETURN)) == (3, 1)
    clean(session, world)


def test_bottle_that_went_home_again_and_came_back_again_leaves_the_day_free_for_one_dose(session, world, who):
    tomorrow = world.day + A_DAY
    for _ in range(2):
        back(session, world, FULL, bottle=bottle_of(session, tomorrow))
        hand_over(session, world, who)
    back(session, world, FULL, bottle=bottle_of(session, tomorrow), at=world.at + A_DAY)

    give(session, world, who, at=world.at + A_DAY)

    assert "slot_taken" in codes(session, world, who, at=world.at + A_DAY)
    turns = session.scalars(select(Claim.turn).where(Claim.clinic_day == tomorrow).order_by(Claim.turn)).all()
    assert turns == [1, 2, 3, 4]
    clean(session, world)


def test_day_dosed_here_after_its_bottle_came_back_gets_no_bottle_any_more(session, world, who):
    tomorrow = world.day + A_DAY
    back(session, world, FULL, bottle=bottle_of(session, tomorrow), at=world.at + A_DAY)
    give(session, world, who, at=world.at + A_DAY)

    later = one_off(session, world, who, tomorrow, tomorrow, at=world.at + A_DAY)

    assert plan(session, world, who, one_off_id=later.id, at=world.at + A_DAY).bottles == ()


def test_stop_on_the_day_of_the_handover_lets_nothing_more_go_but_takes_nothing_back(session, world, who):
    back(session, world, FULL, bottle=bottle_of(session, world.day + A_DAY))
    stops.set_stop(session, person_id=who.id, kind=StopKind.INCIDENT, act=world.act())

    shown = plan(session, world, who)

    assert "stop_standing" in {reason.code for reason in shown.against}
    assert [one.covers_on for one in records.at_home(session, who.id)] == [world.day + 2 * A_DAY]


def test_lost_bottle_of_a_linked_record_is_replaced_under_the_one_that_survives(session, world, who):
    tomorrow = world.day + A_DAY
    survivor = factories.patient(session, world, family_name="Trần", number="P00011")
    safe(session, world, survivor)
    link(session, world, survivor, who)
    lost = bottle_of(session, tomorrow)
    stop = session.scalars(select(Stop)).all()
    for one in stop:
        stops.release_stop(session, stop_id=one.id, reason="one order", act=world.act(world.prescriber))
    bottle_returns.note_gone(session, bottle_id=lost.id, fate=BottleFate.LOST, told="on the bus", act=world.act())
    allowed = one_off(session, world, survivor, tomorrow, tomorrow, at=world.at + timedelta(minutes=5))

    issue = hand_over(session, world, survivor, one_off_id=allowed.id)

    [again] = session.scalars(select(Bottle).where(Bottle.issue_id == issue.id)).all()
    assert (again.covers_on, again.person_id) == (tomorrow, survivor.id)
    released = session.scalars(select(ClaimRelease.claim_id)).all()
    assert lost.claim_id in released
    assert "slot_taken" in codes(session, world, survivor, at=world.at + A_DAY)
    clean(session, world)


def test_call_back_and_return_of_a_linked_record_are_those_of_the_one_that_survives(session, world, who):
    survivor = factories.patient(session, world, family_name="Trần", number="P00011")
    made = called(session, world, who)

    link(session, world, survivor, who)

    [one] = of_call_backs.open_call_backs(session, world.site.id)
    assert (one.id, one.person_id, one.person_number) == (made.id, survivor.id, "P00011")
    assert {bottle.person_id for bottle in records.at_home(session, survivor.id)} == {survivor.id}
    for bottle in records.at_home(session, survivor.id):
        back(session, world, EMPTY, bottle=session.get_one(Bottle, bottle.id), at=world.at + 3 * A_DAY)
    call_backs.close_call_back(
        session, call_back_id=made.id, outcome=CallBackOutcomeKind.ALL_THERE, brought=2, note="", act=world.act()
    )
    assert records.at_home(session, survivor.id) == []
    assert of_call_backs.open_call_backs(session, world.site.id) == []


def test_call_back_past_its_deadline_goes_to_the_prescriber_once(session, world, who):
    called(session, world, who)
    late = world.at + 2 * A_DAY

    early = of_call_backs.overdue(session, world.site.id, world.at)
    due = of_call_backs.overdue(session, world.site.id, late)
    told = [call_backs.tell_overdue(session, person_id=who.id, act=world.act(at=late)) for _ in range(2)]

    assert (early, due, told) == ([], [who.id], [True, False])
    assert of_call_backs.overdue(session, world.site.id, late) == []
    query = select(func.count()).join(Task, Task.id == TaskReason.task_id).select_from(TaskReason)
    assert session.scalar(query.where(Task.desk == Desk.PRESCRIBER, TaskReason.kind == TaskReasonKind.CALL_BACK)) == 1


def test_second_call_back_past_its_deadline_is_told_though_the_task_of_the_first_is_open(session, world, who):
    made = called(session, world, who)
    call_backs.tell_overdue(session, person_id=who.id, act=world.act(at=world.at + 2 * A_DAY))
    closing = world.act(at=world.at + 3 * A_DAY)
    outcome = CallBackOutcomeKind.DID_NOT_COME
    call_backs.close_call_back(session, call_back_id=made.id, outcome=outcome, brought=0, note="", act=closing)
    called(session, world, who, at=world.at + 4 * A_DAY)

    assert call_backs.tell_overdue(session, person_id=who.id, act=world.act(at=world.at + 9 * A_DAY))


def test_log_counts_every_bottle_once_and_what_came_back_beside_it(session, world, who):
    back(session, world, FULL, bottle=bottle_of(session, world.day + A_DAY))
    hand_over(session, world, who)

    out = taken_home_on_days(session, world.site.id, world.day, world.day)
    inn = brought_back_on_days(session, world.site.id, world.day, world.day)

    assert [(one.bottles, one.quantity) for one in out] == [(2, quantity("16")), (1, quantity("8"))]
    assert [one.quantity for one in inn] == [quantity("8")]


def test_bottle_of_today_is_not_early_any_more_once_the_clinic_day_is_over(session, world, who):
    tomorrow = world.day + A_DAY
    end = back(session, world, FULL, bottle=bottle_of(session, tomorrow), at=world.at + 2 * A_DAY)

    assert not end.early
    assert session.scalars(select(ClaimRelease)).all() == []


def test_gone_and_returned_cannot_both_become_of_a_bottle(session, world, who):
    lost = bottle_of(session, world.day + A_DAY)
    bottle_returns.note_gone(session, bottle_id=lost.id, fate=BottleFate.STOLEN, told="a bag", act=world.act())

    with pytest.raises(Conflict):
        back(session, world, FULL, bottle=lost)

    assert session.scalar(select(func.count()).select_from(BottleEnd)) == 1
