"""The nightly scan of everyone with a year of daily doses behind each, beside the same counts by bare SQL.

`python -m bench risk` measures 2,000 people; `python -m bench risk 100000` as many as one asks for. Every way runs in a process
of its own, so that memory is its own. Bare SQL counts the same as the scan where every day is a day of one daily dose; what the
scan does beyond it (orders, closed days, absences, bottles, parts, injections, who is raised and why) is in its seconds alone.
"""

import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import timing, year
from bench.history import fresh_home
from dispensary.queries.risk_features import SCAN_DAYS, features_of
from dispensary.services import risk
from tests import backends, factories
from tests.durability.conftest import look_into

PEOPLE = 2_000
AT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
NIGHT = AT.date() - timedelta(days=1)
COUNTS = """
WITH stay AS (
    SELECT episode.person_id, min(starts_on) AS since
    FROM episode JOIN dose_order ON episode_id = episode.id
    WHERE episode.site_id = 1 AND admitted_on <= :night
        AND NOT EXISTS (SELECT 1 FROM episode_end WHERE episode_end.episode_id = episode.id AND ended_on <= :night)
    GROUP BY episode.person_id
), came AS (
    SELECT person_id, clinic_day, taken_mg, medication, row_number() OVER newest AS back,
        lag({day}) OVER newest - {day} AS gap
    FROM dose
    WHERE site_id = 1 AND clinic_day BETWEEN :since AND :night AND taken_mg > 0
        AND NOT EXISTS (SELECT 1 FROM dose_reversal WHERE dose_id = dose.id)
        AND NOT EXISTS (SELECT 1 FROM vomiting WHERE dose_id = dose.id)
    WINDOW newest AS (PARTITION BY person_id ORDER BY clinic_day DESC)
), counted AS (
    SELECT person_id, max(clinic_day) AS last_came, max(gap) AS longest,
        count(CASE WHEN clinic_day > :week THEN 1 END) AS came_7,
        count(CASE WHEN clinic_day > :fortnight THEN 1 END) AS came_14,
        count(CASE WHEN clinic_day > :month THEN 1 END) AS came_28,
        count(CASE WHEN clinic_day > :month AND gap > 1 THEN 1 END) AS gaps_28,
        max(CASE WHEN back = 1 THEN medication END) AS medication,
        max(CASE WHEN back = 1 THEN taken_mg END) AS amount,
        max(CASE WHEN clinic_day <= :fortnight THEN clinic_day || ' ' || taken_mg END) AS amount_before
    FROM came GROUP BY person_id
), urine AS (
    SELECT person_id, max(collected_on || ' ' || result) AS last_urine,
        avg(CASE WHEN collected_on > :month THEN CASE WHEN result = 'positive' THEN 1 ELSE 0 END END) AS rate_28
    FROM urine_test JOIN urine_result ON urine_test_id = urine_test.id
    WHERE collected_on BETWEEN :since AND :night AND substance = 'opiates' GROUP BY person_id
)
SELECT * FROM stay LEFT JOIN counted USING (person_id) LEFT JOIN urine USING (person_id)
"""
BARE = {"six weeks' counts, bare SQL": SCAN_DAYS, "a year's counts, bare SQL": year.DAYS}


def run(backend: str, postgres: backends.Postgres | None) -> None:
    """Print seconds and memory of each way."""
    home = fresh_home("risk", postgres)
    with timing.stopwatch() as filled, look_into(home) as session:
        year.fill(session, factories.make_world(session, AT), PEOPLE)
    print(f"\nNightly scan of {PEOPLE:,} people with a year of doses, {backend} (made in {filled[0]:.0f} s)")
    compare(home.database_url)


def compare(url: str) -> None:
    """Print seconds and memory of each way in a database that was filled."""
    seconds = {way: alone(way, url) for way in (*BARE, *OURS)}
    first, second = (seconds[way] for way in BARE)
    scan, whole = (seconds[way] for way in OURS)
    print(f"      ratio of the scan to bare SQL {scan / first:5.2f}   of a year's counts {whole / second:5.2f}")


def alone(way: str, url: str) -> float:
    """Run one way in a fresh process; print and return its seconds."""
    command = [sys.executable, "-m", "bench.risk", way]
    answer = subprocess.run(command, env=os.environ | {"BENCH_URL": url}, capture_output=True, text=True, check=True)
    seconds, processor, memory, found = answer.stdout.split()
    used = f"{float(seconds):8.2f} s   processor {float(processor):7.2f} s   peak {float(memory):6.0f} MB"
    print(f"  {way:30}{used}   {int(found):,} found")
    return float(seconds)


def main(way: str) -> None:
    """Measure one way in this process."""
    engine = sa.create_engine(os.environ["BENCH_URL"])
    with Session(engine) as session:
        session.execute(sa.text("SELECT 1"))
        begun = time.process_time()
        with timing.stopwatch() as taken:
            found = bare(session, BARE[way]) if way in BARE else OURS[way](session)
    print(taken[0], time.process_time() - begun, timing.peak_mb(), found)


def bare(session: Session, days: int) -> int:
    spans = {"since": days, "week": 7, "fortnight": 14, "month": 28}
    asked: dict[str, date] = {name: NIGHT - timedelta(days=span) for name, span in spans.items()} | {"night": NIGHT}
    day = "clinic_day" if session.get_bind().dialect.name == "postgresql" else "julianday(clinic_day)"
    return sum(1 for _ in session.execute(sa.text(COUNTS.format(day=day)), asked))


def scan(session: Session) -> int:
    return len(risk.to_raise(session, 1, NIGHT))


def a_year(session: Session) -> int:
    return len(features_of(session, 1, [NIGHT]).people)


OURS = {"the nightly scan, with reasons": scan, "every count of a year": a_year}


if __name__ == "__main__":
    main(sys.argv[1])
