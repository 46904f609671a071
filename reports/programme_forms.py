"""A programme's form filled in from the figures of the month, as it may leave the clinic: on the screen, as CSV and on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from reportlab.platypus import Flowable

from dispensary.policy.programme_forms import ProgrammeForm
from dispensary.wording import N_, Speaker, Words, say
from reports import page, small_cells
from reports.figures import Figure
from reports.ledger import Column, Ledger, Row, Text
from reports.month import MonthSummary, text_of
from reports.sheet import Cell, Sheet

COLUMNS = (
    (N_("Line"), 70, False),
    (N_("What"), 230, False),
    (N_("Number"), 60, True),
    (N_("of"), 50, True),
    (N_("%"), 36, True),
    (N_("Counted"), 70, False),
)
"""Heading, share of the paper's width, and whether numbers stand in the column."""
SIGNED = say(N_("Checked and signed: ______________________________    Date: ______________"))


@dataclass(frozen=True)
class FilledLine:
    """One line with the figure on it."""

    code: str
    figure: Figure


@dataclass(frozen=True)
class FilledForm:
    """A form with the figures of a month."""

    form: ProgrammeForm
    month: MonthSummary
    lines: tuple[FilledLine, ...]

    @property
    def notes(self) -> list[Words]:
        """What is said under the form: how it is filled in, where that comes from, and that small counts are left out."""
        told = [say(self.form.words), say(self.form.citation)]
        few = any(line.figure.few for line in self.lines)
        return [*told, small_cells.told(self.month.hide_below)] if few else told


def figures(form: ProgrammeForm, month: MonthSummary) -> FilledForm:
    """Return a form filled in, without small counts and what would give them away."""
    told = month.outside
    return FilledForm(form, told, tuple(_lines(form, told)))


def _lines(form: ProgrammeForm, month: MonthSummary) -> Iterator[FilledLine]:
    every = [one for section in month.sections for one in section.figures]
    for line in form.lines:
        yield from (FilledLine(line.code, one) for one in every if fnmatchcase(one.key, line.figure))


def cells(filled: FilledForm, line: FilledLine, speak: Speaker) -> list[Cell]:
    """Return one line in the order of COLUMNS, the same in every file."""
    one = line.figure
    return [
        speak(say(line.code)),
        speak(one.what),
        small_cells.number(one, filled.month.hide_below, speak),
        one.of,
        one.percent,
        speak(one.unit),
    ]


def as_sheet(filled: FilledForm, speak: Speaker) -> Sheet:
    """Return the form as a table for other programs."""
    rows = [cells(filled, line, speak) for line in filled.lines]
    return Sheet(speak(say(filled.form.title)), [speak(say(title)) for title, _, _ in COLUMNS], rows)


def render(filled: FilledForm, *, speak: Speaker) -> bytes:
    """Return the form as PDF, with who asks for it, where its definitions come from, and a line to sign."""
    about, form = filled.month.about, filled.form
    language = about.language
    columns = [Column(speak(say(title)), share, number) for title, share, number in COLUMNS]
    rows = [Row([text_of(cell) for cell in cells(filled, line, speak)]) for line in filled.lines]
    story: list[Flowable] = [
        Text(speak(say(N_("For: %(asked_by)s"), asked_by=say(form.asked_by))), size=10, bold=True, language=language),
        Ledger(columns, rows, language=language, row_height=16.0),
    ]
    story += [Text(speak(note), size=8, language=language, above=5) for note in filled.notes]
    story.append(Text(speak(SIGNED), size=10, language=language, above=24))
    return page.build(story, title=say(form.title), about=about, speak=speak)
