"""The database at the edge: one unit of work a request, job or command.

Reads begin deferred. A unit of work ends the read that the gate opened, then begins as a writer; on SQLite it first takes
an advisory lock file, which the kernel releases if the process dies, so that waiting writers are served in turn.
(Measured, and why: docs/adr/0012-two-backends.md.)
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import psycopg
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from dispensary.services import conflicts
from models import Base

db = SQLAlchemy(metadata=Base.metadata, session_options={"autoflush": False, "expire_on_commit": False})
migrate = Migrate()

THREADS = 32
WAIT_SECONDS = 30


def engine_options(url: str) -> dict[str, Any]:
    """Return what the engine needs for a database address; a pool as large as the server's threads."""
    options: dict[str, Any] = {"pool_size": THREADS, "max_overflow": 0, "pool_timeout": WAIT_SECONDS}
    if url.startswith("sqlite"):
        options["connect_args"] = {"timeout": WAIT_SECONDS, "isolation_level": None}
    else:
        options["pool_pre_ping"] = True
    return options


def prepare(engine: Engine) -> None:
    """Set up every connection of an engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
    else:
        event.listen(engine, "rollback", _end_of_reading)
        event.listen(engine, "checkin", _may_write_again)


@event.listens_for(db.session, "after_begin")
def _only_reads(session: Session, transaction: object, connection: Connection) -> None:
    """Bar PostgreSQL's writes outside a unit of work, so that ending a read can never lose or keep half a change."""
    if connection.dialect.name == "postgresql" and not connection.get_execution_options().get("writes"):
        _driver(connection).read_only = True


def _end_of_reading(connection: Connection) -> None:
    """Commit what only read: the driver forgets every prepared statement at a ROLLBACK, and plans all of them again."""
    driver = _driver(connection)
    if driver.read_only and driver.info.transaction_status == TransactionStatus.INTRANS:
        driver.commit()


def _may_write_again(connection: Any, record: object) -> None:
    if connection is not None and not connection.closed:
        connection.read_only = None


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    return cast(psycopg.Connection[Any], connection.connection.driver_connection)


def _set_pragmas(connection: Any, record: Any) -> None:
    for pragma in (
        "foreign_keys=ON",
        "journal_mode=WAL",
        "synchronous=FULL",
        "recursive_triggers=ON",  # without it INSERT OR REPLACE walks past the no-delete triggers
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _turn_to_write(engine: Engine) -> Iterator[None]:
    if engine.dialect.name != "sqlite" or not engine.url.database:
        yield
        return
    with Path(engine.url.database + ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Run one change: commit if the block ends well, else roll back.

    Raises:
        Conflict: the block broke a rule that the database keeps; the message says which, in words.
    """
    session = db.session
    session.rollback()
    with _turn_to_write(db.engine):
        session.connection(execution_options={"writes": True})
        try:
            with conflicts.translated():
                yield session()
                session.commit()
        except BaseException:
            session.rollback()
            raise
