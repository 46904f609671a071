"""One tick: whatever is due runs now, one after the other in each lane, if no other process is at it."""

import errno
import logging
from collections.abc import Sequence
from contextlib import suppress

from flask import Flask

from dispensary.errors import Conflict
from dispensary.jobs.lock import only_one
from dispensary.jobs.table import JOBS, Job
from dispensary.queries import jobs as records
from dispensary.rules.job_times import Due, Lane, WhileOpen, due
from dispensary.services import jobs
from dispensary.web.database import db, unit_of_work
from models.enums import JobOutcome

log = logging.getLogger("dispensary.jobs")


def tick(app: Flask, table: Sequence[Job] = JOBS, lanes: Sequence[Lane] = tuple(Lane)) -> list[tuple[Due, JobOutcome]]:
    """Run what is due and return how each ended; nothing of a lane where another process is at it."""
    ended = []
    with app.app_context():
        for lane in lanes:
            with only_one(db.engine, lane) as mine:
                ended += [(one, run(app, one, table)) for one in _due(app, table, lane)] if mine else []
    return ended


def safe_tick(app: Flask, lane: Lane) -> None:
    """Run what is due in a lane; what goes wrong outside a job is said by its kind alone: a message may hold data of people."""
    try:
        tick(app, lanes=[lane])
    except Exception as error:
        log.error("the tick of the jobs failed: %s", kind_of(error))


def anything_due(app: Flask, lane: Lane) -> bool:
    """Return whether something in a lane is due, as far as one look tells; behind the lock it is looked at again."""
    with app.app_context():
        return bool(_due(app, JOBS, lane))


def _due(app: Flask, table: Sequence[Job], lane: Lane) -> list[Due]:
    """Return what is due in a lane, as the record stands."""
    session, now = db.session(), app.extensions["clock"]()
    mine = [job for job in table if job.lane is lane]
    try:
        return due(mine, records.site_clocks(session, now), records.runs_since(session, now), now)
    finally:
        session.rollback()


def run(app: Flask, one: Due, table: Sequence[Job] = JOBS) -> JobOutcome:
    """Run one job and keep how it ended; a failure is kept as the kind of error, and the clinic goes on."""
    job = next(job for job in table if job.name == one.job)
    clock = app.extensions["clock"]
    started_at, outcome, note = clock(), JobOutcome.DONE, ""
    try:
        job.does(app, one)
    except Exception as error:
        outcome, note = JobOutcome.FAILED, kind_of(error)
    with suppress(Conflict), unit_of_work() as session:  # another host has done it in the meantime: its row stands
        jobs.note_run(
            session,
            job=one.job,
            due_at=one.due_at,
            clinic_day=one.clinic_day,
            attempt=one.attempt,
            started_at=started_at,
            outcome=outcome,
            note=note,
            again_and_again=isinstance(job.when, WhileOpen),
            act=jobs.act_of_job(session, one.site_id, max(clock(), started_at)),
        )
    return outcome


DISK_FULL = {"SQLITE_FULL", "53100"}
"""What the databases call a disk without room."""


def kind_of(error: Exception) -> str:
    """Return what kind of error this is, and of the system's own which; never its message."""
    cause = getattr(error, "orig", None)
    if DISK_FULL & {getattr(cause, "sqlite_errorname", ""), getattr(cause, "sqlstate", "")}:
        return f"DiskFull {errno.errorcode[errno.ENOSPC]}"
    number = error.errno if isinstance(error, OSError) else None
    return " ".join(filter(None, (type(error).__name__, errno.errorcode.get(number or 0, ""))))
