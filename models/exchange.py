"""What has come in from outside: one row a file imported, one a record in it, so that a second run changes nothing."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import EpisodeEndReason, Medication
from models.units import Mg


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


class CohortCourse(Fact):
    """One course of treatment of a cohort that came in without names and without daily doses."""

    __tablename__ = "cohort_course"
    __table_args__ = (
        UniqueConstraint("source", "course"),
        CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name="end_whole"),
        CheckConstraint("(ended_on IS NULL) <> (seen_until_on IS NULL)", name="ended_or_seen"),
        CheckConstraint("dose_day IS NULL OR dose_mg IS NOT NULL", name="dose_of_its_day"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), index=True)
    source: Mapped[str]
    """The name of the cohort."""
    course: Mapped[str]
    """Its own id within the cohort; no person here has it."""
    clinic: Mapped[str] = mapped_column(default="")
    medication: Mapped[Medication | None]
    admitted_on: Mapped[date]
    ended_on: Mapped[date | None]
    end_reason: Mapped[EpisodeEndReason | None]
    seen_until_on: Mapped[date | None]
    """The last day on which it is known to go on, where no end is known."""
    dose_mg: Mapped[Mg | None]
    dose_day: Mapped[int | None]
    """The day of treatment, counted from the admission, on which that was the dose; None where it is another dose, such as the
    largest."""
    digest: Mapped[str]
    """Over the row as it was read, so that a second run can tell the same from a changed one."""
