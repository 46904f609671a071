"""The daily dispensing log: every dose of a site's clinic days, with the fields of 21 CFR 1304.24(a).

The totals are sums of the rows shown and are compared with what the register entered for the same days; a difference is
printed, never hidden. Doses that came from an import stand apart, outside the totals, for no stock of ours moved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from reportlab.platypus import Flowable
from reportlab.platypus.flowables import CondPageBreak
from sqlalchemy.orm import Session

from dispensary.clock import clinic_day
from dispensary.queries import dispensing, paper, sites
from dispensary.queries.dispensing import DispensedDose, DispensedLine, DispensedProduct, Hand
from dispensary.queries.paper import RegisterDoses, SealOnPaper
from dispensary.queries.sites import SiteSettings
from dispensary.wording import N_, Speaker, Words, say
from models.enums import BaseUnit, DoseOutcome, Origin
from models.stock import amount_mg
from models.units import Mg, Quantity, plain
from reports import page, sheet
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Dispensing log"))
LATE_AFTER = timedelta(minutes=30)
"""A dose written down this long after it was taken is marked as a late entry: longer than any queue at the window."""
NOTHING = Quantity(Decimal(0))


@dataclass(frozen=True)
class LogRow:
    """One printed row: one line of a dose, or a dose of which nothing was drawn."""

    number: int
    dose: DispensedDose
    line: DispensedLine | None
    continued: bool = False
    """A further line of the dose in the row above."""
    late: bool = False
    note: int | None = None
    """The number of the note that explains this row."""

    @property
    def reversed(self) -> bool:
        """Whether the record was of what did not happen."""
        return self.dose.reversal is not None

    @property
    def taken(self) -> Quantity | None:
        """What was swallowed, in the product's base unit."""
        return self.line.taken if self.line else None

    @property
    def taken_mg(self) -> Mg:
        """What was swallowed, in mg."""
        return self.line.taken_mg if self.line else self.dose.taken_mg

    @property
    def wasted(self) -> Quantity:
        """Poured and not swallowed; all of it where a poured dose was reversed."""
        if self.line is None:
            return NOTHING
        reversal = self.dose.reversal
        return self.line.poured if reversal and reversal.poured else self.line.wasted


@dataclass(frozen=True)
class ProductTotal:
    """What the rows of one product add up to, beside what the register says."""

    product: DispensedProduct
    doses: int
    dispensed: Quantity
    """Swallowed by every row shown, those struck included."""
    reversed: Quantity
    """Taken off the record on these days, of doses of these or of earlier days."""
    wasted: Quantity
    register: RegisterDoses

    @property
    def consumed(self) -> Quantity:
        """What remains consumed, in the base unit."""
        return Quantity(self.dispensed - self.reversed)

    @property
    def consumed_mg(self) -> Mg:
        """What remains consumed, in mg."""
        return amount_mg(self.consumed, self.product.strength)

    @property
    def register_consumed(self) -> Quantity:
        """What the register entered as dispensed, less what it entered as reversed."""
        return Quantity(self.register.dispensed - self.register.reversed)

    @property
    def agrees(self) -> bool:
        """Whether rows and register say the same, entry by entry kind."""
        mine = RegisterDoses(self.dispensed, self.reversed, self.wasted)
        return mine == self.register


@dataclass(frozen=True)
class Dispenser:
    """Who dispensed, and how many rows carry their initials."""

    hand: Hand
    doses: int


@dataclass(frozen=True)
class DispensingLogFigures:
    """Everything the log shows, on the screen, on paper and as files alike."""

    about: Heading
    rows: tuple[LogRow, ...]
    earlier: tuple[LogRow, ...]
    """Doses of other days that were reversed on these days."""
    imported: tuple[LogRow, ...]
    totals: tuple[ProductTotal, ...]
    dispensers: tuple[Dispenser, ...]
    seals: dict[int, SealOnPaper] = field(default_factory=dict)

    @property
    def reconciles(self) -> bool:
        """Whether every total equals the register."""
        return all(total.agrees for total in self.totals)

    @property
    def doses_given(self) -> int:
        """How many doses stand as taken."""
        return sum(1 for r in self.rows if not r.continued and not r.reversed and r.dose.taken_mg > 0)

    @property
    def not_given(self) -> int:
        """How many were withheld or refused."""
        return sum(1 for r in self.rows if r.dose.outcome in (DoseOutcome.WITHHELD, DoseOutcome.REFUSED))

    @property
    def struck(self) -> int:
        """How many doses of these days were taken off the record."""
        return sum(1 for r in self.rows if not r.continued and r.reversed)


