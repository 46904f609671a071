"""Each fact against its row in the audit, both ways."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from dispensary.queries.imports import imported_doses
from dispensary.queries.verification.chains import AT_ONCE
from dispensary.queries.verification.mentions import bulk_origins
from dispensary.queries.verification.results import Fault, Progress
from dispensary.rules import chain
from dispensary.rules.imported import digest_of
from dispensary.wording import N_, Words, say
from models import (
    AuditEvent,
    Base,
    Dose,
    ImportedRecord,
    fact_tables,
)
from models.enums import AuditKind, Origin

AUDITED_ONE_BY_ONE: dict[str, tuple[AuditKind, ...]] = {
    "dose": (
        AuditKind.DOSE_RECORDED,
        AuditKind.DOSE_REPLACED,
        AuditKind.DOSE_WITHHELD,
        AuditKind.DOSE_REFUSED,
    ),
    "dose_reversal": (AuditKind.DOSE_REVERSED,),
    "dose_observation": (AuditKind.DOSE_OBSERVED,),
    "dose_exception": (AuditKind.EXCEPTION_ACKNOWLEDGED,),
    "vomiting": (AuditKind.DOSE_VOMITED,),
    "replacement_order": (AuditKind.REPLACEMENT_ORDERED,),
    "spill": (AuditKind.DOSE_SPILT,),
    "elsewhere_dose": (AuditKind.ELSEWHERE_REPORTED,),
    "re_entry_answer": (AuditKind.RE_ENTRY_ASKED,),
    "re_entry_decision": (AuditKind.RE_ENTRY_DECIDED,),
    "elsewhere_verdict": (AuditKind.ELSEWHERE_DECIDED,),
    "dosing_incident": (AuditKind.INCIDENT_RECORDED,),
    "incident_observation": (AuditKind.INCIDENT_OBSERVED,),
    "dose_order": (AuditKind.ORDER_SIGNED,),
    "supplement": (AuditKind.SUPPLEMENT_ORDERED,),
    "telephone_order": (AuditKind.TELEPHONE_ORDER_TAKEN,),
    "countersignature": (AuditKind.TELEPHONE_ORDER_COUNTERSIGNED,),
    "stop": (AuditKind.STOP_SET,),
    "stop_release": (AuditKind.STOP_RELEASED,),
    "person_link": (AuditKind.RECORDS_LINKED,),
    "person_unlink": (AuditKind.RECORDS_UNLINKED,),
    "health_fact": (AuditKind.HEALTH_FACT_ENTERED,),
    "health_fact_end": (AuditKind.HEALTH_FACT_ENDED,),
    "clock_confirmation": (AuditKind.CLOCK_CONFIRMED,),
    "downtime_day": (AuditKind.DOWNTIME_DECLARED,),
    "downtime_entered": (AuditKind.DOWNTIME_ENTERED,),
    "downtime_pack": (AuditKind.DOWNTIME_PACK_PRINTED,),
    "pack_copy_tick": (AuditKind.PACK_COPY_TICKED,),
    "day_close": (AuditKind.DAY_CLOSED,),
    "register_footnote": (AuditKind.REGISTER_FOOTNOTED,),
    "day_close_difference": (AuditKind.DAY_CLOSED_DIFFERING,),
    "take_home_issue": (AuditKind.BOTTLES_ISSUED,),
    "label_print": (AuditKind.LABELS_PRINTED,),
    "bottle_end": (AuditKind.BOTTLE_RETURNED, AuditKind.BOTTLE_GONE),
    "stock_count": (AuditKind.STOCK_COUNTED,),
    "tare": (AuditKind.TARE_SET,),
    "density": (AuditKind.DENSITY_SET,),
    "stock_adjustment": (AuditKind.STOCK_ADJUSTED,),
    "consignment": (AuditKind.CONSIGNMENT_SENT,),
    "consignment_line": (AuditKind.CONTAINER_CONSIGNED,),
    "consignment_arrival": (AuditKind.CONSIGNMENT_ARRIVED,),
    "consignment_end": (AuditKind.CONSIGNMENT_ENDED,),
    "pump_rule": (AuditKind.PUMP_RULE_SET,),
    "pump_event": (AuditKind.PUMP_EVENT_RECORDED,),
    "pump_event_taken_back": (AuditKind.PUMP_EVENT_TAKEN_BACK,),
    "kit_trip": (AuditKind.KIT_PACKED,),
    "kit_hand_over": (AuditKind.KIT_HANDED_OVER,),
    "kit_return": (AuditKind.KIT_RETURNED,),
    "call_back": (AuditKind.CALLED_BACK,),
    "call_back_outcome": (AuditKind.CALL_BACK_CLOSED,),
    "loss_report": (AuditKind.LOSS_REPORTED,),
    "loss_report_end": (AuditKind.LOSS_CLOSED,),
    "loss_step": (AuditKind.LOSS_STEP_DONE,),
    "loss_step_taken_back": (AuditKind.LOSS_STEP_TAKEN_BACK,),
    "stock_order": (AuditKind.STOCK_ORDERED,),
    "stock_order_end": (AuditKind.STOCK_ORDER_ENDED,),
    "receipt_match": (AuditKind.RECEIPT_MATCHED,),
    "destruction": (AuditKind.STOCK_DESTROYED,),
    "archived_paper": (AuditKind.PAPER_KEPT,),
    "archive_opening": (AuditKind.PAPER_OPENED, AuditKind.PAPER_PRINTED),
    "paper_signature": (AuditKind.PAPER_SIGNED,),
}
"""Facts of which each has an audit row of its own; what an import brought stands in the audit as one row a run."""

NOT_SAID = frozenset({"id", "request_id"})
"""Columns that no audit row repeats."""

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
    body = chain.fields(row.body)
    known = [c for c in columns if f"row.{c}" in body]
    now = chain.said({c: getattr(row, f"row_{c}") for c in known})
    changed = [c for c in known if now[f"row.{c}"] != body[f"row.{c}"]]
    if known:  # a column that came after this row was written can hold nothing in it
        changed += [c for c in columns if c not in known and c not in NOT_SAID and getattr(row, f"row_{c}") is not None]
    return say(N_("it was changed (%(fields)s)"), fields=", ".join(changed)) if changed else None


def unaudited_fact(session: Session, site_id: int, progress: Progress) -> Fault | None:
    """Return the first fact that should have an audit row of its own and has none."""
    audit = AuditEvent.__table__.c
    in_bulk = bulk_origins(session, site_id)
    for name, kinds in AUDITED_ONE_BY_ONE.items():
        table = Base.metadata.tables[name].c
        spoken_of = exists().where(
            audit.site_id == site_id, audit.subject == name, audit.subject_id == table.id, audit.kind.in_(kinds)
        )
        first = session.scalar(
            select(func.min(table.id)).where(table.site_id == site_id, table.origin.not_in(in_bulk), ~spoken_of)
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
        if digest_of(imported_doses(session, run_id or 0)) != chain.fields(body).get("doses_digest"):
            return Fault(say(N_("import no. %(id)s"), id=run_id), say(N_("its doses are not those that were imported")))
    recorded = exists().where(ImportedRecord.subject == Dose.__tablename__, ImportedRecord.subject_id == Dose.id)
    first = session.scalar(
        select(func.min(Dose.id)).where(Dose.site_id == site_id, Dose.origin == Origin.IMPORT, ~recorded)
    )
    if first is None:
        return None
    return Fault(say(N_("dose no. %(id)s"), id=first), say(N_("it is marked as imported, and no import brought it")))
