"""Dosing incidents: what was swallowed and should not have been is always recorded, watched, and shown to a prescriber.

No rule that withholds a dose stands in the way here. The dose counts for the day, the hours and the register; further
doses stop until a prescriber has decided. (product.md §3 rule 9)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from dispensary.errors import NotFound, Refused
from dispensary.policy.house import house_rules
from dispensary.queries import dosing as facts_of
from dispensary.queries import people as records
from dispensary.rules.dosing import Slot
from dispensary.rules.incidents import observe_until
from dispensary.rules.names import is_blank
from dispensary.rules.stock import Line
from dispensary.services import audit, dosing, lock, pouring, stock, stops, tasks
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.pouring import Poured
from dispensary.wording import N_, say
from models import Claim, Dose, DosingIncident, IncidentObservation, Movement
from models.enums import (
    Alertness,
    AuditKind,
    ClaimKind,
    Desk,
    DoseOutcome,
    Form,
    IncidentKind,
    Medication,
    PlaceKind,
    StopKind,
    TaskReasonKind,
)
from models.units import Mg

NOTHING = Mg(Decimal(0))
ALARMING = frozenset({Alertness.HARD_TO_ROUSE, Alertness.UNRESPONSIVE})
"""How somebody is found for whom help is called at once."""


@dataclass(frozen=True)
class Swallowed:
    """What somebody swallowed, and what it was poured from."""

    medication: Medication
    form: Form | None
    taken_mg: Mg
    taken_at: datetime
    clinic_day: date
    lines: tuple[Line, ...] = ()
    """From this window's containers, adding up exactly; empty when it did not come from one of them."""
    ordered_mg: Mg | None = None
    """What was due to this person; None where nothing was, or of another medicine."""
    order_id: int | None = None
    part: int = 1
    given_by_id: int | None = None
    certain: bool = True
    """The amount is known, and not merely likely."""


def record_incident(
    session: Session,
    *,
    person_id: int,
    what: Swallowed,
    kind: IncidentKind,
    note: str,
    intended_person_id: int | None = None,
    act: Act,
) -> DosingIncident:
    """Record what was swallowed and was wrong; stop further doses and call the prescriber.

    It takes the person's slot of that day and part if that is free, and stands beside what took it otherwise.

    Args:
        person_id: who swallowed it, whoever it was meant for.
        note: what happened, in somebody's own words; where it came from, if from no container of this window.
        intended_person_id: whose dose it was meant to be; their slot stays free.
        act: of now; when it was swallowed stands in `what`.

    Raises:
        NotFound: there is no such person.
        Refused: nothing is said of what happened, or the amount or its time cannot be.
    """
    act = replace(act, at=act.entered_at or act.at, entered_at=None)
    _check(what, note, act)
    lock.person(session, person_id)
    lock.window(session, act.window_id)
    person_id = records.surviving(session, person_id)
    then = act.of(what.taken_at, what.clinic_day)
    dose = _dose(session, person_id, what, then)
    places = stock.places(session, then, PlaceKind.WINDOW, PlaceKind.PERSON) if what.lines else {}
    poured = [Poured(line, line.quantity) for line in what.lines]
    movements = pouring.pour(session, dose, poured, None, places, then) if poured else []
    audit.record(session, AuditKind.DOSE_RECORDED, dose, then, **dosing.audited(dose))
    incident = note_incident(
        session,
        dose=dose,
        kind=kind,
        note=note,
        certain=what.certain,
        intended_person_id=intended_person_id if intended_person_id != person_id else None,
        act=act,
    )
    _enter(session, movements, then)
    return incident


def note_incident(
    session: Session,
    *,
    dose: Dose,
    kind: IncidentKind,
    note: str,
    certain: bool = True,
    intended_person_id: int | None = None,
    act: Act,
) -> DosingIncident:
    """Call a dose on record an incident: a stop, an urgent task, and times at which to look at the person.

    Call with the person's row locked, and enter the dose's stock in the register afterwards.
    """
    stop_id = _stop(session, dose.person_id, _soon(act), act)
    incident = write(
        session,
        DosingIncident(
            dose_id=dose.id,
            person_id=dose.person_id,
            kind=kind,
            intended_person_id=intended_person_id,
            amount_certain=certain,
            note=note.strip(),
            noticed_at=act.at,
            observe_until=observe_until(dose.taken_at, act.at, house_rules().observe_for, house_rules().observe_every),
            stop_id=stop_id,
            **act.stamp,
        ),
    )
    _call_prescriber(session, dose.person_id, stop_id, _soon(act), act)
    audit.record(
        session,
        AuditKind.INCIDENT_RECORDED,
        incident,
        act,
        person=dose.person_id,
        dose=dose.id,
        incident_kind=kind,
        taken_mg=dose.taken_mg,
        intended=intended_person_id,
        stop=stop_id,
    )
    return incident


