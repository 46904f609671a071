"""The downtime pack: what the window works from when the computers are down. Printed before opening, in numbered copies.

Everyone expected, with what is due and how it is poured, the last dose, and whatever forbids a dose, in words; beside it
the blanks that are filled in by hand and entered afterwards. Black and white, names in any script.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from reportlab.lib.colors import black, white
from reportlab.lib.pagesizes import landscape
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session

from dispensary.queries import downtime
from dispensary.queries.downtime import OnCall
from dispensary.queries.expected import Expected, everyone_expected
from dispensary.reasons import Reason
from dispensary.rules.dosing import SiteRules, reasons_to_withhold, seen_first
from dispensary.rules.paper_entry import REFUSED_LETTERS, WITHHELD_LETTERS
from dispensary.wording import N_, Speaker, Words, in_unit, say
from models.units import plain
from reports import fonts, page
from reports.ledger import broken
from reports.page import MARGIN, SIZES, Heading

TITLE = say(N_("Downtime pack"))
FIRST_RULE = say(N_("If a dose today cannot be ruled out, do not dose."))
ROW, HEAD, FOOT, COLUMN_HEAD = 30.0, 34.0, 18.0, 14.0
"""Points: a person's row, the head and foot of a page, the headings over the rows."""
BLANK_ROWS = 18
"""Rows at the end for people who were not expected."""
NOT_YET = frozenset({"too_soon_after_last_day", "too_soon_after_part"})
NOT_ASKED = "not_asked"
OF_THIS_MOMENT = NOT_YET | {NOT_ASKED, "clock_behind", "clock_skipped_a_day", "cannot_be_poured", "no_window"}
"""Reasons that may change as the morning goes on, or are about this computer; every other one holds on paper too."""
ASK = say(N_("Ask: last dose longer ago, or not known? Give nothing, call."))


@dataclass(frozen=True)
class Printing:
    """Which printing of the day's pack this is, and in how many copies."""

    number: int
    copies: int


@dataclass(frozen=True)
class PackRow:
    """Somebody expected, and what the paper must say of them."""

    who: Expected
    forbids: tuple[Words, ...]
    """Why nothing is given; empty for somebody who may be dosed."""
    not_before: tuple[Words, ...]
    seen_first: bool = False
    """Given only once somebody has seen that the person is not intoxicated."""
    ask: bool = False
    """Nobody has asked yet when the last dose was taken."""


@dataclass(frozen=True)
class PackFigures:
    """Everything in a pack."""

    about: Heading
    clinic_day: date
    printing: Printing | None
    """None of a pack that is written by itself again and again: nobody has printed copies of it."""
    on_call: OnCall | None
    rows: tuple[PackRow, ...]

    @property
    def held(self) -> int:
        """How many people are given nothing before somebody has decided."""
        return sum(1 for row in self.rows if row.forbids)


def figures(
    session: Session,
    site_id: int,
    *,
    clinic_day: date,
    window_id: int | None,
    site: SiteRules,
    printing: Printing | None,
    about: Heading,
) -> PackFigures:
    """Return what a pack says, as things stand at the moment of printing."""
    people = everyone_expected(
        session, site_id=site_id, window_id=window_id, clinic_day=clinic_day, at=about.printed_at
    )
    on_call = downtime.on_call(session, site_id, clinic_day)
    return PackFigures(about, clinic_day, printing, on_call, tuple(_row(who, site) for who in people))


def _row(who: Expected, site: SiteRules) -> PackRow:
    reasons = reasons_to_withhold(who.facts, site)
    return PackRow(
        who,
        forbids=tuple(r.message for r in reasons if r.code not in OF_THIS_MOMENT),
        not_before=tuple(_from_when(r) for r in reasons if r.code in NOT_YET),
        seen_first=seen_first(who.facts, site),
        ask=any(r.code == NOT_ASKED for r in reasons),
    )


def _from_when(reason: Reason) -> Words:
    """Return the sentence that names the hour: on paper, which is read later, "less than 8 hours ago" says nothing."""
    return reason.next_step if "from" in reason.next_step.values else reason.message


@dataclass(frozen=True)
class Column:
    """A column of the pack: its heading, its width in points, and whether it is filled in by hand."""

    title: Words
    width: float
    by_hand: bool = False


