"""Recording doses: one test for each way out, on both backends."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from dispensary.errors import Conflict, Refused
from dispensary.services import dosing
from dispensary.services.dosing import Shown
from models import (
    AuditEvent,
    Claim,
    ClaimRelease,
    Dose,
    DoseLine,
    Movement,
    RegisterEntry,
    Task,
    TaskReason,
)
from models.enums import (
    AuditKind,
    DoseOutcome,
    MovementKind,
    RefusedReason,
    TaskReasonKind,
    TreatmentPhase,
    WithheldReason,
)
from models.units import mg, quantity
from tests.factories import container, order, patient, person, trust_clock
from tests.station import SITE, give, picture, reverse, shown


def test_dose_takes_the_slot_and_the_stock_and_is_audited(session, world):
    who = patient(session, world, "85")

    dose = give(session, world, who)

    assert (dose.outcome, dose.taken_mg, dose.ordered_mg) == (DoseOutcome.GIVEN, mg("85"), mg("85"))
    movement = session.scalars(select(Movement).where(Movement.dose_id == dose.id)).one()
    assert (movement.quantity, movement.balance_after) == (quantity("8.5"), quantity("991.5"))
    assert session.scalar(select(func.count()).select_from(Claim)) == 1
    line = session.scalars(select(DoseLine)).one()
    assert line.poured == line.taken == quantity("8.5")
    audited = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.DOSE_RECORDED)).one()
    assert audited.subject_id == dose.id
    entry = session.scalars(select(RegisterEntry).where(RegisterEntry.movement_id == movement.id)).one()
    assert entry.number == 2


def test_second_dose_is_refused_with_who_and_when(session, world):
    who = patient(session, world)
    give(session, world, who)

    with pytest.raises(Conflict) as refusal:
        give(session, world, who, by=world.witness, at=world.at + timedelta(hours=1))

    assert refusal.value.code == "slot_taken"
    assert refusal.value.words.values["by"] == "Rosa Ames"
    assert session.scalar(select(func.count()).select_from(Dose)) == 1


def test_what_changed_since_it_was_shown_asks_again(session, world):
    who = patient(session, world)

    with pytest.raises(Conflict) as refusal:
        dosing.record_dose(session, shown=Shown(who.id, "as it was"), site=SITE, act=world.act())

    assert refusal.value.code == "changed_since_shown"


def test_no_order_no_dose(session, world):
    who = person(session)

    with pytest.raises(Refused) as refusal:
        give(session, world, who)

    assert {r.code for r in refusal.value.reasons} == {"not_admitted"}


def test_an_expired_order_gives_nothing(session, world):
    who = patient(session, world, starts_on=world.day - timedelta(days=10), ends_on=world.day - timedelta(days=1))

    with pytest.raises(Refused) as refusal:
        give(session, world, who)

    assert "no_active_order" in {r.code for r in refusal.value.reasons}


def test_three_days_without_medicine_hold_the_dose(session, world):
    who = patient(session, world, starts_on=world.day - timedelta(days=3))

    with pytest.raises(Refused) as refusal:
        give(session, world, who)

    assert {r.code for r in refusal.value.reasons} == {"days_without_medicine"}


@pytest.mark.parametrize(("days", "held"), [(1, False), (2, True)])
def test_in_induction_two_days_hold_the_dose(session, world, days, held):
    who = patient(
        session,
        world,
        "30",
        starts_on=world.day - timedelta(days=days),
        treatment_phase=TreatmentPhase.INDUCTION,
    )

    if held:
        with pytest.raises(Refused):
            give(session, world, who)
    else:
        assert give(session, world, who).outcome is DoseOutcome.GIVEN


def test_too_few_hours_since_the_evening_before(session, world):
    who = patient(session, world, starts_on=world.day - timedelta(days=1))
    late = world.at - timedelta(hours=7)
    give(session, world, who, at=late, clinic_day=world.day - timedelta(days=1))

    with pytest.raises(Refused) as refusal:
        give(session, world, who)

    assert {r.code for r in refusal.value.reasons} == {"too_soon_after_last_day"}


def test_split_dose_has_a_slot_a_part_and_waits_between(session, world):
    who = person(session)
    order(session, world, who, steps={world.day: ("50", "40")}, hours_between_parts=6)
    first = give(session, world, who)

    with pytest.raises(Refused) as refusal:
        give(session, world, who, at=world.at + timedelta(hours=5))
    second = give(session, world, who, at=world.at + timedelta(hours=6))

    assert {r.code for r in refusal.value.reasons} == {"too_soon_after_part"}
    assert [(first.part, first.taken_mg), (second.part, second.taken_mg)] == [(1, mg("50")), (2, mg("40"))]


def test_tablets_of_two_strengths_add_up(session, world):
    who = patient(session, world, "10", medication=world.products["bup8"].medication, form=world.products["bup8"].form)

    dose = give(session, world, who)

    lines = session.scalars(select(DoseLine).where(DoseLine.dose_id == dose.id).order_by(DoseLine.line)).all()
    assert [(line.product_id, line.poured) for line in lines] == [
        (world.products["bup8"].id, quantity("1")),
        (world.products["bup2"].id, quantity("1")),
    ]


def test_a_dose_that_empties_one_bottle_opens_the_next_and_names_both(session, world):
    first, next_one = world.containers["methadone"], container(session, world, world.products["methadone"])
    give(session, world, patient(session, world, "9950"))
    who = patient(session, world, "80")

    dose = give(session, world, who)

    lines = session.scalars(select(DoseLine).where(DoseLine.dose_id == dose.id).order_by(DoseLine.line)).all()
    assert [(line.container_id, line.poured) for line in lines] == [
        (first.id, quantity("5")),
        (next_one.id, quantity("3")),
    ]
    session.expire_all()
    assert (first.emptied_at, next_one.opened_at) == (world.at, world.at)


def test_part_dose_wastes_the_rest_with_a_witness(session, world):
    who = patient(session, world, "80")
    act = world.act().at_the_window()
    page = shown(session, world, who)

    dose = dosing.record_part_dose(
        session,
        shown=page,
        site=SITE,
        taken_mg=mg("50"),
        reason=RefusedReason.FEELS_UNWELL,
        witnessed_by_id=world.witness.id,
        act=act,
    )

    assert (dose.taken_mg, dose.wasted_mg) == (mg("50"), mg("30"))
    moved = session.scalars(select(Movement).where(Movement.dose_id == dose.id).order_by(Movement.id)).all()
    assert [(m.kind, m.quantity) for m in moved] == [
        (MovementKind.DISPENSE, quantity("5")),
        (MovementKind.WASTE, quantity("3")),
    ]
    assert moved[1].witnessed_by_id == world.witness.id


@pytest.mark.parametrize("taken", ["0", "80", "90"])
def test_part_dose_is_more_than_nothing_and_less_than_ordered(session, world, taken):
    who = patient(session, world, "80")
    page = shown(session, world, who)

    with pytest.raises(Refused) as refusal:
        dosing.record_part_dose(
            session,
            shown=page,
            site=SITE,
            taken_mg=mg(taken),
            reason=RefusedReason.OTHER,
            witnessed_by_id=world.witness.id,
            act=world.act(),
        )

    assert refusal.value.field == "taken_mg"


def test_withheld_for_sedation_takes_no_slot_and_opens_the_prescribers_task(session, world):
    who = patient(session, world)

    dose = dosing.withhold_dose(
        session, person_id=who.id, reason=WithheldReason.SEDATED, note="", site=SITE, act=world.act()
    )

    assert (dose.claim_id, dose.taken_mg) == (None, mg("0"))
    task = session.scalars(select(Task)).one()
    assert task.person_id == who.id
    assert session.scalars(select(TaskReason.kind).order_by(TaskReason.id)).all() == [
        TaskReasonKind.NOT_FIT,
        TaskReasonKind.STOP,
    ]
    with pytest.raises(Refused) as refusal:
        give(session, world, who)
    assert {r.code for r in refusal.value.reasons} == {"stop_standing"}


def test_after_refusing_the_person_may_still_take_the_dose(session, world):
    who = patient(session, world)
    dosing.refuse_dose(session, person_id=who.id, reason=RefusedReason.NOT_WANTED, note="", site=SITE, act=world.act())

    dose = give(session, world, who, at=world.at + timedelta(minutes=20))

    assert dose.outcome is DoseOutcome.GIVEN


def test_reversal_frees_the_slot_once_and_returns_the_stock(session, world):
    who = patient(session, world, "80")
    dose = give(session, world, who)

    reverse(session, world, dose)
    again = give(session, world, who, at=world.at + timedelta(minutes=10))

    claims = session.scalars(select(Claim).order_by(Claim.turn)).all()
    assert [claim.turn for claim in claims] == [1, 2]
    assert claims[1].follows_id == session.scalars(select(ClaimRelease.id)).one()
    last = session.scalars(
        select(Movement).where(Movement.container_id == world.containers["methadone"].id).order_by(Movement.id.desc())
    ).first()
    assert last.balance_after == quantity("992")
    assert again.taken_mg == mg("80")


def test_reversing_twice_is_refused(session, world):
    dose = give(session, world, patient(session, world))
    reverse(session, world, dose)

    with pytest.raises(Conflict) as refusal:
        reverse(session, world, dose)

    assert refusal.value.code == "reversed_before"


def test_what_was_poured_and_not_swallowed_is_waste_with_a_witness(session, world):
    dose = give(session, world, patient(session, world, "80"))

    reverse(session, world, dose, poured=True)

    kinds = session.scalars(select(Movement.kind).where(Movement.kind != MovementKind.INITIAL).order_by(Movement.id))
    assert list(kinds) == [MovementKind.DISPENSE, MovementKind.REVERSAL, MovementKind.WASTE]
    held = session.scalars(
        select(Movement.balance_after)
        .where(Movement.container_id == world.containers["methadone"].id)
        .order_by(Movement.id.desc())
    ).first()
    assert held == Decimal("992")


def test_database_refuses_a_second_claim_of_one_turn(session, world):
    who = patient(session, world)
    dose = give(session, world, who)
    claim = session.get_one(Claim, dose.claim_id)
    session.add(
        Claim(
            person_id=claim.person_id,
            clinic_day=claim.clinic_day,
            part=1,
            turn=1,
            kind=claim.kind,
            **world.act().stamp,
        )
    )

    with pytest.raises(IntegrityError):
        session.flush()


def test_upward_step_waits_after_a_missed_dose_and_the_prescriber_hears_of_it(session, world):
    start = world.day - timedelta(days=3)
    who = person(session)
    order(session, world, who, steps={start: ("30",), world.day: ("40",)}, starts_on=start)
    for n in (3, 2):
        at = world.at - timedelta(days=n)
        give(session, world, who, at=at)
    trust_clock(session, world)

    dose = give(session, world, who)

    assert dose.taken_mg == mg("30")
    assert session.scalars(select(TaskReason.kind)).all() == [TaskReasonKind.STEP_WAITS]


def test_picture_shows_the_last_seven_days(session, world):
    who = patient(session, world, starts_on=world.day - timedelta(days=1))
    give(session, world, who, at=world.at - timedelta(days=1))

    seen = picture(session, world, who)

    assert [day.taken_mg for day in seen.strip][-2:] == [mg("80"), mg("0")]
    assert seen.facts.days_without_medicine == 0
