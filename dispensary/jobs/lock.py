"""The locks of the jobs, one a lane: of any number of processes one holds each, and it ends with its holder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from dispensary.rules.job_times import Lane

KEY = 0x6A6F6273
"""The first number of our locks among PostgreSQL's advisory locks: the letters of *jobs*; the second is the lane's."""


@contextmanager
def only_one(engine: Engine, lane: Lane) -> Iterator[bool]:
    """Say whether this process may run the jobs of a lane now; as long as the block runs, no other may."""
    held = _of_file if engine.dialect.name == "sqlite" else _of_server
    with held(engine, lane) as mine:
        yield mine


@contextmanager
def _of_file(engine: Engine, lane: Lane) -> Iterator[bool]:
    with Path(f"{engine.url.database}.jobs-{lane.name.lower()}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _of_server(engine: Engine, lane: Lane) -> Iterator[bool]:
    """Hold it on a connection of its own, outside the pool: the server lets go when that connection ends."""
    own = create_engine(engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with own.connect() as connection:
        yield bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key, :lane)"), {"key": KEY, "lane": lane}))
