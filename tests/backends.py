"""Throwaway databases: an SQLite file, and a PostgreSQL server of our own on a socket in a temporary folder."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import Engine

POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]


WALLS_STANDING = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"
EMPTY_ALL_TABLES = """
SET session_replication_role = replica;
DO $$ DECLARE t text; BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', t);
    PERFORM setval(pg_get_serial_sequence(quote_ident(t), 'id'), 1, false);
  END LOOP;
END $$"""


@dataclass
class Postgres:
    """One server, started on first use and stopped with the tests."""

    durable: bool = False
    home: str = field(default_factory=lambda: tempfile.mkdtemp(prefix="oat-pg-"))

    def start(self) -> None:
        binaries = POSTGRESQL[0]
        self.who = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        if self.who:
            shutil.chown(self.home, "postgres", "postgres")
        options = f"-k {self.home} -c listen_addresses='' -c max_connections=200"
        if not self.durable:
            options += " -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        self._run(
            [f"{binaries}/initdb", "-D", f"{self.home}/data", "-U", "clinic", "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync"]
        )  # fmt: skip
        self._run(
            [
                f"{binaries}/pg_ctl",
                "-D",
                f"{self.home}/data",
                "-w",
                "-l",
                f"{self.home}/log",
                "-o",
                options,
                "start",
            ]
        )

    def stop(self) -> None:
        self._run([f"{POSTGRESQL[0]}/pg_ctl", "-D", f"{self.home}/data", "-m", "immediate", "stop"])
        shutil.rmtree(self.home, ignore_errors=True)

    def _run(self, command: list[str]) -> None:
        subprocess.run(command, cwd="/", check=True, capture_output=True, stdin=subprocess.DEVNULL, **self.who)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://clinic@/{database}?host={self.home}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(f"host={self.home} user=clinic dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)

    def clean(self, database: str, walls: int) -> bool:
        """Empty every table of a database, if its walls all stand; return whether that was done.

        A test that took walls down leaves a database that only a fresh copy makes good.
        """
        try:
            connection = psycopg.connect(f"host={self.home} user=clinic dbname={database}")
        except psycopg.OperationalError:
            return False
        with connection:
            if connection.execute(WALLS_STANDING).fetchone() != (walls,):
                return False
            connection.execute(EMPTY_ALL_TABLES)
        return True

    def copy(self, template: str, database: str) -> None:
        """Make a fresh copy of a database, dropping what had that name."""
        self.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        self.execute(f"CREATE DATABASE {database} TEMPLATE {template}")


def copy_sqlite(template: Path, database: Path) -> None:
    """Make a fresh copy of an SQLite file, its log included."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)
    shutil.copyfile(template, database)


def close(engine: Engine) -> None:
    """Close every connection, so that the database under it can be replaced."""
    engine.dispose()
