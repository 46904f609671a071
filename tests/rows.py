"""Reading back in a test what was written, in the order in which it was written.

A database returns rows as it likes unless it is told; a test that compares a list says in which order.
"""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models import AuditEvent, Base
from models.enums import AuditKind


def audited(session: Session, kind: AuditKind) -> list[AuditEvent]:
    """Return the audit's rows of a kind, oldest first."""
    return list(session.scalars(select(AuditEvent).where(AuditEvent.kind == kind).order_by(AuditEvent.id)))


def audited_kinds(session: Session) -> list[AuditKind]:
    """Return the kinds of all rows of the audit, oldest first."""
    return list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.id)))


def count(session: Session, table: type[Base], *where: ColumnElement[bool]) -> int:
    """Return how many rows there are."""
    return session.scalar(select(func.count()).select_from(table).where(*where)) or 0


def count_stored(session: Session, table: type[Base], *where: ColumnElement[bool]) -> int:
    """Return how many rows the app has stored; the session beside the app's holds on to nothing, before or after."""
    session.rollback()
    found = count(session, table, *where)
    session.rollback()
    return found


def one_stored(session: Session, table: type[Base]) -> Any:
    """Return the one row that the app has stored, as it is now."""
    session.rollback()
    return session.scalars(select(table).execution_options(populate_existing=True)).one()
