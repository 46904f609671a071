"""The missed-dose list: who, both counts by name, the last dose, how to reach them, who is on it, and why, if known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries import contact_rules
from dispensary.queries.contact_rules import Reach
from dispensary.queries.missed_doses import MissedRow, missed_doses
from dispensary.wording import N_, Speaker, Words, say
from models.units import plain
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading
from reports.sheet import Cell, Sheet
from reports.worklist import reach

TITLE = say(N_("Missed doses"))
COLUMNS = (
    (N_("Number"), 40, False),
    (N_("Name"), 84, False),
    (N_("Days without\nmedicine"), 46, True),
    (N_("No-shows\nin a row"), 40, True),
    (N_("Last dose\n(day)"), 56, False),
    (N_("Last dose\n(mg)"), 40, True),
    (N_("How it\nis known"), 56, False),
    (N_("Last confirmed\n(day)"), 52, False),
    (N_("Last confirmed\n(mg)"), 50, True),
    (N_("Phone"), 54, False),
    (N_("How the person\nmay be reached"), 136, False),
    (N_("Address"), 60, False),
    (N_("Open task"), 66, False),
    (N_("Why missed"), 84, False),
)
"""Heading, share of the paper's width, and whether numbers stand in the column."""
EMPTY = say(N_("Nobody in treatment has missed so many days."))
PASSED_OVER = say(N_("In hospital or custody: passed over, no visit is expected. Ask there about the last dose."))
ROOM = 38.0
"""Points for a row: how somebody may be reached takes up to four lines."""


class Order(StrEnum):
    """What stands first."""

    DAYS = "days"
    NO_SHOWS = "no_shows"
    LAST_DOSE = "last_dose"
    NAME = "name"


class Part(StrEnum):
    """Who of those with so many days is listed."""

    ALL = "all"
    NO_TASK = "no_task"
    NO_REASON = "no_reason"


PARTS: Mapping[Part, Words] = {
    Part.ALL: say(N_("everybody")),
    Part.NO_TASK: say(N_("nobody is on it: no open task")),
    Part.NO_REASON: say(N_("nobody knows why yet")),
}
_SORTED: Mapping[Order, Callable[[MissedRow], Any]] = {
    Order.DAYS: lambda row: (-row.runs.days_without_medicine, -row.runs.no_shows_in_a_row),
    Order.NO_SHOWS: lambda row: (-row.runs.no_shows_in_a_row, -row.runs.days_without_medicine),
    Order.LAST_DOSE: lambda row: row.runs.last_taken_on or date.min,
    Order.NAME: lambda row: row.name.casefold(),
}
_LISTED: Mapping[Part, Callable[[MissedRow], bool]] = {
    Part.ALL: lambda _: True,
    Part.NO_TASK: lambda row: not row.tasks,
    Part.NO_REASON: lambda row: row.why is None,
}


@dataclass(frozen=True)
class MissedFigures:
    """Everyone whose longer count is at least so many days, before the clinic day of the heading."""

    about: Heading
    at_least: int
    rows: tuple[MissedRow, ...]
    passed_over: tuple[MissedRow, ...] = ()
    """Who is in hospital or custody."""
    by: Order = Order.DAYS
    of: Part = Part.ALL
    reach: Mapping[int, Reach] = field(default_factory=dict)
    """How people may be reached, by person; nobody who was not asked yet is in it."""

    @property
    def counted(self) -> Words:
        """How many people, and up to which day was counted."""
        words = N_(
            "Days missed before %(day)s: %(days)s or more. People: %(n)s; in hospital or custody besides: %(away)s"
        )
        return say(words, n=len(self.rows), days=self.at_least, day=self.about.last, away=len(self.passed_over))


