"""The one door to the audit: who did what to which record, chained, in the same transaction as the change."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import insert, inspect
from sqlalchemy.orm import Session

from dispensary.rules import chain
from dispensary.services import chains, mentions
from dispensary.services.act import Act
from models import AuditEvent, Base, Fact
from models.enums import AuditKind, ChainKind

LAYOUT = 3
NOT_SAID = frozenset({"id", "request_id"})
"""Columns that stand in the audit row already, or say nothing about what happened."""
REDACTABLE = frozenset({"identity_version"})
"""Tables whose rows may be blanked by a named job, so that not even a digest of them is kept."""

_INSERT = insert(AuditEvent)


def record(session: Session, kind: AuditKind, subject: Base, act: Act, **values: Any) -> None:
    """Write one audit row about a flushed record.

    Args:
        kind: what was done.
        subject: the record it was done to; its table and id are kept.
        act: who, where, when.
        values: numbers, ids, days and words of a vocabulary; never a name, a phone, an address or a note.
    """
    head = chains.lock_head(session, act.site_id, ChainKind.AUDIT)
    said = {**values, **said_by(subject), **mentions.taken(session)}
    fields = body_fields(kind, subject.__tablename__, subject.id, act, said)
    sealing = chains.append(session, head, LAYOUT, fields)
    values = row(kind, subject.__tablename__, subject.id, act, sealing)
    session.connection().execute(_INSERT, values)


def body_fields(
    kind: AuditKind, subject: str, subject_id: int | None, act: Act, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the body of an audit row holds, but for its number; the same for one row and for many."""
    return {
        **values,
        "kind": kind,
        "subject": subject,
        "subject_id": subject_id,
        "at": act.entered_at or act.at,
        "by": act.by_id,
        "terminal": act.terminal_id,
        "origin": act.origin,
    }


def row(kind: AuditKind, subject: str, subject_id: int | None, act: Act, sealing: chains.Sealing) -> dict[str, Any]:
    """Return the columns of an audit row."""
    return {
        "number": sealing.number,
        "kind": kind,
        "subject": subject,
        "subject_id": subject_id,
        "body": sealing.body,
        "previous_digest": sealing.previous_digest,
        "digest": sealing.digest,
        **act.stamp,
    }


def said_by(subject: Base) -> dict[str, str | int | None]:
    """Return what a flushed fact says, so that a later change of its row can be seen; a card may change, and says nothing."""
    if not isinstance(subject, Fact) or subject.__tablename__ in REDACTABLE:
        return {}
    return said(type(subject), inspect(subject).dict)  # a column never set is not there, and was written as NULL


def said_of_card(card: Base) -> dict[str, str | int | None]:
    """Return what a flushed card says, for the audit row of its change: verification holds the card against the last one."""
    return said(type(card), {column.key: getattr(card, column.key) for column in card.__table__.columns})


def said(model: type[Base], held: Mapping[str, Any]) -> dict[str, str | int | None]:
    """Return what a fact with these values says; the same for one row and for many."""
    return chain.said({key: held.get(key) for key in _columns_said(model)})


@cache
def _columns_said(model: type[Base]) -> tuple[str, ...]:
    return tuple(column.key for column in model.__table__.columns if column.key not in NOT_SAID)
