"""What went wrong at the window, against the doses, orders and stock that it names; and the steps of each order."""

from itertools import groupby

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.verification.chains import AT_ONCE
from dispensary.queries.verification.doses import dose_fault
from dispensary.queries.verification.results import Fault, Progress
from dispensary.rules import chain
from dispensary.wording import N_, Words, say
from models import (
    AuditEvent,
    Dose,
    DoseReversal,
    DosingIncident,
    ElsewhereVerdict,
    Movement,
    OrderStep,
    ReplacementOrder,
    Spill,
    Vomiting,
)
from models.enums import AuditKind, DoseOutcome, MovementKind, Origin
from models.units import plain

BROUGHT_IN = (Origin.IMPORT,)


def wrong_incident(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first dose swallowed by mistake of which no incident tells, or the first incident of another dose."""
    told = exists().where(DosingIncident.dose_id == Dose.id)
    mistake = or_(
        Dose.outcome == DoseOutcome.INCIDENT,
        and_(Dose.outcome == DoseOutcome.ELSEWHERE, Dose.claim_id.is_(None)),
    )
    query = select(func.min(Dose.id)).where(Dose.site_id == site_id, Dose.origin.not_in(BROUGHT_IN), mistake, ~told)
    if (first := session.scalar(query)) is not None:
        return dose_fault(first, say(N_("it was swallowed by mistake, and no incident tells of it")))
    undone = exists().where(DoseReversal.dose_id == Dose.id)
    alone = exists().where(DoseReversal.dose_id == Dose.id, DoseReversal.witnessed_by_id.is_(None))
    query = select(func.min(Dose.id)).where(Dose.site_id == site_id, Dose.outcome == DoseOutcome.INCIDENT, alone)
    if (first := session.scalar(query)) is not None:
        return dose_fault(first, say(N_("it was swallowed by mistake, and one person alone took that back")))
    other = or_(Dose.id.is_(None), Dose.person_id != DosingIncident.person_id, Dose.taken_mg == 0)
    reversed_mistake = and_(Dose.outcome == DoseOutcome.ELSEWHERE, undone)
    query = select(func.min(DosingIncident.id)).outerjoin(Dose, Dose.id == DosingIncident.dose_id)
    first = session.scalar(query.where(DosingIncident.site_id == site_id, or_(other, reversed_mistake)))
    return _of(N_("dosing incident no. %(id)s"), first, say(N_("its dose is not one that this person swallowed")))


def wrong_replacement(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first replacement of what did not come up, or that nobody ordered in this amount."""
    came_up = exists().where(Vomiting.dose_id == Dose.replaces_id)
    ordered = exists().where(
        ReplacementOrder.dose_id == Dose.replaces_id,
        ReplacementOrder.clinic_day == Dose.clinic_day,
        ReplacementOrder.amount_mg == Dose.ordered_mg,
    )
    again = select(func.min(Dose.id)).where(
        Dose.site_id == site_id, Dose.outcome == DoseOutcome.REPLACEMENT, Dose.origin.not_in(BROUGHT_IN)
    )
    if (first := session.scalar(again.where(~came_up))) is not None:
        return dose_fault(first, say(N_("it replaces a dose that did not come up")))
    if (first := session.scalar(again.where(~ordered))) is not None:
        return dose_fault(first, say(N_("nobody ordered this replacement")))
    return _replaced_twice(session, site_id)


def _replaced_twice(session: Session, site_id: int) -> Fault | None:
    other = aliased(Dose)
    undone, undone_too = (exists().where(DoseReversal.dose_id == dose.id) for dose in (Dose, other))
    query = select(func.min(Dose.id)).join(other, and_(other.replaces_id == Dose.replaces_id, other.id > Dose.id))
    first = session.scalar(query.where(Dose.site_id == site_id, ~undone, ~undone_too))
    return None if first is None else dose_fault(first, say(N_("the dose that it replaces was replaced twice")))


def wrong_elsewhere(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first dose given elsewhere that nobody verified."""
    verified = exists().where(ElsewhereVerdict.dose_id == Dose.id)
    query = select(func.min(Dose.id)).where(
        Dose.site_id == site_id, Dose.outcome == DoseOutcome.ELSEWHERE, Dose.origin.not_in(BROUGHT_IN), ~verified
    )
    first = session.scalar(query)
    return None if first is None else dose_fault(first, say(N_("it was given elsewhere, and nobody verified it")))


def wrong_spill(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first spilt dose whose stock did not go to waste before a witness."""
    lost = and_(Movement.kind == MovementKind.SPILL, Movement.witnessed_by_id.is_not(None), Movement.dose_id.is_(None))
    query = select(func.min(Spill.id)).outerjoin(Movement, Movement.id == Spill.movement_id)
    first = session.scalar(query.where(Spill.site_id == site_id, or_(Movement.id.is_(None), ~lost)))
    return _of(N_("spilt dose no. %(id)s"), first, say(N_("its stock was not lost as a spill before a witness")))


def wrong_vomiting(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first vomiting of a dose that nobody swallowed here."""
    here = and_(Dose.taken_mg > 0, Dose.outcome != DoseOutcome.ELSEWHERE)
    query = select(func.min(Vomiting.id)).outerjoin(Dose, Dose.id == Vomiting.dose_id)
    first = session.scalar(query.where(Vomiting.site_id == site_id, or_(Dose.id.is_(None), ~here)))
    return _of(N_("vomiting no. %(id)s"), first, say(N_("its dose was not swallowed here")))


def wrong_step(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first order whose steps are not those that its audit row says were signed."""
    steps = _steps(session, site_id)
    audit = AuditEvent.__table__.c
    query = select(audit.subject_id, audit.body).where(
        audit.site_id == site_id, audit.kind == AuditKind.ORDER_SIGNED, audit.subject == "dose_order"
    )
    with session.execute(query.order_by(audit.number).execution_options(yield_per=AT_ONCE)) as rows:
        for order_id, body in rows:
            signed = chain.fields(body).get("steps")
            if signed is not None and signed != steps.get(order_id):
                return _of(N_("order no. %(id)s"), order_id, say(N_("its steps are not those that were signed")))
    return None


def _steps(session: Session, site_id: int) -> dict[int, str]:
    """Return the steps of each order as the audit writes them: `2026-03-02 30+20; 2026-03-07 40+20`."""
    table = OrderStep.__table__.c
    query = (
        select(table.order_id, table.from_on, table.amount_mg)
        .where(table.site_id == site_id)
        .order_by(table.order_id, table.from_on, table.part)
    )
    found: dict[int, list[str]] = {}
    for (order_id, from_on), rows in groupby(session.execute(query), key=lambda row: (row.order_id, row.from_on)):
        amounts = "+".join(plain(row.amount_mg) for row in rows)
        found.setdefault(order_id, []).append(f"{from_on.isoformat()} {amounts}")
    return {order_id: "; ".join(steps) for order_id, steps in found.items()}


def _of(where: str, first: int | None, what: Words) -> Fault | None:
    return None if first is None else Fault(say(where, id=first), what)
