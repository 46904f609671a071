"""The monthly summary: twelve figures on the first page, everything else in annexes, with the month before beside each.

The screen, the files and the paper read the same figures. Whole for the clinic; for whoever is handed the paper without names,
without small counts and what would give them away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from reportlab.platypus import Flowable, PageBreak
from reportlab.platypus.flowables import CondPageBreak
from sqlalchemy.orm import Session

from dispensary.policy.evaluation import looking_back
from dispensary.policy.retention import retention_rules
from dispensary.queries import indicators, month, reconciliation, retention, sites
from dispensary.queries.journey_counts import stays_of
from dispensary.queries.retention import Asked
from dispensary.rules.harm_reduction import months_until
from dispensary.rules.indicators import months_after
from dispensary.wording import N_, Speaker, Words, say
from reports import page, small_cells
from reports.charts import fitted
from reports.figures import Figure, Number, Section
from reports.indicator_figures import sections
from reports.ledger import Column, Ledger, Row, Text
from reports.month_charts import ChartWords, Series, trend_chart
from reports.month_figures import MonthFacts, cohorts, parts
from reports.page import Heading
from reports.sheet import Cell, Sheet

TITLE = say(N_("Monthly summary"))
A_DAY = timedelta(days=1)
CHARTED = 12
"""Months before this one that stand beside it."""
GLANCE: Mapping[str, Words] = {
    "census-end": say(N_("In treatment at the end of the month")),
    "came": say(N_("Came: new, transferred in, or back")),
    "left": say(N_("Left, for whatever reason")),
    "missed": say(N_("Days missed, of those with a dose due")),
    "missed-run": say(N_("People who missed three days in a row or more")),
    "dose-methadone-clinic": say(N_("Methadone: 60 mg a day or more")),
    "cohort-12": say(N_("Still in treatment a year after the first dose")),
    "urine-positive": say(N_("Urines read: something not prescribed found")),
    "counselling-people": say(N_("People who came to counselling")),
    "decision-median": say(N_("Minutes from a stop to the decision, half within")),
    "incidents": say(N_("Dosing incidents")),
    "seconds-median": say(N_("Seconds at the window, half within")),
}
"""The twelve figures of the first page, in the order in which they are read."""
TRENDS: Mapping[str, Words] = {
    "census-end": say(N_("In treatment at the month's end")),
    "came": say(N_("Came")),
    "left": say(N_("Left")),
    "missed": say(N_("Days missed, percent")),
    "dose-methadone-clinic": say(N_("Methadone: 60 mg or more, percent")),
    "cohort-3": say(N_("There after three months, percent")),
}
"""What is drawn over the last year."""
COLUMNS = (
    (N_("What"), 190, False),
    (N_("This month"), 52, True),
    (N_("of"), 42, True),
    (N_("%"), 30, True),
    (N_("Month before"), 62, True),
    (N_("Change"), 48, True),
    (N_("Counted"), 62, False),
)
"""Heading, share of the paper's width, and whether numbers stand in the column."""
IN_FILES = (
    N_("Figure"),
    N_("Part"),
    N_("What"),
    N_("Number"),
    N_("of"),
    N_("%"),
    N_("Number, month before"),
    N_("of, month before"),
    N_("%, month before"),
    N_("Counted"),
    N_("Definition"),
    N_("Population"),
    N_("Source"),
)
SIGNED = say(N_("Read and signed: ______________________________    Date: ______________"))
AGREES = say(N_("Stock: every product reconciles."))
DIFFERS = N_("Stock: %(n)s products do not reconcile. What differs stands under Stock.")


class Change(StrEnum):
    """How a figure stands to the month before; whether that is good is not for a program to say."""

    UP = "up"
    DOWN = "down"
    SAME = "same"


SIGNS = {Change.UP: "▲", Change.DOWN: "▼", Change.SAME: "="}


