"""The one door to the audit: who did what to which record, chained, in the same transaction as the change."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from dispensary.services import chains
from dispensary.services.act import Act
from models import AuditEvent, Base
from models.enums import AuditKind, ChainKind

LAYOUT = 1


def record(session: Session, kind: AuditKind, subject: Base, act: Act, **values: Any) -> None:
    """Write one audit row about a flushed record.

    Args:
        kind: what was done.
        subject: the record it was done to; its table and id are kept.
        act: who, where, when.
        values: numbers, ids, days and words of a vocabulary; never a name, a phone, an address or a note.
    """
    head = chains.lock_head(session, act.site_id, ChainKind.AUDIT)
    sealing = chains.append(
        session,
        head,
        LAYOUT,
        {
            **values,
            "kind": kind,
            "subject": subject.__tablename__,
            "subject_id": subject.id,
            "at": act.at,
            "by": act.by_id,
            "terminal": act.terminal_id,
            "origin": act.origin,
        },
    )
    session.execute(
        insert(AuditEvent).values(
            number=sealing.number,
            kind=kind,
            subject=subject.__tablename__,
            subject_id=subject.id,
            body=sealing.body,
            previous_digest=sealing.previous_digest,
            digest=sealing.digest,
            **act.stamp,
        )
    )
