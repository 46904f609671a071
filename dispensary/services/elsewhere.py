"""Doses given elsewhere: reported, and verified with the source or not.

Until the source has said so a reported dose counts as not taken for the days without medicine, and as perhaps taken for
today: a stop stands until a prescriber decides. (product.md §3 rule 8)
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries import dosing as facts_of
from dispensary.queries import elsewhere as records
from dispensary.queries import people as people_of
from dispensary.services import audit, dosing, incidents, linked_slots, people, stops, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.wording import N_, say
from models import Dose, ElsewhereDose, ElsewhereVerdict, StopRelease
from models.enums import (
    AuditKind,
    ClaimKind,
    Desk,
    DoseOutcome,
    ElsewhereSource,
    IncidentKind,
    Medication,
    StopKind,
    TaskReasonKind,
)
from models.units import Mg

NOTHING = Mg(Decimal(0))


@dataclass(frozen=True)
class Reported:
    """A dose given elsewhere, as it was told here."""

    source: ElsewhereSource
    source_name: str
    medication: Medication
    amount_mg: Mg | None
    """None: not known."""
    taken_at: datetime
    clinic_day: date
    told_by: str


@dataclass(frozen=True)
class Confirmed:
    """A dose given elsewhere, as the source itself says."""

    medication: Medication
    amount_mg: Mg
    taken_at: datetime
    clinic_day: date


def report_elsewhere(session: Session, *, person_id: int, told: Reported, act: Act) -> ElsewhereDose:
    """Note that a dose is said to have been given elsewhere; dosing stops until it is verified and decided.

    Raises:
        NotFound: there is no such person.
        Conflict: the same was reported before, and waits.
        Refused: it lies in the future, its source is not named, or the person is not in treatment here.
    """
    source_name = people.line(told.source_name, "source_name", needed=True)
    told_by = people.line(told.told_by, "told_by", needed=True)
    _check_amount(told.amount_mg)
    _check_time(told.taken_at, act)
    linked_slots.lock_records(session, {person_id})
    person_id = people_of.surviving(session, person_id)
    if people_of.episode_on(session, person_id, act.site_id) is None:
        words = N_("Not in treatment here now, so there is no dose to stop. Tell the prescriber before re-admission.")
        raise Refused(say(words), code="not_in_treatment")
    _refuse_known(session, person_id, told)
    stop_id = _stop(session, person_id, act)
    report = write(
        session,
        ElsewhereDose(
            person_id=person_id,
            clinic_day=told.clinic_day,
            part=_part(session, person_id, told.clinic_day, act),
            source=told.source,
            source_name=source_name,
            medication=told.medication,
            amount_mg=told.amount_mg,
            taken_at=told.taken_at,
            told_by=told_by,
            stop_id=stop_id,
            **act.stamp,
        ),
    )
    _call_prescriber(session, person_id, stop_id, act)
    audit.record(
        session,
        AuditKind.ELSEWHERE_REPORTED,
        report,
        act,
        person=person_id,
        day=told.clinic_day,
        source=told.source,
        stop=stop_id,
    )
    return report


def verify_elsewhere(
    session: Session, *, elsewhere_dose_id: int, confirmed: Confirmed, verifier: str, act: Act
) -> ElsewhereVerdict:
    """Record that the source itself says that it gave the dose; it takes the slot of its day if that is free.

    Where something stands in that slot already, two doses were swallowed on one day: a dosing incident. The stop of the
    report stands until the prescriber releases it.

    Args:
        verifier: who at the source said so, and how they were reached.

    Raises:
        NotFound: there is no such report here.
        Conflict: it was decided before.
        Refused: nobody is named, or amount or time cannot be.
    """
    verifier = people.line(verifier, "verifier", needed=True)
    _check_amount(confirmed.amount_mg)
    _check_time(confirmed.taken_at, act)
    report = _undecided(session, elsewhere_dose_id, act)
    person_id = people_of.surviving(session, report.person_id)
    then = act.of(confirmed.taken_at, confirmed.clinic_day)
    dose = _dose(session, person_id, report, confirmed, then)
    audit.record(session, AuditKind.DOSE_RECORDED, dose, then, **dosing.audited(dose))
    if dose.claim_id is None:
        said = f"{report.source_name}: {verifier}"
        incidents.note_incident(session, dose=dose, kind=IncidentKind.TWICE, note=said, act=act)
    return _decide(session, report, verifier, dose, act)


def deny_elsewhere(session: Session, *, elsewhere_dose_id: int, verifier: str, act: Act) -> ElsewhereVerdict:
    """Record that the source says it gave no dose, or cannot say; the day stays without medicine.

    The stop of the report stands until the prescriber releases it.

    Args:
        verifier: who at the source said so, and how they were reached.

    Raises:
        NotFound: there is no such report here.
        Conflict: it was decided before.
        Refused: nobody is named.
    """
    verifier = people.line(verifier, "verifier", needed=True)
    return _decide(session, _undecided(session, elsewhere_dose_id, act), verifier, None, act)


def _check_amount(amount_mg: Mg | None) -> None:
    if amount_mg is not None and amount_mg <= NOTHING:
        raise Refused(say(N_("This must be more than zero.")), code="not_positive", field="amount_mg")


def _check_time(taken_at: datetime, act: Act) -> None:
    if taken_at > act.at:
        words = N_("This is later than now. Enter when the dose was swallowed; one that is planned is not reported.")
        raise Refused(say(words), code="in_the_future", field="taken_time")


def _refuse_known(session: Session, person_id: int, told: Reported) -> None:
    """Refuse to note the same dose twice, which the verification would make into two."""
    waiting = records.undecided_of(session, person_id)
    same = next((r for r in waiting if (r.clinic_day, r.source) == (told.clinic_day, told.source)), None)
    if same is not None:
        words = N_(
            "A dose of this day from there was reported at %(at)s by %(by)s. Verify that one, in the list above."
        )
        raise Conflict(say(words, at=same.reported_at, by=same.by), code="reported_before")


def _part(session: Session, person_id: int, clinic_day: date, act: Act) -> int:
    """Return the first part of that day which nothing has taken, or its last."""
    facts = facts_of.facts_for(
        session, person_id=person_id, site_id=act.site_id, window_id=None, clinic_day=clinic_day, at=act.at
    )
    return facts.slot.part


def _stop(session: Session, person_id: int, act: Act) -> int:
    kind = StopKind.ELSEWHERE_UNVERIFIED
    standing = facts_of.standing_stops(session, person_id)
    known = next((stop.id for stop in standing if stop.kind is kind), None)
    return known or stops.set_stop(session, person_id=person_id, kind=kind, act=act).id


def _call_prescriber(session: Session, person_id: int, stop_id: int, act: Act) -> None:
    tasks.note(
        session,
        person_id=person_id,
        desk=Desk.PRESCRIBER,
        kind=TaskReasonKind.ELSEWHERE,
        stop_id=stop_id,
        act=act,
    )


def _undecided(session: Session, elsewhere_dose_id: int, act: Act) -> ElsewhereDose:
    """Return a report behind the person's lock; somebody else may have decided it in the meantime."""
    report = session.get(ElsewhereDose, elsewhere_dose_id)
    if report is None or report.site_id != act.site_id:
        raise NotFound(say(N_("There is no such report here.")), code="no_such_report")
    linked_slots.lock_records(session, {report.person_id})
    before = records.verdict(session, elsewhere_dose_id)
    if before is not None:
        words = N_("This report was decided at %(at)s by %(by)s.")
        raise Conflict(say(words, at=before.decided_at, by=before.by), code="decided_before")
    return report


