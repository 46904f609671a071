"""Keeping what became of backups: that one was made, that one was restored on trial, and that the database comes from one."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispensary.services import audit
from dispensary.services.act import Act
from dispensary.services.facts import write
from models import AuditEvent, BackupDrill, BackupRun, Seal, Site
from models.enums import AuditKind, DrillOutcome


def note_made(
    session: Session,
    *,
    file: str,
    size: int,
    digest: str,
    key_id: str,
    made_at: datetime,
    revision: str,
    tables: int,
    rows: int,
    counts_digest: str,
    act: Act,
) -> BackupRun:
    """Keep that a backup was made, and what it holds."""
    made = write(
        session,
        BackupRun(
            file=file,
            size=size,
            digest=digest,
            key_id=key_id,
            made_at=made_at,
            revision=revision,
            tables=tables,
            rows=rows,
            counts_digest=counts_digest,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.BACKUP_MADE, made, act, tables=tables, rows=rows)
    return made


def note_drill(
    session: Session,
    *,
    backup_id: int,
    started_at: datetime,
    outcome: DrillOutcome,
    rows: int,
    chained_rows: int,
    act: Act,
) -> BackupDrill:
    """Keep what came of restoring a backup into a database of its own."""
    drill = write(
        session,
        BackupDrill(
            backup_id=backup_id,
            started_at=started_at,
            ended_at=max(act.at, started_at),
            outcome=outcome,
            rows=rows,
            chained_rows=chained_rows,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.BACKUP_DRILLED, drill, act, backup=backup_id, drill_outcome=outcome)
    return drill


def note_restored(session: Session, *, made_at: datetime, key_id: str, by_id: int | None, act: Act) -> None:
    """Write into a database that was just restored that it was, from which seal, and by whom.

    Whatever was written after the backup, and sealed, stands on paper and not here: the row makes that a known fork.

    Args:
        made_at: the moment of the backup.
        by_id: the account that whoever restored it named; nobody is signed in at the command line.
    """
    of_site = AuditEvent.site_id == act.site_id
    audit.record(
        session,
        AuditKind.DATABASE_RESTORED,
        session.get_one(Site, act.site_id),
        act,
        made_at=made_at,
        last_row=session.scalar(select(func.max(AuditEvent.number)).where(of_site)) or 0,
        last_seal=session.scalar(select(func.max(Seal.id)).where(Seal.site_id == act.site_id)) or 0,
        backup_key=key_id,
        restored_by=by_id,
    )
