"""One person's dosing history: every dose on record, what was ordered beside what was taken, corrections legible."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from reportlab.graphics.shapes import Drawing
from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries import dispensing, sites
from dispensary.queries.dispensing import DispensedDose
from dispensary.queries.people import Identity, full_name, identity
from dispensary.rules.consents import Ground
from dispensary.wording import N_, Speaker, place_injected, say, what_became
from models.enums import DoseOutcome, Form, Medication, Origin
from models.units import Mg, plain
from reports import charts, page, sheet
from reports.charts import DoseDay, Legend, Panel
from reports.disclosed import footing
from reports.dose_words import HAPPENED, happened, is_late, marks, needs_note, note, outcome
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Dosing history"))
ORDINARY = (DoseOutcome.GIVEN, DoseOutcome.PART_GIVEN)
CHART_DAYS = 400
"""The chart shows so many days back from the last: more would be thinner than a printed line."""


@dataclass(frozen=True)
class HistoryRow:
    """One dose on record."""

    number: int
    dose: DispensedDose
    late: bool
    note: int | None


@dataclass(frozen=True)
class DoseHistoryFigures:
    """Everything the history shows, oldest dose first."""

    about: Heading
    person: Identity
    rows: tuple[HistoryRow, ...]

    @property
    def name(self) -> str:
        """The person's name, as it is shown."""
        return full_name(self.person.family_name, self.person.given_name)

    @property
    def tells_of_health(self) -> bool:
        """Whether it says that something went wrong with a dose, or that one came up again."""
        return any(row.dose.incident or row.dose.came_up_after is not None for row in self.rows)


def figures(session: Session, person_id: int, site_id: int, *, about: Heading) -> DoseHistoryFigures:
    """Return a person's dosing history up to the last day that `about` names; reversed and imported doses too.

    Raises:
        NotFound: there is no such person.
    """
    settings = sites.settings(session, site_id, about.last)
    doses = dispensing.doses_of_person(session, person_id)
    rows: list[HistoryRow] = []
    notes = 0
    for dose in doses:
        late = dose.origin is not Origin.IMPORT and dose.verified is None and is_late(dose, settings)
        noted = needs_note(dose, late)
        notes += noted
        rows.append(HistoryRow(len(rows) + 1, dose, late, notes if noted else None))
    first = min((dose.clinic_day for dose in doses), default=about.last)
    return DoseHistoryFigures(
        page.over(about, first, max(first, about.last)), identity(session, person_id), tuple(rows)
    )


def panels(figures: DoseHistoryFigures, speak: Speaker) -> list[Panel]:
    """Return what the chart shows: one panel a drug, from its first day to its last, the present drug to today."""
    standing = [row.dose for row in figures.rows if row.dose.reversal is None]
    by_drug: defaultdict[Medication, defaultdict[date, list[DispensedDose]]] = defaultdict(lambda: defaultdict(list))
    for dose in standing:
        by_drug[dose.medication][dose.clinic_day].append(dose)
    since = figures.about.last - timedelta(days=CHART_DAYS - 1)
    made = []
    for drug, days in by_drug.items():
        last = figures.about.last if standing[-1].medication is drug else max(days)
        if last < since:
            continue
        first = max(min(days), since)
        shown = [_day(day, doses) for day, doses in sorted(days.items()) if day >= since]
        injected = any(dose.form is Form.INJECTION for doses in days.values() for dose in doses)
        made.append(Panel(speak(drug), shown, first, max(first, last), marks_gaps=not injected))
    return made


def _day(day: date, doses: Sequence[DispensedDose]) -> DoseDay:
    """Return one day: amounts ordered by part, each part once, and everything that was swallowed, in what way."""
    due = [d for d in doses if d.ordered_mg is not None and d.outcome is not DoseOutcome.REPLACEMENT]
    ordered = {dose.part: dose.ordered_mg for dose in due}
    nothing = Decimal(0)
    return DoseDay(
        day,
        Mg(sum((mg for mg in ordered.values() if mg is not None), nothing)) if ordered else None,
        Mg(sum((dose.taken_mg for dose in doses if dose.outcome in ORDINARY), nothing)),
        Mg(sum((dose.taken_mg for dose in doses if dose.outcome not in ORDINARY), nothing)),
        incident=any(dose.incident for dose in doses),
        came_up=any(dose.came_up_after is not None for dose in doses),
    )


def chart(figures: DoseHistoryFigures, speak: Speaker) -> Drawing:
    """Return the chart of ordered and taken milligrams."""
    legend = Legend(
        taken=speak(say(N_("taken"))),
        ordered=speak(say(N_("ordered"))),
        gap=speak(say(N_("no dose on record"))),
        beside=speak(say(N_("elsewhere, replacement or dosing incident"))),
        marks=speak(say(N_("! dosing incident · v vomited"))),
    )
    return charts.dose_chart(panels(figures, speak), legend)


