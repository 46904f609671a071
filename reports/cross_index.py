"""The cross-index of a period on screen, on paper and as a file."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from dispensary.queries import cross_index as queries
from dispensary.queries.cross_index import Indexed
from dispensary.wording import N_, Speaker, Words, say
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading
from reports.sheet import Cell, Sheet

TITLE = say(N_("Cross-index of numbers"))
COLUMNS = (
    (N_("Number"), 60, False),
    (N_("Name"), 140, False),
    (N_("Address"), 200, False),
    (N_("Now kept under"), 60, False),
    (N_("First given on"), 62, False),
    (N_("Last given on"), 62, False),
)
"""Heading, share of the paper's width, and whether numbers stand in the column."""
NOBODY = say(N_("Nobody was given a dose or a bottle in this period."))


@dataclass(frozen=True)
class CrossIndexFigures:
    """Everyone who was given anything in the period of a heading."""

    about: Heading
    rows: tuple[Indexed, ...]

    @property
    def counted(self) -> Words:
        """How many numbers."""
        return say(N_("Numbers under which a dose or a bottle was given: %(n)s"), n=len(self.rows))


def figures(session: Session, site_id: int, *, about: Heading) -> CrossIndexFigures:
    """Return the cross-index of a site over the clinic days of the heading."""
    return CrossIndexFigures(about, tuple(queries.cross_index(session, site_id, about.first, about.last)))


def cells(row: Indexed) -> list[Cell]:
    """Return one row in the order of COLUMNS."""
    return [row.number, row.name, row.address, row.now, row.first_on, row.last_on]


def as_sheet(figures: CrossIndexFigures, speak: Speaker) -> Sheet:
    """Return the index as a table for other programs."""
    return Sheet(speak(TITLE), [speak(say(title)) for title, _, _ in COLUMNS], [cells(row) for row in figures.rows])


def render(figures: CrossIndexFigures, *, speak: Speaker) -> bytes:
    """Return the index as PDF."""
    language = figures.about.language
    columns = [Column(speak(say(title)), share, number) for title, share, number in COLUMNS]
    rows = [Row([speak(cell) for cell in cells(row)]) for row in figures.rows]
    head = Text(speak(figures.counted), size=10, bold=True, language=language, with_next=bool(rows))
    table = (
        Ledger(columns, rows, language=language, row_height=20.0) if rows else Text(speak(NOBODY), language=language)
    )
    return page.build([head, table], title=TITLE, about=figures.about, speak=speak)
