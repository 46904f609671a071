"""What ran by itself, for which moment, and how it ended."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Fact
from models.enums import JobOutcome

DONE = text("outcome = 'done'")


class JobRun(Fact):
    """One attempt at a job that was due at a moment; of any number of processes one finishes it."""

    __tablename__ = "job_run"
    __table_args__ = (
        UniqueConstraint("site_id", "job", "due_at", "attempt"),
        CheckConstraint("attempt >= 1", name="attempt_positive"),
        CheckConstraint("ended_at >= started_at", name="moments_in_order"),
        Index("uq_job_run_done", "site_id", "job", "due_at", unique=True, sqlite_where=DONE, postgresql_where=DONE),
    )

    job: Mapped[str]
    due_at: Mapped[datetime]
    clinic_day: Mapped[date]
    attempt: Mapped[int]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    outcome: Mapped[JobOutcome]
    note: Mapped[str] = mapped_column(default="")
    """Of a failure the kind of error; never data about people."""