def figures(session: Session, site_id: int, first: date, last: date, *, about: Heading) -> DispensingLogFigures:
    """Return the log of a site's clinic days, the first and the last included."""
    settings = sites.settings(session, site_id, last)
    doses = dispensing.doses_of_days(session, site_id, first, last)
    own = [d for d in doses if d.origin is not Origin.IMPORT]
    earlier_doses = [
        d for d in dispensing.reversed_afterwards(session, site_id, first, last) if d.origin is not Origin.IMPORT
    ]
    rows = _rows(own, settings)
    earlier = _rows(earlier_doses, settings, len(rows), sum(1 for r in rows if r.note is not None))
    register = paper.register_of_doses(session, site_id, first, last)
    return DispensingLogFigures(
        about=about,
        rows=rows,
        earlier=earlier,
        imported=_rows([d for d in doses if d.origin is Origin.IMPORT], settings, marks=False),
        totals=totals(rows, earlier, register, dispensing.products_by_id(session), first, last),
        dispensers=_dispensers(own),
        seals=paper.register_seals(session, site_id),
    )


def is_late(dose: DispensedDose, settings: SiteSettings) -> bool:
    """Return whether a dose was written down late: on another clinic day, or long after it was taken."""
    recorded_on = clinic_day(dose.recorded_at, settings.zone, settings.day_starts)
    return recorded_on != dose.clinic_day or dose.recorded_at - dose.taken_at > LATE_AFTER


def _rows(
    doses: Iterable[DispensedDose], settings: SiteSettings, after: int = 0, notes: int = 0, *, marks: bool = True
) -> tuple[LogRow, ...]:
    rows: list[LogRow] = []
    for dose in doses:
        late = marks and is_late(dose, settings)
        noted = marks and (late or dose.reversal is not None or bool(dose.note))
        notes += noted
        lines: Sequence[DispensedLine | None] = dose.lines or (None,)
        for n, line in enumerate(lines):
            number = after + len(rows) + 1
            rows.append(LogRow(number, dose, line, n > 0, late, notes if noted and n == 0 else None))
    return tuple(rows)


def totals(
    rows: Iterable[LogRow],
    earlier: Iterable[LogRow],
    register: dict[int, RegisterDoses],
    products: dict[int, DispensedProduct],
    first: date,
    last: date,
) -> tuple[ProductTotal, ...]:
    """Return the sums of the rows by product and strength, beside the register's; products on either side only too."""
    dispensed: dict[int, list[LogRow]] = {}
    for row in rows:
        if row.line:
            dispensed.setdefault(row.line.product.id, []).append(row)
    back: dict[int, list[LogRow]] = {}
    for row in [*earlier, *(r for own in dispensed.values() for r in own)]:
        if row.line and row.dose.reversal and first <= row.dose.reversal.clinic_day <= last:
            back.setdefault(row.line.product.id, []).append(row)
    known = sorted(dispensed.keys() | back.keys() | register.keys(), key=lambda i: _product_order(products[i]))
    return tuple(
        ProductTotal(
            product=products[i],
            doses=len(_taken_in(dispensed.get(i, [])) - _taken_in(back.get(i, []))),
            dispensed=_sum(r.line.taken for r in dispensed.get(i, []) if r.line),
            reversed=_sum(r.line.taken for r in back.get(i, []) if r.line),
            wasted=Quantity(
                _sum(r.line.wasted for r in dispensed.get(i, []) if r.line)
                + _sum(r.line.taken for r in back.get(i, []) if r.line and r.dose.reversal and r.dose.reversal.poured)
            ),
            register=register.get(i, RegisterDoses()),
        )
        for i in known
    )


def _taken_in(rows: Iterable[LogRow]) -> set[int]:
    return {row.dose.id for row in rows if row.line and row.line.taken > 0}


def _product_order(product: DispensedProduct) -> tuple[str, str, Decimal]:
    return product.medication.value, product.form.value, product.strength


def _sum(quantities: Iterable[Quantity]) -> Quantity:
    return Quantity(sum(quantities, NOTHING))


def _dispensers(doses: Iterable[DispensedDose]) -> tuple[Dispenser, ...]:
    counted: dict[Hand, int] = {}
    for dose in doses:
        counted[dose.by] = counted.get(dose.by, 0) + 1
    return tuple(Dispenser(hand, n) for hand, n in sorted(counted.items(), key=lambda c: (c[0].initials, c[0].id)))


