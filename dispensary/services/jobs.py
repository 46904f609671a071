"""Keeping what ran by itself: one row an attempt, and on the audit whatever is done once, or changes for the worse or better."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.services import audit, founding
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.sites import set_up_staff
from models import JobRun
from models.enums import AuditKind, JobOutcome, Origin


def act_of_job(session: Session, site_id: int, at: datetime) -> Act:
    """Return the act of what runs by itself: the set-up's own row signs it, marked as by a job."""
    return replace(founding.act_of_set_up(session, set_up_staff(session, at), site_id, at), origin=Origin.JOB)


def note_run(
    session: Session,
    *,
    job: str,
    due_at: datetime,
    clinic_day: date,
    attempt: int,
    started_at: datetime,
    outcome: JobOutcome,
    note: str = "",
    again_and_again: bool = False,
    act: Act,
) -> JobRun:
    """Keep one attempt at a job.

    Args:
        note: of a failure the kind of error, and nothing about people.
        again_and_again: it runs every few minutes; then only a failure after a success, and the reverse, stand on the audit.

    Raises:
        Conflict: another process has done this job for this moment already.
    """
    before = session.scalar(
        select(JobRun.outcome)
        .where(JobRun.site_id == act.site_id, JobRun.job == job)
        .order_by(JobRun.id.desc())
        .limit(1)
    )
    run = write(
        session,
        JobRun(
            job=job,
            due_at=due_at,
            clinic_day=clinic_day,
            attempt=attempt,
            started_at=started_at,
            ended_at=act.at,
            outcome=outcome,
            note=note,
            **act.stamp,
        ),
    )
    if not again_and_again or outcome is not (before or JobOutcome.DONE):
        audit.record(session, AuditKind.JOB_RAN, run, act, job=job, clinic_day=clinic_day, job_outcome=outcome)
    return run
