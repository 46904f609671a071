"""The daily dispensing log: every dose of a site's clinic days, with the fields of 21 CFR 1304.24(a).

The totals are compared with what the register entered for the same days; a difference is printed, never hidden. A reversed
dose stays legible under a line, a late entry is marked, and everyone who dispensed has a place for their initials.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.platypus import Flowable
from reportlab.platypus.flowables import CondPageBreak

from dispensary.wording import N_, Speaker, Words, say
from models.units import plain
from reports import page, sheet
from reports.dispensing_figures import DispensingLogFigures, LogRow, ProductTotal, figures
from reports.dose_words import dispensed, marks, note, outcome, seal_words, strength
from reports.ledger import Column, Ledger, Row, Text

__all__ = ["DispensingLogFigures", "as_sheets", "cells", "figures", "render"]

TITLE = say(N_("Dispensing log"))


def remarks(row: LogRow, speak: Speaker) -> str:
    """Return what a reader must not miss about a row."""
    wasted = dispensed(row.wasted, row.line.product, speak) if row.wasted and row.line else ""
    return ", ".join(speak(words) for words in marks(row.dose, late=row.late, note=row.note, wasted=wasted))


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
    LogColumn(say(N_("Name")), 102),
    LogColumn(say(N_("Substance")), 92),
    LogColumn(say(N_("Form")), 46),
    LogColumn(say(N_("Strength")), 62),
    LogColumn(say(N_("Consumed,\nmg")), 46, True),
    LogColumn(say(N_("Consumed,\nmL or units")), 50, True),
    LogColumn(say(N_("Taken home,\namount, form")), 50),
    LogColumn(say(N_("Outcome")), 84),
    LogColumn(say(N_("Dispenser's\ninitials")), 48),
    LogColumn(say(N_("Remarks")), 128),
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
        dispensed(row.taken, product, speak),
        speak(say(N_("none"))),
        outcome(dose, speak),
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
    written = notes(figures, speak)
    if written:
        story.append(_title(figures, speak(say(N_("Notes: corrections and late entries")))))
        story += [_text(figures, text) for text in written]
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


def notes(figures: DispensingLogFigures, speak: Speaker) -> list[str]:
    """Return the notes to the rows, in their order."""
    rows = (*figures.rows, *figures.earlier)
    return [note(r.note, r.number, r.dose, r.late, speak) for r in rows if r.note is not None]


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
        dispensed(total.dispensed, product, speak),
        dispensed(total.reversed, product, speak),
        dispensed(total.consumed, product, speak),
        f"{plain(total.consumed_mg)} mg",
        dispensed(total.wasted, product, speak),
        dispensed(total.register_consumed, product, speak),
        dispensed(total.register.wasted, product, speak),
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
    used = [t.product for t in figures.totals if t.product.id in figures.seals]
    return "; ".join(speak(seal_words(figures.seals[product.id], product.name)) for product in used)


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
        speak.moment(dose.recorded_at),
        speak(say(N_("yes"))) if row.late else None,
        speak.moment(back.at) if back else None,
        back.by if back else None,
        speak(back.reason) if back else None,
    ]
