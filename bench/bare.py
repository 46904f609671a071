"""The bare stack: the least Flask application and the least transaction that could be called recording a dose.

No gate, no rule, no chain: one signed session, four statements, one durable commit behind the same fair lock. What the clinic
does beyond this is what its figure is compared with.
"""

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, render_template_string, request, session

from dispensary.web.database import THREADS, prepare

TABLES = sa.MetaData()
dose = sa.Table(
    "bare_dose",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person", sa.Integer),
    sa.Column("mg", sa.BigInteger),
)
movement = sa.Table(
    "bare_movement",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("dose", sa.Integer),
    sa.Column("quantity", sa.BigInteger),
)
audit = sa.Table("bare_audit", TABLES, sa.Column("id", sa.Integer, primary_key=True), sa.Column("body", sa.Text))
container = sa.Table(
    "bare_container", TABLES, sa.Column("id", sa.Integer, primary_key=True), sa.Column("holds", sa.BigInteger)
)
person = sa.Table(
    "bare_person",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.Text),
    sa.Column("initials", sa.Text),
)

QUEUE = """<!doctype html><title>Queue</title><table>{% for p in rows %}
<tr><td>{{ p.number }}</td><td>{{ p.initials }}</td><td>{% if p.mg %}given{% else %}expected{% endif %}</td></tr>
{% endfor %}</table>"""


def make_engine(url: str) -> sa.Engine:
    """Return an engine set up as the clinic's own, with the bare tables made."""
    options: dict[str, Any] = {"pool_size": THREADS, "max_overflow": 0}
    if url.startswith("sqlite"):
        options["connect_args"] = {"timeout": 30, "isolation_level": None}
    engine = sa.create_engine(url, **options)
    prepare(engine)
    return engine


@contextmanager
def turn(engine: sa.Engine):
    """Wait for the turn to write, as the clinic does on SQLite."""
    if engine.dialect.name != "sqlite":
        yield
        return
    with Path(f"{engine.url.database}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def record(engine: sa.Engine, person_id: int) -> None:
    """Record one bare dose: four statements and a durable commit."""
    with turn(engine), engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        made = connection.execute(dose.insert().values(person=person_id, mg=80_000)).inserted_primary_key[0]
        connection.execute(movement.insert().values(dose=made, quantity=8_000))
        connection.execute(audit.insert().values(body=f'{{"dose":{made},"person":{person_id}}}'))
        connection.execute(container.update().where(container.c.id == 1).values(holds=container.c.holds - 8_000))
        connection.commit()


def create_app() -> Flask:
    """Return the bare application; its database is named by BARE_URL."""
    app = Flask("bare")
    app.secret_key = "bare"
    engine = make_engine(os.environ["BARE_URL"])

    @app.post("/dose/<int:person_id>")
    def give(person_id: int) -> tuple[str, int]:
        session["who"] = request.form.get("who", "nurse")
        record(engine, person_id)
        return "", 201

    @app.get("/queue")
    def queue() -> str:
        given = sa.select(dose.c.person, sa.func.max(dose.c.mg).label("mg")).group_by(dose.c.person).subquery()
        query = sa.select(person.c.number, person.c.initials, given.c.mg).outerjoin(
            given, given.c.person == person.c.id
        )
        with engine.connect() as connection:
            return render_template_string(QUEUE, rows=connection.execute(query).all())

    return app