def figures(
    session: Session,
    site_id: int,
    *,
    at_least: int,
    about: Heading,
    by: Order = Order.DAYS,
    of: Part = Part.ALL,
) -> MissedFigures:
    """Return the list as of the morning of the heading's last day.

    Args:
        by: what stands first.
        of: who is listed of those who are not in hospital or custody.
    """
    found = sorted(missed_doses(session, site_id, about.last, at_least=at_least), key=_SORTED[by])
    here = tuple(row for row in found if row.away is None and _LISTED[of](row))
    away = tuple(row for row in found if row.away is not None)
    may_be_reached = contact_rules.rules_of(session, {row.person_id for row in found})
    return MissedFigures(about, at_least, here, away, by, of, may_be_reached)


def known_by(row: MissedRow) -> Words:
    """Return how the last dose is known."""
    if row.runs.last_taken_on is None:
        return say(N_("no dose yet"))
    if row.presumed:
        return say(N_("take-home, presumed taken"))
    return say(N_("confirmed"))


def why(row: MissedRow) -> Words | None:
    """Return why days were missed: where the person is on record to be, else what somebody noted."""
    if row.away is not None:
        return say(N_("%(kind)s since %(day)s: passed over"), kind=row.away, day=row.away_since)
    if row.why is None:
        return None
    if row.why.note:
        return say("%(day)s: %(reason)s – %(note)s", day=row.why.day, reason=row.why.reason, note=row.why.note)
    return say("%(day)s: %(reason)s", day=row.why.day, reason=row.why.reason)


def tasks(row: MissedRow, speak: Speaker) -> str:
    """Return the desks that have something open about the person, and until when."""
    return "; ".join(speak(say(N_("%(desk)s, by %(at)s"), desk=t.desk, at=speak.moment(t.due_at))) for t in row.tasks)


def cells(row: MissedRow, rule: Reach | None, speak: Speaker) -> list[Cell]:
    """Return one line in the order of COLUMNS, the same in every file."""
    name = f"{row.name} ({speak(say(N_('guest')))})" if row.guest else row.name
    reason = why(row)
    return [
        row.number,
        name,
        row.runs.days_without_medicine,
        row.runs.no_shows_in_a_row,
        row.runs.last_taken_on,
        row.last_mg,
        speak(known_by(row)),
        row.runs.last_confirmed_on,
        row.runs.last_confirmed_mg,
        row.phone,
        "; ".join(speak(words) for words in reach(rule)),
        row.address,
        tasks(row, speak),
        speak(reason) if reason else "",
    ]


def as_sheet(figures: MissedFigures, speak: Speaker) -> Sheet:
    """Return the list as a table for other programs."""
    headings = [speak(say(title)).replace("\n", " ") for title, _, _ in COLUMNS]
    lines = (*figures.rows, *figures.passed_over)
    return Sheet(speak(TITLE), headings, [cells(row, figures.reach.get(row.person_id), speak) for row in lines])


def render(figures: MissedFigures, *, speak: Speaker) -> bytes:
    """Return the list as PDF; a list of nobody says so."""
    language = figures.about.language
    columns = [Column(speak(say(title)), share, number) for title, share, number in COLUMNS]

    def table(lines: tuple[MissedRow, ...]) -> Ledger:
        said = (cells(row, figures.reach.get(row.person_id), speak) for row in lines)
        rows = [Row([_text(cell) for cell in line]) for line in said]
        return Ledger(columns, rows, language=language, row_height=ROOM)

    story: list[Flowable] = [Text(speak(figures.counted), size=10, bold=True, language=language, with_next=True)]
    if figures.of is not Part.ALL:
        said = say(N_("Listed: %(part)s"), part=PARTS[figures.of])
        story.append(Text(speak(said), size=9, language=language, with_next=True))
    story.append(table(figures.rows) if figures.rows else Text(speak(EMPTY), size=10, language=language, above=6))
    if figures.passed_over:
        story.append(Text(speak(PASSED_OVER), size=10, bold=True, language=language, above=8, with_next=True))
        story.append(table(figures.passed_over))
    return page.build(story, title=TITLE, about=figures.about, speak=speak, landscape=True)


def _text(cell: Cell) -> str:
    return "" if cell is None else plain(cell) if isinstance(cell, Decimal) else str(cell)
