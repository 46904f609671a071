"""How people in treatment live, at the beginning and now. What leaves the clinic hides small counts of people."""

from dataclasses import dataclass

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries import sites
from dispensary.queries.life_counts import life_counts
from dispensary.rules.life_over_time import Counted, LifeOverTime, Part, outside
from dispensary.wording import N_, Speaker, Words, say
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading
from reports.sheet import Cell, Sheet

TITLE = say(N_("Life over time"))
PARTS: dict[Part, Words] = {
    Part.HOUSING: say(N_("Housing")),
    Part.WORK: say(N_("Work")),
    Part.EDUCATION: say(N_("Education")),
    Part.FAMILY: say(N_("Family")),
}
COLUMNS = (
    (N_("Part of life"), 90, False),
    (N_("What it is like"), 150, False),
    (N_("People at the beginning"), 90, True),
    (N_("People now"), 70, True),
)
"""Heading, share of the paper's width, and whether numbers stand in the column."""
HIDDEN = say(N_("not shown"))
"""A count too small to leave the clinic, or one from which it could be worked out."""
NOTES = (
    say(
        N_(
            "Counted are people in treatment today whose life situation was written down on two days at least since they"
            " were admitted: the first day of these and the newest. Both columns are the same people."
        )
    ),
    say(N_("Guests of other clinics are in none of these counts. It says nothing of what caused a change.")),
)


@dataclass(frozen=True)
class LifeFigures:
    """The counts on the day of a heading."""

    about: Heading
    life: LifeOverTime
    hide_below: int

    @property
    def lines(self) -> tuple[Counted, ...]:
        """Every count, whole."""
        return self.life.counted

    @property
    def outside(self) -> tuple[Counted, ...]:
        """Every count, as it may leave the clinic."""
        return outside(self.life.counted, self.life.twice, self.hide_below)


def figures(session: Session, site_id: int, *, about: Heading) -> LifeFigures:
    """Return the counts as they stand on the last day of a heading."""
    hide_below = sites.settings(session, site_id, about.last).hide_below
    return LifeFigures(about, life_counts(session, site_id, about.last), hide_below)


def cells(line: Counted, speak: Speaker) -> list[Cell]:
    """Return one line in the order of COLUMNS, the same in every file."""
    numbers: list[Cell] = [speak(HIDDEN) if n is None else n for n in (line.at_entry, line.now)]
    return [speak(PARTS[line.part]), speak(line.word), *numbers]


def as_sheet(figures: LifeFigures, speak: Speaker) -> Sheet:
    """Return the counts as a table for other programs, as they may leave the clinic."""
    rows = [cells(line, speak) for line in figures.outside]
    return Sheet(speak(TITLE), [speak(say(title)) for title, _, _ in COLUMNS], rows)


def render(figures: LifeFigures, *, speak: Speaker) -> bytes:
    """Return the counts as PDF, as they may leave the clinic."""
    language = figures.about.language
    columns = [Column(speak(say(title)), share, number) for title, share, number in COLUMNS]
    rows = [Row([str(cell) for cell in cells(line, speak)]) for line in figures.outside]
    small = say(
        N_("Counts of people from 1 to %(n)s are not shown, nor what would give them away."), n=figures.hide_below - 1
    )
    story: list[Flowable] = [Ledger(columns, rows, language=language, row_height=15.0)]
    story += [Text(speak(note), size=9, language=language, above=5) for note in (*NOTES, small)]
    return page.build(story, title=TITLE, about=figures.about, speak=speak)
