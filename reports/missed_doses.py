"""The missed-dose list: who, both counts by name, the last dose, how to reach them, who is on it, and why, if known."""

from dataclasses import dataclass
from decimal import Decimal

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries.missed_doses import MissedRow, missed_doses
from dispensary.wording import N_, Speaker, Words, say
from models.units import plain
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading
from reports.sheet import Cell, Sheet

TITLE = say(N_("Missed doses"))
COLUMNS = (
    (N_("Number"), 40, False),
    (N_("Name"), 92, False),
    (N_("Days without\nmedicine"), 44, True),
    (N_("No-shows\nin a row"), 36, True),
    (N_("Last dose\n(day)"), 44, False),
    (N_("Last dose\n(mg)"), 36, True),
    (N_("How it is known"), 64, False),
    (N_("Last confirmed\n(day)"), 50, False),
    (N_("Last confirmed\n(mg)"), 50, True),
    (N_("Phone"), 74, False),
    (N_("Open task"), 84, False),
    (N_("Why missed"), 150, False),
)
"""Heading, share of the paper's width, and whether numbers stand in the column."""
EMPTY = say(N_("Nobody in treatment has missed so many days."))
ROOM = 15.0


@dataclass(frozen=True)
class MissedFigures:
    """Everyone whose longer count is at least so many days, before the clinic day of the heading."""

    about: Heading
    at_least: int
    rows: tuple[MissedRow, ...]

    @property
    def counted(self) -> Words:
        """How many people, and up to which day was counted."""
        words = N_("Days missed before %(day)s: %(days)s or more. People: %(n)s")
        return say(words, n=len(self.rows), days=self.at_least, day=self.about.last)


def figures(session: Session, site_id: int, *, at_least: int, about: Heading) -> MissedFigures:
    """Return the list as of the morning of the heading's last day."""
    return MissedFigures(about, at_least, missed_doses(session, site_id, about.last, at_least=at_least))


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
        return say("%(kind)s", kind=row.away)
    if row.why is None:
        return None
    if row.why.note:
        return say("%(day)s: %(reason)s – %(note)s", day=row.why.day, reason=row.why.reason, note=row.why.note)
    return say("%(day)s: %(reason)s", day=row.why.day, reason=row.why.reason)


def tasks(row: MissedRow, speak: Speaker) -> str:
    """Return the desks that have something open about the person, and until when."""
    return "; ".join(speak(say(N_("%(desk)s, by %(at)s"), desk=t.desk, at=speak.moment(t.due_at))) for t in row.tasks)


def cells(row: MissedRow, speak: Speaker) -> list[Cell]:
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
        tasks(row, speak),
        speak(reason) if reason else "",
    ]


def as_sheet(figures: MissedFigures, speak: Speaker) -> Sheet:
    """Return the list as a table for other programs."""
    headings = [speak(say(title)).replace("\n", " ") for title, _, _ in COLUMNS]
    return Sheet(speak(TITLE), headings, [cells(row, speak) for row in figures.rows])


def render(figures: MissedFigures, *, speak: Speaker) -> bytes:
    """Return the list as PDF; a list of nobody says so."""
    language = figures.about.language
    columns = [Column(speak(say(title)), share, number) for title, share, number in COLUMNS]
    rows = [Row([_text(cell) for cell in cells(row, speak)]) for row in figures.rows]
    story: list[Flowable] = [Text(speak(figures.counted), size=10, bold=True, language=language, with_next=True)]
    if rows:
        story.append(Ledger(columns, rows, language=language, row_height=ROOM))
    else:
        story.append(Text(speak(EMPTY), size=10, language=language, above=6))
    return page.build(story, title=TITLE, about=figures.about, speak=speak, landscape=True)


def _text(cell: Cell) -> str:
    return "" if cell is None else plain(cell) if isinstance(cell, Decimal) else str(cell)
