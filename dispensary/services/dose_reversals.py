"""Reversing a record of a dose that did not happen: the dose stays legible, its slot is free again, once.

What was swallowed is never reversed. What was poured and not swallowed is waste with a witness, and does not go back. An
incident that never was, such as one typed under another person's number, is taken back before a witness always; its stop
stays, for the prescriber to decide.
"""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dispensary.errors import Conflict, NotFound, Refused
from dispensary.queries.after_dose import standing
from dispensary.services import audit, linked_slots, people, stock
from dispensary.services.act import Act
from dispensary.wording import N_, say
from models import Claim, ClaimRelease, Dose, DoseLine, DoseReversal, Movement, Staff
from models.enums import AuditKind, DoseOutcome, MovementKind, PlaceKind, ReversalReason, WasteReason

NOTHING_GIVEN = frozenset({DoseOutcome.WITHHELD, DoseOutcome.REFUSED})


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
    no slot to free and no stock to put back. A dosing incident of which nothing was swallowed is reversed like a dose, but
    never by one person alone; the stop that it set stands until a prescriber releases it.

    Args:
        note: what happened, in somebody's own words.
        poured: it left the container: the stock comes back and goes to waste, with a witness, in two lines.
        witnessed_by_id: who saw the waste, or signs that an incident never was; needed only for these.

    Raises:
        NotFound: there is no such dose at this site.
        Conflict: it was reversed before, or a replacement of it stands.
        Refused: another clinic gave it, nothing says what happened, what was poured is unclear, or no witness.
    """
    note = people.line(note, "note", needed=True)
    dose = _dose_to_reverse(session, dose_id, act)
    _check_poured(session, dose, reason, poured)
    needs_witness = poured or dose.outcome is DoseOutcome.INCIDENT
    if needs_witness:
        _check_witness(poured, witnessed_by_id, act)
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
        witnessed_by_id=witnessed_by_id if needs_witness else None,
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
    if dose.outcome is DoseOutcome.ELSEWHERE:
        words = say(
            N_("The clinic that gave it confirmed this dose: it is not reversed here. Show it to the prescriber.")
        )
        raise Refused(words, code="was_swallowed")
    if session.scalar(select(Dose.id).where(Dose.replaces_id == dose.id, standing(Dose.__table__.c.id))) is not None:
        words = say(
            N_("A replacement of this dose was given. If neither was swallowed, reverse the replacement first.")
        )
        raise Conflict(words, code="replaced")
    return dose


def _check_poured(session: Session, dose: Dose, reason: ReversalReason, poured: bool) -> None:
    if dose.outcome is DoseOutcome.INCIDENT and not _drew_stock(session, dose):
        if poured:
            words = N_("This record drew nothing from our containers: leave empty that it was poured.")
            raise Refused(say(words), code="nothing_poured", field="poured")
    elif dose.outcome in NOTHING_GIVEN:
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


def _drew_stock(session: Session, dose: Dose) -> bool:
    return bool(session.scalar(select(exists().where(DoseLine.dose_id == dose.id))))


def _check_witness(poured: bool, witnessed_by_id: int | None, act: Act) -> None:
    if witnessed_by_id is None:
        words = say(
            N_("A second person signs for what was poured.")
            if poured
            else N_("A second person signs that nothing was swallowed, whether it was poured or not.")
        )
        raise Refused(words, code="no_witness", field="witness_username")
    if witnessed_by_id == act.by_id:
        raise Refused(say(N_("You cannot witness your own act.")), code="witness_is_self", field="witness_username")


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