COLUMNS = (
    Column(say(N_("Number, born")), 60),
    Column(say(N_("Name")), 150),
    Column(say(N_("Due today")), 78),
    Column(say(N_("Medicine, poured as")), 126),
    Column(say(N_("Last dose")), 82),
    Column(say(N_("Do not give")), 118),
    Column(say(N_("Time")), 38, True),
    Column(say(N_("mg given")), 44, True),
    Column(say(N_("Outcome")), 38, True),
    Column(say(N_("Initials")), 40, True),
)


def render(figures: PackFigures, *, speak: Speaker) -> bytes:
    """Return all copies as one PDF; neither its title nor its name says anything about anybody or any medicine."""
    fonts.ready()
    out = BytesIO()
    size = landscape(SIZES[figures.about.paper])
    canvas = Canvas(
        out,
        pagesize=size,
        invariant=1,
        lang=figures.about.language,
        pageCompression=1,
        initialFontName=fonts.REGULAR,  # type: ignore[arg-type] # a name; the stubs say a number
    )
    canvas.setTitle(speak(TITLE))
    canvas.setSubject(speak(TITLE))
    canvas.setAuthor("")
    canvas.setDateFormatter(lambda *_: page.stamp(figures.about.printed_at))
    for copy in range(1, (figures.printing.copies if figures.printing else 1) + 1):
        _Copy(canvas, size, figures, speak, copy).draw()
    canvas.save()
    return out.getvalue()


