"""An app on each backend with a database of its own for every test, staff of each role, and a strict client."""

import gc
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event
from sqlalchemy.orm import Session

from app import create_app
from dispensary.home import Home
from dispensary.safekeeping import keys
from dispensary.web.database import db
from dispensary.web.station import counts
from models import walls
from tests import backends
from tests.client import StrictClient
from tests.factories import World, make_world

SQLITE, POSTGRESQL = "sqlite", "postgresql"
MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave out of every later search for rubbish what stays to the end: modules, and fourteen thousand tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def only_local_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing leaves this machine: sockets of files and of the loopback only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        local = self.family == socket.AF_UNIX or (
            isinstance(address, tuple) and address[0] in ("127.0.0.1", "::1", "localhost")
        )
        assert local, f"a test tried to reach {address}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


class ClinicClock:
    """The clock of the app under test; a test sets it."""

    def __init__(self) -> None:
        self.at = MORNING

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture(scope="session")
def postgres() -> Iterator[backends.Postgres]:
    """A throwaway PostgreSQL server."""
    if not backends.POSTGRESQL:
        pytest.fail("PostgreSQL is not installed: apt install postgresql")
    server = backends.Postgres()
    server.start()
    yield server
    server.stop()


@dataclass
class Bench:
    """One app on one backend, and how to give it a fresh database."""

    app: Flask
    clock: ClinicClock
    renew: Callable[[], object]


def make_home(folder: Path, url: str) -> Home:
    """Return a home with its keys, as `init` would leave it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "secret_key").write_bytes(b"only for tests")
    (folder / "profiles").mkdir(exist_ok=True)
    home = Home(folder, url)
    if not home.seal_key_file.exists():
        keys.create_seal_key(home)
        keys.create_backup_key(home)
    return home


def migrated(home: Home) -> None:
    """Bring the database of a home to the newest revision."""
    app = create_app(home=home, hasher=CHEAP_HASHER)
    with app.app_context():
        upgrade()
        backends.close(db.engine)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database to copy."""
    path = tmp_path_factory.mktemp("template") / "clinic.sqlite"
    migrated(make_home(path.parent / "home", f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: backends.Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated, empty PostgreSQL database to copy."""
    postgres.execute("CREATE DATABASE migrated")
    migrated(make_home(tmp_path_factory.mktemp("template-pg"), postgres.url("migrated")))
    return "migrated"


@pytest.fixture(scope="session")
def in_memory() -> Iterator[Path]:
    """A folder that is kept in memory where there is room: a commit is as safe as it says, and costs no turn of a disk."""
    with tempfile.TemporaryDirectory(prefix="oat-homes-", dir=backends.place_for_databases()) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def benches() -> Iterator[dict[str, Bench]]:
    """The apps of this process, one a backend, made on first use."""
    made: dict[str, Bench] = {}
    yield made
    for bench in made.values():
        with bench.app.app_context():
            backends.close(db.engine)


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def backend(request: pytest.FixtureRequest) -> str:
    """Each backend in turn."""
    return str(request.param)


def _reverse_what_has_no_order(connection: Any, record: object) -> None:
    """Rows that nothing has put in order come backwards, as they may from PostgreSQL on any day."""
    connection.execute("PRAGMA reverse_unordered_selects=ON")


@pytest.fixture
def bench(
    backend: str,
    benches: dict[str, Bench],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Bench:
    """The app on this backend, with an empty migrated database."""
    if backend not in benches:
        clock = ClinicClock()
        folder = tmp_path_factory.mktemp(f"home-{backend}")
        if backend == SQLITE:
            folder = request.getfixturevalue("in_memory") / folder.name
            template = request.getfixturevalue("sqlite_template")
            path = folder / "clinic.sqlite"
            home = make_home(folder, f"sqlite:///{path}")

            def renew() -> None:
                backends.copy_sqlite(template, path)

        else:
            server = request.getfixturevalue("postgres")
            template = request.getfixturevalue("postgres_template")
            name = f"test_{os.getpid()}"
            home = make_home(folder, server.url(name))
            expected = len([sql for sql in walls(POSTGRESQL) if sql.startswith("CREATE TRIGGER")])

            def renew() -> None:
                if not server.clean(name, expected):
                    server.copy(template, name)
                    server.keep(name)

        app = create_app(home=home, now=clock, hasher=CHEAP_HASHER, config={"TESTING": True})
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(request.getfixturevalue("in_memory")))
        if backend == SQLITE:
            with app.app_context():
                event.listen(db.engine, "connect", _reverse_what_has_no_order)
        benches[backend] = Bench(app, clock, renew)
    bench = benches[backend]
    with bench.app.app_context():
        backends.close(db.engine)  # on PostgreSQL too: a test may have told its connection to look past the walls
    bench.renew()
    bench.clock.at = MORNING
    bench.app.extensions.pop(counts.PLACE, None)
    return bench


@pytest.fixture
def app(bench: Bench) -> Flask:
    """The application; no context is pushed, so that each request has its own."""
    return bench.app


@pytest.fixture
def clock(bench: Bench) -> ClinicClock:
    """The clock of the application."""
    return bench.clock


@pytest.fixture
def session(bench: Bench) -> Iterator[Session]:
    """A session beside the application's own: to arrange, to call services, and to look afterwards."""
    with bench.app.app_context():
        engine = db.engine
    with engine.connect() as connection:
        session = Session(connection, autoflush=False, expire_on_commit=False)
        yield session
        session.close()


@pytest.fixture
def world(session: Session, clock: ClinicClock) -> World:
    """A small clinic: one site, one window with open containers, staff of each role; committed."""
    made = make_world(session, clock())
    session.commit()
    return made


@pytest.fixture
def client(bench: Bench) -> StrictClient:
    """A browser that is strict about every answer."""
    bench.app.test_client_class = StrictClient
    return bench.app.test_client()  # type: ignore[return-value]
