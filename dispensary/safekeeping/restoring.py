"""Restoring for good: a backup becomes the database of a clinic that has none; what is in use is never overwritten."""

from pathlib import Path
from typing import BinaryIO, cast

from sqlalchemy import inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from dispensary.safekeeping import backups, copies
from dispensary.safekeeping.backups import About, settle
from dispensary.safekeeping.copies import is_sqlite, plain_engine, put_back
from dispensary.safekeeping.vault import BackupKey

BESIDE = ("", "-wal", "-shm", "-journal")
"""Files that belong to an SQLite database; an old log beside a restored file would be played into it."""


class InUse(Exception):
    """There is something where the backup is to go; the message is for the person at the command line."""


def check_free(url: URL) -> None:
    """Refuse a place where something is.

    Raises:
        InUse: a file, or a table, is there already, or a PostgreSQL database is not there yet.
    """
    if is_sqlite(url):
        if there := [name for name in (f"{url.database}{end}" for end in BESIDE) if Path(name).exists()]:
            raise InUse(
                f"{there[0]} exists, and is never overwritten: stop the program, move it and the files beside it"
                " to another folder, then restore again"
            )
        return
    try:
        with plain_engine(url).connect() as connection:
            tables = inspect(connection).get_table_names()
    except OperationalError as error:
        raise InUse(
            f"the database {url.database} cannot be opened ({str(error.orig).splitlines()[0]}): make an empty one with"
            f" createdb --encoding=UTF8 --locale=C.UTF-8 --template=template0 {url.database}"
        ) from None
    if tables:
        raise InUse(
            f"the database {url.database} has {len(tables)} tables, and is never overwritten: stop the program, rename"
            " the database, make an empty one, then restore again"
        )


def restore(file: Path, key: BackupKey, url: URL) -> tuple[About, URL]:
    """Restore a backup and return what it says about itself, and where it lies now.

    An SQLite file does not have its final name yet: `settle_in` gives it, once everything else went well.

    Raises:
        BackupUnreadable: nothing was left behind.
        CopyImpossible: likewise.
        InUse: it is of the other kind of database.
    """
    with backups.opened(file, key) as (about, reader):
        if not backups.fits(about, url.render_as_string(hide_password=False)):
            raise InUse(
                f"this backup is of {about.backend}, and {url.get_backend_name()} is where it was to go:"
                " DISPENSARY_DATABASE_URL says which database the clinic has"
            )
        lies = copies.sqlite_url(_part(url)) if is_sqlite(url) else url
        if is_sqlite(url):
            _part(url).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _take_away_part(url)
        try:
            put_back(lies, cast(BinaryIO, reader))
        except BaseException:
            _take_away_part(url)  # PostgreSQL has taken everything back by itself
            raise
    return about, lies


def settle_in(url: URL) -> None:
    """Give a restored SQLite file its name; a PostgreSQL database has had it all along."""
    if is_sqlite(url):
        target = Path(url.database or "")
        _part(url).replace(target)
        settle(target.parent)


def clear(url: URL) -> None:
    """Take away what was restored and must not stay: the place is as empty as it was before, and can be restored into again."""
    if is_sqlite(url):
        _take_away_part(url)
        return
    with plain_engine(url).begin() as connection:
        for table in inspect(connection).get_table_names():
            connection.execute(text(f'DROP TABLE IF EXISTS "{table}" CASCADE'))
        for function in connection.scalars(_OWN_FUNCTIONS).all():
            connection.execute(text(f"DROP FUNCTION {function} CASCADE"))


_OWN_FUNCTIONS = text(
    "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
    " WHERE n.nspname = current_schema()"
    " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
)
"""The functions of a database that do not come with an extension, as PostgreSQL writes their names."""


def _take_away_part(url: URL) -> None:
    if is_sqlite(url):
        for end in BESIDE:
            Path(f"{_part(url)}{end}").unlink(missing_ok=True)


def _part(url: URL) -> Path:
    return Path(f"{url.database}.restoring")
