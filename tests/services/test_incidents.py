"""Dosing incidents: what was swallowed is recorded whatever stands in the way, on both backends."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dispensary.errors import NotFound, Refused
from dispensary.policy.house import house_rules
from dispensary.queries import stock as shelf
from dispensary.queries.dosing import standing_stops
from dispensary.queries.verification.whole import CHECKS
from dispensary.rules.stock import lines_for
from dispensary.services import episodes, incidents, stops
from dispensary.services.incidents import Swallowed
from models import AuditEvent, Claim, Dose, DoseOrder, Movement, Task, TaskReason
from models.enums import (
    Alertness,
    AuditKind,
    ClaimKind,
    DoseOutcome,
    EpisodeEndReason,
    Form,
    IncidentKind,
    Medication,
    StopKind,
    TaskReasonKind,
)
from models.units import mg, quantity
from tests.durability.recount import recount_within
from tests.factories import dose, patient, person, reversal
from tests.station import codes, look


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


def test_what_the_wrong_person_swallowed_is_a_dose_of_theirs_and_leaves_the_other_slot_free(session, world):
    who, meant = patient(session, world), patient(session, world, family_name="Trần")

    incident = record(session, world, who, swallowed(session, world), intended_person_id=meant.id)

    made = session.get_one(Dose, incident.dose_id)
    assert (made.person_id, made.outcome, made.taken_mg) == (who.id, DoseOutcome.INCIDENT, mg("80"))
    assert session.get_one(Claim, made.claim_id).kind is ClaimKind.INCIDENT
    movement = session.scalars(select(Movement).where(Movement.dose_id == made.id)).one()
    assert (movement.quantity, movement.balance_after) == (quantity("8"), quantity("992"))
    assert incident.intended_person_id == meant.id
    assert look(session, world, meant).slot.taken_at is None
    assert codes(session, world, meant) == []
    recount_within(session)


def test_a_second_dose_stands_beside_the_first_and_was_ordered_of_nobody(session, world):
    who = patient(session, world)
    dose(session, world, who, order_of(session, who))

    incident = record(session, world, who, swallowed(session, world), IncidentKind.TWICE)

    made = session.get_one(Dose, incident.dose_id)
    assert (made.claim_id, made.ordered_mg) == (None, None)
    assert look(session, world, who).taken_today_mg == mg("160")
    recount_within(session)


def test_the_slot_of_a_dose_that_was_reversed_is_taken_at_its_next_turn(session, world):
    who = patient(session, world)
    reversal(session, world, dose(session, world, who, order_of(session, who)))

    incident = record(session, world, who, swallowed(session, world), IncidentKind.WRONG_AMOUNT)

    claim = session.get_one(Claim, session.get_one(Dose, incident.dose_id).claim_id)
    assert (claim.turn, claim.kind) == (2, ClaimKind.INCIDENT)
    recount_within(session)


@pytest.mark.parametrize("standing", ["nobody in treatment", "somebody discharged", "a stop", "dosed already"])
def test_nothing_that_withholds_a_dose_stands_in_the_way_of_recording_one(session, world, standing):
    who = person(session) if standing == "nobody in treatment" else patient(session, world)
    if standing == "somebody discharged":
        ended(session, world, who)
    if standing == "a stop":
        stops.set_stop(session, person_id=who.id, kind=StopKind.SEDATION, act=world.act())
    if standing == "dosed already":
        dose(session, world, who, order_of(session, who))

    incident = record(session, world, who, swallowed(session, world), IncidentKind.AGAINST_A_RULE)

    made = session.get_one(Dose, incident.dose_id)
    assert made.taken_mg == mg("80")
    assert (made.episode_id is None) == (standing in ("nobody in treatment", "somebody discharged"))
    recount_within(session)


def test_what_came_from_no_container_here_moves_no_stock(session, world):
    who = patient(session, world)

    incident = record(session, world, who, swallowed(session, world, "33.337", from_here=False, certain=False))

    assert session.get_one(Dose, incident.dose_id).taken_mg == mg("33.337")
    assert not incident.amount_certain
    assert session.scalar(select(func.count()).where(Movement.dose_id == incident.dose_id)) == 0
    recount_within(session)


def test_further_doses_stop_and_the_prescriber_is_called_before_the_second_look(session, world):
    who = patient(session, world)

    incident = record(session, world, who, swallowed(session, world))

    (stop,) = standing_stops(session, who.id)
    soon = world.at + house_rules().observe_every
    assert (stop.kind, stop.id, stop.decide_by) == (StopKind.INCIDENT, incident.stop_id, soon)
    assert session.scalars(select(Task)).one().due_at == soon
    reasons = {(r.kind, r.stop_id) for r in session.scalars(select(TaskReason))}
    assert reasons == {(TaskReasonKind.STOP, stop.id), (TaskReasonKind.INCIDENT, stop.id)}
    assert incident.observe_until == world.at + house_rules().observe_for
    assert "stop_standing" in codes(session, world, who)


def test_a_second_incident_joins_the_stop_that_stands(session, world):
    who = patient(session, world)
    first = record(session, world, who, swallowed(session, world))

    second = record(session, world, who, swallowed(session, world), IncidentKind.TWICE)

    assert second.stop_id == first.stop_id
    assert len(standing_stops(session, who.id)) == 1


def test_the_release_of_its_stop_closes_the_prescribers_task(session, world):
    who = patient(session, world)
    incident = record(session, world, who, swallowed(session, world))

    stops.release_stop(session, stop_id=incident.stop_id, reason="seen, awake", act=world.act(world.prescriber))

    assert session.scalars(select(Task)).one().resolved_at is not None


def test_incident_and_dose_each_have_one_audit_row_without_a_word_of_the_note(session, world):
    who = patient(session, world)

    incident = record(session, world, who, swallowed(session, world), note="Trần took it")

    kinds = (AuditKind.DOSE_RECORDED, AuditKind.INCIDENT_RECORDED)
    rows = session.scalars(select(AuditEvent).where(AuditEvent.kind.in_(kinds)).order_by(AuditEvent.number)).all()
    assert [(row.kind, row.subject_id) for row in rows] == [
        (AuditKind.DOSE_RECORDED, incident.dose_id),
        (AuditKind.INCIDENT_RECORDED, incident.id),
    ]
    assert "Trần" not in "".join(row.body for row in rows)


def test_what_happened_yesterday_is_entered_now_and_looked_after_now(session, world):
    who = patient(session, world, starts_on=world.day - timedelta(days=5))
    then = world.at - timedelta(days=1)
    what = swallowed(session, world, taken_at=then, clinic_day=then.date())

    incident = record(session, world, who, what)

    made = session.get_one(Dose, incident.dose_id)
    assert (made.taken_at, made.clinic_day, made.recorded_at) == (then, then.date(), world.at)
    assert (incident.noticed_at, incident.recorded_at) == (world.at, world.at)
    assert incident.observe_until == world.at + house_rules().observe_every
    assert look(session, world, who).slot.taken_at is None
    recount_within(session)


def test_an_act_of_the_past_still_sets_the_stop_now(session, world):
    who = patient(session, world)
    then = world.at - timedelta(hours=3)
    what = swallowed(session, world, taken_at=then)

    incident = incidents.record_incident(
        session,
        person_id=who.id,
        what=what,
        kind=IncidentKind.TWICE,
        note="on the paper twice",
        act=world.act().of(then, world.day),
    )

    (stop,) = standing_stops(session, who.id)
    assert (stop.set_at, incident.noticed_at) == (world.at, world.at)


def test_what_a_linked_record_swallowed_is_the_survivors(session, world):
    survivor, linked = patient(session, world), person(session)
    linked.root_id = survivor.id
    session.flush()

    incident = record(session, world, linked, swallowed(session, world))

    assert incident.person_id == survivor.id


@pytest.mark.parametrize(
    ("changes", "note", "code"),
    [
        ({}, "  ", "blank"),
        ({"taken_at": timedelta(minutes=1)}, "early", "in_the_future"),
        ({"taken_mg": "0"}, "nothing", "taken_out_of_range"),
        ({"taken_mg": "90"}, "not what was poured", "lines_do_not_add_up"),
    ],
)
def test_what_cannot_have_been_swallowed_is_refused(session, world, changes, note, code):
    who = patient(session, world)
    what = swallowed(session, world)
    if "taken_at" in changes:
        what = replace(what, taken_at=world.at + changes["taken_at"])
    if "taken_mg" in changes:
        what = replace(what, taken_mg=mg(changes["taken_mg"]))

    with pytest.raises(Refused) as refusal:
        record(session, world, who, what, note=note)

    assert refusal.value.code == code
    assert session.scalar(select(func.count()).select_from(Dose)) == 0


def test_nobody_swallows_nothing(session, world):
    what = swallowed(session, world, from_here=False)

    with pytest.raises(NotFound):
        incidents.record_incident(
            session, person_id=99, what=what, kind=IncidentKind.TWICE, note="who?", act=world.act()
        )


def observed(session, world, incident, alertness=Alertness.AWAKE, **values):
    values = {"breaths_per_minute": None, "note": ""} | values
    act = world.act(at=values.pop("at", world.at))
    return incidents.observe(session, incident_id=incident.id, alertness=alertness, act=act, **values)


def test_what_was_seen_is_kept_and_audited(session, world):
    who = patient(session, world)
    incident = record(session, world, who, swallowed(session, world))

    made = observed(session, world, incident, breaths_per_minute=15, note="talks")

    assert (made.incident_id, made.breaths_per_minute, made.note) == (incident.id, 15, "talks")
    row = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.INCIDENT_OBSERVED)).one()
    assert row.subject_id == made.id


def test_somebody_hard_to_rouse_is_stopped_again_and_the_prescribers_at_once(session, world):
    who = patient(session, world)
    incident = record(session, world, who, swallowed(session, world))
    stops.release_stop(session, stop_id=incident.stop_id, reason="seen, awake", act=world.act(world.prescriber))
    later = world.at + timedelta(hours=1)

    observed(session, world, incident, Alertness.HARD_TO_ROUSE, at=later)

    (stop,) = standing_stops(session, who.id)
    assert stop.kind is StopKind.INCIDENT
    task = session.scalars(select(Task).where(Task.resolved_at.is_(None))).one()
    assert task.due_at == later


def test_an_incident_that_is_not_of_this_site_is_not_found(session, world):
    who = patient(session, world)
    incident = record(session, world, who, swallowed(session, world))

    with pytest.raises(NotFound):
        incidents.observe(
            session,
            incident_id=incident.id,
            alertness=Alertness.AWAKE,
            breaths_per_minute=None,
            note="",
            act=replace(world.act(), site_id=99),
        )


def test_the_whole_of_it_verifies(session, world):
    one, two = patient(session, world), patient(session, world)
    record(session, world, one, swallowed(session, world), intended_person_id=two.id)
    record(session, world, one, swallowed(session, world, from_here=False), IncidentKind.TWICE)
    observed(session, world, record(session, world, two, swallowed(session, world, from_here=False)))

    faults = [fault for check in CHECKS if (fault := check(session, world.site.id, lambda _: None))]

    assert faults == []


def order_of(session, who):
    return session.scalars(select(DoseOrder).where(DoseOrder.person_id == who.id)).one()


def ended(session, world, who):
    episodes.end_episode(
        session,
        person_id=who.id,
        reason=EpisodeEndReason.LEFT_BY_OWN_WISH,
        ended_on=world.day,
        note="moved away",
        act=world.act(world.prescriber),
    )
