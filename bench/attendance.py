"""The ledger and both counts of everyone, with a year of daily doses behind each, beside the same facts read by bare SQL.

`python -m bench attendance` measures 10,000 people; `python -m bench attendance 100000` as many as one asks for.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import timing, year
from bench.history import fresh_home
from dispensary.home import Home
from dispensary.queries.everyones_days import ledger_of_everyone, runs_of_everyone
from dispensary.queries.ledger import runs_of
from tests import backends, factories
from tests.durability.conftest import look_into

PEOPLE = 10_000
AT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
TODAY, FIRST = AT.date(), AT.date() - timedelta(days=year.DAYS)
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


def a_year(session: Session) -> int:
    return sum(len(days) for _, days in ledger_of_everyone(session, 1, FIRST, TODAY - timedelta(days=1), TODAY))


OURS = {"both counts of everyone": counts, "a year's ledger of everyone": a_year}


def fill(home: Home, people: int) -> int:
    """Write the year; return how many doses it holds."""
    with look_into(home) as session:
        year.fill(session, factories.make_world(session, AT), people)
        return session.scalar(sa.text("SELECT count(*) FROM dose"))


if __name__ == "__main__":
    main(sys.argv[1])
