"""Which backups there are, which of them a drill has restored, and what of that those who keep the computer must know."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from dispensary.rules.backup_state import Known
from models import BackupDrill, BackupRun, JobRun, SiteSetting
from models.enums import DrillOutcome, JobOutcome

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


def proved_since(session: Session, at: datetime) -> BackupLine | None:
    """Return the newest backup that was made at or after a moment and restored on trial, or None."""
    return next((line for line in lines(session) if line.proved and line.made_at >= at), None)


def proved_files(session: Session) -> set[str]:
    """Return the names of all backups that a drill has restored."""
    query = select(BackupRun.file).join(BackupDrill, BackupDrill.backup_id == BackupRun.id)
    return set(session.scalars(query.where(BackupDrill.outcome == DrillOutcome.PROVED)))


def by_digest(session: Session, digest: str) -> int | None:
    """Return the number of the backup with this digest, or None if it is not on record here."""
    return session.scalar(select(BackupRun.id).where(BackupRun.digest == digest))


def known(session: Session, site_id: int) -> Known:
    """Return what decides whether somebody has to be told about the backups, in four short reads."""
    newest = session.scalar(select(func.max(BackupRun.id)))
    outcome = session.scalar(
        select(BackupDrill.outcome).where(BackupDrill.backup_id == newest).order_by(BackupDrill.id.desc()).limit(1)
    )
    proved_at = session.scalar(
        select(BackupRun.made_at)
        .join(BackupDrill, BackupDrill.backup_id == BackupRun.id)
        .where(BackupDrill.outcome == DrillOutcome.PROVED)
        .order_by(BackupDrill.id.desc())
        .limit(1)
    )
    tried = session.execute(
        select(JobRun.outcome, JobRun.note)
        .where(JobRun.site_id == site_id, JobRun.job == JOB)
        .order_by(JobRun.due_at.desc(), JobRun.attempt.desc())
        .limit(1)
    ).first()
    failed = tried.note if tried and tried.outcome is JobOutcome.FAILED else ""
    return Known(outcome, proved_at, failed, None if proved_at else _begun(session, site_id))


def _begun(session: Session, site_id: int) -> datetime | None:
    """Return since when the site has been in this program."""
    return session.scalar(select(func.min(SiteSetting.recorded_at)).where(SiteSetting.site_id == site_id))


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
