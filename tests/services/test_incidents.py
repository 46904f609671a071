"""Dosing incidents: what was swallowed is recorded whatever stands in the way, on both backends."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dispensary.errors import NotFound, Refused
from dispensary.policy.house import house_rules
from dispensary.queries import stock as shelf
from dispensary.queries.dosing import facts_for, standing_stops
from dispensary.rules.dosing import SiteRules, reasons_to_withhold
from dispensary.rules.stock import lines_for
from dispensary.services import incidents, stops
from dispensary.services.incidents import Swallowed
from models import AuditEvent, Claim, Dose, DosingIncident, Movement, Task, TaskReason
from models.enums import (
    AuditKind,
    ClaimKind,
    DoseOutcome,
    Form,
    IncidentKind,
    Medication,
    StopKind,
    TaskReasonKind,
)
from models.units import mg, quantity
from tests.durability.recount import recount_within
from tests.factories import dose, order, patient, person, reversal

SITE = SiteRules(hours_between_days=8, hold_from_days=3, hold_from_days_induction=2)


def poured(session, world, amount):
    found = shelf.containers_at_window(session, world.window.id, Medication.METHADONE, Form.LIQUID)
    return lines_for(mg(amount), found, on=world.day)


def swallowed(session, world, amount="80", *, from_here=True, **values):
    values = {"taken_at": world.at, "clinic_day": world.day, "ordered_mg": mg("80")} | values
    lines = poured(session, world, amount) if from_here else ()
    return Swallowed(Medication.METHADONE, Form.LIQUID, mg(amount), lines=lines, **values)


def record(session, world, who, what, kind=IncidentKind.WRONG_PERSON, note="swallowed by the next in line", **values):
    return incidents.record_incident(
        session, person_id=who.id, what=what, kind=kind, note=note, act=world.act(), **values
    )


def seen(session, world, who):
    return facts_for(
        session,
        person_id=who.id,
        site_id=world.site.id,
        window_id=world.window.id,
        clinic_day=world.day,
        at=world.at,
    )


def test_what_the_wrong_person_swallowed_is_a_dose_of_theirs_and_leaves_the_other_slot_free(session, world):
    who, meant = patient(session, world), patient(session, world, family_name="Trần")

    incident = record(session, world, who, swallowed(session, world), intended_person_id=meant.id)

    made = session.get_one(Dose, incident.dose_id)
    assert (made.person_id, made.outcome, made.taken_mg) == (who.id, DoseOutcome.INCIDENT, mg("80"))
    assert session.get_one(Claim, made.claim_id).kind is ClaimKind.INCIDENT
    movement = session.scalars(select(Movement).where(Movement.dose_id == made.id)).one()
    assert (movement.quantity, movement.balance_after) == (quantity("8"), quantity("992"))
    assert incident.intended_person_id == meant.id
    assert seen(session, world, meant).slot.taken_at is None
    assert reasons_to_withhold(seen(session, world, meant), SITE) == []
    recount_within(session)
