"""Which backups were made, and what came of restoring each into a database of its own."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import DrillOutcome


class BackupRun(Fact):
    """One encrypted copy of the whole database; it does not hold its own row."""

    __tablename__ = "backup_run"
    __table_args__ = (
        UniqueConstraint("digest"),
        CheckConstraint("size > 0", name="size_positive"),
    )

    file: Mapped[str]
    """Its name, which says when it was made and nothing else."""
    size: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str]
    """SHA-256 of the encrypted file: tells a copy on a stick from another."""
    key_id: Mapped[str]
    made_at: Mapped[datetime]
    """The moment whose records it holds."""
    revision: Mapped[str]
    tables: Mapped[int]
    rows: Mapped[int] = mapped_column(BigInteger)
    counts_digest: Mapped[str]
    """SHA-256 over the number of rows of each table, counted in the snapshot that was copied."""


class BackupDrill(Fact):
    """One test restore of a backup, and whether what came out is what went in."""

    __tablename__ = "backup_drill"
    __table_args__ = (
        CheckConstraint("ended_at >= started_at", name="moments_in_order"),
        CheckConstraint("rows >= 0 AND chained_rows >= 0", name="counts_not_negative"),
    )

    backup_id: Mapped[int] = mapped_column(ForeignKey("backup_run.id"), index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    outcome: Mapped[DrillOutcome]
    rows: Mapped[int] = mapped_column(BigInteger)
    """Rows of all tables that were counted in the restored database, and agreed."""
    chained_rows: Mapped[int] = mapped_column(BigInteger)
    """Rows of the audit and the registers that were walked there."""
