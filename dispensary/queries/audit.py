"""The audit as it is read on a page: newest first, by number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.rules.chain import fields
from models import AuditEvent, Staff, Terminal
from models.enums import AuditKind, Origin

PAGE = 50


@dataclass(frozen=True)
class AuditLine:
    """One row of the audit: who did what, when and where; `values` are the fields of its body."""

    number: int
    kind: AuditKind
    at: datetime
    by: str
    terminal: str
    origin: Origin
    subject: str
    subject_id: int | None
    values: dict[str, Any]
    digest: str


@dataclass(frozen=True)
class AuditPage:
    """One page of the audit and how many there are."""

    lines: tuple[AuditLine, ...]
    page: int
    pages: int
    rows: int


def audit_page(session: Session, site_id: int, page: int) -> AuditPage:
    """Return a page of the site's audit, the newest rows on the first; a page that is not there is the nearest."""
    rows = session.scalars(select(func.count()).select_from(AuditEvent).where(AuditEvent.site_id == site_id)).one()
    pages = max(1, -(-rows // PAGE))
    page = min(max(page, 1), pages)
    query = (
        select(AuditEvent, Staff.name)
        .join(Staff, Staff.id == AuditEvent.recorded_by_id)
        .where(AuditEvent.site_id == site_id)
        .order_by(AuditEvent.number.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    terminals = {row.id: row.name for row in session.execute(select(Terminal.id, Terminal.name))}
    lines = tuple(_line(event, name, terminals) for event, name in session.execute(query))
    return AuditPage(lines, page, pages, rows)


def _line(event: AuditEvent, by: str, terminals: dict[int, str]) -> AuditLine:
    values = fields(event.body)
    return AuditLine(
        number=event.number,
        kind=event.kind,
        at=event.recorded_at,
        by=by,
        terminal=terminals.get(values.get("terminal") or 0, ""),
        origin=event.origin,
        subject=event.subject,
        subject_id=event.subject_id,
        values=values,
        digest=event.digest,
    )
