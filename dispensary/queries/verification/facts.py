"""Each fact against its row in the audit both ways, and each dose against its claim, its lines and its stock."""

from collections.abc import Callable
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from dispensary.queries.imports import imported_doses
from dispensary.queries.verification.chains import AT_ONCE, read
from dispensary.queries.verification.results import Fault, Progress
from dispensary.rules import chain
from dispensary.rules.imported import digest_of
from dispensary.wording import N_, Words, say
from models import (
    AuditEvent,
    Base,
    Claim,
    ClaimRelease,
    Dose,
    DoseLine,
    DoseReversal,
    ImportedRecord,
    Movement,
    Product,
    fact_tables,
)
from models.enums import AuditKind, ClaimKind, DoseOutcome, MovementKind, Origin, WasteReason

AUDITED_ONE_BY_ONE: dict[str, tuple[AuditKind, ...]] = {
    "dose": (AuditKind.DOSE_RECORDED, AuditKind.DOSE_WITHHELD, AuditKind.DOSE_REFUSED),
    "dose_reversal": (AuditKind.DOSE_REVERSED,),
    "dose_order": (AuditKind.ORDER_SIGNED,),
    "stop": (AuditKind.STOP_SET,),
    "stop_release": (AuditKind.STOP_RELEASED,),
    "day_close": (AuditKind.DAY_CLOSED,),
    "dosing_incident": (AuditKind.INCIDENT_RECORDED,),
    "incident_observation": (AuditKind.INCIDENT_OBSERVED,),
    "elsewhere_dose": (AuditKind.ELSEWHERE_REPORTED,),
    "elsewhere_verdict": (AuditKind.ELSEWHERE_DECIDED,),
}
"""Facts of which each has an audit row of its own; what an import brought stands in the audit as one row a run."""

IN_BULK = (Origin.IMPORT, Origin.DEMO)
POURED_HERE = (DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN, DoseOutcome.REPLACEMENT)
"""Doses that must have lines; what was swallowed elsewhere, or came from nobody knows where, has none."""

Check = Callable[[Session, int, Progress], Fault | None]