def strength(product: DispensedProduct, speak: Speaker) -> str:
    """Return a strength with its units: `10 mg/mL`, `8 mg/2 mg per tablet`."""
    unit = speak(product.unit)
    if product.naloxone_strength is not None:
        return f"{plain(product.strength)} mg/{plain(product.naloxone_strength)} mg {speak(say(N_('per %(unit)s'), unit=unit))}"
    return f"{plain(product.strength)} mg/{unit}"


IN_UNITS = {
    BaseUnit.ML: (N_("%(n)s mL"), N_("%(n)s mL")),
    BaseUnit.TABLET: (N_("%(n)s tablet"), N_("%(n)s tablets")),
    BaseUnit.FILM: (N_("%(n)s film"), N_("%(n)s films")),
}


def in_unit(quantity: Quantity | None, product: DispensedProduct | None, speak: Speaker) -> str:
    """Return a quantity with its product's unit; empty where there is none."""
    if quantity is None or product is None:
        return ""
    one, more = IN_UNITS[product.unit]
    return speak(say(one if quantity == 1 else more, n=quantity))


def outcome(row: LogRow, speak: Speaker) -> str:
    """Return what became of a dose, with the reason where one was picked."""
    dose = row.dose
    why = dose.withheld_reason or dose.refused_reason
    return f"{speak(dose.outcome)}: {speak(why)}" if why else speak(dose.outcome)


def remarks(row: LogRow, speak: Speaker) -> str:
    """Return what a reader must not miss about a row: reversed, late, wasted before whom, part of the day, note."""
    dose, said = row.dose, []
    if row.reversed:
        said.append(say(N_("REVERSED")))
    if row.late:
        said.append(say(N_("LATE ENTRY")))
    if row.note is not None:
        said.append(say(N_("note %(n)s"), n=row.note))
    if row.wasted and row.line:
        witness = dose.reversal.witness if dose.reversal and dose.reversal.poured else dose.witness
        lost = in_unit(row.wasted, row.line.product, speak)
        said.append(say(N_("wasted %(lost)s, witness %(witness)s"), lost=lost, witness=witness))
    if dose.part > 1:
        said.append(say(N_("part %(n)s"), n=dose.part))
    return ", ".join(speak(words) for words in said)


def note(row: LogRow, speak: Speaker) -> str:
    """Return the note that explains a row: who recorded it when, what was reversed and why, what was written."""
    dose, said = row.dose, []
    if row.late:
        said.append(say(N_("recorded %(at)s by %(by)s"), at=speak.moment(dose.recorded_at), by=dose.by.initials))
    if back := dose.reversal:
        said.append(
            say(
                N_("reversed %(at)s by %(by)s: %(why)s"),
                at=speak.moment(back.at),
                by=back.by,
                why=back.reason,
            )
        )
        if back.poured:
            said.append(say(N_("what was poured was wasted, witness %(witness)s"), witness=back.witness))
        if back.note:
            said.append(say("“%(note)s”", note=back.note))
    if dose.note:
        said.append(say("“%(note)s”", note=dose.note))
    start = say(N_("Note %(n)s, row %(row)s, %(number)s"), n=row.note, row=row.number, number=dose.number)
    return f"{speak(start)}: {'; '.join(speak(words) for words in said)}."


@dataclass(frozen=True)
class LogColumn:
    """One column of the log, as screen and paper show it."""

    title: Words
    share: float
    number: bool = False


COLUMNS = (
    LogColumn(say(N_("Row")), 22, True),
    LogColumn(say(N_("Date and time")), 64),
    LogColumn(say(N_("Number")), 40),
    LogColumn(say(N_("Name")), 106),
    LogColumn(say(N_("Substance")), 86),
    LogColumn(say(N_("Form")), 46),
    LogColumn(say(N_("Strength")), 62),
    LogColumn(say(N_("Consumed,\nmg")), 46, True),
    LogColumn(say(N_("Consumed,\nmL or units")), 50, True),
    LogColumn(say(N_("Taken home,\namount, form")), 50),
    LogColumn(say(N_("Outcome")), 84),
    LogColumn(say(N_("Dispenser's\ninitials")), 48),
    LogColumn(say(N_("Remarks")), 132),
)


def cells(row: LogRow, speak: Speaker) -> tuple[str, ...]:
    """Return one row as text, in the order of COLUMNS."""
    dose, product = row.dose, row.line.product if row.line else None
    return (
        str(row.number),
        "" if row.continued else speak.moment(dose.taken_at),
        dose.number,
        dose.name,
        speak(product.medication if product else dose.medication),
        speak(product.form if product else dose.form),
        strength(product, speak) if product else "",
        f"{plain(row.taken_mg)} mg",
        in_unit(row.taken, product, speak),
        speak(say(N_("none"))),
        outcome(row, speak),
        dose.by.initials,
        remarks(row, speak),
    )


