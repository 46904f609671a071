"""Throwaway databases: an SQLite file, and a PostgreSQL server of our own on a socket in a temporary folder."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine

POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]


PLACE = Path("/dev/shm")
ENOUGH = 4 * 2**30

STANDING = """
SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'),
       (SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace)"""
TABLES = """
SELECT tablename, pg_get_serial_sequence(quote_ident(tablename), 'id') FROM pg_tables
WHERE schemaname = 'public' AND tablename <> 'alembic_version'"""
MAKE_EMPTYING = """
CREATE OR REPLACE FUNCTION pg_temp.empty_all_tables() RETURNS void LANGUAGE plpgsql AS $body$ BEGIN
{steps}
END $body$"""
EMPTY_ONE_TABLE = """IF EXISTS (SELECT FROM public."{table}") THEN DELETE FROM public."{table}"; END IF;"""
START_ITS_NUMBERS_AGAIN = """PERFORM setval('{sequence}', 1, false);"""


def place_for_databases() -> str | None:
    """Return the folder that is kept in memory, where there is room in it: a throwaway need not outlive the machine."""
    return str(PLACE) if PLACE.is_dir() and shutil.disk_usage(PLACE).free > ENOUGH else None


@dataclass
class Cleaner:
    """A connection of its own to a database, and how many tables that has."""

    connection: psycopg.Connection[Any]
    tables: int


@dataclass
class Postgres:
    """One server, started on first use and stopped with the tests."""

    durable: bool = False
    home: str = field(default_factory=lambda: tempfile.mkdtemp(prefix="oat-pg-", dir=place_for_databases()))
    cleaners: dict[str, Cleaner] = field(default_factory=dict)

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
        for cleaner in self.cleaners.values():
            cleaner.connection.close()
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

        A test that took walls down, or put a table up, leaves a database that only a fresh copy makes good.
        The connection is kept from test to test: what empties all tables is planned once, not each time.
        """
        if database not in self.cleaners:
            return False
        cleaner = self.cleaners[database]
        try:
            if cleaner.connection.execute(STANDING).fetchone() != (walls, cleaner.tables):
                return False
            cleaner.connection.execute("SELECT pg_temp.empty_all_tables()")
        except psycopg.Error:
            return False
        return True

    def copy(self, template: str, database: str) -> None:
        """Make a fresh copy of a database, dropping what had that name."""
        if database in self.cleaners:
            self.cleaners.pop(database).connection.close()
        self.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        self.execute(f"CREATE DATABASE {database} TEMPLATE {template}")

    def keep(self, database: str) -> None:
        """Hold a connection that can empty all tables of a fresh copy at once, past its walls."""
        connection = psycopg.connect(f"host={self.home} user=clinic dbname={database}", autocommit=True)
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET lock_timeout = '10s'")  # of a test that left a transaction open
        tables = connection.execute(TABLES).fetchall()
        steps = [EMPTY_ONE_TABLE.format(table=table) for table, _ in tables]
        steps += [START_ITS_NUMBERS_AGAIN.format(sequence=sequence) for _, sequence in tables if sequence]
        connection.execute(MAKE_EMPTYING.format(steps="\n".join(steps)))
        self.cleaners[database] = Cleaner(connection, len(tables) + 1)


def copy_sqlite(template: Path, database: Path) -> None:
    """Make a fresh copy of an SQLite file, its log included."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)
    shutil.copyfile(template, database)


def close(engine: Engine) -> None:
    """Close every connection, so that the database under it can be replaced."""
    engine.dispose()
