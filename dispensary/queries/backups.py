"""Which backups there are, which of them a drill has restored, and what of that those who keep the computer must know."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from dispensary.rules.backup_state import Known
from dispensary.rules.job_times import CLOCKS_DIFFER
from models import AuditEvent, BackupDrill, BackupRun, JobRun, SiteSetting
from models.enums import AuditKind, DrillOutcome, JobOutcome

JOB = "backup"
"""The nightly job that makes them, by its name on record."""
SHOWN = 60
_LAST_DRILL = (
    select(func.max(BackupDrill.id)).where(BackupDrill.backup_id == BackupRun.id).correlate(BackupRun).scalar_subquery()
)


@dataclass(frozen=True)
class BackupLine:
    """One backup and its last drill."""

    id: int
    file: str
    size: int
    digest: str
    key_id: str
    made_at: datetime
    revision: str
    rows: int
    outcome: DrillOutcome | None
    drilled_at: datetime | None
    seconds: float | None
    chained_rows: int | None

    @property
    def proved(self) -> bool:
        """Whether its last drill restored it and found everything as it was copied."""
        return self.outcome is DrillOutcome.PROVED


def lines(session: Session, newest: int = SHOWN) -> list[BackupLine]:
    """Return the backups of the whole database with their last drill, the newest first."""
    query = (
        select(BackupRun, BackupDrill)
        .outerjoin(BackupDrill, and_(BackupDrill.backup_id == BackupRun.id, BackupDrill.id == _LAST_DRILL))
        .order_by(BackupRun.id.desc())
        .limit(newest)
    )
    return [_line(made, drill) for made, drill in session.execute(query)]


def proved_since(session: Session, at: datetime, now: datetime) -> BackupLine | None:
    """Return the newest backup that was made from a moment on and restored on trial, or None.

    One from a moment still to come was made while the clock stood ahead, and holds nothing of what came after.
    """
    until = now + CLOCKS_DIFFER
    return next((line for line in lines(session) if line.proved and at <= line.made_at <= until), None)


def proved_files(session: Session) -> dict[str, str]:
    """Return the backups whose last drill restored them: digests by name."""
    query = select(BackupRun.file, BackupRun.digest).join(BackupDrill, BackupDrill.id == _LAST_DRILL)
    query = query.where(BackupDrill.outcome == DrillOutcome.PROVED).order_by(BackupRun.id)
    return {row.file: row.digest for row in session.execute(query)}


def on_record(session: Session, file: str, digest: str) -> int | None:
    """Return the number of the backup with this digest, or else of the one with this name; None if neither is known here."""
    query = select(BackupRun.id).order_by(BackupRun.digest != digest, BackupRun.id.desc()).limit(1)
    return session.scalar(query.where((BackupRun.digest == digest) | (BackupRun.file == file)))


def known(session: Session, site_id: int, now: datetime) -> Known:
    """Return what decides whether somebody has to be told about the backups, in four short reads."""
    newest = session.scalar(select(func.max(BackupRun.id)))
    outcome = session.scalar(
        select(BackupDrill.outcome).where(BackupDrill.backup_id == newest).order_by(BackupDrill.id.desc()).limit(1)
    )
    proved = session.execute(
        select(BackupRun.made_at, BackupRun.file, BackupRun.size)
        .join(BackupDrill, BackupDrill.id == _LAST_DRILL)
        .where(BackupDrill.outcome == DrillOutcome.PROVED, BackupRun.made_at <= now + CLOCKS_DIFFER)
        .order_by(BackupRun.made_at.desc(), BackupRun.id.desc())
        .limit(1)
    ).first()
    tried = session.execute(
        select(JobRun.outcome, JobRun.note)
        .where(JobRun.site_id == site_id, JobRun.job == JOB)
        .order_by(JobRun.due_at.desc(), JobRun.attempt.desc())
        .limit(1)
    ).first()
    failed = tried.note if tried and tried.outcome is JobOutcome.FAILED else ""
    if proved is None:
        return Known(outcome, None, failed, _begun(session, site_id))
    return Known(outcome, proved.made_at, failed, None, proved.file, proved.size)


def _begun(session: Session, site_id: int) -> datetime | None:
    """Return since when the site has been in this program; a made-up clinic since it was made, not since its first day."""
    made_up = select(AuditEvent.recorded_at).where(
        AuditEvent.site_id == site_id, AuditEvent.kind == AuditKind.DEMO_MADE
    )
    founded = select(func.min(SiteSetting.recorded_at)).where(SiteSetting.site_id == site_id)
    return session.scalar(made_up.order_by(AuditEvent.id.desc()).limit(1)) or session.scalar(founded)


def _line(made: BackupRun, drill: BackupDrill | None) -> BackupLine:
    return BackupLine(
        made.id,
        made.file,
        made.size,
        made.digest,
        made.key_id,
        made.made_at,
        made.revision,
        made.rows,
        drill.outcome if drill else None,
        drill.ended_at if drill else None,
        (drill.ended_at - drill.started_at).total_seconds() if drill else None,
        drill.chained_rows if drill else None,
    )
