"""The indicators of a period on the screen, as files and on paper. What leaves the clinic hides small counts of people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries import sites
from dispensary.queries.indicators import Indicators, indicators
from dispensary.rules.commissioners_counts import Share, hidden
from dispensary.rules.harm_reduction import shown_count
from dispensary.rules.indicators import KNOWN
from dispensary.wording import N_, Speaker, say
from models.units import plain
from reports import page
from reports.commissioners_counts import FEW, NOT_SHOWN
from reports.indicator_figures import Figure, Section, sections
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading
from reports.sheet import Cell, Sheet

TITLE = say(N_("Indicators"))
ON_PAPER = (
    (N_("What"), 230, False),
    (N_("Number"), 60, True),
    (N_("of"), 60, True),
    (N_("%"), 35, True),
    (N_("mg"), 45, True),
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
    N_("mg"),
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
        return outside(self.sections, self.hide_below)

    def figure(self, key: str) -> Figure | None:
        """Return the figure of a name, whole; None where the period has none such."""
        return next((one for section in self.sections for one in section.figures if one.key == key), None)


def figures(session: Session, site_id: int, *, today: date, about: Heading) -> IndicatorFigures:
    """Return the figures of the period of a heading, as they are on record today."""
    found = indicators(session, site_id, about.first, about.last, today)
    return IndicatorFigures(about, found, sites.settings(session, site_id, today).hide_below, sections(found))


def outside(whole: Sequence[Section], least: int) -> tuple[Section, ...]:
    """Return figures as they may leave the clinic: without small counts of people, and without what would give them away.

    Parts of a sum go by twos; of a share, its counts and what is between them are large enough or none. Where a denominator
    is left out for the sake of another figure, its share is told in percent alone; where it is small, not at all.
    """
    end = _end_tells(whole, least)
    made = [replace(section, figures=_parts_outside(section.figures, least, end)) for section in whole]
    if any(one.few and one.key.startswith("census-") for section in made for one in section.figures):
        made = [replace(section, figures=tuple(map(_in_period_outside, section.figures))) for section in made]
    gone = {one.key for section in made for one in section.figures if one.few}
    made = [replace(s, figures=tuple(_one_outside(one, least, gone) for one in s.figures)) for s in made]
    return tuple(replace(section, figures=_between(section.figures, least)) for section in made)


def _end_tells(whole: Sequence[Section], least: int) -> frozenset[str]:
    """Return the end of the census where it, beside who was there on the last day, would tell how few left on that day."""
    known = {one.key: one.n or 0 for section in whole for one in section.figures}
    between = abs(known.get("on-medicine", 0) - known.get("census-end", 0))
    return frozenset({"census-end"}) if 0 < between < least else frozenset()


def _in_period_outside(one: Figure) -> Figure:
    """Leave out how many were there in a period: beside start and end it would tell how few came, or left."""
    return replace(one, n=None, few=True, shields=True) if one.key == "in-period" else one


def _parts_outside(figures: Sequence[Figure], least: int, also: frozenset[str]) -> tuple[Figure, ...]:
    parts = [one for one in figures if one.part]
    counts = [one.n or 0 for one in parts]
    places = [n for n, one in enumerate(parts) if one.key in also]
    shown = hidden(counts, least, people=[len(one.people) for one in parts], also=places)
    by_key = {one.key: n for one, n in zip(parts, shown, strict=True)}
    return tuple(_left_out(one, least) if one.part and by_key[one.key] is None else one for one in figures)


def _left_out(one: Figure, least: int) -> Figure:
    return replace(one, n=None, of=None, percent=None, mg=None, few=True, shields=len(one.people) >= least)


def _one_outside(one: Figure, least: int, gone: set[str]) -> Figure:
    """Return a figure that is no part of a sum as it may leave the clinic."""
    if one.part or one.few:
        return one
    if shown_count(len(one.people), least) is None:
        return _left_out(one, least)
    if one.key == "missed":
        any_gone = any(f"days-{status}" in gone for status in KNOWN)
        return replace(one, n=None, of=None, few=True, shields=True) if any_gone else one
    if one.of_people is not None and not Share(len(one.people), len(one.of_people)).may_leave(least):
        return _left_out(one, least)
    if one.of_key in gone:
        return replace(one, n=None, of=None, few=True, shields=True)
    return one


def _between(figures: Sequence[Figure], least: int) -> tuple[Figure, ...]:
    """Leave out a figure that lies within another of its nest where few people are between the two."""
    made = list(figures)
    for n, one in enumerate(made):
        around = [two for two in made if two.nest and two.nest == one.nest and not two.few and two.key != one.key]
        if not one.few and any(one.people <= two.people and 0 < len(two.people - one.people) < least for two in around):
            made[n] = _left_out(one, least)
    return tuple(made)


def number(one: Figure, least: int, speak: Speaker) -> Cell:
    """Return the number of a figure, or why it is not shown."""
    if one.few and one.n is None:
        return speak(say(NOT_SHOWN) if one.shields else say(FEW, n=least))
    return one.n


def as_sheet(figures: IndicatorFigures, speak: Speaker) -> Sheet:
    """Return the figures as a table for other programs, as they may leave the clinic, each with its definition."""
    rows: list[list[Cell]] = [
        [
            one.key,
            speak(section.title),
            speak(one.what),
            number(one, figures.hide_below, speak),
            one.of,
            one.percent,
            one.mg,
            speak(one.counts),
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
    small = say(
        N_("Counts of people from 1 to %(n)s are not shown, nor what would give them away."), n=figures.hide_below - 1
    )
    story.append(Text(speak(small), size=9, language=language, above=8))
    return page.build(story, title=TITLE, about=figures.about, speak=speak)


def _definitions(section: Section, speak: Speaker) -> list[str]:
    """Return how each figure is defined, a definition that several share once."""
    found: dict[str, str] = {}
    for one in section.figures:
        definition = speak(one.definition)
        found.setdefault(definition, f"{speak(one.what)}: {definition} ({speak(one.source)})")
    return list(found.values())


def _texts(one: Figure, least: int, speak: Speaker) -> list[str]:
    shown = number(one, least, speak)
    numbers = [one.of, one.percent, one.mg]
    return [
        speak(one.what),
        "" if shown is None else str(shown),
        *("" if cell is None else plain(cell) if not isinstance(cell, int) else str(cell) for cell in numbers),
        speak(one.counts),
    ]