STAYS = say(
    N_("For use in this clinic. Whoever else is to have it gets a sheet of their own, on the person's consent.")
)
NOTES = say(N_("Notes: corrections, late entries, entries from paper and what went wrong"))
COLUMNS = (
    (N_("Row"), 26, True),
    (N_("Date and time"), 72, False),
    (N_("Medicine"), 104, False),
    (N_("Ordered"), 46, True),
    (N_("Taken"), 46, True),
    (N_("Outcome"), 110, False),
    (N_("By"), 28, False),
    (N_("Remarks"), 150, False),
)


def remarks(row: HistoryRow, speak: Speaker) -> str:
    """Return what a reader must not miss about a dose."""
    wasted = f"{plain(row.dose.wasted_mg)} mg" if row.dose.wasted_mg else ""
    said = marks(row.dose, late=row.late, note=row.note, wasted=wasted)
    if row.dose.origin is Origin.IMPORT:
        said.append(say(N_("imported")))
    return ", ".join(speak(words) for words in said)


def cells(row: HistoryRow, speak: Speaker) -> tuple[str, ...]:
    """Return one dose as text, in the order of COLUMNS."""
    dose = row.dose
    return (
        str(row.number),
        speak.moment(dose.taken_at),
        speak(dose.medication),
        "" if dose.ordered_mg is None else f"{plain(dose.ordered_mg)} mg",
        f"{plain(dose.taken_mg)} mg",
        outcome(dose, speak),
        dose.dispenser.initials,
        remarks(row, speak),
    )


def notes(figures: DoseHistoryFigures, speak: Speaker) -> list[str]:
    """Return the notes to the rows, in their order."""
    return [note(r.note, r.number, r.dose, r.late, speak) for r in figures.rows if r.note is not None]


def who(figures: DoseHistoryFigures, speak: Speaker) -> str:
    """Return whose history it is, with two identifiers."""
    born = figures.person.birth_date
    if born is None:
        return speak(say(N_("%(name)s · number %(number)s"), name=figures.name, number=figures.person.number))
    words = say(
        N_("%(name)s · number %(number)s · born %(born)s"), name=figures.name, number=figures.person.number, born=born
    )
    return speak(words)


def render(figures: DoseHistoryFigures, *, speak: Speaker, ground: Ground | None = None) -> bytes:
    """Return the history as PDF: whose, the chart, every dose, the notes, and who may have it.

    Args:
        ground: to whom it is told and why; None for a sheet that stays in this clinic, and says so.
    """
    language = figures.about.language
    story: list[Flowable] = [Text(who(figures, speak), size=12, bold=True, language=language)]
    if figures.rows:
        story.append(charts.fitted(chart(figures, speak)))
        columns = [Column(speak(say(title)), share, number) for title, share, number in COLUMNS]
        rows = [Row(cells(row, speak), struck=row.dose.reversal is not None) for row in figures.rows]
        story.append(Ledger(columns, rows, language=language))
    else:
        story.append(Text(speak(say(N_("No dose is on record."))), language=language, above=6))
    written = notes(figures, speak)
    if written:
        story.append(Text(speak(NOTES), size=10, bold=True, language=language, above=12, with_next=True))
        story += [Text(text, language=language) for text in written]
    story += (
        footing(ground, speak=speak, language=language) if ground else [Text(speak(STAYS), language=language, above=12)]
    )
    return page.build(story, title=TITLE, about=figures.about, speak=speak)


HEADINGS = (
    N_("row"), N_("clinic day"), N_("time"), N_("medicine"), N_("form"), N_("part of the day"), N_("ordered, mg"),
    N_("taken, mg"), N_("wasted, mg"), N_("outcome"), N_("reason"), N_("by"), N_("initials"), N_("witness"), N_("note"),
    N_("origin"), N_("recorded at"), N_("late entry"), N_("reversed at"), N_("reversed by"), N_("reversal reason"),
    *HAPPENED,
)  # fmt: skip


def as_sheet(figures: DoseHistoryFigures, speak: Speaker) -> sheet.Sheet:
    """Return the same doses for other programs; the person is named by number alone."""
    rows: list[list[sheet.Cell]] = []
    for row in figures.rows:
        dose, back = row.dose, row.dose.reversal
        rows.append([
            row.number, dose.clinic_day, speak.moment(dose.taken_at), speak(dose.medication), speak(dose.form), dose.part,
            dose.ordered_mg, dose.taken_mg, dose.wasted_mg, speak(what_became(dose.outcome, dose.form)),
            speak(dose.withheld_reason or dose.refused_reason), dose.by.name, dose.by.initials, dose.witness,
            speak(place_injected(dose.note)),
            speak(dose.origin), speak.moment(dose.recorded_at), speak(say(N_("yes"))) if row.late else None,
            speak.moment(back.at) if back else None, back.by if back else None, speak(back.reason) if back else None,
            *happened(dose, speak),
        ])  # fmt: skip
    return sheet.Sheet(figures.person.number, [speak(say(h)) for h in HEADINGS], rows)
