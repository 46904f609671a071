"""A whole, consistent copy of the database while it is in use: SQLite by its own online backup, PostgreSQL by pg_dump.

What was copied is counted in the very same snapshot: in the copied file, or in the transaction whose snapshot pg_dump is given.
"""

import errno
import gzip
import os
import shutil
import sqlite3
import subprocess
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from dispensary.home import Home
from dispensary.safekeeping import revisions

PAGES_AT_ONCE = 2000
PIPE = 1024 * 1024
FAST = 6
"""How hard an SQLite copy is squeezed; pg_dump squeezes its own."""
OF_THE_DISK = {sqlite3.SQLITE_FULL: errno.ENOSPC, sqlite3.SQLITE_IOERR: errno.EIO}
FAMILY = 0xFF
"""The part of SQLite's number of an error that says of which family it is."""
OF_THE_LIBRARY = {
    "host": "PGHOST",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "password": "PGPASSWORD",
}
"""What of an address PostgreSQL's own programs are told by their environment, which no list of processes shows."""


class CopyImpossible(Exception):
    """The copy could not be made, or not be put back; the message is for the person at the command line."""


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
    ending = "sqlite" if is_sqlite(url) else "dump"
    target = home.backups / f"{at:%Y%m%dT%H%M%SZ}-{name}.{ending}"
    part = target.with_suffix(".part")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        if is_sqlite(url):
            copy_sqlite(Path(url.database or ""), part, progress)
        else:
            with part.open("wb") as out:
                _dump(url, out)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.replace(target)
    return target


@dataclass(frozen=True)
class Snapshot:
    """The database as it stood at one moment: how many rows each table has, and how the copy is written out."""

    counts: dict[str, int]
    revision: str
    pour: Callable[[BinaryIO], None]


@contextmanager
def snapshot(url: URL, folder: Path) -> Iterator[Snapshot]:
    """Hold the database as it stands now, for as long as the block runs, without holding anybody up.

    Args:
        folder: where SQLite's copy lies meanwhile; the caller takes it away.

    Raises:
        CopyImpossible: see `copy_database`.
        OSError: the disk is full.
    """
    if is_sqlite(url):
        copy = folder / "copy.sqlite"
        copy_sqlite(Path(url.database or ""), copy)
        with plain_engine(sqlite_url(copy)).connect() as connection:
            counts, revision = count_rows(connection), revisions.of(connection)
        yield Snapshot(counts, revision or "", lambda out: _squeeze(copy, out))
    else:
        engine = create_engine(url, poolclass=NullPool, isolation_level="REPEATABLE READ")
        with engine.connect() as connection:
            named = str(connection.scalar(text("SELECT pg_export_snapshot()")))
            counts, revision = count_rows(connection), revisions.of(connection)
            yield Snapshot(counts, revision or "", lambda out: _dump(url, out, f"--snapshot={named}"))


