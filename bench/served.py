"""A clinic and the bare stack, each served by the same kind of server, to be compared in one run."""

import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from itsdangerous import URLSafeSerializer
from sqlalchemy import insert

import models
from bench import bare, year
from dispensary import clock
from dispensary.home import Home
from dispensary.safekeeping import keys
from models.enums import Role
from tests import backends, factories
from tests.conftest import migrated
from tests.durability.conftest import look_into
from tests.running import ROOT, Server, Terminal, free_port

TERMINALS = 16


@dataclass
class ServedClinic:
    """A served clinic, its terminals with a nurse signed in at each, and the people due today."""

    terminals: list[Terminal]
    people: list[int]


@contextmanager
def clinic(
    backend: str, people: int, postgres: backends.Postgres | None, *, history: bool = False
) -> Iterator[ServedClinic]:
    """Serve a clinic with this many people due today, with a year of doses behind each if asked for."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    (folder / "profiles").mkdir()
    if postgres:
        postgres.execute("DROP DATABASE IF EXISTS clinic WITH (FORCE)")
        postgres.execute("CREATE DATABASE clinic")
    url = postgres.url("clinic") if postgres else f"sqlite:///{folder / 'clinic.sqlite'}"
    home = Home(folder, url)
    keys.create_keys(home)
    migrated(home)
    server = Server(home)
    try:
        made = _furnish(home, people, history=history)
        server.start()
        sign = URLSafeSerializer(home.secret_key_file.read_bytes(), salt="terminal").dumps
        terminals = [
            Terminal(server.port, {"terminal": str(sign(code))}).sign_in(name, factories.PASSWORD)
            for name, code in made[0]
        ]
        yield ServedClinic(terminals, made[1])
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _furnish(home: Home, people: int, *, history: bool) -> tuple[list[tuple[str, str]], list[int]]:
    with look_into(home) as session:
        world = factories.make_world(session, clock.now())
        signs = []
        for number in range(TERMINALS):
            nurse = factories.staff(session, f"Nurse {number:02}")
            factories.role(session, nurse, world.site, Role.NURSE)
            code = f"bench-terminal-{number:02}"
            window = models.Terminal(site_id=world.site.id, window_id=world.window.id, name=code, code=code)
            factories.save(session, window)
            signs.append((nurse.username, code))
        if history:
            ids = year.fill(session, world, people)
        else:
            ids = [factories.patient(session, world, "10").id for _ in range(people)]
        session.commit()
    return signs, ids


@dataclass
class BareClient:
    """A browser of the bare stack."""

    port: int
    connection: http.client.HTTPConnection | None = None

    def ask(self, verb: str, path: str) -> int:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        body = urlencode({"who": "nurse"}) if verb == "POST" else None
        self.connection.request(verb, path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = self.connection.getresponse()
        answer.read()
        return answer.status


@contextmanager
def bare_stack(backend: str, people: int, postgres: backends.Postgres | None) -> Iterator[int]:
    """Serve the bare stack with gunicorn as the clinic is served; yield its port."""
    folder = Path(tempfile.mkdtemp(prefix="bench-bare-"))
    if postgres:
        postgres.execute("DROP DATABASE IF EXISTS bare WITH (FORCE)")
        postgres.execute("CREATE DATABASE bare")
    url = postgres.url("bare") if postgres else f"sqlite:///{folder / 'bare.sqlite'}"
    make_bare(url, people)
    port = free_port()
    workers, threads = ("2", "16") if postgres else ("1", "32")
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", workers, "--threads", threads,
         "-b", f"127.0.0.1:{port}", "--log-level", "error", "bench.bare:create_app()"],
        cwd=ROOT, env=os.environ | {"BARE_URL": url}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        give_up = time.monotonic() + 20
        while time.monotonic() < give_up:
            try:
                BareClient(port).ask("GET", "/queue")
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def make_bare(url: str, people: int) -> None:
    """Make the bare tables with one full container and this many people."""
    engine = bare.make_engine(url)
    with engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        bare.TABLES.create_all(connection)
        connection.execute(insert(bare.container).values(id=1, holds=10**12))
        rows = [{"number": f"P{n:05}", "initials": "NH"} for n in range(people)]
        connection.execute(insert(bare.person), rows)
        connection.commit()
    engine.dispose()
