"""A clinic in a database of its own on each backend, served by real processes; PostgreSQL with its flushes on."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from itsdangerous import URLSafeSerializer
from sqlalchemy.orm import Session

import models
from app import create_app
from dispensary import clock
from dispensary.home import Home
from dispensary.safekeeping import keys
from dispensary.web.database import db
from models.enums import Role
from tests import backends, factories
from tests.conftest import CHEAP_HASHER, POSTGRESQL, migrated
from tests.running import Server, Terminal

TERMINALS = 16


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[backends.Postgres]:
    """A throwaway PostgreSQL server that flushes every commit to the disk."""
    server = backends.Postgres(durable=True)
    server.start()
    yield server
    server.stop()


@dataclass
class Clinic:
    """A served clinic: its people, and a signed-in nurse at each terminal."""

    server: Server
    home: Home
    world: factories.World
    nurses: list[models.Staff]
    codes: list[str]
    people: list[int]

    def terminals(self, count: int = TERMINALS) -> list[Terminal]:
        """Sign a nurse in at each of the terminals, all of them at one window."""
        sign = URLSafeSerializer(self.home.secret_key_file.read_bytes(), salt="terminal").dumps
        return [
            Terminal(self.server.port, {"terminal": str(sign(code))}).sign_in(nurse.username, factories.PASSWORD)
            for nurse, code in zip(self.nurses[:count], self.codes, strict=False)
        ]


@dataclass
class Furnished:
    """A clinic's database, made once for each backend and copied for each test."""

    template: Home
    made: tuple[factories.World, list[models.Staff], list[str], list[int]]


@pytest.fixture(scope="session")
def furnished() -> dict[str, Furnished]:
    """What was furnished so far, by backend."""
    return {}


@pytest.fixture
def clinic(
    backend: str,
    furnished: dict[str, Furnished],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Clinic]:
    """A clinic of sixteen terminals at one window and six hundred people due today, served."""
    postgres = request.getfixturevalue("durable_postgres") if backend == POSTGRESQL else None
    if backend not in furnished:
        furnished[backend] = _furnish(tmp_path_factory.mktemp("furnished"), postgres)
    home = _copy(furnished[backend].template, tmp_path_factory.mktemp("served"), postgres)
    server = Server(home)
    try:
        server.start()
        yield Clinic(server, home, *furnished[backend].made)
    finally:
        server.stop()


def _home(folder: Path, postgres: backends.Postgres | None, database: str) -> Home:
    (folder / "profiles").mkdir(parents=True)
    return Home(folder, postgres.url(database) if postgres else f"sqlite:///{folder / 'clinic.sqlite'}")


def _copy(template: Home, folder: Path, postgres: backends.Postgres | None) -> Home:
    home = _home(folder, postgres, "served")
    for file in (template.secret_key_file, template.seal_key_file):
        shutil.copy(file, folder)
    if postgres:
        postgres.copy("furnished", "served")
    else:
        shutil.copy(template.folder / "clinic.sqlite", folder)
    return home


def _furnish(folder: Path, postgres: backends.Postgres | None) -> Furnished:
    if postgres:
        postgres.execute("CREATE DATABASE furnished")
    home = _home(folder, postgres, "furnished")
    keys.create_keys(home)
    migrated(home)
    return Furnished(home, _people_and_terminals(home))


def _people_and_terminals(home: Home) -> tuple[factories.World, list[models.Staff], list[str], list[int]]:
    with look_into(home) as session:
        world = factories.make_world(session, clock.now())
        factories.container(session, world, world.products["methadone"], size="500000")
        nurses = [factories.staff(session, f"Nurse {n:02}") for n in range(TERMINALS)]
        for nurse in nurses:
            factories.role(session, nurse, world.site, Role.NURSE)
        codes = [f"terminal-at-the-window-{n:02}" for n in range(TERMINALS)]
        for code in codes:
            terminal = models.Terminal(site_id=world.site.id, window_id=world.window.id, name=code, code=code)
            factories.save(session, terminal)
        people = [factories.patient(session, world, "10").id for _ in range(600)]
        session.commit()
    return world, nurses, codes, people


class look_into:  # noqa: N801 - reads as a verb
    """A session on a home's database, beside the running server."""

    def __init__(self, home: Home) -> None:
        self.app = create_app(home=home, hasher=CHEAP_HASHER)

    def __enter__(self) -> Session:
        with self.app.app_context():
            self.engine = db.engine
        self.session = Session(self.engine, autoflush=False, expire_on_commit=False)
        return self.session

    def __exit__(self, *error: object) -> None:
        self.session.close()
        self.engine.dispose()