@dataclass(frozen=True)
class Beside:
    """A figure with the month before."""

    now: Figure
    before: Figure | None

    @property
    def share(self) -> bool:
        """Whether it is compared as a share, in percent."""
        return self.now.of_behind is not None

    @property
    def values(self) -> tuple[Number | None, Number | None]:
        """What is compared: percent of a share, the number of anything else; None where there is none to tell."""
        before = self.before
        if self.share:
            return self.now.percent, None if before is None else before.percent
        return self.now.n, None if before is None else before.n

    @property
    def by(self) -> Number | None:
        """How far apart they are; None where one of them is not there."""
        now, before = self.values
        return None if now is None or before is None else now - before

    @property
    def apart(self) -> Number | None:
        """By how much they differ, whichever is more."""
        by = self.by
        return by if by is None or by >= 0 else -by

    @property
    def change(self) -> Change | None:
        """Which way it went; None where one of them is not there."""
        if self.by is None:
            return None
        return Change.UP if self.by > 0 else Change.DOWN if self.by < 0 else Change.SAME


@dataclass(frozen=True)
class Past:
    """One month of the year that is drawn."""

    first: date
    figures: Mapping[str, Figure]


@dataclass(frozen=True)
class MonthSummary:
    """Everything that is said of a month: its parts, the same parts of the month before, and what is drawn of the year."""

    about: Heading
    sections: tuple[Section, ...]
    before: Mapping[str, Figure]
    year: tuple[Past, ...]
    """The last months, this one last."""
    unreconciled: int
    """Products whose books differ."""
    hide_below: int
    over: bool
    """Whether every day of the month is over."""

    def figure(self, key: str) -> Figure | None:
        """Return the figure of a name; None where the month has none such."""
        return next((one for section in self.sections for one in section.figures if one.key == key), None)

    def beside(self, one: Figure) -> Beside:
        """Return a figure with the month before."""
        return Beside(one, self.before.get(one.key))

    @property
    def glance(self) -> tuple[Beside, ...]:
        """The figures of the first page."""
        return tuple(self.beside(one) for one in map(self.figure, GLANCE) if one is not None)

    @property
    def outside(self) -> "MonthSummary":
        """The same as it may leave the clinic: small counts left out of this month, of the one before, and of the year."""
        told = small_cells.outside(self.sections, self.hide_below)
        return MonthSummary(
            about=self.about,
            sections=told,
            before=_outside(self.before, self.hide_below),
            year=tuple(Past(one.first, _outside(one.figures, self.hide_below)) for one in self.year),
            unreconciled=self.unreconciled,
            hide_below=self.hide_below,
            over=self.over,
        )

    @property
    def stock_words(self) -> Words:
        """Whether the books of stock agree, in a sentence."""
        return say(DIFFERS, n=self.unreconciled) if self.unreconciled else AGREES


class _Kept(dict[str, Figure]):
    """Figures of a month by name, with the sections that they stand in, since small counts are left out by section."""

    def __init__(self, sections: Sequence[Section]) -> None:
        super().__init__((one.key, one) for section in sections for one in section.figures)
        self.sections = sections


def _outside(figures: Mapping[str, Figure], least: int) -> _Kept:
    assert isinstance(figures, _Kept)
    return _Kept(small_cells.outside(figures.sections, least))


def days_of(first: date) -> tuple[date, date]:
    """Return the first and the last day of a month."""
    return first, months_after(first, 1) - A_DAY


def figures(session: Session, site_id: int, *, today: date, about: Heading) -> MonthSummary:
    """Return the summary of the month in which the heading begins, as it is on record today."""
    first, last = about.first, min(about.last, today)
    months = list(reversed(months_until(first, CHARTED + 1)))
    spans = [days_of(one) for one in months[:-1]] + [(first, last)]
    found = indicators.of_periods(session, site_id, spans, today)
    courses = retention.courses(session, _asked(site_id, months[0], last)).all
    stays = tuple(stays_of(session, site_id))
    followed = timedelta(days=looking_back().evaluation.behind)
    rows = month.rows(session, site_id, months[-2] - followed - A_DAY, last)
    facts = [
        MonthFacts(
            one.first, one.last, one, rows, courses, reconciliation.reconciliation(session, site_id, *span), stays
        )
        for one, span in zip(found[-2:], spans[-2:], strict=True)
    ]
    before, now = (parts(one) for one in facts)
    past = [_Kept((*sections(one), cohorts(one.first, one.last, courses))) for one in found[:-2]]
    return MonthSummary(
        about=about,
        sections=now,
        before=_Kept(before),
        year=tuple(Past(start, kept) for start, kept in zip(months, [*past, _Kept(before), _Kept(now)], strict=True)),
        unreconciled=sum(1 for product in facts[-1].stock.products if not product.reconciles),
        hide_below=sites.settings(session, site_id, today).hide_below,
        over=about.last < today,
    )


