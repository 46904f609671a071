"""The lock of the jobs: of any number of processes one holds it, and it ends with its holder, however that ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

KEY = 0x6A6F6273
"""The number of our lock among PostgreSQL's advisory locks: the letters of *jobs*."""


@contextmanager
def only_one(engine: Engine) -> Iterator[bool]:
    """Say whether this process may run jobs now; as long as the block runs, no other may."""
    held = _of_file if engine.dialect.name == "sqlite" else _of_server
    with held(engine) as mine:
        yield mine


@contextmanager
def _of_file(engine: Engine) -> Iterator[bool]:
    with Path(f"{engine.url.database}.jobs.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _of_server(engine: Engine) -> Iterator[bool]:
    """Hold it on a connection of its own, outside the pool: the server lets go when that connection ends."""
    own = create_engine(engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with own.connect() as connection:
        yield bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": KEY}))
