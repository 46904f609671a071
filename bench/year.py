"""A year of daily doses behind each of many people: copies of one person's rows, written by the database itself.

They lie in the order in which a clinic writes them, day after day: what is read of one person lies all over the year.
"""

from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import Base, Claim, Dose, DoseOrder, Episode, Person, UrineResult, UrineTest, Vomiting
from tests import factories

DAYS = 365
FIRST_COPY = 1000
VOMITED_ON = DAYS - 10


class Rows(NamedTuple):
    """One row of each kind, of which the others are copies, by id."""

    claim: int
    dose: int
    vomiting: int
    urine: int
    result: int


def fill(session: Session, world: factories.World, people: int) -> list[int]:
    """Write a year of history until yesterday; return the people.

    They miss one day in twelve; one in eight has stopped coming. A urine was taken every four weeks, one in nine with opiates;
    one in fifty brought up a dose lately, so that the day ledger has to be asked about them.
    """
    first = world.day - timedelta(days=DAYS)
    who = factories.person(session)
    episode = factories.episode(session, world, who, admitted_on=first)
    of = factories.order(session, world, who, in_episode=episode, starts_on=first)
    rows = _first_day(session, world, who, of)
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))  # what the rows refer to is there
    else:
        connection.execute(sa.text("PRAGMA cache_size = -1000000"))  # each day is written all over an index by person
    everyone = _numbers(connection, people)
    n = everyone.c.n
    own = {"person_id": n, "episode_id": n, "order_id": n}
    _copy(connection, Person, who.id, {"id": n, "number": sa.cast(n, sa.Text)}, everyone)
    _copy(connection, Episode, of.episode_id, own | {"id": n}, everyone)
    _copy(connection, DoseOrder, of.id, own | {"id": n}, everyone)
    for d in range(DAYS):
        came = everyone.select().where((n * 7 + d * 5) % 12 != 0, sa.or_(n % 8 != 0, n % 90 < DAYS - d)).subquery()
        _a_day(connection, rows, came, d, first + timedelta(days=d), d * people)
    session.commit()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("ANALYZE"))
        session.commit()
    return [FIRST_COPY + k for k in range(people)]


def _first_day(session: Session, world: factories.World, who: Person, of: DoseOrder) -> Rows:
    dose = factories.dose(session, world, who, of, at=world.at - DAYS * timedelta(days=1))
    stamp = factories.stamp(world)
    urine = factories.save(session, UrineTest(person_id=who.id, collected_on=of.starts_on, **stamp))
    result = UrineResult(urine_test_id=urine.id, substance="opiates", result="negative", **stamp)
    return Rows(
        claim=dose.claim_id,
        dose=dose.id,
        vomiting=factories.vomiting(session, world, dose).id,
        urine=urine.id,
        result=factories.save(session, result).id,
    )


def _a_day(connection: sa.Connection, rows: Rows, came: sa.Subquery, d: int, day: date, before: int) -> None:
    """Write what is on record of one day; `before` is how many rows lie before it at most."""
    n, on = came.c.n, sa.literal(day)
    slot = n + before
    own = {"id": slot, "claim_id": slot, "dose_id": slot, "person_id": n, "episode_id": n, "order_id": n}
    own |= {"clinic_day": on, "collected_on": on, "urine_test_id": slot}
    _copy(connection, Claim, rows.claim, own, came)
    _copy(connection, Dose, rows.dose, own, came)
    _copy(connection, UrineTest, rows.urine, own, came, n % 28 == d % 28)
    opiates = sa.case((n % 9 == d // 28 % 9, "positive"), else_="negative")
    _copy(connection, UrineResult, rows.result, own | {"result": opiates}, came, n % 28 == d % 28)
    if d == VOMITED_ON:
        _copy(connection, Vomiting, rows.vomiting, own, came, n % 50 == 0)


def _numbers(connection: sa.Connection, people: int) -> sa.Table:
    """Make a number for each person to copy."""
    everyone = sa.Table("bench_person", sa.MetaData(), sa.Column("n", sa.Integer), prefixes=["TEMPORARY"])
    everyone.create(connection)
    connection.execute(everyone.insert(), [{"n": FIRST_COPY + k} for k in range(people)])
    return everyone


def _copy(
    connection: sa.Connection,
    model: type[Base],
    template: int,
    changed: dict[str, Any],
    copies: sa.FromClause,
    which: sa.ColumnElement[bool] | None = None,
) -> None:
    """Copy a row for each number, or for some of them, with what differs."""
    table = model.__table__
    postgres = connection.dialect.name == "postgresql"
    uid = sa.cast(
        sa.func.lpad(sa.func.to_hex(changed["id"]), 32, "0"), sa.UUID
    )  # in order, or its index is the slow part
    changed = changed | {"uid": uid if postgres else sa.func.printf("%032x", changed["id"])}
    columns = [changed.get(column.name, column) for column in table.c]
    rows = sa.select(*columns).select_from(table.join(copies, sa.true() if which is None else which))
    connection.execute(table.insert().from_select(list(table.c), rows.where(table.c.id == template)))