class _Copy:
    """One numbered copy being drawn."""

    def __init__(
        self, canvas: Canvas, size: tuple[float, float], figures: PackFigures, speak: Speaker, number: int
    ) -> None:
        self.canvas, self.figures, self.speak, self.number = canvas, figures, speak, number
        self.width, self.height = size
        self.language = figures.about.language
        self.room = int((self.height - 2 * MARGIN - HEAD - FOOT - COLUMN_HEAD) // ROW)
        rows: list[PackRow | None] = [*figures.rows, *[None] * BLANK_ROWS]
        self.sheets = [rows[n : n + self.room] for n in range(0, len(rows), self.room)]
        self.pages = len(self.sheets) + 1
        share = (self.width - 2 * MARGIN) / sum(c.width for c in COLUMNS)
        self.edges = [MARGIN]
        for column in COLUMNS:
            self.edges.append(self.edges[-1] + column.width * share)

    def draw(self) -> None:
        """Draw the cover, everyone expected, and blank rows."""
        self._frame(1)
        self._cover()
        self.canvas.showPage()
        for n, rows in enumerate(self.sheets, start=2):
            self._frame(n)
            self._table(rows)
            self.canvas.showPage()

    def _frame(self, number: int) -> None:
        about, right = self.figures.about, self.width - MARGIN
        top = self.height - MARGIN
        name = f"{self.speak(TITLE)} · {self.figures.clinic_day.isoformat()}"
        self._write(MARGIN, top - 13, name, 14, bold=True)
        self._write_right(right, top - 13, about.clinic, 11, bold=True)
        self._write(MARGIN, top - 26, self.speak(FIRST_RULE), 9, bold=True)
        copies = self._which()
        self._write_right(right, top - 26, self.speak(copies), 9, bold=True)
        self.canvas.setLineWidth(0.8)
        self.canvas.line(MARGIN, top - 30, right, top - 30)
        printed = say(N_("Printed by %(by)s, %(at)s"), by=about.printed_by, at=self.speak.moment(about.printed_at))
        self._write(MARGIN, MARGIN, self.speak(printed), 7.5)
        counted = say(N_("page %(n)s of %(of)s"), n=number, of=self.pages)
        self._write_right(right, MARGIN, f"{self.speak(copies)} · {self.speak(counted)}", 7.5, bold=True)

    def _which(self) -> Words:
        """Return which copy this is, or as of when it was written."""
        if self.figures.printing is None:
            return say(N_("as things stood at %(at)s"), at=self.figures.about.printed_at)
        return say(N_("copy %(n)s of %(of)s"), n=self.number, of=self.figures.printing.copies)

    def _what(self) -> Words:
        """Return what the cover says of this copy and of the people in it."""
        f = self.figures
        people = {"people": len(f.rows), "held": f.held}
        if f.printing is None:
            words = N_(
                "As things stood at %(at)s. %(people)s people are expected; to %(held)s of them nothing is given."
            )
            return say(words, at=f.about.printed_at, **people)
        words = N_(
            "Copy %(n)s of %(of)s, printing %(p)s. %(people)s people are expected; to %(held)s of them nothing is given."
        )
        return say(words, n=self.number, of=f.printing.copies, p=f.printing.number, **people)

    def _cover(self) -> None:
        y = self.height - MARGIN - HEAD - 30
        self.canvas.setLineWidth(2)
        self.canvas.rect(MARGIN, y - 22, self.width - 2 * MARGIN, 44)
        self._write(MARGIN + 12, y - 8, self.speak(FIRST_RULE), 22, bold=True)
        y -= 52
        for text, size, bold in self._cover_lines():
            for line in broken(text, size, self.width - 2 * MARGIN, bold, self.language):
                self._write(MARGIN, y, line, size, bold=bold)
                y -= size * 1.5

    def _cover_lines(self) -> list[tuple[str, float, bool]]:
        """Return the lines of the cover: what this copy is, whom to call, and how it is filled in."""
        f, speak = self.figures, self.speak
        calls = (
            say(N_("Prescriber on call: %(name)s, %(phone)s"), name=f.on_call.name, phone=f.on_call.phone)
            if f.on_call
            else say(N_("Prescriber on call: nobody is set for this day. Call: ______________________________"))
        )
        return [
            (speak(self._what()), 13, True),
            (speak(calls), 13, True),
            *((speak(say(text)), 11, False) for text in INSTRUCTIONS),
            (_letters(say(N_("Withheld")), WITHHELD_LETTERS, speak), 10, False),
            (_letters(say(N_("Refused, or part")), REFUSED_LETTERS, speak), 10, False),
            ("", 11, False),
            (speak(say(TAKEN)) if f.printing else "", 11, False),
        ]

    def _table(self, rows: Sequence[PackRow | None]) -> None:
        y = self.height - MARGIN - HEAD - COLUMN_HEAD
        for column, left in zip(COLUMNS, self.edges, strict=False):
            self._write(left + 2, y + 4, self.speak(column.title), 7.5, bold=True)
        self.canvas.setLineWidth(0.8)
        self.canvas.line(MARGIN, y, self.width - MARGIN, y)
        for row in rows:
            y -= ROW
            if row is not None:
                self._row(row, y)
            self._rules(y, blank=row is None)

    def _rules(self, y: float, blank: bool) -> None:
        self.canvas.setLineWidth(0.4)
        self.canvas.line(MARGIN, y, self.width - MARGIN, y)
        for column, left in zip(COLUMNS, self.edges, strict=False):
            if column.by_hand or blank:
                self.canvas.line(left, y, left, y + ROW)
        self.canvas.line(self.width - MARGIN, y, self.width - MARGIN, y + ROW)

    def _row(self, row: PackRow, y: float) -> None:
        who, facts, speak = row.who, row.who.facts, self.speak
        born = who.birth_date.isoformat() if who.birth_date else speak(say(N_("not recorded")))
        self._cell(0, y, (who.number, 8.5, True), (born, 8.5, False))
        alike = say(N_("LIKE NAMES: ask for the last digits, %(digits)s"), digits=facts.check_digits)
        name = f"{who.family_name} {who.given_name}".strip()
        self._cell(1, y, (name, 11, True), (speak(alike) if facts.check_digits else "", 7.5, True))
        self._cell(2, y, (self._due(row), 12, True), (self._parts(row), 7.5, False))
        self._cell(
            3, y, (f"{speak(who.order.medication)}, {speak(who.order.form)}", 8, False), (self._poured(row), 8.5, True)
        )
        self._cell(4, y, (self._last(row), 8, False), (self._days_without(row), 8, facts.days_without_medicine > 0))
        self._forbidden(row, y)

    def _due(self, row: PackRow) -> str:
        due = row.who.facts.due_mg
        return f"{plain(due)} mg" if due is not None else "–"

    def _parts(self, row: PackRow) -> str:
        facts = row.who.facts
        if facts.parts_today == 1 or facts.day_total_mg is None:
            return ""
        hours = row.who.order.hours_between_parts
        words = say(
            N_("part %(n)s of %(of)s; day %(mg)s mg"), n=facts.slot.part, of=facts.parts_today, mg=facts.day_total_mg
        )
        apart = self.speak(say(N_(", %(hours)s h apart"), hours=hours)) if hours else ""
        return self.speak(words) + apart

    def _poured(self, row: PackRow) -> str:
        lines = row.who.facts.lines
        if lines is None:
            return "" if row.who.facts.due_mg is None else self.speak(say(N_("no open container fits")))
        return " + ".join(
            f"{self.speak(in_unit(line.quantity, line.container.unit))} × {plain(line.container.strength)}"
            f" mg/{self.speak(line.container.unit)}"
            for line in lines
        )

    def _last(self, row: PackRow) -> str:
        last = row.who.last
        if last is None:
            return self.speak(say(N_("none on record")))
        at = self.speak.moment(last.at)[5:]
        return f"{at}  {plain(last.taken_mg)} mg"

    def _days_without(self, row: PackRow) -> str:
        return self.speak(say(N_("days without: %(n)s"), n=row.who.facts.days_without_medicine))

    def _forbidden(self, row: PackRow, y: float) -> None:
        """Draw why nothing is given, white on black, so that no copier loses it; or from when."""
        left, right = self.edges[5], self.edges[6]
        if not row.forbids:
            self._conditions(row, left, right, y)
            return
        self.canvas.setFillColor(black)
        self.canvas.rect(left, y + ROW - 11, right - left, 11, stroke=0, fill=1)
        self.canvas.setFillColor(white)
        self._write(left + 2, y + ROW - 8.5, self.speak(say(N_("DO NOT GIVE"))), 8, bold=True)
        self.canvas.setFillColor(black)
        self._small_lines(" ".join(self.speak(words) for words in row.forbids), left, right, y + ROW - 18, True, 2)

    def _conditions(self, row: PackRow, left: float, right: float, y: float) -> None:
        """Draw on what condition and from when a dose is given."""
        top = y + ROW
        if row.seen_first:
            self.canvas.setLineWidth(1.2)
            self.canvas.rect(left + 1, top - 11, right - left - 2, 10)
            self._fitted(left + 3, top - 8.5, self.speak(say(N_("ONLY IF NOT INTOXICATED"))), 8, True, right - left - 6)
            top -= 10
        said = (ASK, *row.not_before) if row.ask else row.not_before
        self._small_lines(
            " ".join(self.speak(words) for words in said), left, right, top - 8, row.ask, 2 if row.seen_first else 3
        )

    def _small_lines(self, text: str, left: float, right: float, y: float, bold: bool, most: int) -> None:
        lines = broken(text, 6.5, right - left - 4, bold, self.language)
        if len(lines) > most:
            lines = [*lines[: most - 1], f"{lines[most - 1][:-1]}…"]
        for n, line in enumerate(lines):
            self._write(left + 2, y - n * 7.6, line, 6.5, bold=bold)

    def _cell(self, column: int, y: float, above: tuple[str, float, bool], below: tuple[str, float, bool]) -> None:
        room = self.edges[column + 1] - self.edges[column] - 4
        for base, (text, size, bold) in ((y + ROW - 12, above), (y + 5, below)):
            if text:
                self._fitted(self.edges[column] + 2, base, text, size, bold, room)

    def _fitted(self, x: float, y: float, text: str, size: float, bold: bool, room: float) -> None:
        """Write a text, smaller if need be, so that nothing of a name or an amount is ever cut off."""
        wide = fonts.width(text, size, bold, self.language)
        self._write(x, y, text, min(size, size * room / wide), bold=bold)

    def _write(self, x: float, y: float, text: str, size: float, bold: bool = False) -> None:
        fonts.draw(self.canvas, x, y, text, size, bold=bold, language=self.language)

    def _write_right(self, x: float, y: float, text: str, size: float, bold: bool = False) -> None:
        self._write(x - fonts.width(text, size, bold, self.language), y, text, size, bold=bold)


TAKEN = N_(
    "Taken from its place at ________ by ____________________   Back, or destroyed, at ________ by ____________________"
)
INSTRUCTIONS = (
    N_("Give nothing to anybody marked DO NOT GIVE before the prescriber has decided; write who said what, and when."),
    N_("ONLY IF NOT INTOXICATED: look at the person first. Anybody drowsy or intoxicated gets nothing: write W, and call."),
    N_("Write into each row: the time, the mg that were swallowed, the outcome and your initials."),
    N_("Outcome: G given whole; P part, the rest wasted: the witness initials too; W withheld; R refused, each with its letter."),
    N_("Use the blank rows at the end for anybody else: number, name and birth date, medicine, mg. One row is one dose."),
    N_("Afterwards: declare the day under Paper and back, enter every row, sign how many sheets; then tick this copy off."),
)  # fmt: skip


def _letters(title: Words, letters: dict, speak: Speaker) -> str:  # type: ignore[type-arg]
    return f"{speak(title)}: " + " · ".join(f"{letter} {speak(reason)}" for letter, reason in letters.items())