def _asked(site_id: int, first: date, last: date) -> Asked:
    """Return which courses fall due from one day to another: those that began a year and a gap before."""
    rules = retention_rules()
    longest = max(days for _, days in rules.months)
    return Asked(
        gap=rules.usual_gap,
        looked_at=last,
        first=first - timedelta(days=longest + 2 * rules.usual_gap),
        last=last,
        site_id=site_id,
    )


def change_words(one: Beside, speak: Speaker) -> str:
    """Return how a figure stands to the month before: a sign and by how much, in points of a share."""
    if one.change is None or one.apart is None:
        return "–"
    if one.change is Change.SAME:
        return SIGNS[one.change]
    by = speak(one.apart)
    return f"{SIGNS[one.change]} {speak(say(N_('%(n)s points'), n=by))}" if one.share else f"{SIGNS[one.change]} {by}"


def shown(one: Figure | None, least: int, speak: Speaker) -> str:
    """Return how a figure is read at a glance: a share as percent with its numbers, anything else as its number."""
    if one is None:
        return "–"
    if one.of_behind is not None and one.percent is not None:
        share = f"{speak(one.percent)} %"
        return share if one.n is None else f"{share} ({speak(one.n)}/{one.of})"
    number = small_cells.number(one, least, speak)
    if one.of_behind is not None and one.of == 0:
        return speak(say(N_("0 of 0")))
    return "–" if number is None else speak(number)


def cells(figures: MonthSummary, one: Figure, speak: Speaker) -> list[Cell]:
    """Return one figure in the order of COLUMNS."""
    beside = figures.beside(one)
    return [
        speak(one.what),
        small_cells.number(one, figures.hide_below, speak),
        one.of,
        one.percent,
        shown(beside.before, figures.hide_below, speak),
        change_words(beside, speak),
        speak(one.unit),
    ]


def as_sheets(figures: MonthSummary, speak: Speaker) -> list[Sheet]:
    """Return the summary as tables for other programs; the first, every figure with its definition, is the CSV alone."""
    rows: list[list[Cell]] = []
    least = figures.hide_below
    for section in figures.sections:
        for one in section.figures:
            before = figures.before.get(one.key)
            rows.append(
                [
                    one.key,
                    speak(section.title),
                    speak(one.what),
                    small_cells.number(one, least, speak),
                    one.of,
                    one.percent,
                    None if before is None else small_cells.number(before, least, speak),
                    None if before is None else before.of,
                    None if before is None else before.percent,
                    speak(one.unit),
                    speak(one.definition),
                    speak(section.words),
                    speak(one.source),
                ]
            )
    year: list[list[Cell]] = [
        [past.first.isoformat()[:7], *(_charted(past.figures.get(key)) for key in TRENDS)] for past in figures.year
    ]
    heads = [speak(say(N_("Month"))), *(speak(TRENDS[key]) for key in TRENDS)]
    return [
        Sheet(speak(TITLE), [speak(say(title)) for title in IN_FILES], rows),
        Sheet(speak(say(N_("Last twelve months"))), heads, year),
    ]


def chart_series(figures: MonthSummary, speak: Speaker) -> list[Series]:
    """Return what is drawn of the last twelve months and this one."""
    return [
        Series(
            speak(TRENDS[key]),
            tuple((past.first, _charted(past.figures.get(key))) for past in figures.year),
        )
        for key in TRENDS
    ]


def chart_words(speak: Speaker) -> ChartWords:
    """Return the words of the drawing."""
    return ChartWords(speak(say(N_("no number"))))


