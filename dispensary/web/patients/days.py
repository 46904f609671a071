"""The days of a person as a calendar: what became of each day of a month, and both counts, as known now or at a past day."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import request

from dispensary.queries import absences
from dispensary.queries.absences import Explained
from dispensary.queries.ledger import person_days
from dispensary.rules.ledger import LedgerDay, Runs, ledger, runs
from dispensary.web import edge
from dispensary.web.database import db
from models.enums import DayStatus

A_DAY = timedelta(days=1)
YEARS = range(2000, 2200)
LETTERS = {
    DayStatus.OBSERVED: "O",
    DayStatus.PART: "P",
    DayStatus.ELSEWHERE: "E",
    DayStatus.INJECTION_COVERS: "I",
    DayStatus.TAKE_HOME: "T",
    DayStatus.ELSEWHERE_UNVERIFIED: "U",
    DayStatus.WITHHELD: "W",
    DayStatus.REFUSED: "R",
    DayStatus.AWAY_UNKNOWN: "A",
    DayStatus.NOT_YET_ENTERED: "N",
    DayStatus.CLOSED_UNCOVERED: "C",
    DayStatus.NO_SHOW: "X",
    DayStatus.AWAITED: "?",
    DayStatus.NOT_SCHEDULED: "–",
    DayStatus.OUTSIDE_TREATMENT: "",
}
"""The sign of each status; the word stands beside it, so that neither sign nor colour says anything alone."""


@dataclass(frozen=True)
class Square:
    """One day of the month's page; without a status where it is still to come."""

    day: date
    status: DayStatus | None
    letter: str
    why: Explained | None
    """Why it was missed, where somebody noted it."""


@dataclass(frozen=True)
class DaysOfMonth:
    """The month's days by weeks, Monday first, and both counts before the day up to which all is known."""

    first: date
    weeks: list[list[Square]]
    counts: Runs
    known_on: date
    """Today, or the past day as of whose end the records are read."""
    as_of: date | None

    @property
    def legend(self) -> list[tuple[str, DayStatus]]:
        """Every sign with what it means."""
        return [(letter, status) for status, letter in LETTERS.items() if letter]

    @property
    def before(self) -> str:
        """The month before, as an address has it."""
        return f"{self.first - A_DAY:%Y-%m}"

    @property
    def after(self) -> str:
        """The month after, as an address has it."""
        return f"{self.first + 31 * A_DAY:%Y-%m}"


def days_of_month(person_id: int) -> DaysOfMonth:
    """Return the month that the address asks for, by default the one of today; one read of the person's facts for all."""
    act, as_of = edge.act(), _asked_day()
    known_on = as_of or act.clinic_day
    first = _asked_month(known_on)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    last = weeks[-1][-1]
    until = max(known_on, min(last, act.clinic_day))
    moment = _end_of(as_of) if as_of else None
    facts = person_days(db.session(), person_id, act.site_id, until=until, as_of=moment)
    known = {day.day: day for day in ledger(facts, weeks[0][0], min(last, known_on), known_on)}
    why = absences.reasons_of(db.session(), person_id, weeks[0][0], last)
    squares = [[_square(day, known.get(day), why.get(day)) for day in week] for week in weeks]
    return DaysOfMonth(first, squares, runs(facts, known_on), known_on, as_of)


def _square(day: date, known: LedgerDay | None, why: Explained | None) -> Square:
    status = known.status if known else None
    return Square(day, status, LETTERS[status] if status else "", why)


def _asked_month(known_on: date) -> date:
    """Return the first day of the month in the address; of the present one where it names none that can be."""
    try:
        first = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        return known_on.replace(day=1)
    return first if first.year in YEARS else known_on.replace(day=1)


def _asked_day() -> date | None:
    """Return the past day in the address as of which the records are asked for; None for now."""
    try:
        day = date.fromisoformat(request.args.get("as_of", ""))
    except ValueError:
        return None
    return day if day.year in YEARS and day < edge.act().clinic_day else None


def _end_of(day: date) -> datetime:
    have = edge.settings()
    return datetime.combine(day + A_DAY, have.day_starts, have.zone)
