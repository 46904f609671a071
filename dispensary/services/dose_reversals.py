"""Reversing a record of a dose that did not happen: the dose stays legible, its slot is free again, once.

What was swallowed is never reversed. What was poured and not swallowed is waste with a witness, and does not go back.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries.after_dose import standing
from dispensary.services import audit, linked_slots, people, stock
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import Claim, ClaimRelease, Dose, DoseReversal, Movement, Staff
from models.enums import AuditKind, DoseOutcome, MovementKind, PlaceKind, ReversalReason, WasteReason

NOTHING_GIVEN = frozenset({DoseOutcome.WITHHELD, DoseOutcome.REFUSED})
SWALLOWED = frozenset({DoseOutcome.INCIDENT, DoseOutcome.ELSEWHERE})
"""Doses of which it is certain that they were swallowed, whatever they should have been."""


def reverse_dose(
    session: Session,
    *,
    dose_id: int,
    reason: ReversalReason,
    note: str,
    poured: bool,
    witnessed_by_id: int | None,
    act: Act,
) -> DoseReversal:
    """Record that a dose on record did not happen. The dose stays legible; its slot is free again, once.

    A record that nothing was given, or taken, may be of the wrong person too: it is reversed with a reason, and there is
    no slot to free and no stock to put back.

    Args:
        note: what happened, in somebody's own words.
        poured: it left the container: the stock comes back and goes to waste, with a witness, in two lines.
        witnessed_by_id: who saw the waste; needed only if it was poured.

    Raises:
        NotFound: there is no such dose at this site.
        Conflict: it was reversed before, or a replacement of it stands.
        Refused: it was swallowed for certain, nothing says what happened, what was poured is unclear, or no witness.
    """
    note = people.line(note, "note", needed=True)
    dose = _dose_to_reverse(session, dose_id, act)
    _check_poured(dose, reason, poured, witnessed_by_id)
    movements = _moved_by(session, dose, poured)
    for container_id in sorted({movement.container_id for movement in movements}):
        stock.lock_container(session, container_id, act)
    reversal = DoseReversal(
        dose_id=dose.id,
        reason=reason,
        note=note,
        poured=poured,
        reversed_at=act.at,
        clinic_day=act.clinic_day,
        witnessed_by_id=witnessed_by_id if poured else None,
        **act.stamp,
    )
    session.add(reversal)
    if dose.claim_id is not None:
        session.add(_release_of(session, dose.claim_id, act))
    session.flush()
    linked_slots.settle(session, person_id=dose.person_id, clinic_day=dose.clinic_day, part=dose.part, act=act)
    made = [_undo(session, movement, poured, witnessed_by_id, act) for movement in movements]
    audit.record(
        session,
        AuditKind.DOSE_REVERSED,
        reversal,
        act,
        dose=dose.id,
        person=dose.person_id,
        reason=reason,
        poured=int(poured),
        witness=reversal.witnessed_by_id,
    )
    stock.enter_register(session, [m for pair in made for m in pair], act)
    return reversal


def _dose_to_reverse(session: Session, dose_id: int, act: Act) -> Dose:
    dose = session.get(Dose, dose_id)
    if dose is None or dose.site_id != act.site_id:
        raise NotFound(say(N_("There is no such dose here.")), code="no_such_dose")
    linked_slots.lock_records(session, {dose.person_id})
    before = session.execute(
        select(DoseReversal.reversed_at, Staff.name)
        .join(Staff, Staff.id == DoseReversal.recorded_by_id)
        .where(DoseReversal.dose_id == dose.id)
    ).one_or_none()
    if before is not None:
        words = say(N_("This dose was reversed at %(at)s by %(by)s."), at=before.reversed_at, by=before.name)
        raise Conflict(words, code="reversed_before")
    if dose.outcome in SWALLOWED:
        words = say(N_("What was swallowed stays recorded: this is not reversed. Show it to the prescriber."))
        raise Refused(words, code="was_swallowed")
    if session.scalar(select(Dose.id).where(Dose.replaces_id == dose.id, standing(Dose.__table__.c.id))) is not None:
        words = say(
            N_("A replacement of this dose was given. If neither was swallowed, reverse the replacement first.")
        )
        raise Conflict(words, code="replaced")
    return dose


def _check_poured(dose: Dose, reason: ReversalReason, poured: bool, witnessed_by_id: int | None) -> None:
    if dose.outcome in NOTHING_GIVEN:
        if poured or reason is ReversalReason.NOT_SWALLOWED:
            words = N_(
                "This record says that nothing was given: choose another reason, and leave empty that it was poured."
            )
            raise Refused(say(words), code="nothing_poured", field="reason")
    elif reason is ReversalReason.NOT_SWALLOWED and not poured:
        words = N_(
            "What was poured and not swallowed goes to waste, not back into the container: tick that it was poured."
        )
        raise Refused(say(words), code="was_poured", field="poured")
    if poured and witnessed_by_id is None:
        words = N_("A second person signs for what was poured.")
        raise Refused(say(words), code="no_witness", field="witness_username")


def _release_of(session: Session, claim_id: int, act: Act) -> ClaimRelease:
    claim = session.get_one(Claim, claim_id)
    return ClaimRelease(
        claim_id=claim.id,
        person_id=claim.person_id,
        clinic_day=claim.clinic_day,
        part=claim.part,
        turn=claim.turn,
        **act.stamp,
    )


def _moved_by(session: Session, dose: Dose, poured: bool) -> Sequence[Movement]:
    """Return what is to be undone of a dose's stock: what was swallowed and, if nothing was poured at all, the waste too."""
    kinds = {MovementKind.DISPENSE} if poured else {MovementKind.DISPENSE, MovementKind.WASTE}
    query = select(Movement).where(Movement.dose_id == dose.id, Movement.kind.in_(kinds)).order_by(Movement.id)
    return session.scalars(query).all()


def _undo(session: Session, movement: Movement, poured: bool, witnessed_by_id: int | None, act: Act) -> list[Movement]:
    """Put what was drawn back on record, and to waste again if it had been poured."""
    back = stock.put_back(session, movement=movement, act=act)
    if not poured:
        return [back]
    waste = stock.draw(
        session,
        container_id=movement.container_id,
        quantity=movement.quantity,
        kind=MovementKind.WASTE,
        to_place=PlaceKind.WASTE,
        dose_id=movement.dose_id,
        witnessed_by_id=witnessed_by_id,
        waste_reason=WasteReason.NOT_SWALLOWED,
        act=act,
    )
    return [back, waste]
