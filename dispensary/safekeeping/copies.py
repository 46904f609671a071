"""A whole copy of the database before it is changed: SQLite by its own online backup, PostgreSQL by pg_dump."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from dispensary.home import Home

PAGES_AT_ONCE = 2000


class CopyImpossible(Exception):
    """The copy could not be made; the message is for the person at the command line."""


def copy_database(home: Home, *, name: str, at: datetime, progress: Callable[[int, int], object]) -> Path:
    """Copy the database into the home's folder of backups and return the file.

    Args:
        name: what the copy is for; part of the file's name.
        progress: told how much is done, and of how much; SQLite only.

    Raises:
        CopyImpossible: pg_dump is missing or failed.
    """
    url = make_url(home.database_url)
    home.backups.mkdir(mode=0o700, parents=True, exist_ok=True)
    ending = "sqlite" if url.get_backend_name() == "sqlite" else "dump"
    target = home.backups / f"{at:%Y%m%dT%H%M%SZ}-{name}.{ending}"
    part = target.with_suffix(".part")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        if ending == "sqlite":
            _copy_sqlite(Path(url.database or ""), part, progress)
        else:
            _dump(url, part)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.replace(target)
    return target


def _copy_sqlite(source: Path, target: Path, progress: Callable[[int, int], object]) -> None:
    def told(status: int, remaining: int, total: int) -> None:
        progress(total - remaining, total)

    read, write = sqlite3.connect(source), sqlite3.connect(target)
    try:
        read.backup(write, pages=PAGES_AT_ONCE, progress=told)
    finally:
        read.close()
        write.close()


def _dump(url: URL, target: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise CopyImpossible("pg_dump is not installed (apt install postgresql-client), so no copy can be made first")
    host = url.host or url.query.get("host")
    asked = {"--host": host, "--port": url.port, "--username": url.username, "--dbname": url.database}
    options = [f"{option}={value}" for option, value in asked.items() if value]
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603 - our own program path and address, no shell
        [program, "--format=custom", "--no-password", f"--file={target}", *options],
        env=os.environ | secret,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CopyImpossible(f"pg_dump failed: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
