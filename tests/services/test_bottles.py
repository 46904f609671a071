"""Bottles handed over at the window: one test for each way out, on both backends."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.take_homes import TakeHomePolicy
from dispensary.queries.going_home import Terms
from dispensary.queries.queue import queue
from dispensary.services import absences, bottles, call_backs, stops
from models import (
    AuditEvent,
    Bottle,
    BottleEnd,
    BottleLine,
    Claim,
    DoseOrder,
    LabelPrint,
    Movement,
    Person,
    RegisterEntry,
    TakeHomeIssue,
)
from models.enums import (
    AbsenceKind,
    AuditKind,
    BottleFate,
    CallBackReason,
    ClaimKind,
    LabelLayout,
    MovementKind,
    PlaceKind,
    StopKind,
    TreatmentPhase,
)
from models.units import mg, quantity
from tests import factories, take_homes
from tests.spec.test_take_homes import RULE_OF_2024
from tests.station import SITE, codes, give, picture
from tests.take_homes import decide, hand_over, one_off, plan, safe


@pytest.fixture
def who(session, world) -> Person:
    """Somebody who comes on Mondays and Thursdays, with two doses for the days between; today is a Monday."""
    made = factories.patient(session, world, starts_on=world.day - timedelta(days=7))
    take_homes.dosed_until_yesterday(session, world, made)
    decide(session, world, made)
    safe(session, world, made)
    return made


def reasons(refusal) -> set[str]:
    return {reason.code for reason in refusal.value.reasons}


def test_each_bottle_has_its_day_its_slot_its_stock_and_there_is_one_audit_row(session, world, who):
    give(session, world, who)

    issue = hand_over(session, world, who)

    found = session.scalars(select(Bottle).order_by(Bottle.number)).all()
    assert [(b.number, b.of_number, b.covers_on, b.part, b.amount_mg) for b in found] == [
        (1, 2, world.day + timedelta(days=1), 1, mg("80")),
        (2, 2, world.day + timedelta(days=2), 1, mg("80")),
    ]
    claims = session.scalars(select(Claim).where(Claim.kind == ClaimKind.TAKE_HOME).order_by(Claim.clinic_day)).all()
    assert [c.id for c in claims] == [b.claim_id for b in found]
    lines = session.scalars(select(BottleLine)).all()
    moved = {m.id: m for m in session.scalars(select(Movement).where(Movement.kind == MovementKind.TAKE_HOME))}
    assert {(line.quantity, moved[line.movement_id].quantity) for line in lines} == {(quantity("8"), quantity("8"))}
    assert {m.to_place_id for m in moved.values()} == {world.places[PlaceKind.PERSON].id}
    entered = session.scalar(
        select(func.count()).select_from(RegisterEntry).where(RegisterEntry.movement_id.in_(moved))
    )
    assert entered == 2
    audited = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.BOTTLES_ISSUED)).one()
    assert audited.subject_id == issue.id


def test_amount_is_that_of_the_day_and_no_step_up_that_is_still_to_be_earned(session, world):
    day = world.day
    made = factories.patient(
        session,
        world,
        starts_on=day - timedelta(days=7),
        steps={day - timedelta(days=7): ("80",), day + timedelta(days=1): ("90",), day + timedelta(days=2): ("70",)},
    )
    take_homes.dosed_until_yesterday(session, world, made)
    decide(session, world, made)
    safe(session, world, made)
    give(session, world, made)

    hand_over(session, world, made)

    amounts = session.scalars(select(Bottle.amount_mg).order_by(Bottle.covers_on)).all()
    assert amounts == [mg("90"), mg("70")]


def test_step_up_after_a_day_at_home_waits(session, world):
    day = world.day
    made = factories.patient(
        session,
        world,
        starts_on=day - timedelta(days=7),
        steps={day - timedelta(days=7): ("80",), day + timedelta(days=2): ("90",)},
    )
    take_homes.dosed_until_yesterday(session, world, made)
    decide(session, world, made)
    safe(session, world, made)
    give(session, world, made)

    hand_over(session, world, made)

    assert session.scalars(select(Bottle.amount_mg)).all() == [mg("80"), mg("80")]


def test_each_part_of_a_split_day_has_its_bottle_and_the_later_part_of_today_too(session, world):
    starts_on = world.day - timedelta(days=1)
    made = factories.patient(session, world, starts_on=starts_on, steps={starts_on: ("50", "30")})
    order = session.scalars(select(DoseOrder).where(DoseOrder.person_id == made.id)).one()
    for part, amount in ((1, "5"), (2, "3")):
        at = world.at - timedelta(days=1) + timedelta(hours=part)
        factories.dose(session, world, made, order, lines={"methadone": amount}, part=part, at=at)
    decide(session, world, made)
    safe(session, world, made)
    give(session, world, made)

    hand_over(session, world, made)

    found = [(b.covers_on - world.day, b.part, b.amount_mg) for b in session.scalars(select(Bottle))]
    days = [timedelta(days=n) for n in range(3)]
    assert sorted(found) == [
        (days[0], 2, mg("30")),
        (days[1], 1, mg("50")),
        (days[1], 2, mg("30")),
        (days[2], 1, mg("50")),
        (days[2], 2, mg("30")),
    ]


def test_nothing_goes_beyond_the_end_of_the_order(session, world):
    made = factories.patient(session, world, starts_on=world.day, ends_on=world.day + timedelta(days=1))
    decide(session, world, made)
    safe(session, world, made)
    give(session, world, made)

    hand_over(session, world, made)

    assert session.scalars(select(Bottle.covers_on)).all() == [world.day + timedelta(days=1)]


def test_bottle_may_draw_from_two_containers(session, world):
    made = factories.patient(session, world)
    decide(session, world, made)
    safe(session, world, made)
    give(session, world, made)
    methadone = world.products["methadone"]
    take_homes.leave_in_container(session, world, "methadone", "11")
    factories.container(session, world, methadone)

    hand_over(session, world, made)

    by_bottle = session.execute(select(BottleLine.bottle_id, BottleLine.line, BottleLine.quantity)).all()
    assert sorted((line, much) for _, line, much in by_bottle) == [
        (1, quantity("3")),
        (1, quantity("8")),
        (2, quantity("5")),
    ]


def test_taken_slot_refuses_its_bottle_and_says_who_and_when(session, world, who):
    give(session, world, who)
    tomorrow = world.at + timedelta(days=1)
    factories.claim(session, world, who, at=tomorrow, kind=ClaimKind.ELSEWHERE)

    shown = plan(session, world, who)
    hand_over(session, world, who)

    assert [reason.code for reason in shown.left_out] == ["slot_taken"]
    assert shown.left_out[0].message.values["by"] == "Rosa Ames"
    assert session.scalars(select(Bottle.covers_on)).all() == [world.day + timedelta(days=2)]


def test_dose_of_the_day_comes_first(session, world, who):
    with pytest.raises(Refused) as refusal:
        hand_over(session, world, who)

    assert reasons(refusal) == {"dose_first"}


def test_stop_holds_bottles_too(session, world, who):
    give(session, world, who)
    stops.set_stop(session, person_id=who.id, kind=StopKind.INCIDENT, act=world.act())

    with pytest.raises(Refused) as refusal:
        hand_over(session, world, who)

    assert reasons(refusal) == {"stop_standing", "review_open"}


def test_days_without_medicine_hold_bottles_too(session, world):
    made = factories.patient(session, world, starts_on=world.day - timedelta(days=4))
    decide(session, world, made)
    safe(session, world, made)

    with pytest.raises(Refused) as refusal:
        hand_over(session, world, made)

    assert "days_without_medicine" in reasons(refusal)


def test_safety_must_have_been_gone_through_within_the_year(session, world):
    made = factories.patient(session, world)
    decide(session, world, made)
    safe(session, world, made, world.day - timedelta(days=400))
    give(session, world, made)

    with pytest.raises(Refused) as refusal:
        hand_over(session, world, made)

    assert reasons(refusal) == {"safety_check_due"}


def test_nobody_takes_home_what_nobody_decided(session, world):
    made = factories.patient(session, world)
    safe(session, world, made)
    give(session, world, made)

    with pytest.raises(Refused) as refusal:
        hand_over(session, world, made)

    assert refusal.value.code == "not_to_take_home"


def test_second_handover_is_told_that_the_first_took_the_days(session, world, who):
    give(session, world, who)
    shown = plan(session, world, who).digest
    hand_over(session, world, who)

    with pytest.raises(Conflict):
        hand_over(session, world, who, digest=shown)

    assert session.scalar(select(func.count()).select_from(TakeHomeIssue)) == 1


def test_bottle_at_home_keeps_a_second_dose_of_its_day_from_the_window(session, world, who):
    give(session, world, who)
    hand_over(session, world, who)
    tomorrow = world.at + timedelta(days=1)

    found = codes(session, world, who, at=tomorrow)

    assert "slot_taken" in found


def test_strip_at_the_window_shows_the_days_that_were_had_at_home(session, world, who):
    give(session, world, who)
    issue = hand_over(session, world, who)
    kept, gone = session.scalars(select(Bottle).where(Bottle.issue_id == issue.id).order_by(Bottle.covers_on))
    lost = {"fate": BottleFate.LOST, "clinic_day": world.day, "ended_at": world.at}
    factories.save(session, BottleEnd(bottle_id=gone.id, **lost, **factories.stamp(world)))
    factories.trust_clock(session, world, world.at + timedelta(days=3))

    seen = picture(session, world, who, at=world.at + timedelta(days=3))

    assert [day.day for day in seen.strip if day.at_home] == [kept.covers_on]


def test_collector_needs_authority_and_a_document(session, world, who):
    collector = take_homes.collector(session, world, who)
    give(session, world, who)

    with pytest.raises(Refused) as unseen:
        hand_over(session, world, who, collector_id=collector.id)
    with pytest.raises(Refused) as unknown:
        hand_over(session, world, who, collector_id=collector.id + 1, identity_seen="passport")
    issue = hand_over(session, world, who, collector_id=collector.id, identity_seen="passport")

    assert (unseen.value.code, unknown.value.code) == ("identity_not_seen", "no_authority")
    assert (issue.collector_id, issue.identity_seen) == (collector.id, "passport")


def test_one_off_covers_days_apart_from_the_schedule(session, world, who):
    day = world.day
    allowed = one_off(session, world, who, day + timedelta(days=3), day + timedelta(days=4))
    give(session, world, who)
    hand_over(session, world, who)

    issue = hand_over(session, world, who, one_off_id=allowed.id)

    covered = select(Bottle.covers_on).where(Bottle.issue_id == issue.id).order_by(Bottle.covers_on)
    assert session.scalars(covered).all() == [day + timedelta(days=3), day + timedelta(days=4)]
    assert (issue.decision_id, issue.one_off_id) == (None, allowed.id)


def test_labels_are_counted_and_printed_only_of_what_was_handed_out_here(session, world, who):
    give(session, world, who)
    issue = hand_over(session, world, who)

    printed = [
        bottles.note_labels_printed(session, issue_id=issue.id, layout=LabelLayout.SHEET, act=world.act())
        for _ in range(2)
    ]
    with pytest.raises(NotFound):
        bottles.note_labels_printed(session, issue_id=issue.id + 1, layout=LabelLayout.SHEET, act=world.act())

    assert [one.printing for one in printed] == [1, 2]
    assert session.scalar(select(func.count()).select_from(LabelPrint)) == 2


def test_nobody_waits_at_the_window_for_somebody_whose_dose_is_at_home(session, world, who):
    tomorrow, day = world.day + timedelta(days=1), world.day + timedelta(days=3)
    give(session, world, who)
    expected = [row.person_id for row in queue(session, site_id=world.site.id, clinic_day=tomorrow)]

    hand_over(session, world, who)

    assert who.id in expected
    assert who.id not in [row.person_id for row in queue(session, site_id=world.site.id, clinic_day=tomorrow)]
    assert who.id in [row.person_id for row in queue(session, site_id=world.site.id, clinic_day=day)]


# Induction, call-backs, collectors and a day that is at home already


ALWAYS = TakeHomePolicy(RULE_OF_2024)


def inducing(session, world):
    made = factories.patient(session, world, treatment_phase=TreatmentPhase.INDUCTION)
    decide(session, world, made)
    safe(session, world, made)
    give(session, world, made)
    return made


def test_in_induction_no_bottle_goes_home_and_the_page_says_why(session, world):
    made = inducing(session, world)

    shown = plan(session, world, made)

    assert ([r.code for r in shown.against], shown.may_go) == (["induction"], False)


def test_in_induction_bottles_go_home_where_an_approved_profile_allows_it(session, world):
    made = inducing(session, world)
    terms = Terms(SITE, 365, lambda: ALWAYS)

    issue = hand_over(session, world, made, terms=terms)

    assert len(session.scalars(select(Bottle).where(Bottle.issue_id == issue.id)).all()) == 2


def test_policy_is_looked_up_only_in_induction(session, world, who):
    give(session, world, who)

    def never() -> TakeHomePolicy:
        raise AssertionError("asked for the policy")

    assert plan(session, world, who, terms=Terms(SITE, 365, never)).may_go


def test_without_an_order_for_today_nothing_goes_home(session, world):
    yesterday = world.day - timedelta(days=1)
    made = factories.patient(session, world, starts_on=yesterday - timedelta(days=7), ends_on=yesterday)
    decide(session, world, made)
    safe(session, world, made)

    shown = plan(session, world, made)

    assert "no_active_order" in {r.code for r in shown.against}
    assert not shown.bottles


def test_nothing_more_goes_home_while_every_bottle_is_called_back(session, world, who):
    give(session, world, who)
    hand_over(session, world, who)
    call_backs.call_back(
        session,
        person_id=who.id,
        reason=CallBackReason.RANDOM,
        channel="a call",
        note="",
        due_by=world.at + timedelta(days=1),
        act=world.act(),
    )
    allowed = one_off(session, world, who, world.day + timedelta(days=3), world.day + timedelta(days=3))

    shown = plan(session, world, who, one_off_id=allowed.id)

    assert [r.code for r in shown.against] == ["called_back"]


def test_collector_is_told_that_todays_dose_stays_here(session, world, who):
    shown = plan(session, world, who, collected=True)

    assert [r.code for r in shown.left_out] == ["todays_dose_stays"]
    assert shown.days == [world.day + timedelta(days=1), world.day + timedelta(days=2)]


def test_collector_takes_todays_dose_where_a_prescriber_allowed_today(session, world, who):
    sister = take_homes.collector(session, world, who)
    allowed = one_off(session, world, who, world.day, world.day + timedelta(days=1))

    issue = hand_over(session, world, who, one_off_id=allowed.id, collector_id=sister.id, identity_seen="passport")

    covered = select(Bottle.covers_on).where(Bottle.issue_id == issue.id).order_by(Bottle.covers_on)
    assert session.scalars(covered).all() == [world.day, world.day + timedelta(days=1)]
    assert "slot_taken" in codes(session, world, who)


def test_whoever_comes_takes_todays_dose_here_though_today_was_allowed_as_a_single_day(session, world, who):
    allowed = one_off(session, world, who, world.day, world.day + timedelta(days=1))

    before = plan(session, world, who, one_off_id=allowed.id)
    give(session, world, who)
    after = plan(session, world, who, one_off_id=allowed.id)

    assert [r.code for r in before.against] == ["dose_first"]
    assert after.days == [world.day + timedelta(days=1)]


def test_split_day_that_was_handed_over_leaves_nothing_to_say(session, world):
    starts_on = world.day - timedelta(days=1)
    made = factories.patient(session, world, starts_on=starts_on, steps={starts_on: ("50", "30")})
    order = session.scalars(select(DoseOrder).where(DoseOrder.person_id == made.id)).one()
    for part, amount in ((1, "5"), (2, "3")):
        at = world.at - timedelta(days=1) + timedelta(hours=part)
        factories.dose(session, world, made, order, lines={"methadone": amount}, part=part, at=at)
    decide(session, world, made)
    safe(session, world, made)
    give(session, world, made)
    hand_over(session, world, made)

    shown = plan(session, world, made)

    assert (shown.bottles, shown.left_out) == ((), ())


def test_nothing_goes_home_of_somebody_on_record_in_custody_whoever_comes_for_it(session, world, who):
    give(session, world, who)
    sister = take_homes.collector(session, world, who)
    absences.record_absence(
        session,
        person_id=who.id,
        kind=AbsenceKind.CUSTODY,
        from_on=world.day,
        expected_until=None,
        place="Harbour police station",
        told_by="the sister",
        act=world.act(),
    )

    with pytest.raises(Refused) as hers:
        hand_over(session, world, who, collector_id=sister.id, identity_seen="passport")
    with pytest.raises(Refused) as own:
        hand_over(session, world, who)

    assert (reasons(hers), reasons(own)) == ({"away"}, {"away"})
