"""What pumps wasted against the movements of stock, both ways, and each calibration against its own volumes."""

from collections import defaultdict

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from dispensary.queries.verification.results import Fault, Progress
from dispensary.rules.pumps import passes
from dispensary.wording import N_, Words, say
from models import Movement, PumpEvent, PumpEventTakenBack, PumpMeasure, PumpRule
from models.enums import MovementKind, WasteReason
from models.units import Quantity


def wrong_waste(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first entry of a pump's log whose stock moved otherwise, or the first such movement of no entry."""
    same = exists().where(
        Movement.id == PumpEvent.movement_id,
        Movement.kind == MovementKind.WASTE,
        Movement.waste_reason == WasteReason.PUMP,
        Movement.container_id == PumpEvent.container_id,
        Movement.quantity == PumpEvent.quantity,
        Movement.recorded_by_id == PumpEvent.recorded_by_id,
        Movement.witnessed_by_id == PumpEvent.witnessed_by_id,
    )
    query = select(func.min(PumpEvent.id)).where(
        PumpEvent.site_id == site_id, PumpEvent.movement_id.is_not(None), ~same
    )
    if (first := session.scalar(query)) is not None:
        return _entry(first, say(N_("the stock that moved is not what it says")))
    named = exists().where(PumpEvent.movement_id == Movement.id)
    query = select(func.min(Movement.id)).where(
        Movement.site_id == site_id, Movement.waste_reason == WasteReason.PUMP, ~named
    )
    if (first := session.scalar(query)) is not None:
        return _movement(first)
    return _wrong_return(session, site_id)


def _wrong_return(session: Session, site_id: int) -> Fault | None:
    undone = aliased(Movement)
    back = exists().where(
        Movement.id == PumpEventTakenBack.movement_id,
        Movement.reverses_id == PumpEvent.movement_id,
        Movement.witnessed_by_id == PumpEventTakenBack.witnessed_by_id,
    )
    moved = or_(PumpEvent.movement_id.is_not(None), PumpEventTakenBack.movement_id.is_not(None))
    query = (
        select(func.min(PumpEvent.id))
        .join(PumpEventTakenBack, PumpEventTakenBack.event_id == PumpEvent.id)
        .where(PumpEvent.site_id == site_id, moved, ~back.correlate(PumpEvent, PumpEventTakenBack))
    )
    if (first := session.scalar(query)) is not None:
        return _entry(first, say(N_("it was taken back, and the stock did not come back as it left")))
    named = exists().where(PumpEventTakenBack.movement_id == Movement.id)
    query = (
        select(func.min(Movement.id))
        .join(undone, undone.id == Movement.reverses_id)
        .where(Movement.site_id == site_id, undone.waste_reason == WasteReason.PUMP, ~named)
    )
    first = session.scalar(query)
    return None if first is None else _movement(first)


def wrong_verdict(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first calibration that its own volumes and the rule of its day do not bear out."""
    volumes: dict[int, list[Quantity]] = defaultdict(list)
    measures = select(PumpMeasure.event_id, PumpMeasure.measured).where(PumpMeasure.site_id == site_id)
    for event_id, measured in session.execute(measures.order_by(PumpMeasure.event_id, PumpMeasure.number)):
        volumes[event_id].append(measured)
    calibrations = (
        select(PumpEvent.id, PumpEvent.asked, PumpEvent.passed, PumpRule.tolerance)
        .join(PumpRule, PumpRule.id == PumpEvent.rule_id)
        .where(PumpEvent.site_id == site_id)
        .order_by(PumpEvent.id)
    )
    for event_id, asked, passed, tolerance in session.execute(calibrations):
        if asked is None or passes(asked, volumes[event_id], tolerance) != passed:
            return _entry(event_id, say(N_("what was measured does not bear out its verdict")))
    return None


def _entry(number: int, what: Words) -> Fault:
    return Fault(say(N_("%(table)s no. %(id)s"), table=PumpEvent.__tablename__, id=number), what)


def _movement(number: int) -> Fault:
    return Fault(say(N_("stock movement no. %(id)s"), id=number), say(N_("no pump's log knows of it")))
