"""Where reading ends and writing begins."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import InternalError

from dispensary.web.database import db, unit_of_work
from models import Site
from tests.conftest import POSTGRESQL

PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM site%'")
OFTEN = 7
"""The driver prepares a statement when it is asked for the sixth time."""


@pytest.fixture
def on_postgresql(backend):
    if backend != POSTGRESQL:
        pytest.skip("SQLite's reads take no writer's turn, and it prepares for itself")


def test_nothing_is_written_outside_a_unit_of_work(on_postgresql, app, world):
    with app.app_context():
        site = db.session.scalars(select(Site)).one()
        site.name = "Elsewhere"

        with pytest.raises(InternalError, match="read-only transaction"):
            db.session.commit()


def test_a_unit_of_work_writes_after_a_read_and_the_next_one_reads(app, session, world):
    with app.app_context():
        db.session.scalars(select(Site)).one()
        with unit_of_work() as work:
            work.scalars(select(Site)).one().name = "Elsewhere"
        db.session.rollback()

        assert db.session.scalars(select(Site.name)).one() == "Elsewhere"


def test_what_was_prepared_outlives_the_end_of_a_read(on_postgresql, app, world):
    with app.app_context():
        for _ in range(OFTEN):
            db.session.scalars(select(Site)).one()
            db.session.rollback()

        assert db.session.scalar(PREPARED) == 1