def observe(
    session: Session,
    *,
    incident_id: int,
    alertness: Alertness,
    breaths_per_minute: int | None,
    note: str,
    act: Act,
) -> IncidentObservation:
    """Record how a watched person was found; somebody hard to rouse is the prescriber's at once, and stopped.

    Raises:
        NotFound: there is no such incident here.
    """
    known = session.get(DosingIncident, incident_id)
    if known is None or known.site_id != act.site_id:
        raise NotFound(say(N_("There is no such incident here.")), code="no_such_incident")
    lock.person(session, known.person_id)
    seen = write(
        session,
        IncidentObservation(
            incident_id=incident_id,
            observed_at=act.at,
            alertness=alertness,
            breaths_per_minute=breaths_per_minute,
            note=note.strip(),
            **act.stamp,
        ),
    )
    if alertness in ALARMING:
        _call_prescriber(session, known.person_id, _stop(session, known.person_id, _soon(act), act), act.at, act)
    audit.record(
        session,
        AuditKind.INCIDENT_OBSERVED,
        seen,
        act,
        person=known.person_id,
        incident=incident_id,
        alertness=alertness,
        breaths_per_minute=breaths_per_minute,
    )
    return seen


def _check(what: Swallowed, note: str, act: Act) -> None:
    if is_blank(note):
        raise Refused(say(N_("Say what happened, in your own words.")), code="blank", field="note")
    if what.taken_mg <= 0:
        raise Refused(say(N_("Enter what was swallowed: more than 0 mg.")), code="taken_out_of_range", field="taken_mg")
    if what.taken_at > act.at:
        raise Refused(
            say(N_("This is later than now. Enter when it was swallowed.")), code="in_the_future", field="taken_at"
        )
    poured_mg = sum((line.amount_mg for line in what.lines), NOTHING)
    if what.lines and poured_mg != what.taken_mg:
        words = N_("The containers named make up %(poured)s mg, not the %(taken)s mg that were swallowed.")
        raise Refused(say(words, poured=poured_mg, taken=what.taken_mg), code="lines_do_not_add_up", field="taken_mg")


def _dose(session: Session, person_id: int, what: Swallowed, then: Act) -> Dose:
    """Write the dose; what stands beside a slot already taken was ordered of nobody."""
    slot = facts_of.slot_of(session, person_id, what.clinic_day, what.part)
    free = slot.taken_at is None
    claim = write(session, claim_of(slot, person_id, what.clinic_day, ClaimKind.INCIDENT, then)) if free else None
    return write(
        session,
        Dose(
            person_id=person_id,
            clinic_day=what.clinic_day,
            part=what.part,
            claim_id=claim.id if claim else None,
            order_id=what.order_id,
            episode_id=records.episode_on(session, person_id, then.site_id),
            outcome=DoseOutcome.INCIDENT,
            medication=what.medication,
            form=what.form,
            ordered_mg=what.ordered_mg if free else None,
            taken_mg=what.taken_mg,
            wasted_mg=NOTHING,
            taken_at=what.taken_at,
            given_by_id=what.given_by_id,
            window_id=then.window_id,
            terminal_id=then.terminal_id,
            **then.stamp,
        ),
    )


def claim_of(slot: Slot, person_id: int, clinic_day: date, kind: ClaimKind, act: Act) -> Claim:
    """Return the claim of a free slot, naming the release before it."""
    return Claim(
        person_id=person_id,
        clinic_day=clinic_day,
        part=slot.part,
        turn=slot.turn,
        follows_id=slot.release_id,
        follows_turn=slot.turn - 1 if slot.release_id is not None else None,
        kind=kind,
        **act.stamp,
    )


def _stop(session: Session, person_id: int, decide_by: datetime, act: Act) -> int:
    """Return the stop that holds further doses: the one that stands for an earlier incident, or a new one."""
    standing = facts_of.standing_stops(session, person_id)
    known = next((stop.id for stop in standing if stop.kind is StopKind.INCIDENT), None)
    if known is not None:
        return known
    return stops.set_stop(session, person_id=person_id, kind=StopKind.INCIDENT, decide_by=decide_by, act=act).id


def _soon(act: Act) -> datetime:
    """Return when an answer about an incident is due: before the second look."""
    return act.at + house_rules().observe_every


def _call_prescriber(session: Session, person_id: int, stop_id: int, due_at: datetime, act: Act) -> None:
    kind = TaskReasonKind.INCIDENT
    tasks.note(session, person_id=person_id, desk=Desk.PRESCRIBER, kind=kind, due_at=due_at, stop_id=stop_id, act=act)


def _enter(session: Session, movements: Sequence[Movement], act: Act) -> None:
    if movements:
        stock.enter_register(session, movements, act)
