"""What failed by itself, told to those who can have it mended when they sign in."""

from flask import flash
from flask_babel import gettext as _
from flask_login import current_user

from dispensary.jobs.table import JOBS
from dispensary.permissions import Permission
from dispensary.queries import jobs as records
from dispensary.queries.jobs import RunLine
from dispensary.rules.job_times import Lane
from dispensary.web import edge, formats
from dispensary.web.database import db
from dispensary.wording import N_

TITLES = {job.name: job.title for job in JOBS}
NIGHTLY = frozenset(job.name for job in JOBS if job.lane is Lane.NIGHTS)
KINDS = {
    "ENOSPC": N_("the disk is full"),
    "EDQUOT": N_("the disk is full"),
    "ENOENT": N_("the folder is not there"),
    "EACCES": N_("the folder may not be written to"),
    "EROFS": N_("the folder may not be written to"),
    "EPERM": N_("the folder may not be written to"),
    "ENOTDIR": N_("what is named as the folder is a file"),
    "EEXIST": N_("what is named as the folder is a file"),
    "EIO": N_("the disk cannot be read or written"),
    "ENODEV": N_("the disk was taken out"),
    "ESTALE": N_("the share cannot be reached"),
    "EHOSTDOWN": N_("the share cannot be reached"),
    "BackupKeyUnreadable": N_("the backup key is missing: put its copy from the safe back into the home"),
    "SealKeyUnreadable": N_("the key that seals is missing: put its copy from the safe back into the home"),
    "BackupNotProved": N_("the backup could not be restored when it was tried: see Backups"),
    "NoScratchDatabase": N_("no database may be created to restore into: see the manual, Backup"),
    "CopyImpossible": N_("the copy could not be made: run `dispensary backup` to see why"),
    "DatabaseError": N_(
        "the database could not be read: run `dispensary backup` to see why, and keep the older backups"
    ),
    "OperationalError": N_("the database did not answer, or was busy for too long"),
    "ChainsBroken": N_("something on record does not hold: run `dispensary verify`, and change nothing"),
    "KeyUnreadable": N_("its password is missing: run `dispensary upgrade`"),
}
"""What the kinds of failures mean that somebody at the clinic can mend."""


def tell_failures() -> None:
    """Say at sign-in what failed and was not done since, and what has not run; to those who may see the jobs alone."""
    if not (current_user.is_authenticated and current_user.may(Permission.JOB_VIEW)):
        return
    session, site_id = db.session(), edge.sitting().site_id
    for line in records.failing(session, site_id, NIGHTLY):
        if line.job not in NIGHTLY and edge.settings().pack_folder == records.NO_FOLDER:
            continue  # the site wants none any more
        told = _("✕ “%(job)s” failed for %(day)s: %(why)s. Nothing else waits for it; see Jobs.",
                 job=title(line), day=formats.day(line.clinic_day), why=why(line))  # fmt: skip
        flash(told, "failure")
    for job in records.not_running(session, site_id, JOBS, edge.act().at):
        told = _("✕ “%(job)s” has not run when it was due. Is the program that runs the jobs on? See Jobs.",
                 job=_(TITLES[job]))  # fmt: skip
        flash(told, "failure")


def title(line: RunLine) -> str:
    """Return what a job is called; one that this version no longer has by its name."""
    return _(TITLES.get(line.job, line.job))


def why(line: RunLine) -> str:
    """Return the kind of a failure in words, or as the program calls it."""
    known = next((KINDS[part] for part in line.note.split() if part in KINDS), None)
    return _(known) if known else line.note
