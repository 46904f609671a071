"""Signing, changing and stopping orders."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

import models
from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.stack import OrderLimits
from dispensary.queries import orders as order_queries
from dispensary.rules.order_drafts import OrderDraft
from dispensary.rules.orders import Step
from dispensary.services import orders
from dispensary.services.orders import Signing
from models import enums
from models.units import mg
from tests import factories

DAY = timedelta(days=1)


def draft(world, amount="80", **values):
    starts_on = values.pop("starts_on", world.day)
    amounts = amount if isinstance(amount, tuple) else (amount,)
    return OrderDraft(
        **{
            "medication": enums.Medication.METHADONE,
            "form": enums.Form.LIQUID,
            "treatment_phase": enums.TreatmentPhase.MAINTENANCE,
            "starts_on": starts_on,
            "ends_on": starts_on + 90 * DAY,
            "steps": (Step(starts_on, tuple(mg(a) for a in amounts)),),
            "parts": len(amounts),
            "reason": "reviewed",
        }
        | values
    )


def signing(wanted, **values):
    return Signing(wanted, OrderLimits(), **{"over_limit_reason": "seen and agreed"} | values)


@pytest.fixture
def admitted(session, world):
    """A person in treatment who has taken 80 mg yesterday, without an order yet."""
    who = factories.person(session)
    episode = factories.episode(
        session,
        world,
        who,
        admitted_on=world.day - 30 * DAY,
        admission=enums.Admission.TRANSFERRED_IN,
        last_dose_on=world.day - DAY,
        last_dose_mg=mg("80"),
        last_dose_medication=enums.Medication.METHADONE,
    )
    return who, episode


@pytest.fixture
def sign(session, world, admitted):
    def sign(wanted=None, **values):
        who, episode = admitted
        return orders.sign_order(
            session,
            person_id=who.id,
            episode_id=episode.id,
            signing=signing(wanted or draft(world), **values),
            act=world.act(world.prescriber),
        )

    return sign


@pytest.fixture
def change(session, world):
    def change(old, wanted, by=None, **values):
        return orders.change_order(
            session, order_id=old.id, signing=signing(wanted, **values), act=world.act(by or world.prescriber)
        )

    return change


def test_signed_order_holds_from_its_first_day_and_is_audited(session, world, admitted, sign):
    order = sign()

    found = order_queries.active_order(session, admitted[0].id, world.day)
    assert found.id == order.id
    assert found.steps == (Step(world.day, (mg("80"),)),)
    assert found.signed_by == world.prescriber.name
    event = session.scalars(
        select(models.AuditEvent).where(models.AuditEvent.kind == enums.AuditKind.ORDER_SIGNED)
    ).one()
    assert event.subject_id == order.id
    assert "80" in event.body


def test_steps_and_parts_are_kept_in_order(session, world, admitted, sign):
    later = world.day + 5 * DAY
    steps = (Step(world.day, (mg("50"), mg("30"))), Step(later, (mg("55"), mg("30"))))

    sign(draft(world, ("50", "30"), steps=steps, hours_between_parts=6))

    assert order_queries.active_order(session, admitted[0].id, world.day).steps == steps


def test_someone_not_in_treatment_gets_no_order(session, world, admitted, sign):
    end = {"episode_id": admitted[1].id, "ended_on": world.day, "reason": enums.EpisodeEndReason.DROPPED_OUT}
    factories.save(session, models.EpisodeEnd(**end, **factories.stamp(world)))

    with pytest.raises(NotFound):
        sign()


def test_counselling_only_has_no_orders(session, world):
    who = factories.person(session)
    episode = factories.episode(session, world, who, kind=enums.EpisodeKind.COUNSELLING_ONLY)

    with pytest.raises(Refused) as refusal:
        orders.sign_order(
            session, person_id=who.id, episode_id=episode.id, signing=signing(draft(world)), act=world.act()
        )

    assert refusal.value.code == "counselling_only"


def test_second_order_over_the_same_days_is_refused(world, sign):
    sign()

    with pytest.raises(Conflict) as conflict:
        sign(draft(world, starts_on=world.day + 10 * DAY))

    assert conflict.value.code == "orders_overlap"


def test_draft_that_cannot_be_carried_out_is_refused_at_its_field(world, sign):
    with pytest.raises(Refused) as refusal:
        sign(draft(world, form=enums.Form.FILM))

    assert refusal.value.field == "form"


def test_order_over_a_limit_needs_a_typed_reason_and_keeps_it(world, sign):
    wanted = draft(world, "30", treatment_phase=enums.TreatmentPhase.INDUCTION)
    again = {0: "30 mg"}

    with pytest.raises(Refused) as refusal:
        sign(wanted, over_limit_reason=" ", amounts_again=again)
    order = sign(wanted, over_limit_reason="verified with the hospital", amounts_again=again)

    assert refusal.value.field == "over_limit_reason"
    assert [reason.code for reason in refusal.value.reasons] == ["no_approved_limit"]
    assert order.over_limit_reason == "verified with the hospital"


@pytest.mark.parametrize("typed", ["", "200", "20 mg", "200 mL", "about 200 mg"])
def test_amount_far_from_the_last_one_taken_must_be_typed_again_with_its_unit(world, sign, typed):
    with pytest.raises(Refused) as refusal:
        sign(draft(world, "200"), amounts_again={0: typed})

    assert refusal.value.field == "amount_again"


def test_amount_typed_again_with_its_unit_is_signed(world, sign):
    assert sign(draft(world, "200"), amounts_again={0: "200 mg"}).id


def test_tenfold_step_must_be_typed_again_at_its_row(world, sign):
    steps = (Step(world.day, (mg("80"),)), Step(world.day + 7 * DAY, (mg("900"),)))

    with pytest.raises(Refused) as refusal:
        sign(draft(world, steps=steps))

    assert refusal.value.field == "steps-0-amount_again"


def test_new_version_ends_the_one_before_the_day_before_it_starts(session, world, admitted, sign, change):
    old = sign()
    starts_on = world.day + 3 * DAY

    new = change(old, draft(world, "90", starts_on=starts_on, reason="withdrawal in the evening"))

    assert (new.version, new.replaces_id) == (2, old.id)
    assert order_queries.active_order(session, admitted[0].id, starts_on - DAY).id == old.id
    assert order_queries.active_order(session, admitted[0].id, starts_on).id == new.id
    end = session.scalars(select(models.OrderEnd)).one()
    assert (end.order_id, end.last_day, end.reason) == (old.id, starts_on - DAY, enums.OrderEndReason.REPLACED)


def test_version_that_never_started_ends_before_its_start(session, world, admitted, sign, change):
    old = sign()
    planned = change(old, draft(world, "90", starts_on=world.day + 7 * DAY))

    sooner = change(planned, draft(world, "70", starts_on=world.day + DAY))

    in_order = [order_queries.active_order(session, admitted[0].id, world.day + n * DAY).id for n in (0, 1, 6, 7)]
    assert in_order == [old.id, sooner.id, sooner.id, sooner.id]


def test_change_needs_a_reason(world, sign, change):
    old = sign()

    with pytest.raises(Refused) as refusal:
        change(old, draft(world, reason=" "))

    assert refusal.value.field == "reason"


def test_version_already_replaced_cannot_be_changed_again(world, sign, change):
    old = sign()
    change(old, draft(world, "85"))

    with pytest.raises(Conflict) as conflict:
        change(old, draft(world, "90"))

    assert conflict.value.code == "order_replaced"


def dose_taken(session, world, who, order, part=1, amount="80"):
    claim = factories.save(
        session,
        models.Claim(
            person_id=who.id,
            clinic_day=world.day,
            part=part,
            turn=1,
            kind=enums.ClaimKind.OBSERVED,
            **factories.stamp(world),
        ),
    )
    return factories.save(
        session,
        models.Dose(
            person_id=who.id,
            clinic_day=world.day,
            part=part,
            claim_id=claim.id,
            order_id=order.id,
            episode_id=order.episode_id,
            outcome=enums.DoseOutcome.GIVEN,
            medication=order.medication,
            form=order.form,
            ordered_mg=mg(amount),
            taken_mg=mg(amount),
            wasted_mg=mg("0"),
            taken_at=world.at,
            **factories.stamp(world),
        ),
    )


def test_change_after_todays_dose_starts_tomorrow(session, world, admitted, sign, change):
    old = sign()
    dose_taken(session, world, admitted[0], old)

    with pytest.raises(Refused) as refusal:
        change(old, draft(world, "90"))
    new = change(old, draft(world, "90", starts_on=world.day + DAY))

    assert refusal.value.field == "starts_on"
    assert new.starts_on == world.day + DAY


def test_change_after_todays_dose_may_add_a_further_part(session, world, admitted, sign, change):
    old = sign()
    dose_taken(session, world, admitted[0], old)

    new = change(old, draft(world, ("80", "10"), hours_between_parts=3))

    assert order_queries.active_order(session, admitted[0].id, world.day).id == new.id


@pytest.mark.parametrize("amounts", [("70", "20"), ("90", "10")])
def test_further_part_leaves_the_part_that_was_taken_as_it_was(session, world, admitted, sign, change, amounts):
    old = sign()
    dose_taken(session, world, admitted[0], old)

    with pytest.raises(Refused) as refusal:
        change(old, draft(world, amounts, hours_between_parts=3))

    assert refusal.value.code == "dosed_today"


def test_stopped_order_holds_no_more_from_today(session, world, admitted, sign):
    old = sign()

    orders.stop_order(
        session, order_id=old.id, last_day=world.day - DAY, reason="allergic", act=world.act(world.prescriber)
    )

    assert order_queries.active_order(session, admitted[0].id, world.day) is None


def test_stop_reaches_a_version_that_holds_until_a_planned_change(session, world, admitted, sign, change):
    old = sign()
    planned = change(old, draft(world, "90", starts_on=world.day + 7 * DAY))

    orders.stop_order(
        session, order_id=planned.id, last_day=world.day, reason="allergic", act=world.act(world.prescriber)
    )

    holding = [order_queries.active_order(session, admitted[0].id, world.day + n * DAY) for n in (0, 1, 7)]
    assert [order and order.id for order in holding] == [old.id, None, None]


def test_stop_after_todays_dose_lets_today_stand(session, world, admitted, sign):
    old = sign()
    dose_taken(session, world, admitted[0], old)

    with pytest.raises(Refused) as refusal:
        orders.stop_order(session, order_id=old.id, last_day=world.day - DAY, reason="x", act=world.act())

    assert refusal.value.field == "last_day"


def test_stop_needs_a_reason_and_something_to_stop(session, world, sign):
    old = sign(draft(world, ends_on=world.day + 2 * DAY))

    with pytest.raises(Refused):
        orders.stop_order(session, order_id=old.id, last_day=world.day, reason="", act=world.act())
    with pytest.raises(Conflict):
        orders.stop_order(session, order_id=old.id, last_day=world.day + 2 * DAY, reason="x", act=world.act())


def test_order_of_another_site_is_not_found(session, world, sign):
    old = sign()
    elsewhere = replace(world.act(), site_id=world.site.id + 1)

    with pytest.raises(NotFound):
        orders.stop_order(session, order_id=old.id, last_day=world.day, reason="x", act=elsewhere)


def test_order_signed_after_considering_the_days_releases_its_first_dose(session, world):
    who = factories.person(session)
    old = factories.order(session, world, who, starts_on=world.day - 5 * DAY)
    act = world.act(world.prescriber)
    wanted = draft(world, "40", reason="back after five days")

    with pytest.raises(Refused) as refusal:
        orders.change_order(session, order_id=old.id, signing=signing(wanted, days_considered=4), act=act)
    new = orders.change_order(session, order_id=old.id, signing=signing(wanted, days_considered=5), act=act)

    assert refusal.value.field == "days_considered"
    release = session.scalars(select(models.ReEntryRelease)).one()
    assert (release.order_id, release.clinic_day, release.amount_mg) == (new.id, world.day, mg("40"))
    assert release.days_without_medicine == 5


def test_order_signed_without_considering_the_days_releases_nothing(session, world):
    who = factories.person(session)
    old = factories.order(session, world, who, starts_on=world.day - 5 * DAY)

    orders.change_order(session, order_id=old.id, signing=signing(draft(world, "40")), act=world.act(world.prescriber))

    assert session.scalars(select(models.ReEntryRelease)).all() == []
