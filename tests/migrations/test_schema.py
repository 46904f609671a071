"""The numbered migrations lead, from nothing, to exactly the schema that the tables describe, walls included."""

import re
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask_migrate import Migrate, check
from sqlalchemy import Connection, create_engine, text

from dispensary.web.database import db
from models import Base, fact_tables, walls
from models.walls import SET_ONCE

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"

SQLITE_SCHEMA = {
    "columns": """SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk
                  FROM sqlite_master t, pragma_table_xinfo(t.name) c WHERE t.type = 'table'""",
    "references": """SELECT t.name, f."table", f."from", f."to", f.on_update, f.on_delete, f.seq
                     FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'""",
    "indexes": """SELECT t.name, i."unique", i.origin, i.partial, c.seqno, c.name,
                         CASE WHEN i.origin = 'c' THEN i.name END
                  FROM sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) c WHERE t.type = 'table'""",
    "conditions": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'",
    "walls": "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'",
}
POSTGRESQL_SCHEMA = {
    "columns": """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
                  FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """SELECT conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid)
                      FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "walls": """SELECT tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(oid)
                FROM pg_trigger WHERE NOT tgisinternal""",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}


def schema(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Return all that the database itself knows of our tables, sorted, Alembic's own left out."""
    queries = SQLITE_SCHEMA if connection.dialect.name == "sqlite" else POSTGRESQL_SCHEMA
    found = {
        what: sorted((tuple(row) for row in connection.execute(text(query)) if row[0] != "alembic_version"), key=repr)
        for what, query in queries.items()
    }
    if connection.dialect.name == "sqlite":
        found["rules"] = _named_rules(connection)
    return found


def _named_rules(connection: Connection) -> list[tuple[object, ...]]:
    """Return table, name and text of each CONSTRAINT of SQLite's own record, however it was laid out."""
    rules = []
    tables = text("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'")
    for name, sql in connection.execute(tables):
        flat = re.sub(r"\s+", " ", sql).removesuffix(")").strip()
        rules += [(name, rule.strip(" ,")) for rule in re.split(r"(?=CONSTRAINT )", flat)[1:]]
    return sorted(rules)


@pytest.fixture
def described(backend, request, tmp_path):
    """A connection to a database made from the tables alone, without a migration."""
    if backend == "sqlite":
        url = f"sqlite:///{tmp_path / 'described.sqlite'}"
    else:
        server = request.getfixturevalue("postgres")
        server.execute("DROP DATABASE IF EXISTS described WITH (FORCE)")
        server.execute("CREATE DATABASE described")
        url = server.url("described")
    engine = create_engine(url)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        yield connection
    engine.dispose()


def test_migrations_lead_to_the_described_schema(session, described):
    migrated, wanted = schema(session.connection()), schema(described)

    assert all(wanted.values())
    for what, rows in wanted.items():
        assert migrated[what] == rows, what


def test_every_fact_table_has_its_walls(session, backend):
    present = {(row[1], row[0]) if backend == "sqlite" else (row[0], row[1])
               for row in schema(session.connection())["walls"]}  # fmt: skip
    endings = ("no_update", "no_delete") if backend == "sqlite" else ("rows", "all")

    facts = {(table, f"{table}_{ending}") for table in fact_tables() for ending in endings}
    cards = {(table, f"{table}_set_once") for table in SET_ONCE}
    assert present == facts | cards
    assert len(walls(backend)) == len(present) + (backend == "postgresql")


def test_alembic_sees_nothing_left_to_migrate(app, session):
    with app.app_context():
        check()


def test_revisions_are_numbered_without_gaps_in_one_line():
    scripts = ScriptDirectory(str(VERSIONS.parent))
    line = [script.revision for script in scripts.walk_revisions()][::-1]

    assert scripts.get_heads() == [line[-1]]
    assert line == [f"{n:04}" for n in range(1, len(line) + 1)]
    assert sorted(p.name[:4] for p in VERSIONS.glob("*.py")) == line


def test_migrated_database_is_at_the_head(session):
    version = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()

    assert version == ScriptDirectory(str(VERSIONS.parent)).get_current_head()


def test_migrations_are_found_whatever_the_working_directory(app):
    assert Path(app.extensions["migrate"].directory).is_absolute()
    assert isinstance(app.extensions["migrate"].migrate, Migrate)


def test_sqlite_connections_are_durable_and_keep_references(app, backend):
    if backend != "sqlite":
        pytest.skip("SQLite's own settings")
    with app.app_context(), db.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("synchronous", "journal_mode", "foreign_keys", "recursive_triggers")
        }

    assert found == {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1, "recursive_triggers": 1}


def test_each_sqlite_connection_waits_for_the_writer(app, backend):
    if backend != "sqlite":
        pytest.skip("SQLite's own settings")
    with app.app_context(), db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000