def put_back(url: URL, source: BinaryIO) -> None:
    """Write a copy into an empty database: an SQLite file that is made, or a PostgreSQL database, in one transaction.

    Raises:
        CopyImpossible: pg_restore is missing or failed; nothing is left in the database.
    """
    if not is_sqlite(url):
        _restore(url, source)
        return
    handle = os.open(url.database or "", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out, gzip.GzipFile(fileobj=source) as squeezed:
        try:
            shutil.copyfileobj(squeezed, out, PIPE)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise CopyImpossible("the copy inside the backup is damaged: it was damaged when it was made") from error
        out.flush()
        os.fsync(out.fileno())


def count_rows(connection: Connection) -> dict[str, int]:
    """Return how many rows each table of a database has, by name."""
    names = sorted(inspect(connection).get_table_names())
    return {name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0 for name in names}  # noqa: S608


def is_sqlite(url: URL) -> bool:
    """Return whether an address is of an embedded database."""
    return url.get_backend_name() == "sqlite"


def sqlite_url(file: Path) -> URL:
    """Return the address of an SQLite file."""
    return URL.create("sqlite", database=str(file))


def plain_engine(url: URL) -> Engine:
    """Return an engine that keeps no connection, so that a file or a database can be taken away after use."""
    return create_engine(url, poolclass=NullPool)


def copy_sqlite(source: Path, target: Path, progress: Callable[[int, int], object] | None = None) -> None:
    """Copy an SQLite database while others write to it.

    One read is held open over all steps: without it every write of another process would begin the copy anew.

    Raises:
        OSError: the disk is full, or cannot be written to or read.
        CopyImpossible: SQLite finds the database itself damaged, or locked.
    """

    def told(status: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress(total - remaining, total)

    os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(source, isolation_level=None)) as read, closing(sqlite3.connect(target)) as write:
        try:
            read.execute("BEGIN")
            read.execute("SELECT count(*) FROM sqlite_master").fetchone()
            read.backup(write, pages=PAGES_AT_ONCE, progress=told)
        except sqlite3.Error as error:
            of_disk = OF_THE_DISK.get(error.sqlite_errorcode & FAMILY)
            if of_disk is None:
                raise CopyImpossible(f"SQLite cannot copy the database: {error}") from None
            raise OSError(of_disk, os.strerror(of_disk), str(target)) from None


def _squeeze(copy: Path, out: BinaryIO) -> None:
    with copy.open("rb") as source, gzip.GzipFile(fileobj=out, mode="wb", compresslevel=FAST, mtime=0) as squeezed:
        shutil.copyfileobj(source, squeezed, PIPE)


def _dump(url: URL, out: BinaryIO, *further: str) -> None:
    with _program("pg_dump", url, "--format=custom", *further, stdout=subprocess.PIPE) as running:
        shutil.copyfileobj(cast(BinaryIO, running.stdout), out, PIPE)
        _ended(running)


def _restore(url: URL, source: BinaryIO) -> None:
    asked = ("--single-transaction", "--no-owner", "--no-privileges", f"--dbname={url.database}")
    with _program("pg_restore", url, *asked, stdin=subprocess.PIPE) as running:
        into = cast(BinaryIO, running.stdin)
        try:
            shutil.copyfileobj(source, into, PIPE)
            into.close()
        except BrokenPipeError:  # it has ended before: its own words say why
            running.stdin = None
        _ended(running)


@contextmanager
def _program(
    name: str, url: URL, *options: str, stdin: int | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of PostgreSQL's programs; it ends with the block, whatever happens in there."""
    program = shutil.which(name)
    if program is None:
        raise CopyImpossible(f"{name} is not installed (apt install postgresql-client), so there can be no copy")
    command = [program, "--no-password", *options]
    running = subprocess.Popen(  # noqa: S603 - our own program path and address, no shell
        command, env=os.environ | _address(url), stdin=stdin, stdout=stdout, stderr=subprocess.PIPE
    )
    try:
        yield running
    finally:
        if running.poll() is None:
            running.kill()
        for pipe in (running.stdout, running.stdin, running.stderr):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        running.wait()


def _address(url: URL) -> dict[str, str]:
    asked: dict[str, object] = {option: url.query[word] for word, option in OF_THE_LIBRARY.items() if word in url.query}
    own = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGDATABASE": url.database}
    asked |= {variable: value for variable, value in (own | {"PGPASSWORD": url.password}).items() if value}
    return {variable: str(value) for variable, value in asked.items()}


def _ended(running: subprocess.Popen[bytes]) -> None:
    """Wait for a program, and say why it failed: its first line alone, since further ones may quote rows.

    Raises:
        CopyImpossible: it failed.
    """
    said = cast(BinaryIO, running.stderr).read().decode(errors="replace").strip().splitlines()
    if running.wait() != 0:
        name = Path(str(cast(list[str], running.args)[0])).name
        raise CopyImpossible(f"{name} failed: {(said or ['no reason given'])[0]}")
