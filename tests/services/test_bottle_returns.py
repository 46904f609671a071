"""Bottles that come back, or do not; call-backs; and bottles that a new order makes wrong."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from dispensary.errors import Conflict, Refused
from dispensary.policy.stack import OrderLimits
from dispensary.queries import bottles as records
from dispensary.queries import call_backs as of_call_backs
from dispensary.queries import wrong_bottles
from dispensary.queries.stock import balances
from dispensary.rules.bottle_returns import Looked
from dispensary.rules.order_drafts import OrderDraft
from dispensary.rules.orders import Step
from dispensary.services import bottle_returns, call_backs, orders
from dispensary.services.orders import Signing
from models import (
    AuditEvent,
    Bottle,
    BottleEnd,
    BottleRest,
    ClaimRelease,
    DoseOrder,
    Movement,
    Person,
    Stop,
    Task,
    TaskReason,
)
from models.enums import (
    AuditKind,
    BottleFate,
    BottleState,
    CallBackOutcomeKind,
    CallBackReason,
    Desk,
    Form,
    Medication,
    MovementKind,
    PlaceKind,
    Residue,
    SealState,
    StopKind,
    TaskReasonKind,
    TreatmentPhase,
)
from models.units import mg, quantity
from tests import factories
from tests.durability.recount import recount_within
from tests.services.test_links import link
from tests.services.test_verify import open_walls
from tests.station import codes, give
from tests.take_homes import decide, hand_over, one_off, plan, safe

__all__ = ["open_walls"]

FULL = Looked(BottleState.FULL, SealState.INTACT, Residue.EXPECTED)
EMPTY = Looked(BottleState.EMPTY, SealState.BROKEN, Residue.EXPECTED)
PART = Looked(BottleState.PART, SealState.BROKEN, Residue.EXPECTED)


@pytest.fixture
def who(session, world) -> Person:
    """Somebody with two bottles at home, for tomorrow and the day after."""
    made = factories.patient(session, world)
    decide(session, world, made)
    safe(session, world, made)
    give(session, world, made)
    hand_over(session, world, made)
    return made


def first(session) -> Bottle:
    return session.scalars(select(Bottle).order_by(Bottle.id)).first()


def back(session, world, looked, bottle=None, rest=None, witness=True, **changes):
    return bottle_returns.take_back(
        session,
        bottle_id=(bottle or first(session)).id,
        looked=looked,
        rest=rest or {},
        witnessed_by_id=world.witness.id if witness else None,
        act=world.act(**changes),
    )


def waiting(session, desk) -> set[TaskReasonKind]:
    query = select(TaskReason.kind).join(Task, Task.id == TaskReason.task_id)
    return set(session.scalars(query.where(Task.desk == desk, Task.resolved_at.is_(None))))


def test_empty_bottle_comes_back_with_one_audit_row_and_no_stock(session, world, who):
    end = back(session, world, EMPTY, witness=False, at=world.at + timedelta(days=2))

    assert (end.fate, end.quantity, end.early, end.witnessed_by_id) == (BottleFate.RETURNED, None, False, None)
    assert (
        session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.BOTTLE_RETURNED)).one().subject_id
        == end.id
    )
    assert session.scalars(select(Movement).where(Movement.kind == MovementKind.RETURN)).all() == []
    recount_within(session)


def test_unopened_bottle_of_a_day_to_come_frees_it_and_the_person_is_dosed_at_the_window(session, world, who):
    tomorrow = world.at + timedelta(days=1)

    end = back(session, world, FULL, at=tomorrow)
    dose = give(session, world, who, at=tomorrow + timedelta(minutes=5))

    assert end.early
    assert (dose.part, dose.taken_mg) == (1, mg("80"))
    assert balances(session, world.site.id)[world.products["methadone"].id, PlaceKind.RETURNED] == quantity("8")
    recount_within(session)


def test_full_bottle_of_a_day_that_has_passed_was_not_taken_and_dosing_waits_for_the_prescriber(session, world, who):
    end = back(session, world, FULL, at=world.at + timedelta(days=3))

    assert (end.state, end.early, end.quantity) == (BottleState.FULL, False, quantity("8"))
    assert session.scalars(select(ClaimRelease)).all() == []
    assert [stop.kind for stop in session.scalars(select(Stop))] == [StopKind.MEDICINE_ABSENT]


def test_full_bottle_with_a_broken_seal_frees_nothing_and_a_prescriber_hears_of_it(session, world, who):
    end = back(session, world, Looked(BottleState.FULL, SealState.BROKEN, Residue.EXPECTED))

    assert not end.early
    assert session.scalars(select(ClaimRelease)).all() == []
    assert waiting(session, Desk.PRESCRIBER) == {TaskReasonKind.BOTTLES}


def test_residue_unlike_the_medicine_opens_a_task(session, world, who):
    back(session, world, Looked(BottleState.EMPTY, SealState.BROKEN, Residue.UNLIKE_THE_MEDICINE), witness=False)

    assert waiting(session, Desk.PRESCRIBER) == {TaskReasonKind.BOTTLES}


def test_what_is_left_is_measured_and_waits_for_destruction(session, world, who):
    methadone = world.products["methadone"].id

    end = back(session, world, PART, rest={methadone: quantity("3.5")})

    assert end.quantity == quantity("3.5")
    rest = session.scalars(select(BottleRest)).one()
    moved = session.get_one(Movement, rest.movement_id)
    assert (moved.kind, moved.quantity, moved.balance_after) == (MovementKind.RETURN, quantity("3.5"), quantity("976"))
    assert moved.to_place_id == world.places[PlaceKind.RETURNED].id
    recount_within(session)


@pytest.mark.parametrize(
    ("looked", "rest", "witness", "code"),
    [
        (FULL, {}, False, "witness_needed"),
        (PART, {}, True, "not_part"),
        (PART, {"methadone": "8"}, True, "not_part"),
        (PART, {"methadone": "9"}, True, "more_than_put_in"),
        (PART, {"bup8": "1"}, True, "more_than_put_in"),
        (Looked(BottleState.EMPTY, SealState.INTACT, Residue.NONE), {}, True, "cannot_be"),
    ],
)
def test_what_cannot_be_is_refused(session, world, who, looked, rest, witness, code):
    measured = {world.products[key].id: quantity(much) for key, much in rest.items()}

    with pytest.raises(Refused) as refusal:
        back(session, world, looked, rest=measured, witness=witness)

    assert refusal.value.code == code


def test_nobody_witnesses_their_own_return(session, world, who):
    with pytest.raises(Refused) as refusal:
        bottle_returns.take_back(
            session,
            bottle_id=first(session).id,
            looked=FULL,
            rest={},
            witnessed_by_id=world.nurse.id,
            act=world.act(),
        )

    assert refusal.value.code == "witness_is_self"


def test_second_return_of_a_bottle_says_who_was_first(session, world, who):
    back(session, world, EMPTY, witness=False)

    with pytest.raises(Conflict) as refusal:
        back(session, world, FULL)

    assert (refusal.value.code, refusal.value.words.values["by"]) == ("ended_before", "Rosa Ames")


def test_several_empties_are_taken_back_at_once(session, world, who):
    ids = session.scalars(select(Bottle.id)).all()

    ends = bottle_returns.take_back_empties(session, bottle_ids=ids, act=world.act(at=world.at + timedelta(days=3)))

    assert {end.state for end in ends} == {BottleState.EMPTY}
    assert records.at_home(session, who.id) == []


def test_none_ticked_is_refused(session, world, who):
    with pytest.raises(Refused) as refusal:
        bottle_returns.take_back_empties(session, bottle_ids=[], act=world.act())

    assert refusal.value.code == "none_chosen"


def lose(session, world, **changes):
    return bottle_returns.note_gone(
        session,
        bottle_id=first(session).id,
        fate=BottleFate.STOLEN,
        told="bag taken on the bus, police report 4711",
        act=world.act(**changes),
    )


def test_stolen_bottle_keeps_its_day_and_a_prescriber_hears_of_it(session, world, who):
    end = lose(session, world)

    assert (end.fate, end.state, end.early) == (BottleFate.STOLEN, None, False)
    assert waiting(session, Desk.PRESCRIBER) == {TaskReasonKind.BOTTLES}
    assert (
        session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.BOTTLE_GONE)).one().subject_id == end.id
    )
    assert "slot_taken" in codes(session, world, who, at=world.at + timedelta(days=1))


def test_lost_bottle_needs_words_and_is_not_one_that_is_here(session, world, who):
    with pytest.raises(Refused) as silent:
        bottle_returns.note_gone(session, bottle_id=first(session).id, fate=BottleFate.LOST, told=" ", act=world.act())
    with pytest.raises(Refused) as here:
        bottle_returns.note_gone(
            session, bottle_id=first(session).id, fate=BottleFate.RETURNED, told="here", act=world.act()
        )

    assert (silent.value.field, here.value.code) == ("told", "not_gone")


def test_lost_bottle_is_replaced_only_on_a_one_off_that_came_after(session, world, who):
    tomorrow = world.day + timedelta(days=1)
    before = one_off(session, world, who, tomorrow, tomorrow, at=world.at)
    lose(session, world, at=world.at + timedelta(hours=1))
    too_early = plan(session, world, who, one_off_id=before.id)
    after = one_off(session, world, who, tomorrow, tomorrow, at=world.at + timedelta(hours=2))

    issue = hand_over(session, world, who, one_off_id=after.id)

    assert [reason.code for reason in too_early.left_out] == ["slot_taken"]
    again = session.scalars(select(Bottle).where(Bottle.issue_id == issue.id)).one()
    assert again.covers_on == tomorrow
    released = session.scalars(select(ClaimRelease)).one()
    assert released.claim_id == first(session).claim_id
    recount_within(session)


def test_bottles_of_a_linked_record_keep_their_days_for_the_one_that_survives(session, world, who):
    other = factories.patient(session, world, family_name="Trần", number="P00011")
    tomorrow = world.at + timedelta(days=1)

    link(session, world, other, who)

    assert "slot_taken" in codes(session, world, other, at=tomorrow)
    assert len(records.at_home(session, other.id)) == 2

    end = back(session, world, FULL, at=tomorrow)

    assert end.early
    assert "slot_taken" not in codes(session, world, other, at=tomorrow)


def called(session, world, who, **changes):
    act = world.act(**changes)
    return call_backs.call_back(
        session,
        person_id=who.id,
        reason=CallBackReason.RANDOM,
        channel="a call",
        note="",
        due_by=act.at + timedelta(hours=24),
        act=act,
    )


def test_call_back_counts_what_is_at_home_and_stands_on_the_nurses_desk(session, world, who):
    made = called(session, world, who)

    assert made.bottles == 2
    assert waiting(session, Desk.NURSE) == {TaskReasonKind.CALL_BACK}
    assert of_call_backs.open_call_backs(session, world.site.id)[0].overdue(world.at + timedelta(hours=25))
    assert session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.CALLED_BACK)).one()


def test_second_call_back_waits_for_the_first(session, world, who):
    called(session, world, who)

    with pytest.raises(Conflict) as refusal:
        called(session, world, who)

    assert refusal.value.code == "called_back_before"


def test_nobody_is_called_back_with_nothing_or_to_the_past(session, world, who):
    nothing = factories.patient(session, world, family_name="Trần")

    with pytest.raises(Refused) as empty_handed:
        called(session, world, nothing)
    with pytest.raises(Refused) as past:
        call_backs.call_back(
            session,
            person_id=who.id,
            reason=CallBackReason.CONCERN,
            channel="in person",
            note="",
            due_by=world.at,
            act=world.act(),
        )

    assert (empty_handed.value.code, past.value.code) == ("nothing_at_home", "due_in_the_past")


def close(session, world, made, outcome, brought):
    return call_backs.close_call_back(
        session, call_back_id=made.id, outcome=outcome, brought=brought, note="counted", act=world.act()
    )


def test_call_back_ends_with_its_count_and_the_desk_is_clear(session, world, who):
    made = called(session, world, who)

    close(session, world, made, CallBackOutcomeKind.ALL_THERE, 2)

    assert of_call_backs.open_call_backs(session, world.site.id) == []
    assert waiting(session, Desk.NURSE) == set()
    assert waiting(session, Desk.PRESCRIBER) == set()
    with pytest.raises(Conflict):
        close(session, world, made, CallBackOutcomeKind.ALL_THERE, 2)


def test_missing_bottles_are_told_to_the_prescriber(session, world, who):
    close(session, world, called(session, world, who), CallBackOutcomeKind.SHORT, 1)

    assert waiting(session, Desk.PRESCRIBER) == {TaskReasonKind.CALL_BACK}


@pytest.mark.parametrize(
    ("outcome", "brought", "code"),
    [
        (CallBackOutcomeKind.ALL_THERE, 1, "not_all"),
        (CallBackOutcomeKind.SHORT, 2, "not_short"),
        (CallBackOutcomeKind.DID_NOT_COME, 1, "nobody_came"),
    ],
)
def test_count_fits_the_outcome(session, world, who, outcome, brought, code):
    made = called(session, world, who)

    with pytest.raises(Refused) as refusal:
        close(session, world, made, outcome, brought)

    assert refusal.value.code == code


def test_new_order_makes_bottles_wrong_and_the_nurses_hear_of_it(session, world, who):
    assert wrong_bottles.wrong_now(session, who.id, world.day) == {}

    tomorrow = world.day + timedelta(days=1)
    order = session.scalars(select(DoseOrder).where(DoseOrder.person_id == who.id)).one()
    draft = OrderDraft(
        medication=Medication.METHADONE,
        form=Form.LIQUID,
        treatment_phase=TreatmentPhase.MAINTENANCE,
        starts_on=tomorrow,
        ends_on=tomorrow + timedelta(days=30),
        steps=(Step(tomorrow, (mg("60"),)),),
        reason="too sleepy",
    )
    orders.change_order(
        session,
        order_id=order.id,
        signing=Signing(draft, OrderLimits(), "known well"),
        act=world.act(world.prescriber),
    )

    assert set(wrong_bottles.wrong_now(session, who.id, world.day).values()) == {mg("60")}
    assert waiting(session, Desk.NURSE) == {TaskReasonKind.BOTTLES}


def test_stopped_order_makes_every_bottle_wrong(session, world, who):
    order = session.scalars(select(DoseOrder).where(DoseOrder.person_id == who.id)).one()

    orders.stop_order(session, order_id=order.id, last_day=world.day, reason="moves", act=world.act(world.prescriber))

    assert set(wrong_bottles.wrong_now(session, who.id, world.day).values()) == {None}
    assert waiting(session, Desk.NURSE) == {TaskReasonKind.BOTTLES}


def test_ends_are_written_once_a_bottle(session, world, who):
    back(session, world, EMPTY, witness=False)

    assert len(session.scalars(select(BottleEnd)).all()) == 1


BROKEN = {
    "its claim is not of this person, day and part": "UPDATE claim SET part = 2 WHERE kind = 'take_home'",
    "its bottle is not on record": "DELETE FROM bottle_line WHERE id = 2; DELETE FROM bottle WHERE id = 2",
    "its lines do not add up to its amount": "UPDATE bottle SET amount_mg = amount_mg + 1 WHERE id = 2",
    "the stock it took is not what its lines say": "UPDATE movement SET quantity = 7000 WHERE kind = 'take_home'",
    "no bottle says so": "UPDATE movement SET kind = 'take_home' WHERE kind = 'dispense'",
    "its bottles are not those that were handed out": "UPDATE bottle SET covers_on = '2026-03-09' WHERE id = 2;"
    " UPDATE claim SET clinic_day = '2026-03-09' WHERE id = (SELECT claim_id FROM bottle WHERE id = 2)",
    "what was set apart of it is not what was measured": "UPDATE bottle_end SET quantity = 1000 WHERE quantity > 0",
    "its day was freed, and nothing says why": "UPDATE bottle_end SET early = false",
}


def verified(session, world):
    from dispensary.queries.verification.whole import CHECKS

    found = [check(session, world.site.id, lambda rows: None) for check in CHECKS]
    return {fault.what.msgid for fault in found if fault}


@pytest.mark.parametrize("what", BROKEN)
def test_verification_and_recount_see_a_bottle_that_was_tampered_with(session, world, who, open_walls, what):
    back(session, world, FULL)
    session.commit()
    open_walls()
    assert verified(session, world) == set()
    recount_within(session)

    for statement in BROKEN[what].split(";"):
        session.execute(text(statement))

    assert what in verified(session, world)
    if what != "its bottles are not those that were handed out":
        with pytest.raises(AssertionError):
            recount_within(session)
