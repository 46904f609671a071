"""The drill: a backup is restored into a database of its own, compared with what was copied, verified, and taken away."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError, ProgrammingError
from sqlalchemy.orm import Session

from dispensary.home import Home
from dispensary.queries import sites, verification
from dispensary.safekeeping import copies, revisions
from dispensary.safekeeping.backups import About, fits, opened, workplace
from dispensary.safekeeping.copies import CopyImpossible, count_rows, is_sqlite, plain_engine
from dispensary.safekeeping.vault import BackupKey, BackupUnreadable
from models.enums import DrillOutcome

LONGEST_NAME = 50
OURS = "dispensary: the scratch of a restore drill"
"""The comment on the database that a drill makes; one without it is somebody else's, and is never dropped."""


class NoScratchDatabase(Exception):
    """There can be no database to restore into; the message is for the person at the command line."""


@dataclass(frozen=True)
class Proof:
    """What a drill found: how it ended, what was compared, and one sentence for the person at the command line."""

    outcome: DrillOutcome
    rows: int = 0
    chained_rows: int = 0
    why: str = ""


def drill(home: Home, file: Path, key: BackupKey, public_key: Ed25519PublicKey, wanted: str) -> Proof:
    """Restore a backup into a scratch database and say whether it is what was copied.

    Args:
        public_key: of the key that seals the chains.
        wanted: the revision that this program needs.

    Raises:
        OSError: the disk is full.
    """
    url = make_url(home.database_url)
    try:
        with opened(file, key) as (about, reader):
            if not fits(about, home.database_url):
                return Proof(DrillOutcome.NOT_RESTORED, why=f"it is of {about.backend}, this clinic is not")
            with workplace(home) as folder, scratch(url, folder) as into:
                copies.put_back(into, cast(BinaryIO, reader))
                return proved(plain_engine(into), about, public_key, wanted)
    except BackupUnreadable as error:
        return Proof(DrillOutcome.NOT_READABLE, why=str(error))
    except NoScratchDatabase as error:
        return Proof(DrillOutcome.NO_SCRATCH_DATABASE, why=str(error))
    except CopyImpossible as error:
        return Proof(DrillOutcome.NOT_RESTORED, why=str(error))
    except DatabaseError as error:
        return Proof(DrillOutcome.NOT_RESTORED, why=f"the restored database cannot be read: {type(error).__name__}")


def proved(engine: Engine, about: About, public_key: Ed25519PublicKey, wanted: str) -> Proof:
    """Compare a restored database with what its backup says of itself, and verify its chains."""
    with engine.connect() as connection:
        if fault := sqlite_fault(connection):
            return Proof(DrillOutcome.NOT_RESTORED, why=fault)
        counts = count_rows(connection)
        if differing := sorted(name for name, _ in set(counts.items()) ^ set(about.counts.items())):
            return Proof(DrillOutcome.ROWS_DIFFER, why=f"numbers of rows differ in {', '.join(sorted(set(differing)))}")
        rows = sum(counts.values())
        if (found := revisions.of(connection)) != about.revision or found != wanted:
            why = f"it is at revision {found}, this program needs {wanted}"
            return Proof(DrillOutcome.OTHER_REVISION, rows, why=why)
        chained, faults = chains_of(connection, public_key)
    if faults:
        why = f"{faults} things do not hold; `dispensary verify` names those of the clinic itself"
        return Proof(DrillOutcome.CHAINS_BROKEN, rows, chained, why)
    return Proof(DrillOutcome.PROVED, rows, chained)


def sqlite_fault(connection: Connection) -> str:
    """Return what SQLite itself finds wrong with a file, or nothing."""
    if connection.dialect.name != "sqlite":
        return ""
    said = connection.execute(text("PRAGMA quick_check")).scalar_one()
    return "" if said == "ok" else "SQLite finds the restored file damaged"


def chains_of(connection: Connection, public_key: Ed25519PublicKey) -> tuple[int, int]:
    """Return how many chained rows of all sites were walked, and how many things do not hold."""
    with Session(connection, autoflush=False) as session:
        found = [verification.verify(session, site.id, public_key) for site in sites.sites(session)]
    return sum(one.rows for one in found), sum(len(one.faults) for one in found)


@contextmanager
def scratch(url: URL, folder: Path) -> Iterator[URL]:
    """Give the address of an empty database beside the clinic's, and take it away afterwards.

    Raises:
        NoScratchDatabase: the role may not create one, or somebody else's has its name.
    """
    if is_sqlite(url):
        yield copies.sqlite_url(folder / "drill.sqlite")
        return
    name = f"{(url.database or '')[:LONGEST_NAME]}_drill"
    server = plain_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        _create(connection, name, str(url.username or "the clinic's role"))
        try:
            yield url.set(database=name)
        finally:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def _create(connection: Connection, name: str, role: str) -> None:
    known = connection.execute(
        text("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :name"), {"name": name}
    ).first()
    if known and known[0] != OURS:
        raise NoScratchDatabase(f"there is a database {name} that no drill made: rename it, then try again")
    like = connection.execute(
        text(
            "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database"
            " WHERE datname = current_database()"
        )
    ).one()
    try:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(
            text(
                f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING '{like[0]}'"
                f" LC_COLLATE '{like[1]}' LC_CTYPE '{like[2]}'"
            )
        )
    except ProgrammingError as error:
        raise NoScratchDatabase(
            f"the role {role} may not create databases, so no backup can be restored on trial:"
            f' as an administrator of PostgreSQL run ALTER ROLE "{role}" CREATEDB'
        ) from error
    connection.execute(text(f"COMMENT ON DATABASE \"{name}\" IS '{OURS}'"))
