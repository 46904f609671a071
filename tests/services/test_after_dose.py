"""After a dose: vomited, replaced, spilt, observed, reversed. One test for each way out, on both backends."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

import models
from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.profiles import SHIPPED, Approval, load
from dispensary.policy.stack import VomitBands, bands_in_force
from dispensary.queries import after_dose
from dispensary.rules.dosing import shown_digest
from dispensary.services import dose_reversals, dosing, observations, replacements, spills, stops, vomiting
from dispensary.services.dosing import Shown
from models import (
    Claim,
    ClaimRelease,
    Dose,
    DoseObservation,
    Movement,
    Notice,
    RegisterEntry,
    Spill,
    Task,
    TaskReason,
    Vomiting,
)
from models.enums import (
    AuditKind,
    DoseOutcome,
    MovementKind,
    RefusedReason,
    ReversalReason,
    StopKind,
    TaskReasonKind,
    WasteReason,
    WithheldReason,
)
from models.units import mg, quantity
from tests.durability.recount import recount
from tests.factories import TABLET, episode, imported_dose, order, patient, person, trust_clock
from tests.rows import audited, count
from tests.station import SITE, give, look, picture

HALF_AN_HOUR = timedelta(minutes=30)
NOTHING_APPROVED = VomitBands()


@pytest.fixture
def bands(world):
    """The bands of TIP 43, approved here."""
    tip = next(p for p in load([SHIPPED]) if p.id == "us-tip43-2005")
    return bands_in_force([tip], [Approval(tip.id, tip.digest, True, date(2026, 1, 1), world.at, "Dana")], world.day)


def vomit(session, world, who, dose, bands=NOTHING_APPROVED, minutes=5, witnessed=True, after=HALF_AN_HOUR):
    return vomiting.record_vomiting(
        session,
        person_id=who.id,
        dose_id=dose.id,
        minutes_after=minutes,
        witnessed=witnessed,
        note="",
        bands=bands,
        act=world.act(at=world.at + after),
    )


def order_again(session, world, dose, amount="80", **changes):
    act = world.act(world.prescriber, at=world.at + HALF_AN_HOUR, **changes)
    return replacements.order_replacement(
        session, dose_id=dose.id, amount_mg=mg(amount), reason="seen to come up", act=act
    )


def shown_replacement(session, world, who, act):
    facts = look(session, world, who, at=act.at)
    waiting = after_dose.waiting_replacement(session, who.id, act.clinic_day)
    return Shown(who.id, shown_digest(replacements.facts_at_window(session, facts, waiting, act), SITE))


def give_again(session, world, who, dose, shown=None, **changes):
    act = world.act(**({"at": world.at + timedelta(minutes=40)} | changes)).at_the_window()
    shown = shown or shown_replacement(session, world, who, act)
    return replacements.give_replacement(session, shown=shown, dose_id=dose.id, site=SITE, act=act)


def reverse(session, world, dose, reason=ReversalReason.WRONG_PERSON_ON_SCREEN, note="wrong row", poured=False):
    return dose_reversals.reverse_dose(
        session,
        dose_id=dose.id,
        reason=reason,
        note=note,
        poured=poured,
        witnessed_by_id=world.witness.id if poured else None,
        act=world.act(at=world.at + timedelta(minutes=50)),
    )


# Vomited


def test_a_dose_that_came_up_stays_recorded_and_the_prescriber_is_asked(session, world, bands):
    who = patient(session, world)
    dose = give(session, world, who)

    found = vomit(session, world, who, dose, bands, minutes=5)

    assert (found.dose_id, found.profile, found.band) == (dose.id, "us-tip43-2005", 1)
    assert found.vomited_at == dose.taken_at + timedelta(minutes=5)
    assert session.get_one(Dose, dose.id).taken_mg == mg("80")
    assert count(session, ClaimRelease) == 0
    task = session.scalars(select(Task)).one()
    assert session.scalars(select(TaskReason.kind)).all() == [TaskReasonKind.VOMITED]
    assert task.person_id == who.id
    assert [event.subject_id for event in audited(session, AuditKind.DOSE_VOMITED)] == [found.id]


@pytest.mark.parametrize(("minutes", "band"), [(0, 1), (14, 1), (15, 2), (30, 2), (31, 3), (120, 3)])
def test_the_band_is_that_of_the_minutes(session, world, bands, minutes, band):
    who = patient(session, world)
    dose = give(session, world, who)

    found = vomit(session, world, who, dose, bands, minutes=minutes, after=timedelta(hours=3))

    assert found.band == band


def test_vomiting_that_nobody_of_the_staff_saw_has_no_band(session, world, bands):
    who = patient(session, world)
    dose = give(session, world, who)

    found = vomit(session, world, who, dose, bands, witnessed=False)

    assert (found.profile, found.band) == (None, None)
    assert count(session, Task) == 1


def test_without_an_approved_profile_there_is_no_band(session, world):
    who = patient(session, world)
    dose = give(session, world, who)

    assert vomit(session, world, who, dose).band is None


def test_nothing_swallowed_cannot_come_up(session, world, bands):
    who = patient(session, world)
    yesterday = imported_dose(session, world, who, at=world.at - timedelta(days=1))

    with pytest.raises(Refused) as refusal:
        vomit(session, world, who, yesterday, bands)

    assert refusal.value.code == "nothing_swallowed"


def test_a_dose_comes_up_once(session, world, bands):
    who = patient(session, world)
    dose = give(session, world, who)
    vomit(session, world, who, dose, bands)

    with pytest.raises(Conflict) as refusal:
        vomit(session, world, who, dose, bands)

    assert refusal.value.code == "vomited_before"
    assert count(session, Vomiting) == 1


def test_a_dose_recorded_since_the_page_was_opened_is_looked_at_first(session, world, bands):
    who = patient(session, world, steps={world.day: ("40", "40")}, hours_between_parts=1)
    first = give(session, world, who)
    give(session, world, who, at=world.at + timedelta(hours=2))

    with pytest.raises(Conflict) as refusal:
        vomit(session, world, who, first, bands, after=timedelta(hours=3))

    assert refusal.value.code == "another_dose"


@pytest.mark.parametrize("minutes", [-1, 31])
def test_it_came_up_between_the_dose_and_now(session, world, bands, minutes):
    who = patient(session, world)
    dose = give(session, world, who)

    with pytest.raises(Refused) as refusal:
        vomit(session, world, who, dose, bands, minutes=minutes)

    assert refusal.value.field == "minutes_after"


def days_without(session, world, who, days):
    at = world.at + timedelta(days=days)
    return look(session, world, who, at=at, clinic_day=at.date()).days_without_medicine


def the_day_after(session, world, bands, minutes, witnessed=True, again=False):
    """Dose somebody, skip a day, let the next dose come up, perhaps replace it; return the days without medicine then."""
    who = patient(session, world)
    give(session, world, who)
    next_day = {"at": world.at + timedelta(days=2), "clinic_day": world.day + timedelta(days=2)}
    trust_clock(session, world, next_day["at"])
    dose = give(session, world, who, **next_day)
    act = world.act(at=next_day["at"] + HALF_AN_HOUR, clinic_day=next_day["clinic_day"])
    vomiting.record_vomiting(
        session,
        person_id=who.id,
        dose_id=dose.id,
        minutes_after=minutes,
        witnessed=witnessed,
        note="",
        bands=bands,
        act=act,
    )
    if again:
        by = world.act(world.prescriber, at=act.at, clinic_day=act.clinic_day)
        replacements.order_replacement(session, dose_id=dose.id, amount_mg=mg("80"), reason="seen", act=by)
        give_again(session, world, who, dose, at=act.at, clinic_day=act.clinic_day)
    return days_without(session, world, who, 3)


@pytest.mark.parametrize(
    ("minutes", "witnessed", "again", "days"),
    [
        (5, True, False, 1),  # the day is part: it does not count itself, and does not end the run
        (5, True, True, 0),
        (5, False, False, 0),
        (20, True, False, 0),
    ],
)
def test_a_day_that_came_up_at_once_does_not_end_the_days_without_medicine(
    session, world, bands, minutes, witnessed, again, days
):
    assert the_day_after(session, world, bands, minutes, witnessed, again) == days


@pytest.mark.parametrize(
    ("minutes", "again", "due"),
    [(5, False, "30"), (5, True, "40"), (20, False, "40")],
)
def test_a_step_up_waits_after_a_dose_that_came_up_at_once_and_was_not_replaced(
    session, world, bands, minutes, again, due
):
    steps = {world.day: ("30",), world.day + timedelta(days=1): ("40",)}
    who = patient(session, world, steps=steps)
    dose = give(session, world, who)
    vomit(session, world, who, dose, bands, minutes=minutes)
    if again:
        order_again(session, world, dose, "30")
        give_again(session, world, who, dose)

    tomorrow = {"at": world.at + timedelta(days=1), "clinic_day": world.day + timedelta(days=1)}
    facts = look(session, world, who, **tomorrow)

    assert facts.due_mg == mg(due)
    assert (facts.waiting_step is not None) == (due == "30")


# Replacement


def test_a_prescriber_orders_a_replacement_and_the_task_is_answered(session, world, bands):
    who = patient(session, world)
    dose = give(session, world, who)
    vomit(session, world, who, dose, bands)

    first, second = order_again(session, world, dose, "80"), order_again(session, world, dose, "40")

    waiting = after_dose.waiting_replacement(session, who.id, world.day)
    assert (first.version, second.version) == (1, 2)
    assert (waiting.id, waiting.amount_mg, waiting.signed_by) == (second.id, mg("40"), "Dana Frost")
    assert session.scalars(select(Task)).one().resolved_at is not None
    assert [e.subject_id for e in audited(session, AuditKind.REPLACEMENT_ORDERED)] == [first.id, second.id]


@pytest.mark.parametrize("amount", ["0", "80.001", "90"])
def test_a_replacement_is_never_more_than_was_swallowed(session, world, bands, amount):
    who = patient(session, world)
    dose = give(session, world, who)
    vomit(session, world, who, dose, bands)

    with pytest.raises(Refused) as refusal:
        order_again(session, world, dose, amount)

    assert refusal.value.field == "amount_mg"


def test_only_a_dose_that_came_up_is_replaced(session, world):
    dose = give(session, world, patient(session, world))

    with pytest.raises(Refused) as refusal:
        order_again(session, world, dose)

    assert refusal.value.code == "not_vomited"


def test_a_replacement_is_ordered_on_the_day_itself(session, world, bands):
    who = patient(session, world)
    dose = give(session, world, who)
    vomit(session, world, who, dose, bands)

    with pytest.raises(Refused) as refusal:
        order_again(session, world, dose, clinic_day=world.day + timedelta(days=1))

    assert refusal.value.code == "another_day"


def test_there_is_no_replacement_of_no_dose(session, world):
    with pytest.raises(NotFound):
        replacements.order_replacement(session, dose_id=99, amount_mg=mg("1"), reason="x", act=world.act())


def replaced(session, world, bands, amount="80"):
    who = patient(session, world)
    dose = give(session, world, who)
    vomit(session, world, who, dose, bands)
    order_again(session, world, dose, amount)
    return who, dose


def test_a_replacement_is_drawn_from_this_window_and_claims_nothing(session, world, bands):
    who, dose = replaced(session, world, bands, "40")

    again = give_again(session, world, who, dose)

    assert (again.outcome, again.replaces_id, again.claim_id) == (DoseOutcome.REPLACEMENT, dose.id, None)
    assert (again.ordered_mg, again.taken_mg, again.wasted_mg) == (mg("40"), mg("40"), mg("0"))
    movement = session.scalars(select(Movement).where(Movement.dose_id == again.id)).one()
    assert (movement.kind, movement.quantity, movement.balance_after) == (
        MovementKind.DISPENSE,
        quantity("4"),
        quantity("988"),
    )
    assert count(session, Claim) == 1
    assert session.scalar(select(RegisterEntry.id).where(RegisterEntry.movement_id == movement.id)) is not None
    assert [e.subject_id for e in audited(session, AuditKind.DOSE_REPLACED)] == [again.id]
    session.commit()
    assert recount(session)["movements"] == 2


def test_a_replacement_is_given_once(session, world, bands):
    who, dose = replaced(session, world, bands)
    act = world.act(at=world.at + timedelta(minutes=40))
    shown = shown_replacement(session, world, who, act)
    give_again(session, world, who, dose)

    with pytest.raises(Conflict) as refusal:
        give_again(session, world, who, dose, shown=shown)

    assert refusal.value.code == "replaced_before"
    with pytest.raises(Conflict):
        order_again(session, world, dose)


def test_without_an_order_nothing_is_replaced(session, world, bands):
    who = patient(session, world)
    dose = give(session, world, who)
    vomit(session, world, who, dose, bands)

    with pytest.raises(Refused) as refusal:
        give_again(session, world, who, dose, shown=Shown(who.id, "x"))

    assert refusal.value.code == "none_ordered"


def test_a_replacement_ordered_for_yesterday_is_not_given(session, world, bands):
    who, dose = replaced(session, world, bands)
    tomorrow = {"at": world.at + timedelta(days=1), "clinic_day": world.day + timedelta(days=1)}

    with pytest.raises(Refused) as refusal:
        give_again(session, world, who, dose, shown=Shown(who.id, "x"), **tomorrow)

    assert refusal.value.code == "none_ordered"


def test_a_replacement_of_somebody_else_is_not_given_here(session, world, bands):
    _, dose = replaced(session, world, bands)
    other = patient(session, world)

    with pytest.raises(Refused) as refusal:
        give_again(session, world, other, dose, shown=Shown(other.id, "x"))

    assert refusal.value.code == "none_ordered"


def test_a_stop_stands_in_the_way_of_a_replacement(session, world, bands):
    who, dose = replaced(session, world, bands)
    stops.set_stop(session, person_id=who.id, kind=StopKind.SEDATION, act=world.act(at=world.at + HALF_AN_HOUR))

    with pytest.raises(Refused) as refusal:
        give_again(session, world, who, dose)

    assert [reason.code for reason in refusal.value.reasons] == ["stop_standing"]


def test_an_amount_changed_since_the_page_was_opened_asks_again(session, world, bands):
    who, dose = replaced(session, world, bands, "80")
    shown = shown_replacement(session, world, who, world.act(at=world.at + HALF_AN_HOUR))
    order_again(session, world, dose, "40")

    with pytest.raises(Conflict) as refusal:
        give_again(session, world, who, dose, shown=shown)

    assert refusal.value.code == "changed_since_shown"


def test_a_replacement_that_cannot_be_poured_here_says_so(session, world, bands):
    who, dose = replaced(session, world, bands, "0.5")

    with pytest.raises(Refused) as refusal:
        give_again(session, world, who, dose)

    assert [reason.code for reason in refusal.value.reasons] == ["cannot_be_poured"]


def test_a_replacement_not_swallowed_is_reversed_with_a_witness_and_given_again(session, world, bands):
    who, dose = replaced(session, world, bands)
    first = give_again(session, world, who, dose)

    reverse(session, world, first, ReversalReason.NOT_SWALLOWED, "dropped the cup", poured=True)
    second = give_again(session, world, who, dose, at=world.at + timedelta(hours=1))

    assert (first.replaces_turn, second.replaces_turn) == (1, 2)
    assert count(session, ClaimRelease) == 0
    wasted = session.scalars(select(Movement).where(Movement.kind == MovementKind.WASTE)).one()
    assert (wasted.quantity, wasted.waste_reason) == (quantity("8"), WasteReason.NOT_SWALLOWED)
    session.commit()
    recount(session)


def test_a_replacement_that_came_up_too_leaves_the_day_part_and_may_be_replaced(session, world, bands):
    steps = {world.day: ("30",), world.day + timedelta(days=1): ("40",)}
    who = patient(session, world, steps=steps)
    dose = give(session, world, who)
    vomit(session, world, who, dose, bands)
    order_again(session, world, dose, "30")
    again = give_again(session, world, who, dose)

    vomit(session, world, who, again, bands, minutes=2, after=timedelta(hours=1))
    tomorrow = {"at": world.at + timedelta(days=1), "clinic_day": world.day + timedelta(days=1)}

    assert look(session, world, who, **tomorrow).due_mg == mg("30")
    assert after_dose.vomited_dose(session, who.id, world.day).id == again.id


# Spilt


def spill(session, world, who, shown=None, note="knocked over", witness=True):
    shown = shown or Shown(who.id, shown_digest(look(session, world, who), SITE))
    return spills.record_spill(
        session,
        shown=shown,
        site=SITE,
        note=note,
        witnessed_by_id=world.witness.id if witness else None,
        act=world.act().at_the_window(),
    )


def test_a_spilt_dose_goes_to_waste_with_a_witness_and_may_be_poured_again(session, world):
    who = patient(session, world)

    (spilt,) = spill(session, world, who)
    dose = give(session, world, who)

    movement = session.get_one(Movement, spilt.movement_id)
    assert (movement.kind, movement.quantity, movement.waste_reason) == (
        MovementKind.SPILL,
        quantity("8"),
        WasteReason.SPILT,
    )
    assert (movement.witnessed_by_id, movement.dose_id) == (world.witness.id, None)
    assert session.get_one(Claim, dose.claim_id).turn == 1
    assert [e.subject_id for e in audited(session, AuditKind.DOSE_SPILT)] == [spilt.id]
    assert session.scalar(select(RegisterEntry.id).where(RegisterEntry.movement_id == movement.id)) is not None
    session.commit()
    assert recount(session)["doses"] == 1


def test_a_spill_from_two_products_is_two_rows(session, world):
    who = patient(session, world, "10", medication=TABLET["medication"], form=TABLET["form"])

    spilt = spill(session, world, who)

    assert [session.get_one(Movement, s.movement_id).quantity for s in spilt] == [quantity("1"), quantity("1")]


def test_a_spill_under_a_stop_is_recorded_all_the_same(session, world):
    who = patient(session, world)
    stops.set_stop(session, person_id=who.id, kind=StopKind.SEDATION, act=world.act())

    spill(session, world, who)

    assert count(session, Spill) == 1


@pytest.mark.parametrize(("differs", "code"), [({"witness": False}, "witness_needed"), ({"note": ""}, "blank")])
def test_a_spill_needs_a_witness_and_how_it_happened(session, world, differs, code):
    who = patient(session, world)

    with pytest.raises(Refused) as refusal:
        spill(session, world, who, **differs)

    assert refusal.value.code == code
    assert count(session, Spill) == 0


def test_what_was_never_due_cannot_have_been_poured(session, world):
    who = person(session)

    with pytest.raises(Refused) as refusal:
        spill(session, world, who)

    assert refusal.value.code == "nothing_poured"


def test_after_the_dose_is_recorded_nothing_of_it_is_spilt(session, world):
    who = patient(session, world)
    give(session, world, who)

    with pytest.raises(Conflict) as refusal:
        spill(session, world, who)

    assert refusal.value.code == "slot_taken"


def test_a_spill_of_what_was_not_shown_asks_again(session, world):
    who = patient(session, world)

    with pytest.raises(Conflict) as refusal:
        spill(session, world, who, shown=Shown(who.id, "as it was"))

    assert refusal.value.code == "changed_since_shown"


# Observed


def test_spoke_and_swallowed_is_noted_once_whatever_is_typed_twice(session, world):
    dose = give(session, world, patient(session, world))

    first = observations.note_spoke(session, dose_id=dose.id, act=world.act())
    second = observations.note_spoke(session, dose_id=dose.id, act=world.act())

    assert first.id == second.id
    assert count(session, DoseObservation) == 1
    assert len(audited(session, AuditKind.DOSE_OBSERVED)) == 1


def test_nothing_is_noted_of_a_dose_that_was_not_taken_or_not_today(session, world):
    who = patient(session, world)
    shown = {"person_id": who.id, "note": "", "act": world.act()}
    refused = dosing.refuse_dose(session, reason=RefusedReason.NOT_WANTED, site=SITE, **shown)
    dose = give(session, world, who)

    with pytest.raises(NotFound):
        observations.note_spoke(session, dose_id=refused.id, act=world.act())
    with pytest.raises(Refused) as refusal:
        tomorrow = world.act(at=world.at + timedelta(days=1), clinic_day=world.day + timedelta(days=1))
        observations.note_spoke(session, dose_id=dose.id, act=tomorrow)
    assert refusal.value.code == "another_day"


@pytest.fixture
def tablet(session, world):
    return patient(session, world, "8", medication=TABLET["medication"], form=TABLET["form"])


@pytest.mark.parametrize("seen", [True, False])
def test_a_tablet_waits_until_it_was_seen_to_dissolve_or_not(session, world, tablet, seen):
    dose = give(session, world, tablet)
    before = after_dose.dissolving(session, world.site.id, world.day)

    observations.note_dissolved(session, dose_id=dose.id, seen=seen, act=world.act())

    assert [row.dose_id for row in before] == [dose.id]
    assert after_dose.dissolving(session, world.site.id, world.day) == []
    assert count(session, Notice) == (0 if seen else 1)


def test_a_drunk_or_reversed_dose_does_not_wait_to_dissolve(session, world, tablet):
    give(session, world, patient(session, world))
    reverse(session, world, give(session, world, tablet))

    assert after_dose.dissolving(session, world.site.id, world.day) == []


def test_dissolved_twice_is_once_and_the_other_is_told(session, world, tablet):
    dose = give(session, world, tablet)
    observations.note_dissolved(session, dose_id=dose.id, seen=True, act=world.act())
    observations.note_dissolved(session, dose_id=dose.id, seen=True, act=world.act())

    with pytest.raises(Conflict) as refusal:
        observations.note_dissolved(session, dose_id=dose.id, seen=False, act=world.act())

    assert refusal.value.code == "noted_before"
    assert count(session, DoseObservation) == 1


def test_a_dose_that_was_drunk_does_not_dissolve(session, world):
    dose = give(session, world, patient(session, world))

    with pytest.raises(Refused) as refusal:
        observations.note_dissolved(session, dose_id=dose.id, seen=True, act=world.act())

    assert refusal.value.code == "not_dissolving"


# Reversed


def withhold(session, world, who):
    reason = WithheldReason.NO_STOCK
    return dosing.withhold_dose(session, person_id=who.id, reason=reason, note="", site=SITE, act=world.act())


def test_a_record_that_nothing_was_given_is_reversed_with_a_reason(session, world):
    who = patient(session, world)
    wrong = withhold(session, world, who)

    reversal = reverse(session, world, wrong)

    assert (reversal.dose_id, reversal.poured) == (wrong.id, False)
    assert count(session, ClaimRelease) == 0
    assert count(session, Movement) == 3
    assert look(session, world, who).turned_away == ()
    assert len(audited(session, AuditKind.DOSE_REVERSED)) == 1


@pytest.mark.parametrize(
    ("differs", "code"),
    [
        ({"note": " "}, "blank"),
        ({"poured": True}, "nothing_poured"),
        ({"reason": ReversalReason.NOT_SWALLOWED}, "nothing_poured"),
    ],
)
def test_what_cannot_be_said_of_a_record_that_nothing_was_given(session, world, differs, code):
    wrong = withhold(session, world, patient(session, world))

    with pytest.raises(Refused) as refusal:
        reverse(session, world, wrong, **differs)

    assert refusal.value.code == code


def test_a_dose_of_which_a_replacement_stands_is_not_reversed(session, world, bands):
    who, dose = replaced(session, world, bands)
    give_again(session, world, who, dose)

    with pytest.raises(Conflict) as refusal:
        reverse(session, world, dose)

    assert refusal.value.code == "replaced"


def test_what_another_clinic_confirmed_is_never_reversed(session, world):
    who = person(session)
    stay = episode(session, world, who)
    of = order(session, world, who, in_episode=stay)
    claim = models.Claim(
        person_id=who.id,
        clinic_day=world.day,
        part=1,
        turn=1,
        kind=models.enums.ClaimKind.ELSEWHERE,
        **world.act().stamp,
    )
    session.add(claim)
    session.flush()
    dose = models.Dose(
        person_id=who.id,
        clinic_day=world.day,
        part=1,
        claim_id=claim.id,
        order_id=of.id,
        outcome=DoseOutcome.ELSEWHERE,
        medication=of.medication,
        form=of.form,
        taken_mg=mg("80"),
        wasted_mg=mg("0"),
        taken_at=world.at,
        **world.act().stamp,
    )
    session.add(dose)
    session.flush()

    with pytest.raises(Refused) as refusal:
        reverse(session, world, dose)

    assert refusal.value.code == "was_swallowed"


def test_the_page_knows_a_replacement_that_waits(session, world, bands):
    who, _ = replaced(session, world, bands)
    trust_clock(session, world)

    seen = picture(session, world, who, at=world.at + timedelta(hours=1))

    assert seen.dose_today is not None
