"""The import of a year of made-up history, rows a second, beside bare executemany of the same dose rows."""

import csv
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bench import timing
from dispensary.exchange.examine import examine
from dispensary.exchange.history import signer, write_history
from dispensary.home import Home
from dispensary.safekeeping import keys
from models import enums
from tests import backends, factories
from tests.conftest import migrated
from tests.durability.conftest import look_into

PEOPLE, DAYS = 300, 330
FIRST = date(2024, 1, 1)
AT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def run(backend: str, postgres: backends.Postgres | None) -> None:
    """Print rows a second of looking, writing and both, and of the bare inserts of the same rows."""
    folder = Path(tempfile.mkdtemp(prefix="bench-import-"))
    made_up_history(folder)
    doses = PEOPLE * DAYS
    print(f"\nImport of {doses:,} doses of {PEOPLE} people, {backend}: a claim, a dose and a record of its source each")
    source = fresh_home("imported", postgres)
    looked, written = imported(source, folder)
    bare_seconds = bare_rows(source, fresh_home("bare", postgres))
    print(f"  bare executemany   {doses / bare_seconds:10,.0f} doses/s")
    print(f"  looking through    {doses / looked:10,.0f} doses/s")
    print(f"  writing            {doses / written:10,.0f} doses/s   ratio to bare {bare_seconds / written:5.2f}")
    print(f"  both               {doses / (looked + written):10,.0f} doses/s")


def made_up_history(folder: Path) -> None:
    """Write the files of docs/import.md: everybody takes 80 mg a day."""
    people, episodes, doses = [], [], []
    for n in range(PEOPLE):
        external = f"x{n:04}"
        people.append([external, f"X{n:05}", f"Name{n}", "Given", "1980-01-01", "female"])
        episodes.append([external, FIRST.isoformat()])
        doses += [[external, (FIRST + timedelta(days=day)).isoformat(), "methadone", "80"] for day in range(DAYS)]
    tables = {
        "patients": (["person", "number", "family_name", "given_name", "birth_date", "sex"], people),
        "episodes": (["person", "admitted_on"], episodes),
        "doses": (["person", "day", "medication", "mg"], doses),
    }
    for name, (header, rows) in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])


def fresh_home(database: str, postgres: backends.Postgres | None) -> Home:
    """Make a migrated, empty clinic."""
    folder = Path(tempfile.mkdtemp(prefix="bench-home-"))
    if postgres:
        postgres.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        postgres.execute(f"CREATE DATABASE {database}")
    home = Home(folder, postgres.url(database) if postgres else f"sqlite:///{folder / 'clinic.sqlite'}")
    home.profiles.mkdir()
    keys.create_keys(home)
    migrated(home)
    return home


def imported(home: Home, folder: Path) -> tuple[float, float]:
    """Return the seconds of looking through and of writing."""
    with look_into(home) as session:
        world = factories.make_world(session, AT)
        session.commit()
        with timing.stopwatch() as looked:
            found = examine(session, folder, source="bench", today=world.day)
        assert found.faults.bad_count == 0, found.faults.bad[:3]
        session.rollback()
        with timing.stopwatch() as written:
            act = world.act(signer(session, AT), origin=enums.Origin.IMPORT)
            write_history(session, found, zone=ZoneInfo("UTC"), act=act)
            session.commit()
    return looked[0], written[0]


def bare_rows(source: Home, target: Home) -> float:
    """Return the seconds in which the driver alone writes the same rows into the same tables, indexes and triggers."""
    engines = [sa.create_engine(home.database_url) for home in (source, target)]
    with engines[0].connect() as read, engines[1].connect() as write:
        raw = write.connection.driver_connection
        cursor = raw.cursor()
        if engines[1].dialect.name == "postgresql":
            cursor.execute("SET session_replication_role = replica")  # the rows they refer to are not there
        seconds = 0.0
        for table in ("claim", "dose", "imported_record"):
            result = read.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id")
            rows, names = [tuple(row) for row in result], list(result.keys())
            sign = "%s" if engines[1].dialect.name == "postgresql" else "?"
            statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join([sign] * len(names))})"
            with timing.stopwatch() as taken:
                cursor.executemany(statement, rows)
            seconds += taken[0]
        with timing.stopwatch() as taken:
            raw.commit()
    for engine in engines:
        engine.dispose()
    return seconds + taken[0]
