"""Backup files: made whole or not at all, named after their moment, copied to a second folder, and rotated."""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy.engine import make_url

from dispensary.home import Home
from dispensary.policy.house import house_rules
from dispensary.rules.backup_rotation import Backup, kept
from dispensary.safekeeping.copies import is_sqlite, snapshot
from dispensary.safekeeping.vault import BackupKey, SealedReader, SealedWriter

NAMES = "clinic-????????T??????Z.backup"
NAMED = "clinic-%Y%m%dT%H%M%SZ.backup"
WORK = "work-"
"""Folders with copies that are not encrypted; they live as long as a backup or a drill runs."""
BUFFER = 1024 * 1024
A_SECOND = timedelta(seconds=1)
NOT_FOR_FOLDERS = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EBADF})
"""What sticks and shares answer that know no flushing of a folder; the file itself was flushed."""


@dataclass(frozen=True)
class About:
    """What a backup says about itself, inside its encryption."""

    made_at: datetime
    backend: str
    revision: str
    counts: dict[str, int]

    @property
    def rows(self) -> int:
        """How many rows it holds."""
        return sum(self.counts.values())

    @property
    def counts_digest(self) -> str:
        """SHA-256 over the number of rows of each table."""
        lines = "".join(f"{name} {rows}\n" for name, rows in sorted(self.counts.items()))
        return hashlib.sha256(lines.encode()).hexdigest()


@dataclass(frozen=True)
class Made:
    """A backup file, and what is kept on record of it."""

    file: Path
    size: int
    digest: str
    key_id: str
    about: About


def make(home: Home, key: BackupKey, at: datetime) -> Made:
    """Write an encrypted backup of the whole database into the home's folder of backups.

    Raises:
        CopyImpossible: pg_dump is missing or failed.
        OSError: the disk is full, or the folder is not there; the backups before stay as they are.
    """
    url = make_url(home.database_url)
    with workplace(home) as folder, snapshot(url, folder) as held:
        about = About(at, url.get_backend_name(), held.revision, held.counts)
        target = _free_name(home.backups, at)
        with whole_file(target) as out:
            sealed = SealedWriter(out, key, _written(about))
            held.pour(cast(BinaryIO, sealed))
            sealed.finish()
    return Made(target, target.stat().st_size, digest_of(target), key.name, about)


def _free_name(folder: Path, at: datetime) -> Path:
    """Return the name for a backup of a moment; after a clock was set back the one of a second that is not taken yet."""
    while (target := folder / at.astimezone(UTC).strftime(NAMED)).exists():
        at += A_SECOND
    return target


@contextmanager
def opened(file: Path, key: BackupKey) -> Iterator[tuple[About, SealedReader]]:
    """Open a backup: what it says about itself, and the copy that it holds.

    Raises:
        BackupUnreadable: it is no whole backup under this key; also while it is read.
    """
    with file.open("rb", buffering=BUFFER) as source:
        reader = SealedReader(source, key)
        yield _read(reader.about), reader


@contextmanager
def workplace(home: Home) -> Iterator[Path]:
    """Give a folder for copies that are not encrypted, and take it away afterwards; one that a crash left as well."""
    home.backups.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in home.backups.glob(f"{WORK}*"):
        shutil.rmtree(left)
    _take_away_parts(home.backups)
    folder = Path(tempfile.mkdtemp(prefix=WORK, dir=home.backups))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _take_away_parts(folder: Path) -> None:
    """Take away the beginnings of files that a power cut left."""
    for left in folder.glob(f"{NAMES}.part"):
        left.unlink(missing_ok=True)


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """Write a file for the clinic's account alone, which has its name only once it is whole and on the disk."""
    part = target.with_name(f"{target.name}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
        settle(target.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def settle(folder: Path) -> None:
    """Make sure that a new name outlives a power cut, where the disk knows how to."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in NOT_FOR_FOLDERS:
            raise
    finally:
        os.close(handle)


def copy_to(file: Path, folder: Path) -> Path:
    """Copy a backup to a second folder and compare what arrived; one that is there already stays.

    Raises:
        OSError: the folder is not there or full, or what arrived is not what was sent.
    """
    target = folder / file.name
    if target.exists() and digest_of(target) == digest_of(file):
        return target
    _take_away_parts(folder)
    with file.open("rb") as source, whole_file(target) as out:
        shutil.copyfileobj(source, out, BUFFER)
    if digest_of(target) != digest_of(file):
        target.unlink()
        raise OSError(5, os.strerror(5), str(target))
    return target


def rotate(folder: Path, proved: Collection[str], newest: str) -> list[str]:
    """Take away the backups of a folder that the house no longer keeps, and return their names.

    Args:
        proved: names of those that a drill has restored; the newest of them stays whatever its age.
        newest: the one just made; it stays, whatever a wrong clock called those before.
    """
    house = house_rules()
    made = [Backup(file.name, moment, file.name in proved) for file, moment in _named(folder)]
    stay = kept(made, daily=house.backups_daily, weekly=house.backups_weekly, monthly=house.backups_monthly)
    gone = sorted({backup.name for backup in made} - stay - {newest})
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    return gone


def kept_in(folder: Path) -> list[str]:
    """Return the names of the backups in a folder, the oldest first."""
    return sorted(file.name for file, _ in _named(folder))


def is_whole(file: Path, digest: str) -> bool:
    """Return whether a backup is there, and is what was written."""
    return file.exists() and digest_of(file) == digest


def in_turn(folder: Path, digests: Mapping[str, str], turn: int) -> str | None:
    """Return which of the backups of a folder that are on record is read again in this turn; None where there is none."""
    known = [name for name in kept_in(folder) if name in digests]
    return known[turn % len(known)] if known else None


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def fits(about: About, database_url: str) -> bool:
    """Return whether a backup can be put back into a database of this kind."""
    return (about.backend == "sqlite") == is_sqlite(make_url(database_url))


def _named(folder: Path) -> Iterator[tuple[Path, datetime]]:
    for file in folder.glob(NAMES):
        try:
            yield file, datetime.strptime(file.name, NAMED).replace(tzinfo=UTC)
        except ValueError:  # looks alike, and is none of ours
            continue


def _written(about: About) -> dict[str, Any]:
    return {
        "made_at": about.made_at.astimezone(UTC).isoformat(),
        "backend": about.backend,
        "revision": about.revision,
        "counts": about.counts,
    }


def _read(told: dict[str, Any]) -> About:
    return About(datetime.fromisoformat(told["made_at"]), told["backend"], told["revision"], told["counts"])