def render(figures: DispensingLogFigures, *, speak: Speaker) -> bytes:
    """Return the log as PDF, on the paper that its figures name."""
    story: list[Flowable] = [_log_table(figures.rows, figures, speak)]
    if not figures.rows:
        story.append(_text(figures, speak(say(N_("No dose is on record for this period."))), above=4))
    for title, rows in (
        (N_("Doses of other days, reversed in this period (taken off the totals below)"), figures.earlier),
        (N_("Imported doses (history from elsewhere: no stock moved, not in the totals)"), figures.imported),
    ):
        if rows:
            story += [_title(figures, speak(say(title))), _log_table(rows, figures, speak)]
    story += _totals_part(figures, speak)
    noted = [row for row in (*figures.rows, *figures.earlier) if row.note is not None]
    if noted:
        story.append(_title(figures, speak(say(N_("Notes: corrections and late entries")))))
        story += [_text(figures, note(row, speak)) for row in noted]
    story += _initials_part(figures, speak)
    return page.build(
        story, title=TITLE, about=figures.about, speak=speak, landscape=True, foot=_seal_line(figures, speak)
    )


def _log_table(rows: Sequence[LogRow], figures: DispensingLogFigures, speak: Speaker) -> Ledger:
    columns = [Column(speak(c.title), c.share, c.number) for c in COLUMNS]
    return Ledger(
        columns, [Row(cells(row, speak), struck=row.reversed) for row in rows], language=figures.about.language
    )


def _title(figures: DispensingLogFigures, text: str) -> Text:
    return Text(text, size=10, bold=True, language=figures.about.language, above=12, with_next=True)


def _text(figures: DispensingLogFigures, text: str, above: float = 0) -> Text:
    return Text(text, language=figures.about.language, above=above)


TOTAL_COLUMNS = (
    LogColumn(say(N_("Substance")), 96),
    LogColumn(say(N_("Form")), 52),
    LogColumn(say(N_("Strength")), 84),
    LogColumn(say(N_("Doses")), 34, True),
    LogColumn(say(N_("Dispensed")), 66, True),
    LogColumn(say(N_("Reversed")), 60, True),
    LogColumn(say(N_("Consumed")), 66, True),
    LogColumn(say(N_("Consumed,\nmg")), 62, True),
    LogColumn(say(N_("Wasted")), 60, True),
    LogColumn(say(N_("Register:\ndispensed less reversed")), 90, True),
    LogColumn(say(N_("Register:\nwasted")), 60, True),
    LogColumn(say(N_("Equal")), 46),
)


def total_cells(total: ProductTotal, speak: Speaker) -> tuple[str, ...]:
    """Return one total as text, in the order of TOTAL_COLUMNS."""
    product = total.product
    return (
        speak(product.medication),
        speak(product.form),
        strength(product, speak),
        str(total.doses),
        in_unit(total.dispensed, product, speak),
        in_unit(total.reversed, product, speak),
        in_unit(total.consumed, product, speak),
        f"{plain(total.consumed_mg)} mg",
        in_unit(total.wasted, product, speak),
        in_unit(total.register_consumed, product, speak),
        in_unit(total.register.wasted, product, speak),
        speak(say(N_("yes"))) if total.agrees else speak(say(N_("NO: DIFFERS"))),
    )


def verdict(figures: DispensingLogFigures) -> Words:
    """Return whether log and register agree, as a sentence."""
    if figures.reconciles:
        return say(N_("These totals equal the controlled-drug register for the same clinic days."))
    return say(N_("THESE TOTALS DIFFER FROM THE REGISTER. Find the difference before this log is signed."))


def tally(figures: DispensingLogFigures) -> Words:
    """Return how many doses were given, not given and reversed, as a sentence."""
    return say(
        N_("%(given)s doses given, %(not_given)s withheld or refused, %(struck)s reversed."),
        given=figures.doses_given,
        not_given=figures.not_given,
        struck=figures.struck,
    )


