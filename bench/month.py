"""The monthly summary of 500 people with a year of daily doses behind each, beside bare SQL that reads the same doses once."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bench import timing, year
from bench.history import fresh_home
from dispensary.wording import Speaker
from reports import fonts, month, page
from tests import backends, factories
from tests.durability.conftest import look_into

PEOPLE = 500
AT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
FEBRUARY = date(2026, 2, 1)
EVERY_DOSE = (
    "SELECT person_id, clinic_day, part, outcome, medication, taken_mg FROM dose ORDER BY person_id, clinic_day"
)


def run(backend: str, postgres: backends.Postgres | None) -> None:
    """Print seconds of the figures and of the paper, and the ratio to bare SQL."""
    home = fresh_home("month", postgres)
    fonts.ready()
    with look_into(home) as session:
        year.fill(session, factories.make_world(session, AT), PEOPLE)
        session.commit()
    with look_into(home) as session:
        with timing.stopwatch() as bare:
            doses = sum(1 for _ in session.execute(sa.text(EVERY_DOSE)))
        about = page.heading(session, 1, *month.days_of(FEBRUARY), printed_by="Hanna Lind", printed_at=AT)
        with timing.stopwatch() as first:
            month.figures(session, 1, today=AT.date(), about=about)
        with timing.stopwatch() as ours:
            made = month.figures(session, 1, today=AT.date(), about=about)
        with timing.stopwatch() as drawn:
            pdf = month.render(made, speak=Speaker(str, ZoneInfo("UTC")))
    print(f"\nThe summary of a month, {PEOPLE} people, {doses:,} doses of a year, {backend}")
    print(f"  every dose, bare SQL {bare[0]:6.2f} s   the figures {ours[0]:6.2f} s (the first time {first[0]:.2f} s)")
    print(f"  ratio {ours[0] / bare[0]:5.2f}   the paper {drawn[0]:6.2f} s, {len(pdf) / 1e3:.0f} kB")
