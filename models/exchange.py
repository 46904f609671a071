"""What has come in from outside: one row a file imported, one a record in it, so that a second run changes nothing."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact


class ImportRun(Fact):
    """One import of one folder."""

    __tablename__ = "import_run"

    source: Mapped[str]
    """Where the records come from; external ids are unique within it."""
    digest: Mapped[str]
    """SHA-256 over the files, in order of their names."""
    rows: Mapped[int]
    finished_at: Mapped[datetime]


class ImportedRecord(Fact):
    """One record of a source and what it became here."""

    __tablename__ = "imported_record"
    __table_args__ = (
        UniqueConstraint("source", "subject", "external_id"),
        Index("ix_imported_record_subject_id", "subject", "subject_id"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    source: Mapped[str]
    subject: Mapped[str]
    """The table it went into."""
    external_id: Mapped[str]
    subject_id: Mapped[int]
    digest: Mapped[str]
    """Over the record as it was read, so that a second run can tell the same from a changed one."""
