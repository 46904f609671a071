"""The daily dispensing log: every dose of a site's clinic days, with the fields of 21 CFR 1304.24(a).

The totals are compared with what the register entered for the same days; a difference is printed, never hidden. A reversed
dose stays legible under a line; a late entry, an entry from paper, a dosing incident and what came up again are marked; and
everyone who dispensed has a place for their initials.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from reportlab.platypus import Flowable
from reportlab.platypus.flowables import CondPageBreak

from dispensary.wording import N_, Moment, Speaker, Words, say, what_became
from models.units import plain
from reports import log_bottles, page, sheet
from reports.dispensing_figures import DispensingLogFigures, LogRow, ProductTotal, SpiltRow, figures
from reports.dose_words import HAPPENED, dispensed, happened, marks, note, outcome, seal_words, strength
from reports.ledger import Column, Ledger, Row, Text
from reports.reconciliation import difference_words

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
        _home(row, speak),
        outcome(dose, speak),
        "" if dose.verified else dose.dispenser.initials,
        remarks(row, speak),
    )


def _home(row: LogRow, speak: Speaker) -> str:
    """Return amount and form of what the person took home on the day, as 21 CFR 1304.24(a)(7) asks."""
    said = [f"{plain(one.taken_mg)} mg, {speak(one.product.form)}" for one in row.home]
    return "; ".join(said) or speak(say(N_("none")))


SPILT_COLUMNS = (
    LogColumn(say(N_("Row")), 22, True),
    LogColumn(say(N_("Date and time")), 64),
    LogColumn(say(N_("Number")), 40),
    LogColumn(say(N_("Name")), 102),
    LogColumn(say(N_("Substance")), 92),
    LogColumn(say(N_("Strength")), 62),
    LogColumn(say(N_("Spilt,\nmL or units")), 56, True),
    LogColumn(say(N_("Container")), 52),
    LogColumn(say(N_("Lot")), 46),
    LogColumn(say(N_("Dispenser's\ninitials")), 48),
    LogColumn(say(N_("Witness")), 44),
    LogColumn(say(N_("Remarks")), 200),
)


def spilt_cells(row: SpiltRow, speak: Speaker) -> tuple[str, ...]:
    """Return what was spilt as text, in the order of SPILT_COLUMNS."""
    spilt = row.spilt
    return (
        str(row.number),
        speak.moment(spilt.at),
        spilt.number,
        spilt.name,
        speak(spilt.product.medication),
        strength(spilt.product, speak),
        dispensed(spilt.quantity, spilt.product, speak),
        spilt.container,
        spilt.lot,
        spilt.by.initials,
        spilt.witness,
        spilt.note,
    )


def render(figures: DispensingLogFigures, *, speak: Speaker) -> bytes:
    """Return the log as PDF, on the paper that its figures name."""
    story: list[Flowable] = [_log_table(figures.rows, figures, speak)]
    if not figures.rows:
        story.append(_text(figures, speak(say(N_("No dose is on record for this period."))), above=4))
    for title, rows in sections(figures):
        story += [_title(figures, speak(title)), _log_table(rows, figures, speak)]
    story += _spilt_part(figures, speak)
    for title, columns, bottles, said in log_bottles.parts(figures):
        heads = [Column(speak(words), share, number) for words, share, number in columns]
        table = Ledger(heads, [Row(said(row, speak)) for row in bottles], language=figures.about.language)
        story += [_title(figures, speak(title)), table]
    story += _totals_part(figures, speak)
    story += [_text(figures, speak(words), above=4) for words in differing(figures)]
    written = notes(figures, speak)
    if written:
        story.append(_title(figures, speak(NOTES)))
        story += [_text(figures, text) for text in written]
    story += _initials_part(figures, speak)
    return page.build(
        story, title=TITLE, about=figures.about, speak=speak, landscape=True, foot=_seal_line(figures, speak)
    )


CLOSED_DIFFERING = N_(
    "✕ %(day)s was closed although it did not reconcile (turn %(turn)s, %(at)s, by %(by)s before %(witness)s): %(note)s."
)


def differing(figures: DispensingLogFigures) -> list[Words]:
    """Return what did not agree when days of the log were closed, with the reason and the second person."""
    said: list[Words] = []
    for day, one in figures.closed_differing:
        at = Moment(one.at)
        words = say(CLOSED_DIFFERING, day=day, turn=one.turn, at=at, by=one.by, witness=one.witness, note=one.note)
        said.append(words)
        said += [
            say("%(product)s: %(what)s", product=product, what=difference_words(difference, unit))
            for product, unit, difference in one.differences
        ]
    return said


NOTES = say(N_("Notes: corrections, late entries, entries from paper and what went wrong"))
SPILT = say(N_("Spilt before it was swallowed (stock lost before a witness, in the totals)"))


def sections(figures: DispensingLogFigures) -> list[tuple[Words, tuple[LogRow, ...]]]:
    """Return the further tables of the log that have rows, each with its title."""
    titles = (
        (N_("Doses of other days, reversed in this period (taken off the totals)"), figures.earlier),
        (N_("Given elsewhere, and confirmed (no stock of ours, not in the totals)"), figures.elsewhere),
        (N_("Imported doses (history from elsewhere: no stock moved, not in the totals)"), figures.imported),
    )
    return [(say(title), rows) for title, rows in titles if rows]


def _spilt_part(figures: DispensingLogFigures, speak: Speaker) -> list[Flowable]:
    if not figures.spilt:
        return []
    columns = [Column(speak(c.title), c.share, c.number) for c in SPILT_COLUMNS]
    rows = [Row(spilt_cells(row, speak)) for row in figures.spilt]
    return [_title(figures, speak(SPILT)), Ledger(columns, rows, language=figures.about.language)]


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
    rows = (*figures.rows, *figures.earlier, *figures.elsewhere)
    return [note(r.note, r.number, r.dose, r.late, speak) for r in rows if r.note is not None]


TOTAL_COLUMNS = (
    LogColumn(say(N_("Substance")), 96),
    LogColumn(say(N_("Form")), 52),
    LogColumn(say(N_("Strength")), 84),
    LogColumn(say(N_("Doses")), 34, True),
    LogColumn(say(N_("Dispensed")), 66, True),
    LogColumn(say(N_("Reversed")), 56, True),
    LogColumn(say(N_("Consumed")), 66, True),
    LogColumn(say(N_("Consumed,\nmg")), 58, True),
    LogColumn(say(N_("Taken home")), 57, True),
    LogColumn(say(N_("Wasted\nor spilt")), 60, True),
    LogColumn(say(N_("Register:\ndispensed less reversed")), 90, True),
    LogColumn(say(N_("Register:\ntaken home")), 60, True),
    LogColumn(say(N_("Register:\nwasted or spilt")), 64, True),
    LogColumn(say(N_("Equal")), 57),
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
        dispensed(total.taken_home, product, speak),
        dispensed(total.lost, product, speak),
        dispensed(total.register_consumed, product, speak),
        dispensed(total.register.taken_home, product, speak),
        dispensed(total.register_lost, product, speak),
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


def mishaps(figures: DispensingLogFigures) -> Words | None:
    """Return how often something went wrong or came in another way, as a sentence; None where nothing did."""
    counted = (
        (N_("dosing incidents: %(n)s"), figures.incidents),
        (N_("came up again: %(n)s"), figures.came_up),
        (N_("replacements: %(n)s"), figures.replaced),
        (N_("spilt: %(n)s"), len(figures.spilt)),
        (N_("given elsewhere: %(n)s"), len(figures.elsewhere)),
        (N_("entered from paper: %(n)s"), figures.from_paper),
    )
    said = [say(words, n=n) for words, n in counted if n]
    listed = reduce(lambda one, other: say(N_("%(one)s, %(other)s"), one=one, other=other), said) if said else None
    return say(N_("Among them or beside them: %(what)s."), what=listed) if listed else None


def homeward(figures: DispensingLogFigures) -> Words | None:
    """Return how many bottles went home and came back with something in them; None where none did."""
    if not figures.taken_home and not figures.brought_back:
        return None
    words = N_("%(out)s bottles handed over to take home; %(back)s brought back with something in them.")
    back = len({row.back.bottle_id for row in figures.brought_back})
    return say(words, out=figures.bottles, back=back)


def waits(figures: DispensingLogFigures) -> Words | None:
    """Return that paper of these days is still to be entered, as a sentence; None where all of it is."""
    if not figures.paper_waits:
        return None
    days = ", ".join(day.isoformat() for day in figures.paper_waits)
    return say(N_("NOT COMPLETE: paper of %(days)s is not yet entered."), days=days)


def closing(figures: DispensingLogFigures) -> list[Words]:
    """Return what is said under the totals."""
    said = (tally(figures), mishaps(figures), homeward(figures), verdict(figures), waits(figures))
    return [words for words in said if words is not None]


def _totals_part(figures: DispensingLogFigures, speak: Speaker) -> list[Flowable]:
    columns = [Column(speak(c.title), c.share, c.number) for c in TOTAL_COLUMNS]
    rows = [Row(total_cells(t, speak), bold=True) for t in figures.totals]
    return [
        CondPageBreak(90),
        _title(figures, speak(say(N_("Totals by product and strength")))),
        Ledger(columns, rows, language=figures.about.language, row_height=13),
        _text(figures, " ".join(speak(words) for words in closing(figures)), above=3),
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
    N_("taken home, bottles"),
    N_("taken home, first day"),
    N_("taken home, last day"),
    N_("collected by"),
    N_("brought back, units"),
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
    *HAPPENED,
)


def as_sheets(figures: DispensingLogFigures, speak: Speaker) -> list[sheet.Sheet]:
    """Return the same figures as tables for other programs: the rows, then the totals."""
    sections = (
        (N_("dispensed"), figures.rows),
        (N_("reversed afterwards"), figures.earlier),
        (N_("given elsewhere"), figures.elsewhere),
        (N_("imported"), figures.imported),
    )
    rows = [_values(speak(say(name)), row, speak) for name, part in sections for row in part]
    rows += [_spilt_values(speak(say(N_("spilt"))), row, speak) for row in figures.spilt]
    bottles = [log_bottles.home_values(home, speak) for home in figures.taken_home]
    bottles += [log_bottles.back_values(back, speak) for back in figures.brought_back]
    rows += [[known.get(heading) for heading in HEADINGS] for known in bottles]
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
        None,
        None,
        None,
        None,
        None,
        speak(what_became(dose.outcome, dose.form)),
        speak(dose.withheld_reason or dose.refused_reason),
        dose.part,
        dose.dispenser.initials,
        dose.dispenser.name,
        dose.witness,
        row.line.container if row.line else None,
        row.line.lot if row.line else None,
        speak(dose.origin),
        speak.moment(dose.recorded_at),
        speak(say(N_("yes"))) if row.late else None,
        speak.moment(back.at) if back else None,
        back.by if back else None,
        speak(back.reason) if back else None,
        *(happened(dose, speak) if not row.continued else [None] * len(HAPPENED)),
    ]


def _spilt_values(section: str, row: SpiltRow, speak: Speaker) -> list[sheet.Cell]:
    """Return what was spilt under the same headings; what has no meaning there stays empty."""
    spilt = row.spilt
    known: dict[str, sheet.Cell] = {
        "section": section,
        "row": row.number,
        "clinic day": spilt.clinic_day,
        "time": speak.moment(spilt.at),
        "number": spilt.number,
        "name": spilt.name,
        "substance": speak(spilt.product.medication),
        "form": speak(spilt.product.form),
        "strength, mg per unit": spilt.product.strength,
        "unit": speak(spilt.product.unit),
        "wasted, units": spilt.quantity,
        "dispenser's initials": spilt.by.initials,
        "dispenser": spilt.by.name,
        "witness": spilt.witness,
        "container": spilt.container,
        "lot": spilt.lot,
        "origin": speak(spilt.origin),
        "recorded at": speak.moment(spilt.recorded_at),
        "what happened": spilt.note,
    }
    return [known.get(heading) for heading in HEADINGS]
