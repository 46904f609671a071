"""The indicators of a period on the screen, as files and on paper. What leaves the clinic hides small counts of people."""

from dataclasses import dataclass
from datetime import date

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries import sites
from dispensary.queries.indicators import Indicators, indicators
from dispensary.wording import N_, Speaker, say
from reports import page, small_cells
from reports.figures import Figure, Section
from reports.indicator_figures import sections
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading
from reports.sheet import Cell, Sheet

TITLE = say(N_("Indicators"))
ON_PAPER = (
    (N_("What"), 230, False),
    (N_("Number"), 60, True),
    (N_("of"), 60, True),
    (N_("%"), 35, True),
    (N_("Counted"), 60, False),
)
"""Heading, share of the paper's width, and whether numbers stand in the column."""
IN_FILES = (
    N_("Figure"),
    N_("Part"),
    N_("What"),
    N_("Number"),
    N_("of"),
    N_("%"),
    N_("Counted"),
    N_("Definition"),
    N_("Population"),
    N_("Source"),
)


@dataclass(frozen=True)
class IndicatorFigures:
    """The figures of the period of a heading."""

    about: Heading
    found: Indicators
    hide_below: int
    sections: tuple[Section, ...]

    @property
    def outside(self) -> tuple[Section, ...]:
        """Every figure, as it may leave the clinic."""
        return small_cells.outside(self.sections, self.hide_below)

    def figure(self, key: str) -> Figure | None:
        """Return the figure of a name, whole; None where the period has none such."""
        return next((one for section in self.sections for one in section.figures if one.key == key), None)


def figures(session: Session, site_id: int, *, today: date, about: Heading) -> IndicatorFigures:
    """Return the figures of the period of a heading, as they are on record today."""
    found = indicators(session, site_id, about.first, about.last, today)
    return IndicatorFigures(about, found, sites.settings(session, site_id, today).hide_below, sections(found))


def as_sheet(figures: IndicatorFigures, speak: Speaker) -> Sheet:
    """Return the figures as a table for other programs, as they may leave the clinic, each with its definition."""
    rows: list[list[Cell]] = [
        [
            one.key,
            speak(section.title),
            speak(one.what),
            small_cells.number(one, figures.hide_below, speak),
            one.of,
            one.percent,
            speak(one.unit),
            speak(one.definition),
            speak(section.words),
            speak(one.source),
        ]
        for section in figures.outside
        for one in section.figures
    ]
    return Sheet(speak(TITLE), [speak(say(title)) for title in IN_FILES], rows)


def render(figures: IndicatorFigures, *, speak: Speaker) -> bytes:
    """Return the figures as PDF, as they may leave the clinic, with their definitions after each part."""
    language = figures.about.language
    columns = [Column(speak(say(title)), share, number) for title, share, number in ON_PAPER]
    story: list[Flowable] = []
    for section in figures.outside:
        rows = [Row(_texts(one, figures.hide_below, speak)) for one in section.figures]
        story.append(Text(speak(section.title), size=11, bold=True, language=language, above=9, with_next=True))
        story.append(Ledger(columns, rows, language=language, row_height=13.0))
        story.append(Text(speak(section.words), size=7.5, language=language, above=3))
        story += [Text(words, size=7, language=language, above=1) for words in _definitions(section, speak)]
    story.append(Text(speak(small_cells.told(figures.hide_below)), size=9, language=language, above=8))
    return page.build(story, title=TITLE, about=figures.about, speak=speak)


def _definitions(section: Section, speak: Speaker) -> list[str]:
    """Return how each figure is defined, a definition that several share once."""
    found: dict[str, str] = {}
    for one in section.figures:
        definition = speak(one.definition)
        found.setdefault(definition, f"{speak(one.what)}: {definition} ({speak(one.source)})")
    return list(found.values())


def _texts(one: Figure, least: int, speak: Speaker) -> list[str]:
    numbers = [small_cells.number(one, least, speak), one.of, one.percent]
    return [speak(one.what), *("" if cell is None else speak(cell) for cell in numbers), speak(one.unit)]
