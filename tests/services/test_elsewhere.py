"""Doses given elsewhere: reported, verified with the source, or denied by it; on both backends."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries.dosing import standing_stops
from dispensary.queries.verification.whole import CHECKS
from dispensary.services import elsewhere, episodes, stops
from dispensary.services.elsewhere import Confirmed, Reported
from models import AuditEvent, Claim, Dose, DoseOrder, DosingIncident, ElsewhereDose, ElsewhereVerdict, Movement, Task
from models.enums import (
    AuditKind,
    ClaimKind,
    DoseOutcome,
    ElsewhereSource,
    EpisodeEndReason,
    IncidentKind,
    Medication,
    StopKind,
)
from models.units import mg
from tests.durability.recount import recount_within
from tests.factories import dose, patient, person, reversal
from tests.rows import count
from tests.station import codes, look


def report(session, world, who, at=None, **changes):
    at = at or world.at - timedelta(hours=1)
    told = Reported(
        source=ElsewhereSource.HOSPITAL,
        source_name="City Hospital",
        medication=Medication.METHADONE,
        amount_mg=mg("80"),
        taken_at=at,
        clinic_day=at.date(),
        told_by="the sister",
    )
    return elsewhere.report_elsewhere(session, person_id=who.id, told=replace(told, **changes), act=world.act())


def verify(session, world, what, **changes):
    said = Confirmed(Medication.METHADONE, mg("80"), what.taken_at, what.clinic_day)
    return elsewhere.verify_elsewhere(
        session,
        elsewhere_dose_id=what.id,
        confirmed=replace(said, **changes),
        verifier="ward nurse, by the ward's own number",
        act=world.act(),
    )


def deny(session, world, what):
    return elsewhere.deny_elsewhere(session, elsewhere_dose_id=what.id, verifier="ward nurse", act=world.act())


def test_a_reported_dose_stops_today_and_counts_as_not_taken(session, world):
    who = patient(session, world, starts_on=world.day - timedelta(days=2))

    made = report(session, world, who, world.at - timedelta(days=1))

    (stop,) = standing_stops(session, who.id)
    assert (stop.kind, stop.id) == (StopKind.ELSEWHERE_UNVERIFIED, made.stop_id)
    assert set(codes(session, world, who)) == {"stop_standing", "not_asked"}
    assert look(session, world, who).days_without_medicine == 2
    assert count(session, Dose) == count(session, Claim) == 0
    assert session.scalars(select(Task)).one().due_at == stop.decide_by


def test_a_report_is_audited_without_names(session, world):
    made = report(session, world, patient(session, world))

    row = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.ELSEWHERE_REPORTED)).one()
    assert row.subject_id == made.id
    assert "City Hospital" not in row.body
    assert "sister" not in row.body


def test_a_verified_dose_takes_the_slot_and_no_stock(session, world):
    who = patient(session, world)
    what = report(session, world, who)

    verdict = verify(session, world, what, amount_mg=mg("70"))

    made = session.get_one(Dose, verdict.dose_id)
    assert (made.outcome, made.taken_mg, made.clinic_day) == (DoseOutcome.ELSEWHERE, mg("70"), world.day)
    assert session.get_one(Claim, made.claim_id).kind is ClaimKind.ELSEWHERE
    assert session.scalar(select(func.count()).where(Movement.dose_id == made.id)) == 0
    assert set(codes(session, world, who)) >= {"slot_taken", "stop_standing"}
    recount_within(session)


def test_the_prescriber_releases_the_stop_and_its_task_closes(session, world):
    who = patient(session, world)
    what = report(session, world, who)
    verify(session, world, what)

    stops.release_stop(session, stop_id=what.stop_id, reason="hospital confirmed", act=world.act(world.prescriber))

    assert session.scalars(select(Task)).one().resolved_at is not None
    assert set(codes(session, world, who)) == {"slot_taken"}


def test_a_verified_dose_of_yesterday_ends_the_days_without_medicine(session, world):
    who = patient(session, world, starts_on=world.day - timedelta(days=4))
    what = report(session, world, who, world.at - timedelta(days=1))
    assert "days_without_medicine" in codes(session, world, who)

    verify(session, world, what)

    assert look(session, world, who).days_without_medicine == 0
    assert look(session, world, who).slot.taken_at is None


def test_a_verified_dose_beside_one_from_here_is_a_dosing_incident(session, world):
    who = patient(session, world)
    dose(session, world, who, session.scalars(select(DoseOrder)).one())
    what = report(session, world, who)

    verdict = verify(session, world, what)

    incident = session.scalars(select(DosingIncident)).one()
    assert (incident.dose_id, incident.kind, incident.person_id) == (verdict.dose_id, IncidentKind.TWICE, who.id)
    assert session.get_one(Dose, verdict.dose_id).claim_id is None
    assert {s.kind for s in standing_stops(session, who.id)} == {StopKind.ELSEWHERE_UNVERIFIED, StopKind.INCIDENT}
    assert look(session, world, who).taken_today_mg == mg("160")
    recount_within(session)


def test_a_dose_from_here_that_was_reversed_leaves_the_slot_to_the_one_from_elsewhere(session, world):
    who = patient(session, world)
    reversal(session, world, dose(session, world, who, session.scalars(select(DoseOrder)).one()))

    verdict = verify(session, world, report(session, world, who))

    assert session.get_one(Claim, session.get_one(Dose, verdict.dose_id).claim_id).turn == 2
    assert count(session, DosingIncident) == 0


def test_of_a_split_day_the_part_that_is_still_free_is_taken(session, world):
    who = patient(session, world, steps={world.day: ("50", "30")}, hours_between_parts=6)
    given = session.scalars(select(DoseOrder)).one()
    dose(session, world, who, given, lines={"methadone": "5"}, at=world.at - timedelta(hours=2))

    verdict = verify(session, world, report(session, world, who), amount_mg=mg("30"))

    assert session.get_one(Dose, verdict.dose_id).part == 2
    assert count(session, DosingIncident) == 0


def test_what_the_source_denies_stays_a_day_without_medicine(session, world):
    who = patient(session, world)
    what = report(session, world, who)

    verdict = deny(session, world, what)

    assert (verdict.verified, verdict.dose_id) == (False, None)
    assert count(session, Dose) == 0
    assert set(codes(session, world, who)) == {"stop_standing"}
    row = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.ELSEWHERE_DECIDED)).one()
    assert row.subject_id == verdict.id


@pytest.mark.parametrize("again", [verify, deny])
def test_a_report_is_decided_once(session, world, again):
    what = report(session, world, patient(session, world))
    verify(session, world, what)

    with pytest.raises(Conflict) as refusal:
        again(session, world, what)

    assert refusal.value.code == "decided_before"
    assert refusal.value.words.values["by"] == "Rosa Ames"
    assert count(session, ElsewhereVerdict) == count(session, Dose) == 1


def test_the_same_dose_is_not_reported_twice(session, world):
    who = patient(session, world)
    report(session, world, who)

    with pytest.raises(Conflict) as refusal:
        report(session, world, who, told_by="himself")

    assert refusal.value.code == "reported_before"
    assert count(session, ElsewhereDose) == 1


def test_a_second_report_of_another_place_joins_the_stop_that_stands(session, world):
    who = patient(session, world)
    first = report(session, world, who)

    second = report(session, world, who, source=ElsewhereSource.CUSTODY)

    assert second.stop_id == first.stop_id


def test_a_verdict_after_the_stop_was_released_calls_nobody_again(session, world):
    who = patient(session, world)
    what = report(session, world, who)
    stops.release_stop(session, stop_id=what.stop_id, reason="give it", act=world.act(world.prescriber))

    deny(session, world, what)

    assert session.scalar(select(func.count()).where(Task.resolved_at.is_(None))) == 0


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"source_name": " "}, "blank", "source_name"),
        ({"told_by": ""}, "blank", "told_by"),
        ({"amount_mg": mg("0")}, "not_positive", "amount_mg"),
    ],
)
def test_a_report_says_where_and_who_says_so(session, world, changes, code, field):
    who = patient(session, world)

    with pytest.raises(Refused) as refusal:
        report(session, world, who, **changes)

    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_a_dose_of_the_future_is_not_reported(session, world):
    who = patient(session, world)

    with pytest.raises(Refused) as refusal:
        report(session, world, who, world.at + timedelta(minutes=1))

    assert refusal.value.code == "in_the_future"


def test_of_somebody_whose_treatment_has_ended_nothing_is_stopped(session, world):
    who = patient(session, world)
    episodes.end_episode(
        session,
        person_id=who.id,
        ended_on=world.day,
        reason=EpisodeEndReason.LEFT_BY_OWN_WISH,
        note="moved away",
        act=world.act(world.prescriber),
    )

    with pytest.raises(Refused) as refusal:
        report(session, world, who)

    assert refusal.value.code == "not_in_treatment"


def test_nobody_is_dosed_nowhere(session, world):
    with pytest.raises(NotFound):
        report(session, world, replace_id(person(session)))
    with pytest.raises(NotFound):
        deny(session, world, ElsewhereDose(id=99))


def test_a_report_of_another_site_is_not_found(session, world):
    what = report(session, world, patient(session, world))

    with pytest.raises(NotFound):
        elsewhere.deny_elsewhere(
            session, elsewhere_dose_id=what.id, verifier="ward nurse", act=replace(world.act(), site_id=99)
        )


def test_the_whole_of_it_verifies(session, world):
    one, two = patient(session, world), patient(session, world)
    dose(session, world, one, session.scalars(select(DoseOrder).where(DoseOrder.person_id == one.id)).one())
    verify(session, world, report(session, world, one))
    verify(session, world, report(session, world, two))

    faults = [fault for check in CHECKS if (fault := check(session, world.site.id, lambda _: None))]

    assert faults == []


def replace_id(nobody):
    """Return somebody who is not on record."""
    return type(nobody)(id=nobody.id + 999)
