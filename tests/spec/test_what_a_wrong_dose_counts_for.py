"""What counts for what: a dosing incident, and a dose given elsewhere, verified or not.

Ordered are 80 mg a day. One line a case: what was swallowed how long ago, and what the window says now: the days without
medicine, the total of today, whether today's slot is free, and from when a dose of the next day may be given.
Source: product.md §3 rules 8 and 9, §5.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.rules.dosing import reasons_to_withhold
from dispensary.services import elsewhere, incidents
from dispensary.services.elsewhere import Confirmed, Reported
from dispensary.services.incidents import Swallowed
from models import DoseOrder
from models.enums import ElsewhereSource, Form, IncidentKind, Medication
from models.units import mg
from tests.factories import dose, patient, trust_clock
from tests.station import SITE, look

METHADONE, BUPRENORPHINE = Medication.METHADONE, Medication.BUPRENORPHINE


def given(session, world, who, amount, at):
    order = session.scalars(select(DoseOrder)).one()
    dose(session, world, who, order, lines={"methadone": str(int(amount) // 10)}, at=at)


def incident(session, world, who, amount, at, medication=METHADONE):
    due = mg("80") if medication is METHADONE else None
    what = Swallowed(medication, Form.LIQUID, mg(amount), at, at.date(), ordered_mg=due)
    incidents.record_incident(
        session, person_id=who.id, what=what, kind=IncidentKind.AGAINST_A_RULE, note="as told", act=world.act()
    )


def of_another_medicine(session, world, who, amount, at):
    incident(session, world, who, amount, at, BUPRENORPHINE)


def reported(session, world, who, amount, at):
    told = Reported(ElsewhereSource.HOSPITAL, "City Hospital", METHADONE, mg(amount), at, at.date(), "himself")
    return elsewhere.report_elsewhere(session, person_id=who.id, told=told, act=world.act())


def verified(session, world, who, amount, at):
    what = reported(session, world, who, amount, at)
    said = Confirmed(METHADONE, mg(amount), at, at.date())
    elsewhere.verify_elsewhere(
        session, elsewhere_dose_id=what.id, confirmed=said, verifier="ward nurse", act=world.act()
    )


def denied(session, world, who, amount, at):
    what = reported(session, world, who, amount, at)
    elsewhere.deny_elsewhere(session, elsewhere_dose_id=what.id, verifier="ward nurse", act=world.act())


YESTERDAY, TODAY, LAST_NIGHT = 24, 1, 7


@pytest.mark.parametrize(
    ("swallowed", "days", "today_mg", "slot_free", "because"),
    [
        ([], 2, "0", True, "nothing was swallowed since the order began two days ago"),
        ([(incident, "80", YESTERDAY)], 0, "0", True, "as much as was ordered, wrongly or not, is a day with medicine"),
        ([(incident, "800", YESTERDAY)], 0, "0", True, "and more than was ordered too"),
        ([(incident, "8", YESTERDAY)], 1, "0", True, "less is a part: it neither counts nor ends the run"),
        ([(of_another_medicine, "8", YESTERDAY)], 2, "0", True, "another medicine is not what was ordered: without it"),
        ([(incident, "80", TODAY)], 2, "80", False, "what was swallowed today takes today's slot"),
        ([(incident, "8", TODAY)], 2, "8", False, "however little it was: more is the prescriber's to order"),
        ([(given, "80", TODAY), (incident, "80", TODAY)], 2, "160", False, "twice counts twice for the total"),
        ([(given, "80", YESTERDAY), (incident, "80", YESTERDAY)], 0, "0", True, "and once for the day"),
        ([(reported, "80", YESTERDAY)], 2, "0", True, "not yet verified counts as not taken"),
        ([(verified, "80", YESTERDAY)], 0, "0", True, "verified counts as taken"),
        ([(verified, "30", YESTERDAY)], 0, "0", True, "whatever was given there was the dose of that day"),
        ([(denied, "80", YESTERDAY)], 2, "0", True, "denied by its source counts as not taken"),
        ([(reported, "80", TODAY)], 2, "0", True, "perhaps taken today: the slot is free and the stop stands"),
        ([(verified, "80", TODAY)], 2, "80", False, "verified today takes the slot"),
        ([(given, "80", TODAY), (verified, "80", TODAY)], 2, "160", False, "here and elsewhere is twice"),
    ],
)
def test_what_counts_for_days_total_and_slot(session, world, swallowed, days, today_mg, slot_free, because):
    facts = facts_after(session, world, swallowed)

    assert facts.days_without_medicine == days, because
    assert facts.taken_today_mg == mg(today_mg), because
    assert (facts.slot.taken_at is None) == slot_free, because


@pytest.mark.parametrize(
    ("swallowed", "too_soon", "because"),
    [
        ([(incident, "80", LAST_NIGHT + 1)], False, "eight hours later the next day's dose may be given"),
        ([(incident, "80", LAST_NIGHT + 0.5)], True, "an incident seven and a half hours ago is too soon"),
        ([(of_another_medicine, "8", LAST_NIGHT + 0.5)], True, "of whatever medicine it was"),
        ([(verified, "80", LAST_NIGHT + 0.5)], True, "and so is a verified dose from elsewhere"),
        ([(reported, "80", LAST_NIGHT + 0.5)], False, "not verified, it is the stop that holds the dose"),
    ],
)
def test_what_counts_for_the_hours_between_days(session, world, swallowed, too_soon, because):
    facts = facts_after(session, world, swallowed)

    codes = {reason.code for reason in reasons_to_withhold(facts, SITE)}

    assert ("too_soon_after_last_day" in codes) == too_soon, because


@pytest.mark.parametrize(
    ("how", "stops", "because"),
    [
        (incident, {"incident"}, "after an incident a prescriber decides"),
        (reported, {"elsewhere_unverified"}, "until the source has spoken, and a prescriber decided"),
        (verified, {"elsewhere_unverified"}, "verified by the nurse, released by the prescriber"),
        (denied, {"elsewhere_unverified"}, "denied: the prescriber decides too"),
    ],
)
def test_what_stops_further_doses(session, world, how, stops, because):
    facts = facts_after(session, world, [(how, "80", YESTERDAY)])

    assert {stop.kind.value for stop in facts.stops} == stops, because


def facts_after(session, world, swallowed):
    who = patient(session, world, starts_on=world.day - timedelta(days=2))
    for how, amount, hours_ago in swallowed:
        how(session, world, who, amount, world.at - timedelta(hours=hours_ago))
    trust_clock(session, world)
    return look(session, world, who)
