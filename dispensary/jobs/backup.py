"""Nightly: a backup of the whole database, encrypted, restored on trial, copied to a second folder, rotated."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from flask import Flask

from dispensary.home import Home
from dispensary.queries import backups as records
from dispensary.queries import sites
from dispensary.rules.job_times import Due
from dispensary.safekeeping import backups, drill, keys, revisions
from dispensary.safekeeping.backups import Made
from dispensary.safekeeping.drill import Proof
from dispensary.safekeeping.vault import BackupKey
from dispensary.services import backups as verbs
from dispensary.services import jobs
from dispensary.web.database import db, unit_of_work
from models.enums import DrillOutcome

NO_FOLDER = "none"


class BackupNotProved(Exception):
    """A backup was made, and restoring it on trial did not give back what was copied."""


class NoScratchDatabase(BackupNotProved):
    """A backup was made, and there could be no database to restore it into."""


def back_up(app: Flask, due: Due) -> None:
    """Back up the whole database unless that was done since the moment the night was due, by this site or another.

    Raises:
        BackupNotProved: see the class; the night is tried again, and what was made stays.
        OSError: a disk is full, or the second folder cannot be written to.
    """
    home: Home = app.extensions["home"]
    session = db.session()
    folder = sites.settings_at(session, due.site_id, app.extensions["clock"]()).backup_folder
    done = records.proved_since(session, due.due_at, app.extensions["clock"]())
    session.rollback()
    if done is not None and backups.is_whole(home.backups / done.file, done.digest):
        file, proof = home.backups / done.file, Proof(DrillOutcome.PROVED)
    else:
        made, proof = make_and_prove(app, due.site_id)
        file = made.file
    turn = due.clinic_day.toordinal()
    _copy_and_rotate(home, file, folder, turn)
    _read_one_again(app, due, turn)
    if proof.outcome is not DrillOutcome.PROVED:
        alone = proof.outcome is DrillOutcome.NO_SCRATCH_DATABASE
        raise (NoScratchDatabase if alone else BackupNotProved)(proof.why)


def make_and_prove(app: Flask, site_id: int) -> tuple[Made, Proof]:
    """Make a backup, keep that it was made, restore it on trial, and keep what came of that."""
    home: Home = app.extensions["home"]
    made = backups.make(home, BackupKey(home.backup_key_file), app.extensions["clock"]())
    with unit_of_work() as session:
        act = jobs.act_of_job(session, site_id, app.extensions["clock"]())
        row_id = verbs.note_made(
            session,
            file=made.file.name,
            size=made.size,
            digest=made.digest,
            key_id=made.key_id,
            made_at=made.about.made_at,
            revision=made.about.revision,
            tables=len(made.about.counts),
            rows=made.about.rows,
            counts_digest=made.about.counts_digest,
            act=act,
        ).id
    return made, prove(app, site_id, made.file, row_id)


def prove(app: Flask, site_id: int, file: Path, backup_id: int | None, key: BackupKey | None = None) -> Proof:
    """Restore a backup on trial and keep what came of it, if the backup itself is on record."""
    home: Home = app.extensions["home"]
    started_at = app.extensions["clock"]()
    key = key or BackupKey(home.backup_key_file)
    public_key = keys.read_seal_key(home).public_key()
    proof = drill.drill(home, file, key, public_key, revisions.newest(Path(app.extensions["migrate"].directory)))
    if backup_id is not None:
        _note(app, site_id, backup_id, started_at, proof)
    return proof


def _note(app: Flask, site_id: int, backup_id: int, started_at: datetime, proof: Proof) -> None:
    with unit_of_work() as session:
        verbs.note_drill(
            session,
            backup_id=backup_id,
            started_at=started_at,
            outcome=proof.outcome,
            rows=proof.rows,
            chained_rows=proof.chained_rows,
            act=jobs.act_of_job(session, site_id, max(app.extensions["clock"](), started_at)),
        )


def _copy_and_rotate(home: Home, file: Path, folder: str, turn: int) -> None:
    """Bring the backup to the second folder as well, and take away in both what the house no longer keeps."""
    session = db.session()
    proved = records.proved_files(session)
    session.rollback()
    backups.rotate(home.backups, proved, file.name)
    if folder != NO_FOLDER:
        backups.copy_to(file, Path(folder))
        backups.rotate(Path(folder), proved, file.name)
        _mend_one(home.backups, Path(folder), proved, turn)


def _mend_one(own: Path, second: Path, proved: Mapping[str, str], turn: int) -> None:
    """Read one of the copies in the second folder again, another each night, and replace it if it has decayed."""
    name = backups.in_turn(second, proved, turn)
    if name and not backups.is_whole(second / name, proved[name]) and backups.is_whole(own / name, proved[name]):
        backups.copy_to(own / name, second)


def _read_one_again(app: Flask, due: Due, turn: int) -> None:
    """Read one of the proved backups that are kept again, another each night, and keep it on record if it has decayed."""
    folder, started_at = app.extensions["home"].backups, app.extensions["clock"]()
    session = db.session()
    proved = records.proved_files(session)
    name = backups.in_turn(folder, proved, turn)
    known = records.on_record(session, name, proved[name]) if name else None
    session.rollback()
    if name and known and not backups.is_whole(folder / name, proved[name]):
        _note(app, due.site_id, known, started_at, Proof(DrillOutcome.NOT_READABLE))
