"""What an ordinary dose costs the database: nobody makes it slower unknowingly. Raise a number only with its reason."""

import pytest
from sqlalchemy import event

from dispensary.web.database import db
from tests import factories
from tests.client import hidden_fields
from tests.conftest import POSTGRESQL, SQLITE

PAGE = {SQLITE: 13, POSTGRESQL: 11}
"""Statements of opening a person's page, its note in the access log and SQLite's own BEGINs among them."""
CONFIRMED = {SQLITE: 25, POSTGRESQL: 25}
"""Statements of F and Enter: PostgreSQL's two locks stand where SQLite has its two BEGINs."""


@pytest.fixture
def statements(app):
    """Every statement sent to the database, commits apart."""
    sent: list[str] = []

    def note(connection, cursor, statement, *rest):
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_an_ordinary_dose_asks_the_database_no_more_than_it_did(client, session, world, backend, statements):
    who = factories.patient(session, world)
    session.commit()
    client.sign_in(session, world, world.nurse)
    address = f"/window/{who.id}"
    statements.clear()

    page = client.get(address)
    opened = len(statements)
    answer = client.post(address, data=hidden_fields(page, address) | {"scan": "F"})
    confirmed = len(statements) - opened

    assert answer.status_code == 303
    assert opened <= PAGE[backend], statements[:opened]
    assert confirmed <= CONFIRMED[backend], statements[opened:]
