"""The page of the backups, and the banner for those who can have them mended."""

from pathlib import Path

from flask import Blueprint, current_app, render_template
from flask_login import current_user

from dispensary.home import Home
from dispensary.jobs.table import JOBS
from dispensary.permissions import Permission
from dispensary.policy.house import house_rules
from dispensary.queries import backups as records
from dispensary.queries import jobs as runs
from dispensary.rules import backup_state
from dispensary.web import edge, gate
from dispensary.web.database import db
from dispensary.wording import Words

bp = Blueprint("backups", __name__, url_prefix="/backups")

MIB = 1024 * 1024
NIGHTLY = next(job for job in JOBS if job.name == records.JOB)


@bp.get("")
@gate.requires(Permission.JOB_VIEW)
def made() -> str:
    """Show the last backup and its drill, what is kept and where, and every backup with what came of it."""
    session, house = db.session(), house_rules()
    home = _home()
    lines, site_id, second = records.lines(session), edge.sitting().site_id, _second_folder()
    return render_template(
        "backups/made.html",
        alarm=_alarm(),
        lines=lines,
        last=lines[0] if lines else None,
        proved=next((line for line in lines if line.proved), None),
        present={line.file for line in lines if (home.backups / line.file).exists()},
        folder=home.backups,
        second=second,
        same_disk=second is not None and _disk(second) == _disk(home.backups),
        job=runs.last_runs(session, site_id).get(records.JOB),
        coming=runs.next_run(session, site_id, NIGHTLY, edge.now()),
        house=house,
        now=edge.now(),
        mib=MIB,
    )


@bp.app_template_global()
def backup_alarm() -> Words | None:
    """Return what is wrong with the backups; nothing is read for who cannot have it mended."""
    return _alarm() if current_user.may(Permission.JOB_VIEW) else None


def _alarm() -> Words | None:
    now = edge.now()
    known = records.known(db.session(), edge.sitting().site_id, now)
    within = house_rules().backup_proved_within
    return backup_state.alarm(known, now, within, lies_there=_lies_there(known.file, known.size))


def _lies_there(file: str, size: int) -> bool:
    """Return whether a backup lies in its folder, as long as it was written; on a host that makes none there is no folder."""
    folder = _home().backups
    return not file or not folder.exists() or _size(folder / file) == size


def _size(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except OSError:
        return None


def _disk(folder: Path) -> int | None:
    """Return which disk a folder is on, or that of the folder above where it is not there yet."""
    there = next((one for one in (folder, *folder.parents) if one.exists()), None)
    return there.stat().st_dev if there else None


def _home() -> Home:
    home: Home = current_app.extensions["home"]
    return home


def _second_folder() -> Path | None:
    named = edge.settings().backup_folder
    return None if named == runs.NO_FOLDER else Path(named)