def _dose(session: Session, person_id: int, report: ElsewhereDose, confirmed: Confirmed, then: Act) -> Dose:
    """Write the dose as verified, with the claim of its slot if that is free. No stock of ours moves."""
    same_day = confirmed.clinic_day == report.clinic_day
    part = report.part if same_day else _part(session, person_id, confirmed.clinic_day, then)
    slot = facts_of.slot_of(session, person_id, confirmed.clinic_day, part)
    claim = incidents.claim_of(slot, person_id, confirmed.clinic_day, ClaimKind.ELSEWHERE, then)
    claim_id = write(session, claim).id if slot.taken_at is None else None
    return write(
        session,
        Dose(
            person_id=person_id,
            clinic_day=confirmed.clinic_day,
            part=part,
            claim_id=claim_id,
            episode_id=people_of.episode_on(session, person_id, then.site_id),
            outcome=DoseOutcome.ELSEWHERE,
            medication=confirmed.medication,
            taken_mg=confirmed.amount_mg,
            wasted_mg=NOTHING,
            taken_at=confirmed.taken_at,
            terminal_id=then.terminal_id,
            **then.stamp,
        ),
    )


def _decide(session: Session, report: ElsewhereDose, verifier: str, dose: Dose | None, act: Act) -> ElsewhereVerdict:
    verdict = write(
        session,
        ElsewhereVerdict(
            elsewhere_dose_id=report.id,
            verified=dose is not None,
            verifier=verifier,
            dose_id=dose.id if dose else None,
            decided_at=act.at,
            **act.stamp,
        ),
    )
    released = select(StopRelease.id).where(StopRelease.stop_id == report.stop_id)
    if report.stop_id is not None and session.scalar(released) is None:
        _call_prescriber(session, report.person_id, report.stop_id, act)
    audit.record(
        session,
        AuditKind.ELSEWHERE_DECIDED,
        verdict,
        act,
        person=report.person_id,
        report=report.id,
        verified=int(verdict.verified),
        dose=verdict.dose_id,
    )
    return verdict
