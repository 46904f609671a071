"""Seconds at the window, by terminal and hour: how many doses, the middle one's time, and the slow end's."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dispensary.queries import timing
from dispensary.queries.timing import MeasuredDose
from dispensary.rules.seconds import median, ninth_of_ten
from dispensary.wording import N_, Speaker, say
from reports.page import Heading
from reports.sheet import Cell, Sheet

COLUMNS = (
    N_("Terminal"),
    N_("Hour"),
    N_("Doses measured"),
    N_("Half within, seconds"),
    N_("Nine of ten within, seconds"),
)


@dataclass(frozen=True)
class SecondsLine:
    """Doses at one terminal, or at all; in one hour of the clinic's own time, or in all."""

    terminal: str | None
    """None for all terminals."""
    hour: int | None
    """None for all hours; 7 is from 07:00 up to 08:00."""
    doses: int
    half_within: Decimal
    nine_within: Decimal


@dataclass(frozen=True)
class SecondsFigures:
    """The lines by terminal and hour, each terminal's own total, and that of all."""

    about: Heading
    by_hour: tuple[SecondsLine, ...]
    by_terminal: tuple[SecondsLine, ...]
    total: SecondsLine | None
    """None where nothing was measured."""


def figures(
    session: Session, site_id: int, first: date, last: date, *, zone: ZoneInfo, about: Heading
) -> SecondsFigures:
    """Return the seconds of some clinic days."""
    doses = timing.measured_doses(session, site_id, first, last)
    hours: defaultdict[tuple[str, int], list[MeasuredDose]] = defaultdict(list)
    terminals: defaultdict[str, list[MeasuredDose]] = defaultdict(list)
    for dose in doses:
        hours[dose.terminal, dose.recorded_at.astimezone(zone).hour].append(dose)
        terminals[dose.terminal].append(dose)
    return SecondsFigures(
        about,
        tuple(_line(terminal, hour, hours[terminal, hour]) for terminal, hour in sorted(hours)),
        tuple(_line(terminal, None, terminals[terminal]) for terminal in sorted(terminals)),
        _line(None, None, doses) if doses else None,
    )


def _line(terminal: str | None, hour: int | None, doses: Iterable[MeasuredDose]) -> SecondsLine:
    times = [dose.milliseconds for dose in doses]
    return SecondsLine(terminal, hour, len(times), median(times), ninth_of_ten(times))


def lines(figures: SecondsFigures) -> list[SecondsLine]:
    """Return every line in the order of the table: by hour, then the totals."""
    return [*figures.by_hour, *figures.by_terminal, *([figures.total] if figures.total else [])]


def cells(line: SecondsLine, speak: Speaker) -> list[Cell]:
    """Return a line as it stands in the table, on the screen and in the files."""
    return [
        speak(say(N_("all terminals"))) if line.terminal is None else line.terminal or "—",
        speak(say(N_("all hours"))) if line.hour is None else f"{line.hour:02}:00–{(line.hour + 1) % 24:02}:00",
        line.doses,
        line.half_within,
        line.nine_within,
    ]


def as_sheet(figures: SecondsFigures, speak: Speaker) -> Sheet:
    """Return the figures as a table for other programs."""
    headings = [speak(say(column)) for column in COLUMNS]
    return Sheet(speak(say(N_("Seconds"))), headings, [cells(line, speak) for line in lines(figures)])
