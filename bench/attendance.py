"""The ledger and both counts of everyone, with a year of daily doses behind each, beside the same facts read by bare SQL.

`python -m bench attendance` measures 10,000 people; `python -m bench attendance 100000` as many as one asks for.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import timing
from bench.history import fresh_home
from dispensary.home import Home
from dispensary.queries.everyones_days import ledger_of_everyone, runs_of_everyone
from dispensary.queries.ledger import runs_of
from models import Base, Claim, Dose, DoseOrder, Episode, Person
from tests import backends, factories
from tests.durability.conftest import look_into

PEOPLE, DAYS = 10_000, 365
AT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
TODAY, FIRST = AT.date(), AT.date() - timedelta(days=DAYS)
BARE = {
    "last dose of each, bare SQL": "SELECT person_id, max(clinic_day) FROM dose WHERE taken_mg > 0 GROUP BY person_id",
    "every dose of the year, bare SQL": "SELECT person_id, clinic_day, part, outcome, taken_mg FROM dose"
    " ORDER BY person_id, clinic_day",
}


def run(backend: str, postgres: backends.Postgres | None) -> None:
    """Print seconds and memory of each way; every way in a process of its own, so that memory is its own."""
    home = fresh_home("attendance", postgres)
    with timing.stopwatch() as filled:
        rows = fill(home, PEOPLE)
    print(f"\nAttendance of {PEOPLE:,} people, {rows:,} doses of a year, {backend} (made in {filled[0]:.0f} s)")
    seconds = {}
    for way in (*BARE, *OURS):
        seconds[way] = alone(way, home.database_url)
    first, second = (seconds[way] for way in BARE)
    both, whole = (seconds[way] for way in OURS)
    print(f"      ratio of the counts to bare SQL {both / first:5.2f}   of the ledger {whole / second:5.2f}")


def alone(way: str, url: str) -> float:
    """Run one way in a fresh process; print and return its seconds."""
    command = [sys.executable, "-m", "bench.attendance", way]
    answer = subprocess.run(command, env=os.environ | {"BENCH_URL": url}, capture_output=True, text=True, check=True)
    seconds, memory, found = answer.stdout.split()
    print(f"  {way:34}{float(seconds):8.2f} s   peak {float(memory):6.0f} MB   {int(found):,} found")
    return float(seconds)


def main(way: str) -> None:
    """Measure one way in this process."""
    engine = sa.create_engine(os.environ["BENCH_URL"])
    with Session(engine) as session:
        session.execute(sa.text("SELECT 1"))
        with timing.stopwatch() as taken:
            found = sum(1 for _ in session.execute(sa.text(BARE[way]))) if way in BARE else OURS[way](session)
    print(taken[0], timing.peak_mb(), found)


def counts(session: Session) -> int:
    found = runs_of_everyone(session, 1, TODAY)
    some = next(iter(found))
    assert found[some] == runs_of(session, some, 1, TODAY)
    return len(found)


def year(session: Session) -> int:
    return sum(len(days) for _, days in ledger_of_everyone(session, 1, FIRST, TODAY - timedelta(days=1), TODAY))


OURS = {"both counts of everyone": counts, "a year's ledger of everyone": year}


def fill(home: Home, people: int) -> int:
    """Write a year of history: copies of one person, who miss one day in twelve; one in eight has stopped coming."""
    with look_into(home) as session:
        world = factories.make_world(session, AT)
        who = factories.person(session)
        episode = factories.episode(session, world, who, admitted_on=FIRST)
        of = factories.order(session, world, who, in_episode=episode, starts_on=FIRST)
        dose = factories.dose(session, world, who, of, at=AT - DAYS * timedelta(days=1))
        connection = session.connection()
        everyone, days = _numbers(connection, people)
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
        return session.scalar(sa.text("SELECT count(*) FROM dose"))


def _numbers(connection: sa.Connection, people: int) -> tuple[sa.Table, sa.Table]:
    """Make a number for each person to copy, and each day of the year."""
    tables = sa.MetaData()
    everyone = sa.Table("bench_person", tables, sa.Column("n", sa.Integer), prefixes=["TEMPORARY"])
    days = sa.Table("bench_day", tables, sa.Column("d", sa.Integer), sa.Column("day", sa.Date), prefixes=["TEMPORARY"])
    tables.create_all(connection)
    connection.execute(everyone.insert(), [{"n": 1000 + k} for k in range(people)])
    connection.execute(days.insert(), [{"d": d, "day": FIRST + timedelta(days=d)} for d in range(DAYS)])
    return everyone, days


def _copy(
    connection: sa.Connection, model: type[Base], template: int, changed: dict[str, Any], copies: sa.FromClause
) -> None:
    """Copy a row for each number, with what differs."""
    table = model.__table__
    postgres = connection.dialect.name == "postgresql"
    changed = changed | {"uid": sa.text("gen_random_uuid()" if postgres else "lower(hex(randomblob(16)))")}
    columns = [changed.get(column.name, column) for column in table.c]
    rows = sa.select(*columns).select_from(table.join(copies, sa.true())).where(table.c.id == template)
    connection.execute(table.insert().from_select(list(table.c), rows))


if __name__ == "__main__":
    main(sys.argv[1])
