"""A year of daily doses behind each of many people: copies of one person's rows, written by the database itself."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import Base, Claim, Dose, DoseOrder, Episode, Person
from tests import factories

DAYS = 365
FIRST_COPY = 1000


def fill(session: Session, world: factories.World, people: int) -> list[int]:
    """Write a year of history until yesterday; return the people.

    They miss one day in twelve; one in eight has stopped coming.
    """
    first = world.day - timedelta(days=DAYS)
    who = factories.person(session)
    episode = factories.episode(session, world, who, admitted_on=first)
    of = factories.order(session, world, who, in_episode=episode, starts_on=first)
    dose = factories.dose(session, world, who, of, at=world.at - DAYS * timedelta(days=1))
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))  # what the rows refer to is there
    everyone, days = _numbers(connection, people, first)
    n, d = everyone.c.n, days.c.d
    came = sa.and_((n * 7 + d * 5) % 12 != 0, sa.or_(n % 8 != 0, d < DAYS - n % 90))
    own = {"person_id": n, "episode_id": n, "order_id": n}
    _copy(connection, Person, who.id, {"id": n, "number": sa.cast(n, sa.Text)}, everyone)
    _copy(connection, Episode, of.episode_id, own | {"id": n}, everyone)
    _copy(connection, DoseOrder, of.id, own | {"id": n}, everyone)
    slot = {"id": n * 1000 + d, "claim_id": n * 1000 + d, "clinic_day": days.c.day}
    both = sa.join(everyone, days, came)
    _copy(connection, Claim, dose.claim_id, own | slot, both)
    _copy(connection, Dose, dose.id, own | slot, both)
    session.commit()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("ANALYZE"))
        session.commit()
    return [FIRST_COPY + k for k in range(people)]


def _numbers(connection: sa.Connection, people: int, first: date) -> tuple[sa.Table, sa.Table]:
    """Make a number for each person to copy, and each day of the year."""
    tables = sa.MetaData()
    everyone = sa.Table("bench_person", tables, sa.Column("n", sa.Integer), prefixes=["TEMPORARY"])
    days = sa.Table("bench_day", tables, sa.Column("d", sa.Integer), sa.Column("day", sa.Date), prefixes=["TEMPORARY"])
    tables.create_all(connection)
    connection.execute(everyone.insert(), [{"n": FIRST_COPY + k} for k in range(people)])
    connection.execute(days.insert(), [{"d": d, "day": first + timedelta(days=d)} for d in range(DAYS)])
    return everyone, days


def _copy(
    connection: sa.Connection, model: type[Base], template: int, changed: dict[str, Any], copies: sa.FromClause
) -> None:
    """Copy a row for each number, with what differs."""
    table = model.__table__
    postgres = connection.dialect.name == "postgresql"
    uid = sa.cast(
        sa.func.lpad(sa.func.to_hex(changed["id"]), 32, "0"), sa.UUID
    )  # in order, or its index is the slow part
    changed = changed | {"uid": uid if postgres else sa.func.printf("%032x", changed["id"])}
    columns = [changed.get(column.name, column) for column in table.c]
    rows = sa.select(*columns).select_from(table.join(copies, sa.true())).where(table.c.id == template)
    connection.execute(table.insert().from_select(list(table.c), rows))
