"""The nightly scan of everyone with a year of daily doses behind each, beside the same counts by bare SQL.

`python -m bench risk` measures 2,000 people; `python -m bench risk 100000` as many as one asks for. Every way runs in a process
of its own, so that memory is its own.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import timing, year
from bench.history import fresh_home
from dispensary.queries.risk_features import features_of
from dispensary.services import risk
from tests import backends, factories
from tests.durability.conftest import look_into

PEOPLE = 2_000
AT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
NIGHT = AT.date() - timedelta(days=1)
LATELY = NIGHT - timedelta(days=27)
SINCE = NIGHT - timedelta(days=364)
BARE = {
    "last 28 days, bare SQL": "SELECT person_id, count(*), max(clinic_day), max(taken_mg) FROM dose"
    f" WHERE clinic_day BETWEEN '{LATELY}' AND '{NIGHT}' AND taken_mg > 0 GROUP BY person_id",
    "the year with gaps, bare SQL": "SELECT person_id, count(*), min(day), max(day), max(mg), max(day - before) FROM"
    " (SELECT person_id, taken_mg AS mg, %(day)s AS day, lag(%(day)s) OVER"
    " (PARTITION BY person_id ORDER BY clinic_day) AS before FROM dose"
    f" WHERE clinic_day BETWEEN '{SINCE}' AND '{NIGHT}' AND taken_mg > 0) AS doses GROUP BY person_id",
}


def run(backend: str, postgres: backends.Postgres | None) -> None:
    """Print seconds and memory of each way."""
    home = fresh_home("risk", postgres)
    with timing.stopwatch() as filled, look_into(home) as session:
        year.fill(session, factories.make_world(session, AT), PEOPLE)
    print(f"\nNightly scan of {PEOPLE:,} people with a year of doses, {backend} (made in {filled[0]:.0f} s)")
    seconds = {way: alone(way, home.database_url) for way in (*BARE, *OURS)}
    first, second = (seconds[way] for way in BARE)
    scan, whole = (seconds[way] for way in OURS)
    print(f"      ratio of the scan to bare SQL {scan / first:5.2f}   of a year's counts {whole / second:5.2f}")


def alone(way: str, url: str) -> float:
    """Run one way in a fresh process; print and return its seconds."""
    command = [sys.executable, "-m", "bench.risk", way]
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
            found = bare(session, way) if way in BARE else OURS[way](session)
    print(taken[0], timing.peak_mb(), found)


def bare(session: Session, way: str) -> int:
    day = "clinic_day" if session.get_bind().dialect.name == "postgresql" else "julianday(clinic_day)"
    return sum(1 for _ in session.execute(sa.text(BARE[way].replace("%(day)s", day))))


def scan(session: Session) -> int:
    counted, in_a_lane = risk.scored(session, 1, NIGHT)
    assert in_a_lane
    return len(counted.people)


def a_year(session: Session) -> int:
    return len(features_of(session, 1, [NIGHT]).people)


OURS = {"the nightly scan, with reasons": scan, "every count of a year": a_year}


if __name__ == "__main__":
    main(sys.argv[1])
