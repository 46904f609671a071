"""Each dose against the slot it took, the lines it was poured by, and the stock that moved for it."""

from decimal import Decimal
from itertools import groupby

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.verification.chains import AT_ONCE
from dispensary.queries.verification.results import Fault, Progress
from dispensary.wording import N_, Words, say
from models import (
    Claim,
    ClaimRelease,
    Dose,
    DoseLine,
    DoseReversal,
    Movement,
    PersonLink,
    PersonUnlink,
    Product,
)
from models.enums import ClaimKind, DoseOutcome, MovementKind, Origin, WasteReason

OUTCOMES_OF: dict[ClaimKind, tuple[DoseOutcome, ...]] = {
    ClaimKind.OBSERVED: (DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN),
    ClaimKind.INJECTION: (DoseOutcome.GIVEN,),
    ClaimKind.IMPORT: (DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN),
    ClaimKind.ELSEWHERE: (DoseOutcome.ELSEWHERE,),
    ClaimKind.INCIDENT: (DoseOutcome.INCIDENT,),
}
"""What a dose can be that took its slot by a claim of each kind; the claim of a link has another record's behind it."""

POURED_HERE = (DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN, DoseOutcome.REPLACEMENT)
"""Outcomes that are always poured from our containers; an incident may be, a dose elsewhere never is."""


def wrong_claim(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first dose whose claim is of another person, day, part or kind, or the first claim that lacks its dose."""
    fits = or_(*(and_(Claim.kind == kind, Dose.outcome.in_(outcomes)) for kind, outcomes in OUTCOMES_OF.items()))
    other = or_(
        Claim.id.is_(None),
        Claim.person_id != Dose.person_id,
        Claim.clinic_day != Dose.clinic_day,
        Claim.part != Dose.part,
        ~fits,
    )
    doses = select(func.min(Dose.id)).outerjoin(Claim, Claim.id == Dose.claim_id)
    first = session.scalar(doses.where(Dose.site_id == site_id, Dose.claim_id.is_not(None), other))
    if first is not None:
        return dose_fault(first, say(N_("its claim is not of this person, day and part")))
    owned = exists().where(Dose.claim_id == Claim.id)
    query = select(func.min(Claim.id)).where(Claim.site_id == site_id, Claim.kind.in_(OUTCOMES_OF), ~owned)
    if (first := session.scalar(query)) is not None:
        return _claim(first, say(N_("its dose is not on record")))
    return _wrong_claim_of_a_link(session, site_id)


def _wrong_claim_of_a_link(session: Session, site_id: int) -> Fault | None:
    """Return the first slot held for a linked record that holds it no more."""
    theirs = aliased(Claim)
    freed, freed_there = (exists().where(ClaimRelease.claim_id == c.id) for c in (Claim, theirs))
    unlinked = exists().where(PersonUnlink.link_id == PersonLink.id)
    behind = exists().where(
        PersonLink.root_id == Claim.person_id,
        ~unlinked,
        theirs.person_id == PersonLink.person_id,
        theirs.clinic_day == Claim.clinic_day,
        theirs.part == Claim.part,
        ~freed_there,
    )
    query = select(func.min(Claim.id)).where(Claim.site_id == site_id, Claim.kind == ClaimKind.LINK, ~freed, ~behind)
    first = session.scalar(query)
    return None if first is None else _claim(first, say(N_("no linked record holds this slot")))


def wrong_release(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first reversal that freed no slot, or the first slot of a dose that was freed without a reversal."""
    freed = exists().where(ClaimRelease.claim_id == Dose.claim_id)
    undone = exists().where(DoseReversal.dose_id == Dose.id)
    query = select(func.min(Dose.id)).where(Dose.site_id == site_id, Dose.claim_id.is_not(None))
    if (first := session.scalar(query.where(undone, ~freed))) is not None:
        return dose_fault(first, say(N_("it was reversed, and its slot is not free")))
    if (first := session.scalar(query.where(freed, ~undone))) is not None:
        return dose_fault(first, say(N_("its slot was freed, and nothing says why")))
    return None


def wrong_amount(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first dose whose lines do not add up to what was taken and wasted."""
    query = (
        select(Dose.id, Dose.taken_mg, Dose.wasted_mg, DoseLine.poured, DoseLine.taken, Product.strength)
        .outerjoin(DoseLine, DoseLine.dose_id == Dose.id)
        .outerjoin(Product, Product.id == DoseLine.product_id)
        .where(
            Dose.site_id == site_id,
            Dose.origin.not_in((Origin.IMPORT,)),
            or_(Dose.outcome.in_(POURED_HERE), DoseLine.id.is_not(None)),
        )
        .order_by(Dose.id)
    )
    with session.execute(query.execution_options(yield_per=AT_ONCE)) as rows:
        for dose_id, group in groupby(rows, key=lambda row: row.id):
            lines = list(group)
            taken = sum((r.taken * r.strength for r in lines if r.strength is not None), Decimal(0))
            poured = sum((r.poured * r.strength for r in lines if r.strength is not None), Decimal(0))
            if (taken, poured) != (lines[0].taken_mg, lines[0].taken_mg + lines[0].wasted_mg):
                return dose_fault(dose_id, say(N_("its lines do not add up to its amount")))
    return None


def wrong_draw(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first dose whose stock movements are not what its lines took."""
    moved = (
        select(Movement.dose_id, Movement.container_id, func.sum(Movement.quantity).label("quantity"))
        .where(
            Movement.dose_id.is_not(None),
            or_(
                Movement.kind == MovementKind.DISPENSE,
                and_(Movement.kind == MovementKind.WASTE, Movement.waste_reason == WasteReason.LEFT_OVER),
            ),
        )
        .group_by(Movement.dose_id, Movement.container_id)
        .subquery()
    )
    same = and_(moved.c.dose_id == DoseLine.dose_id, moved.c.container_id == DoseLine.container_id)
    lines = select(func.min(DoseLine.dose_id)).outerjoin(moved, same).where(DoseLine.site_id == site_id)
    first = session.scalar(lines.where(or_(moved.c.quantity.is_(None), moved.c.quantity != DoseLine.poured)))
    if first is not None:
        return dose_fault(first, say(N_("the stock it took is not what its lines say")))
    drawn = exists().where(DoseLine.dose_id == Movement.dose_id, DoseLine.container_id == Movement.container_id)
    first = session.scalar(
        select(func.min(Movement.dose_id)).where(
            Movement.site_id == site_id, Movement.kind == MovementKind.DISPENSE, Movement.dose_id.is_not(None), ~drawn
        )
    )
    return None if first is None else dose_fault(first, say(N_("stock was taken for it, and no line says so")))


def dose_fault(dose_id: int, what: Words) -> Fault:
    """Return what is wrong with one dose."""
    return Fault(say(N_("dose no. %(id)s"), id=dose_id), what)


def _claim(claim_id: int, what: Words) -> Fault:
    return Fault(say(N_("claim no. %(id)s"), id=claim_id), what)
