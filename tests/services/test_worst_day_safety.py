"""What a hostile morning tries: a mistake taken back by one person alone, hours that shrink, a clock that nobody trusts."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dispensary.errors import Conflict, Refused
from dispensary.policy.stack import OrderLimits
from dispensary.queries import after_dose, dosing, sites
from dispensary.queries import incidents as records
from dispensary.queries import links as links_of
from dispensary.queries.verification.whole import CHECKS
from dispensary.rules.dosing import reasons_to_withhold, shown_digest
from dispensary.services import dose_reversals, incident_reports, links, replacements, stops
from dispensary.services import dosing as verbs
from dispensary.services.incident_reports import Drawn, Told
from dispensary.services.supplements import FurtherPart, order_supplement
from dispensary.services.telephone_orders import Said, countersign, take_telephone_order
from models import ClaimRelease, DoseOrder, DoseReversal, Movement, SiteSetting, StaffRole
from models.enums import (
    IncidentKind,
    Medication,
    MovementKind,
    ReversalReason,
    Role,
    SettingKey,
    StopKind,
    TelephoneOrderKind,
    TreatmentPhase,
    WasteReason,
    WithheldReason,
)
from models.units import mg
from tests import factories
from tests.durability.recount import recount_within
from tests.station import SITE, ask, look

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def rules(session, world):
    return sites.settings(session, world.site.id, world.day).rules


def codes(session, world, who, at=None):
    return [r.code for r in reasons_to_withhold(look(session, world, who, at=at or world.at), rules(session, world))]


def give(session, world, who, at=None):
    site, at = rules(session, world), at or world.at
    if look(session, world, who, at=at).days_without_medicine:
        ask(session, world, who, at=at)
    shown = verbs.Shown(who.id, shown_digest(look(session, world, who, at=at), site))
    return verbs.record_dose(session, shown=shown, site=site, act=world.act(at=at))


def mistake(session, world, who, drawn=Drawn.AS_A_DOSE, kind=IncidentKind.WRONG_PERSON, amount="30"):
    told = Told(Medication.METHADONE, mg(amount), world.at, True, drawn)
    return incident_reports.report_incident(
        session, person_id=who.id, told=told, kind=kind, note="typed at the window", act=world.act()
    )


def take_back(session, world, incident, **changes):
    values = {
        "reason": ReversalReason.WRONG_PERSON_ON_SCREEN,
        "note": "another number was typed",
        "poured": False,
        "witnessed_by_id": world.witness.id,
    }
    return dose_reversals.reverse_dose(session, dose_id=incident.dose_id, act=world.act(), **(values | changes))


def faults(session, world):
    return [fault for check in CHECKS if (fault := check(session, world.site.id, lambda _: None))]


def test_an_incident_that_never_was_is_taken_back_before_a_witness_and_its_stop_stays(session, world):
    who = factories.patient(session, world)
    incident = mistake(session, world, who)

    reversal = take_back(session, world, incident)

    assert (reversal.witnessed_by_id, reversal.poured) == (world.witness.id, False)
    assert codes(session, world, who) == ["stop_standing"]
    facts = look(session, world, who, at=world.at)
    assert (facts.slot.turn, facts.taken_today_mg, facts.days_without_medicine) == (2, 0, 0)
    back = session.scalars(select(Movement).where(Movement.kind == MovementKind.REVERSAL)).one()
    assert back.balance_after == 1000
    assert records.watched(session, world.site.id, world.at) == []
    assert records.incidents_of(session, who.id, world.day)[0].reversed_at == world.at
    recount_within(session)
    assert faults(session, world) == []


def test_what_was_poured_for_an_incident_that_never_was_goes_to_waste(session, world):
    incident = mistake(session, world, factories.patient(session, world))

    take_back(session, world, incident, poured=True, reason=ReversalReason.NOT_SWALLOWED)

    waste = session.scalars(select(Movement).where(Movement.waste_reason == WasteReason.NOT_SWALLOWED)).one()
    assert (waste.dose_id, waste.balance_after) == (incident.dose_id, 997)
    recount_within(session)
    assert faults(session, world) == []


def test_a_second_dose_that_was_not_swallowed_frees_nothing_of_the_first(session, world):
    who = factories.patient(session, world)
    give(session, world, who)
    incident = mistake(session, world, who, kind=IncidentKind.TWICE)

    take_back(session, world, incident)

    assert session.scalar(select(func.count()).select_from(ClaimRelease)) == 0
    assert "slot_taken" in codes(session, world, who)
    recount_within(session)
    assert faults(session, world) == []


def test_an_incident_that_drew_nothing_here_is_taken_back_without_stock(session, world):
    incident = mistake(session, world, factories.patient(session, world), Drawn.NOT_FROM_HERE)

    with pytest.raises(Refused) as refusal:
        take_back(session, world, incident, poured=True)
    take_back(session, world, incident, reason=ReversalReason.NOT_SWALLOWED)

    assert refusal.value.code == "nothing_poured"
    assert session.scalar(select(func.count()).select_from(Movement).where(Movement.dose_id.is_not(None))) == 0
    recount_within(session)


@pytest.mark.parametrize("poured", [True, False])
@pytest.mark.parametrize(("whom", "code"), [("nobody", "no_witness"), ("oneself", "witness_is_self")])
def test_nobody_takes_an_incident_back_alone(session, world, poured, whom, code):
    incident = mistake(session, world, factories.patient(session, world))

    with pytest.raises(Refused) as refusal:
        take_back(session, world, incident, poured=poured, witnessed_by_id={"oneself": world.nurse.id}.get(whom))

    assert refusal.value.code == code
    assert session.scalar(select(func.count()).select_from(DoseReversal)) == 0


def test_an_incident_is_taken_back_once(session, world):
    incident = mistake(session, world, factories.patient(session, world))
    take_back(session, world, incident)

    with pytest.raises(Conflict) as refusal:
        take_back(session, world, incident)

    assert refusal.value.code == "reversed_before"


def test_an_incident_that_one_person_took_back_is_named_by_verify(session, world):
    incident = mistake(session, world, factories.patient(session, world))
    factories.save(
        session,
        DoseReversal(
            dose_id=incident.dose_id,
            reason=ReversalReason.OTHER,
            note="behind the service",
            poured=False,
            reversed_at=world.at,
            clinic_day=world.day,
            **factories.stamp(world),
        ),
    )

    assert any("one person alone" in str(fault) for fault in faults(session, world))


@pytest.fixture
def further_part(session, world):
    """Somebody in induction who took 20 mg, and for whom 10 mg more are ordered three hours later."""
    who = factories.person(session)
    order = factories.order(session, world, who, amount="20", treatment_phase=TreatmentPhase.INDUCTION)
    first = give(session, world, who)
    part = FurtherPart(mg("10"), 3, "restless", OrderLimits(), over_limit_reason="no policy here")
    order_supplement(session, order_id=order.id, further=part, act=world.act(world.prescriber, at=world.at + HOUR))
    factories.reversal(session, world, first, at=world.at + HOUR)
    return who


def test_the_hours_of_a_further_part_run_from_when_the_first_was_really_given(session, world, further_part):
    late = world.at + 3 * HOUR
    give(session, world, further_part, late)

    assert codes(session, world, further_part, late) == ["too_soon_after_part"]
    assert codes(session, world, further_part, late + 3 * HOUR) == []


def allow_telephone(session, world):
    allowed = SiteSetting(
        key=SettingKey.TELEPHONE_ORDERS, effective_on=world.day - DAY, value="yes", **factories.stamp(world)
    )
    factories.save(session, allowed)


def test_a_day_with_a_further_part_is_not_lowered_by_telephone(session, world, further_part):
    allow_telephone(session, world)
    said = Said(TelephoneOrderKind.LOWER, world.prescriber.id, mg("25"), "25 mg", "called at the window")

    with pytest.raises(Refused) as refusal:
        take_telephone_order(session, person_id=further_part.id, said=said, act=world.act(at=world.at + 2 * HOUR))

    assert [reason.code for reason in refusal.value.reasons] == ["several_parts"]


@pytest.mark.parametrize("wrong_by", [-DAY, 3 * DAY], ids=["behind", "ahead"])
@pytest.mark.parametrize("how", ["withheld", "incident"])
def test_what_is_recorded_without_asking_the_clock_makes_no_wrong_clock_right(session, world, wrong_by, how):
    early = world.day - 2 * DAY
    somebody, other, third = (factories.patient(session, world, starts_on=early) for _ in range(3))
    give(session, world, third)
    wrong = world.at + wrong_by
    before = codes(session, world, somebody, wrong)

    if how == "withheld":
        act = world.act(at=wrong)
        verbs.withhold_dose(session, person_id=other.id, reason=WithheldReason.OTHER, note="", site=SITE, act=act)
    else:
        told = Told(Medication.METHADONE, mg("30"), wrong, True)
        kind = IncidentKind.AGAINST_A_RULE
        act = world.act(at=wrong)
        incident_reports.report_incident(session, person_id=other.id, told=told, kind=kind, note="taken", act=act)

    assert {"clock_behind", "clock_skipped_a_day"} & set(before)
    assert codes(session, world, somebody, wrong) == before


def test_an_order_in_parts_of_which_only_some_were_taken_is_not_continued_by_telephone(session, world):
    allow_telephone(session, world)
    who = factories.person(session)
    first = world.day - 5 * DAY
    stay = factories.episode(session, world, who, admitted_on=first)
    order = factories.order(
        session, world, who, in_episode=stay, starts_on=first, ends_on=world.day - DAY, steps={first: ("40", "40")}
    )
    factories.dose(session, world, who, order, lines={"methadone": "4"}, at=world.at - DAY)
    said = Said(TelephoneOrderKind.CONTINUE, world.prescriber.id, mg("40"), "40 mg", "called at the window")

    with pytest.raises(Refused) as refusal:
        take_telephone_order(session, person_id=who.id, said=said, act=world.act())

    assert [reason.code for reason in refusal.value.reasons] == ["parts_not_all_taken"]


def test_a_replacement_ordered_before_an_incident_is_ordered_anew(session, world):
    who = factories.patient(session, world)
    dose = give(session, world, who)
    factories.vomiting(session, world, dose)
    later = world.act(world.prescriber, at=world.at + timedelta(minutes=20))
    replacements.order_replacement(session, dose_id=dose.id, amount_mg=mg("80"), reason="came up", act=later)
    assert after_dose.waiting_replacement(session, who.id, world.day) is not None

    at = world.at + timedelta(minutes=30)
    told = Told(Medication.METHADONE, mg("80"), at, True)
    incident_reports.report_incident(
        session, person_id=who.id, told=told, kind=IncidentKind.TWICE, note="from the cup", act=world.act(at=at)
    )

    assert after_dose.waiting_replacement(session, who.id, world.day) is None
    later = world.act(world.prescriber, at=world.at + HOUR)
    replacements.order_replacement(session, dose_id=dose.id, amount_mg=mg("20"), reason="with the incident", act=later)
    assert after_dose.waiting_replacement(session, who.id, world.day).amount_mg == mg("20")


def test_a_telephone_order_can_be_disowned_while_a_linked_record_is_stopped_for_its_order(session, world):
    allow_telephone(session, world)
    who, other = factories.patient(session, world), factories.person(session)
    stops.set_stop(session, person_id=other.id, kind=StopKind.ORDER_PROBLEM, act=world.act())
    said = Said(TelephoneOrderKind.LOWER, world.prescriber.id, mg("25"), "25 mg", "called at the window")
    taken = take_telephone_order(session, person_id=who.id, said=said, act=world.act())
    link(session, world, who, other)

    countersign(session, telephone_order_id=taken.id, agreed=False, note="not mine", act=world.act(world.prescriber))

    assert codes(session, world, who) == ["stop_standing"]


def test_two_doses_of_linked_records_stop_dosing_even_if_the_later_is_a_decided_incident(session, world):
    who, other = factories.patient(session, world), factories.person(session)
    mistake(session, world, other)
    (stop,) = dosing.standing_stops(session, other.id)
    stops.release_stop(session, stop_id=stop.id, reason="seen", act=world.act(world.prescriber))
    factories.dose(session, world, who, order_of(session, who), at=world.at - HOUR)

    link(session, world, who, other)

    assert "stop_standing" in codes(session, world, who)


def order_of(session, who):
    return session.scalars(select(DoseOrder).where(DoseOrder.person_id == who.id)).one()


def link(session, world, root, other):
    plan = links_of.plan(session, root_id=root.id, person_id=other.id, clinic_day=world.day)
    return links.link_records(
        session,
        root_id=root.id,
        person_id=other.id,
        shown=plan.digest,
        reason="one person",
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )


def test_nobody_countersigns_what_they_took_down_themselves(session, world):
    allow_telephone(session, world)
    both = factories.staff(session, "Erik Voss")
    factories.role(session, both, world.site, Role.NURSE)
    factories.role(session, both, world.site, Role.PRESCRIBER)
    who = factories.patient(session, world)
    said = Said(TelephoneOrderKind.LOWER, world.prescriber.id, mg("25"), "25 mg", "called at the window")
    taken = take_telephone_order(session, person_id=who.id, said=said, act=world.act(both))
    role = session.scalars(select(StaffRole).where(StaffRole.staff_id == world.prescriber.id)).one()
    role.until_on = world.day - DAY
    session.flush()

    with pytest.raises(Refused) as refusal:
        countersign(session, telephone_order_id=taken.id, agreed=True, note="", act=world.act(both))

    assert refusal.value.code == "own_note"