def changed_fact(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first fact that does not say what its audit row says, or is gone."""
    spoken_of = select(AuditEvent.subject).where(AuditEvent.site_id == site_id).distinct()
    tables = sorted(set(session.scalars(spoken_of)) & set(fact_tables()))
    found = [pair for table in tables if (pair := _changed_in(session, site_id, table, progress))]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _changed_in(session: Session, site_id: int, name: str, progress: Progress) -> tuple[int, Fault] | None:
    audit, table = AuditEvent.__table__, Base.metadata.tables[name]
    query = (
        select(audit.c.number, audit.c.subject_id, audit.c.body, *(c.label(f"row_{c.key}") for c in table.c))
        .outerjoin_from(audit, table, audit.c.subject_id == table.c.id)
        .where(audit.c.site_id == site_id, audit.c.subject == name)
        .order_by(audit.c.number)
    )
    with session.execute(query.execution_options(yield_per=AT_ONCE)) as rows:
        for row in rows:
            progress(1)
            what = _difference(row, [c.key for c in table.c])
            if what is not None:
                where = say(
                    N_("%(table)s no. %(id)s (audit row %(number)s)"), table=name, id=row.subject_id, number=row.number
                )
                return row.number, Fault(where, what)
    return None


def _difference(row: Any, columns: list[str]) -> Words | None:
    if row.row_id is None:
        return say(N_("it is gone"))
    body = read(row.body)
    known = [c for c in columns if f"row.{c}" in body]
    now = chain.said({c: getattr(row, f"row_{c}") for c in known})
    changed = [c for c in known if now[f"row.{c}"] != body[f"row.{c}"]]
    return say(N_("it was changed (%(fields)s)"), fields=", ".join(changed)) if changed else None


def unaudited_fact(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first fact that should have an audit row of its own and has none."""
    audit = AuditEvent.__table__.c
    for name, kinds in AUDITED_ONE_BY_ONE.items():
        table = Base.metadata.tables[name].c
        spoken_of = exists().where(
            audit.site_id == site_id, audit.subject == name, audit.subject_id == table.id, audit.kind.in_(kinds)
        )
        first = session.scalar(
            select(func.min(table.id)).where(table.site_id == site_id, table.origin.not_in(IN_BULK), ~spoken_of)
        )
        if first is not None:
            return Fault(
                say(N_("%(table)s no. %(id)s"), table=name, id=first), say(N_("the audit knows nothing of it"))
            )
    return None


def wrong_import(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first import whose doses are not those that its audit row was written over, or a dose of no import."""
    events = select(AuditEvent.subject_id, AuditEvent.body).where(
        AuditEvent.site_id == site_id, AuditEvent.kind == AuditKind.HISTORY_IMPORTED
    )
    for run_id, body in session.execute(events.order_by(AuditEvent.number)).all():
        if digest_of(imported_doses(session, run_id or 0)) != read(body).get("doses_digest"):
            return Fault(say(N_("import no. %(id)s"), id=run_id), say(N_("its doses are not those that were imported")))
    recorded = exists().where(ImportedRecord.subject == Dose.__tablename__, ImportedRecord.subject_id == Dose.id)
    first = session.scalar(
        select(func.min(Dose.id)).where(Dose.site_id == site_id, Dose.origin == Origin.IMPORT, ~recorded)
    )
    return None if first is None else _dose(first, say(N_("it is marked as imported, and no import brought it")))


def wrong_claim(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first dose whose claim is of another person, day or part, or the first claim that lacks its dose."""
    other = or_(
        Claim.id.is_(None),
        Claim.person_id != Dose.person_id,
        Claim.clinic_day != Dose.clinic_day,
        Claim.part != Dose.part,
    )
    doses = select(func.min(Dose.id)).outerjoin(Claim, Claim.id == Dose.claim_id)
    first = session.scalar(doses.where(Dose.site_id == site_id, Dose.claim_id.is_not(None), other))
    if first is not None:
        return _dose(first, say(N_("its claim is not of this person, day and part")))
    owned = exists().where(Dose.claim_id == Claim.id)
    kinds = (ClaimKind.OBSERVED, ClaimKind.IMPORT, ClaimKind.ELSEWHERE, ClaimKind.INCIDENT)
    first = session.scalar(select(func.min(Claim.id)).where(Claim.site_id == site_id, Claim.kind.in_(kinds), ~owned))
    return None if first is None else Fault(say(N_("claim no. %(id)s"), id=first), say(N_("its dose is not on record")))


def wrong_release(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first reversal that freed no slot, or the first slot of a dose that was freed without a reversal."""
    freed = exists().where(ClaimRelease.claim_id == Dose.claim_id)
    undone = exists().where(DoseReversal.dose_id == Dose.id)
    query = select(func.min(Dose.id)).where(Dose.site_id == site_id, Dose.claim_id.is_not(None))
    if (first := session.scalar(query.where(undone, ~freed))) is not None:
        return _dose(first, say(N_("it was reversed, and its slot is not free")))
    if (first := session.scalar(query.where(freed, ~undone))) is not None:
        return _dose(first, say(N_("its slot was freed, and nothing says why")))
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
                return _dose(dose_id, say(N_("its lines do not add up to its amount")))
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
        return _dose(first, say(N_("the stock it took is not what its lines say")))
    drawn = exists().where(DoseLine.dose_id == Movement.dose_id, DoseLine.container_id == Movement.container_id)
    first = session.scalar(
        select(func.min(Movement.dose_id)).where(
            Movement.site_id == site_id, Movement.kind == MovementKind.DISPENSE, Movement.dose_id.is_not(None), ~drawn
        )
    )
    return None if first is None else _dose(first, say(N_("stock was taken for it, and no line says so")))


def _dose(dose_id: int, what: Words) -> Fault:
    return Fault(say(N_("dose no. %(id)s"), id=dose_id), what)
