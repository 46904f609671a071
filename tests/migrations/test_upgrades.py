"""A filled database of an earlier revision is brought forward: every row stands as it stood, behind its walls."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import create_app
from dispensary.queries.verification import verify
from dispensary.rules import chain
from dispensary.services import audit
from dispensary.web.database import db
from models import Base
from models.enums import AuditKind
from tests import backends
from tests.conftest import CHEAP_HASHER, make_home
from tests.factories import dose, no_dose, order, person, reversal
from tests.migrations.test_schema import schema
from tests.services.test_verify import KEY, plain

CAME_WITH_0002 = ("given_by_id", "replaces_id", "replaces_turn", "scanned_at")
Rows = list[dict[str, Any]]


@pytest.fixture
def clinic(session, world) -> Session:
    """Doses of every outcome that the first revision knew, one of them reversed."""
    for number, how in enumerate(("given", "part", "withheld", "reversed")):
        who = person(session, "Trần", f"An {number}")
        of = order(session, world, who)
        if how == "withheld":
            nothing = no_dose(session, world, who, of, note="asleep on the bench")
            audit.record(session, AuditKind.DOSE_WITHHELD, nothing, world.act())
            continue
        made = dose(session, world, who, of, taken="50" if how == "part" else None, note=how)
        if how == "reversed":
            reversal(session, world, made)
    session.commit()
    return session


@pytest.fixture
def earlier(backend, request, tmp_path, clinic) -> Iterator[Flask]:
    """An app whose database stands at the first revision and holds that clinic as it was written then."""
    url = f"sqlite:///{tmp_path / 'clinic.sqlite'}"
    if backend != "sqlite":
        server = request.getfixturevalue("postgres")
        server.execute("DROP DATABASE IF EXISTS earlier WITH (FORCE)")
        server.execute("CREATE DATABASE earlier")
        url = server.url("earlier")
    app = create_app(home=make_home(tmp_path / "home", url), hasher=CHEAP_HASHER)
    with app.app_context():
        upgrade(revision="0001")
        with db.engine.begin() as connection:
            copy_as_written_then(clinic.connection(), connection)
        yield app
        db.session.remove()
        backends.close(db.engine)


def copy_as_written_then(source: Connection, target: Connection) -> None:
    """Write a clinic's rows into the tables of the first revision, as that revision wrote them."""
    there = inspect(target)
    for table in (t.name for t in Base.metadata.sorted_tables if there.has_table(t.name)):
        columns = [column["name"] for column in there.get_columns(table)]
        found = rows(source, table, columns)
        if table in CHAINED:
            found = CHAINED[table](found, rows(source, "audit_event", ["*"]))
        if found:
            values = ", ".join(f":{column}" for column in columns)
            target.execute(text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"), found)


def rows(connection: Connection, table: str, columns: list[str]) -> Rows:
    """Return the rows of a table as the database holds them, past every type of ours."""
    found = connection.execute(text(f"SELECT {', '.join(columns)} FROM {table} ORDER BY id"))
    return [dict(row) for row in found.mappings()]


def audit_then(found: Rows, audit: Rows) -> Rows:
    """Return the audit rows in the layout of then, which knew nothing of columns that came later, chained anew."""
    previous, chained = "", []
    for row in sorted(found, key=lambda row: row["number"]):
        body = {k: v for k, v in json.loads(row["body"]).items() if k.removeprefix("row.") not in CAME_WITH_0002}
        written = json.dumps(body | {"layout": 1}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        digest = chain.digest(previous, written)
        chained.append(row | {"body": written, "previous_digest": previous, "digest": digest})
        previous = digest
    return chained


def heads_then(found: Rows, audit: Rows) -> Rows:
    """Return the heads of the chains, that of the audit on its last row as it was written then."""
    last = audit_then(audit, audit)[-1]["digest"]
    return [row | {"last_digest": last} if row["kind"] == "audit" else row for row in found]


CHAINED = {"audit_event": audit_then, "chain_head": heads_then}


def everything(connection: Connection, columns: dict[str, list[str]]) -> dict[str, Rows]:
    return {table: rows(connection, table, of) for table, of in columns.items()}


def test_every_row_of_the_first_revision_stands_unchanged_after_the_second(earlier):
    with db.engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
        columns = {name: [c["name"] for c in inspect(connection).get_columns(name)] for name in names}
        before = everything(connection, columns)

    upgrade(revision="0002")

    with db.engine.connect() as connection:
        assert len(before["dose"]) == 4
        assert everything(connection, columns) == before
        assert all(set(row.values()) == {None} for row in rows(connection, "dose", list(CAME_WITH_0002)))


def test_the_walls_stand_again_after_the_upgrade(earlier, session):
    upgrade()

    with db.engine.connect() as connection:
        assert schema(connection) == schema(session.connection())
    for change in ("UPDATE dose SET taken_mg = 1", "DELETE FROM dose"):
        with db.engine.connect() as connection, pytest.raises(IntegrityError):
            connection.execute(text(change))


def test_no_reference_is_lost_by_the_upgrade(earlier, backend):
    upgrade()

    if backend == "sqlite":
        with db.engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    with db.engine.connect() as connection, pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        connection.execute(text("INSERT INTO dose_line SELECT 99, 98, 1, product_id, container_id, poured, taken,"
                                " site_id, recorded_at, recorded_by_id, origin, request_id FROM dose_line"
                                " WHERE id = 1"))  # fmt: skip
        connection.commit()


def test_what_was_audited_before_the_upgrade_still_verifies(earlier, world):
    upgrade()

    found = verify(db.session(), world.site.id, KEY.public_key())

    assert found.sound, [(plain(fault.where), plain(fault.what)) for fault in found.faults]
    assert found.facts_checked == 4


def test_a_site_that_was_made_before_has_a_place_for_what_people_bring_back(earlier, backend):
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM place WHERE kind = 'returned'"))
        if backend == "postgresql":  # the rows were copied with their numbers
            connection.execute(text("SELECT setval('place_id_seq', (SELECT max(id) FROM place))"))

    upgrade()

    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT site_id FROM place WHERE kind = 'returned'")).all() == (
            connection.execute(text("SELECT id FROM site ORDER BY id")).all()
        )