def _totals_part(figures: DispensingLogFigures, speak: Speaker) -> list[Flowable]:
    columns = [Column(speak(c.title), c.share, c.number) for c in TOTAL_COLUMNS]
    rows = [Row(total_cells(t, speak), bold=True) for t in figures.totals]
    return [
        CondPageBreak(90),
        _title(figures, speak(say(N_("Totals by product and strength")))),
        Ledger(columns, rows, language=figures.about.language, row_height=13),
        _text(figures, f"{speak(tally(figures))} {speak(verdict(figures))}", above=3),
    ]


def _initials_part(figures: DispensingLogFigures, speak: Speaker) -> list[Flowable]:
    columns = [
        Column(speak(say(N_("Printed initials"))), 60),
        Column(speak(say(N_("Name"))), 150),
        Column(speak(say(N_("Doses"))), 40, True),
        Column(speak(say(N_("Initials by hand"))), 110),
        Column(speak(say(N_("Signature"))), 220),
        Column(speak(say(N_("Date and time"))), 130),
    ]
    rows = [Row((d.hand.initials, d.hand.name, str(d.doses), "", "", "")) for d in figures.dispensers]
    return [
        CondPageBreak(100),
        _title(figures, speak(say(N_("Each person who dispensed checks this log and initials it here")))),
        Ledger(columns, rows, language=figures.about.language, row_height=26),
    ]


def _seal_line(figures: DispensingLogFigures, speak: Speaker) -> str:
    used = {t.product.id: t.product for t in figures.totals}
    return "   ".join(
        speak(seal_words(figures.seals[i], speak(say("%(name)s", name=product.name))))
        for i, product in used.items()
        if i in figures.seals
    )


def seal_words(seal: SealOnPaper, what: str) -> Words:
    """Return one seal as it is printed: of what, up to which number, digest, key and moment."""
    return say(
        N_("Register sealed: %(what)s, up to no. %(number)s, digest %(digest)s, key %(key)s"),
        what=what,
        number=seal.number,
        digest=seal.digest[:16],
        key=seal.key_id,
    )


HEADINGS = (
    N_("section"),
    N_("row"),
    N_("clinic day"),
    N_("time"),
    N_("number"),
    N_("name"),
    N_("substance"),
    N_("form"),
    N_("strength, mg per unit"),
    N_("unit"),
    N_("ordered, mg"),
    N_("consumed, mg"),
    N_("consumed, units"),
    N_("wasted, units"),
    N_("taken home, units"),
    N_("taken home, form"),
    N_("outcome"),
    N_("reason"),
    N_("part of the day"),
    N_("dispenser's initials"),
    N_("dispenser"),
    N_("witness"),
    N_("container"),
    N_("lot"),
    N_("origin"),
    N_("recorded at"),
    N_("late entry"),
    N_("reversed at"),
    N_("reversed by"),
    N_("reversal reason"),
)


def as_sheets(figures: DispensingLogFigures, speak: Speaker) -> list[sheet.Sheet]:
    """Return the same figures as tables for other programs: the rows, then the totals."""
    sections = (
        (N_("dispensed"), figures.rows),
        (N_("reversed afterwards"), figures.earlier),
        (N_("imported"), figures.imported),
    )
    rows = [_values(speak(say(name)), row, speak) for name, part in sections for row in part]
    return [
        sheet.Sheet(speak(TITLE), [speak(say(h)) for h in HEADINGS], rows),
        sheet.Sheet(
            speak(say(N_("Totals"))),
            [speak(c.title).replace("\n", " ") for c in TOTAL_COLUMNS],
            [total_cells(t, speak) for t in figures.totals],
        ),
    ]


def _values(section: str, row: LogRow, speak: Speaker) -> list[sheet.Cell]:
    dose, product, back = row.dose, row.line.product if row.line else None, row.dose.reversal
    recorded: datetime = dose.recorded_at
    return [
        section,
        row.number,
        dose.clinic_day,
        speak.moment(dose.taken_at),
        dose.number,
        dose.name,
        speak(product.medication if product else dose.medication),
        speak(product.form if product else dose.form),
        product.strength if product else None,
        speak(product.unit) if product else None,
        None if row.continued else dose.ordered_mg,
        row.taken_mg,
        row.taken,
        row.wasted if row.line else None,
        0,
        None,
        speak(dose.outcome),
        speak(dose.withheld_reason or dose.refused_reason),
        dose.part,
        dose.by.initials,
        dose.by.name,
        dose.witness,
        row.line.container if row.line else None,
        row.line.lot if row.line else None,
        speak(dose.origin),
        speak.moment(recorded),
        speak(say(N_("yes"))) if row.late else None,
        speak.moment(back.at) if back else None,
        back.by if back else None,
        speak(back.reason) if back else None,
    ]