def _charted(one: Figure | None) -> Number | None:
    """Return what is drawn of a figure: percent of a share, the number of anything else."""
    if one is None:
        return None
    return one.percent if one.of_behind is not None else one.n


def render(figures: MonthSummary, *, speak: Speaker) -> bytes:
    """Return the summary as PDF: the first page to read in two minutes, then every part, then the definitions."""
    language = figures.about.language
    story: list[Flowable] = [*_first_page(figures, speak), PageBreak()]
    columns = [Column(speak(say(title)), share, number) for title, share, number in COLUMNS]
    for section in figures.sections:
        rows = [Row([text_of(cell) for cell in cells(figures, one, speak)]) for one in section.figures]
        story.append(CondPageBreak(60))
        story.append(Text(speak(section.title), size=11, bold=True, language=language, above=9, with_next=True))
        story.append(Ledger(columns, rows, language=language, row_height=13.0))
    story += [PageBreak(), *_definitions(figures.sections, language, speak)]
    return page.build(story, title=TITLE, about=figures.about, speak=speak)


def _first_page(figures: MonthSummary, speak: Speaker) -> list[Flowable]:
    language = figures.about.language
    heads = (
        (N_("Figure"), 200, False),
        (N_("This month"), 110, True),
        (N_("Month before"), 110, True),
        (N_("Change"), 80, True),
    )
    rows = [
        Row(
            [
                speak(GLANCE[one.now.key]),
                shown(one.now, figures.hide_below, speak),
                shown(one.before, figures.hide_below, speak),
                change_words(one, speak),
            ],
            bold=n == 0,
        )
        for n, one in enumerate(figures.glance)
    ]
    columns = [Column(speak(say(title)), share, number) for title, share, number in heads]
    drawing = fitted(trend_chart(chart_series(figures, speak), chart_words(speak)))
    story: list[Flowable] = [Ledger(columns, rows, language=language, row_height=18.0)]
    story.append(Text(speak(figures.stock_words), size=9.5, bold=True, language=language, above=6))
    if not figures.over:
        story.append(
            Text(
                speak(say(N_("The month is not over: these are the figures so far."))),
                size=9.5,
                bold=True,
                language=language,
                above=4,
            )
        )
    story.append(
        Text(
            speak(say(N_("This month and the twelve before it"))),
            size=9.5,
            bold=True,
            language=language,
            above=8,
            with_next=True,
        )
    )
    story.append(drawing)
    story += [Text(speak(note), size=8, language=language, above=4) for note in notes(figures)]
    story.append(Text(speak(SIGNED), size=10, language=language, above=24))
    return story


def notes(figures: MonthSummary) -> list[Words]:
    """Return what is said under the first page."""
    told = [
        say(
            N_(
                "Change is told as it is, ▲ more and ▼ less than in the month before, of shares in points of a hundred; whether"
                " it is good is for the reader to say. How each figure is defined stands on the last pages."
            )
        )
    ]
    few = any(one.few for section in figures.sections for one in section.figures)
    return [*told, small_cells.told(figures.hide_below)] if few else told


def _definitions(sections: Sequence[Section], language: str, speak: Speaker) -> list[Flowable]:
    story: list[Flowable] = [
        Text(speak(say(N_("Definitions"))), size=12, bold=True, language=language, above=4, with_next=True)
    ]
    for section in sections:
        story.append(Text(speak(section.title), size=9, bold=True, language=language, above=6, with_next=True))
        story.append(Text(speak(section.words), size=7.5, language=language, above=1))
        story += [Text(words, size=7.5, language=language, above=1) for words in definitions(section, speak)]
    return story


def definitions(section: Section, speak: Speaker) -> list[str]:
    """Return how each figure of a part is defined, a definition that several share once, with where it comes from."""
    found: dict[str, list[str]] = {}
    for one in section.figures:
        found.setdefault(f"{speak(one.definition)} ({speak(one.source)})", []).append(speak(one.what))
    return [f"{'; '.join(whats)}: {definition}" for definition, whats in found.items()]


def text_of(cell: Cell) -> str:
    """Return a cell as it stands on paper."""
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}"
    return "" if cell is None else str(cell)
