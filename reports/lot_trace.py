"""A lot that is recalled: whom to call first, every dose and bottle of it, and where the rest went.

Telephone numbers, and how somebody may be reached, are for those who call; whoever may not open records of people gets
the numbers and names that the dispensing log has.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.platypus import Flowable
from sqlalchemy.orm import Session

from dispensary.queries import lot_trace as queries
from dispensary.queries.lot_trace import BottleOfLot, ContainerOfLot, DoseOfLot, LotTrace, Reached
from dispensary.queries.pumps import PumpOfLot
from dispensary.wording import N_, Moment, Speaker, Words, in_unit, say
from models.units import Mg, plain
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading
from reports.sheet import Cell, Sheet
from reports.worklist import reach

TITLE = say(N_("Lot trace"))
PEOPLE = say(N_("People whom it reached, those with bottles at home first"))
DOSES, BOTTLES = say(N_("Doses at the window")), say(N_("Bottles that went home"))
PUMPS = say(N_("Pumps that poured it"))
CONTAINERS, ELSEWHERE = say(N_("Containers")), say(N_("Where else it went"))
NOBODY = say(N_("No dose and no bottle of this lot has gone to anybody here."))
NO_PHONE = say(N_("no number on record"))
CALLING = ((N_("Telephone"), 74, False), (N_("How the person may be reached"), 150, False))
PEOPLE_COLUMNS = (
    (N_("Number"), 46, False),
    (N_("Name"), 104, False),
    (N_("Doses"), 34, True),
    (N_("Last dose"), 52, False),
    (N_("Bottles"), 38, True),
    (N_("At home, to be taken on"), 120, False),
)
DOSE_COLUMNS = (
    (N_("Number"), 46, False),
    (N_("Name"), 110, False),
    (N_("Day and time"), 72, False),
    (N_("Container"), 50, False),
    (N_("Swallowed"), 54, True),
    (N_("mg"), 40, True),
    (N_("Poured"), 54, True),
    (N_("Given by"), 90, False),
    (N_("Remarks"), 80, False),
)
BOTTLE_COLUMNS = (
    (N_("Number"), 46, False),
    (N_("Name"), 110, False),
    (N_("Handed over"), 54, False),
    (N_("To be taken on"), 54, False),
    (N_("Container"), 50, False),
    (N_("Quantity"), 54, True),
    (N_("mg"), 40, True),
    (N_("Handed over by"), 90, False),
    (N_("What became of it"), 130, False),
)
CONTAINER_COLUMNS = (
    (N_("Container"), 60, False),
    (N_("Came on"), 56, False),
    (N_("From"), 150, False),
    (N_("Size"), 54, True),
    (N_("Holds now"), 60, True),
    (N_("Stands"), 80, False),
)
PUMP_COLUMNS = (
    (N_("Pump"), 100, False),
    (N_("Serial number"), 90, False),
    (N_("Container"), 60, False),
    (N_("Put in"), 80, False),
    (N_("Until the next was put in"), 90, False),
    (N_("The rest of it then"), 130, False),
)
ELSEWHERE_COLUMNS = (
    (N_("What"), 100, False),
    (N_("To"), 160, False),
    (N_("Movements"), 54, True),
    (N_("Quantity"), 70, True),
)


@dataclass(frozen=True)
class LotFigures:
    """The trace of a lot, and whether whoever reads it may see how people are reached."""

    about: Heading
    trace: LotTrace
    may_call: bool

    @property
    def lot_words(self) -> Words:
        """Which lot, of what."""
        lot = self.trace.lot
        words = N_("Lot %(number)s of %(product)s, expiry %(day)s")
        return say(words, number=lot.number, product=lot.product, day=lot.expires_on)

    @property
    def counted(self) -> Words:
        """How far it went, in a sentence."""
        trace, full = self.trace, sum(one.still_full(self.about.last) for one in self.trace.bottles)
        words = N_(
            "People reached: %(people)s. Doses: %(doses)s. Bottles out: %(bottles)s, of which not yet due and at home:"
            " %(full)s. Still here: %(here)s in containers of %(n)s."
        )
        return say(
            words,
            people=len(trace.people),
            doses=trace.lot.doses,
            bottles=trace.lot.bottles,
            full=full,
            here=in_unit(trace.lot.here, trace.lot.unit),
            n=trace.lot.containers,
        )

    @property
    def elsewhere(self) -> list[Words]:
        """Which other sites have containers of it."""
        words = N_("%(site)s has containers of this lot as well: %(n)s. Trace it there too.")
        return [say(words, site=name, n=count) for name, count in self.trace.other_sites]

    @property
    def people(self) -> list[Reached]:
        """The people, those whose bottles are not yet due first."""
        today = self.about.last
        return sorted(
            self.trace.people,
            key=lambda p: (not any(b.still_full(today) for b in self.trace.bottles_of(p.person_id)),),
        )

    @property
    def people_columns(self) -> Sequence[tuple[str, int, bool]]:
        """The columns of the list of people, with those for calling where they may be seen."""
        return (*PEOPLE_COLUMNS[:2], *CALLING, *PEOPLE_COLUMNS[2:]) if self.may_call else PEOPLE_COLUMNS


def figures(session: Session, site_id: int, lot_id: int, *, about: Heading, may_call: bool) -> LotFigures | None:
    """Return the trace of a lot at a site as of the last day of the heading; None if none of it ever came there."""
    found = queries.trace(session, site_id, lot_id)
    return LotFigures(about, found, may_call) if found else None


def person_cells(figures: LotFigures, one: Reached, speak: Speaker) -> list[str]:
    """Return one person in the order of their columns."""
    doses, bottles = figures.trace.doses_of(one.person_id), figures.trace.bottles_of(one.person_id)
    last = max((dose.clinic_day for dose in doses if not dose.reversed), default=None)
    full = [speak(bottle.covers_on) for bottle in bottles if bottle.still_full(figures.about.last)]
    calling = [one.phone or speak(NO_PHONE), "; ".join(speak(words) for words in reach(one.how))]
    return [
        one.number,
        one.name,
        *(calling if figures.may_call else []),
        str(len({dose.dose_id for dose in doses})),
        speak(last) if last else "–",
        str(len({bottle.bottle_id for bottle in bottles})),
        ", ".join(dict.fromkeys(full)) or "–",
    ]


def dose_cells(figures: LotFigures, one: DoseOfLot, speak: Speaker) -> list[str]:
    """Return one dose in the order of its columns."""
    unit = figures.trace.lot.unit
    return [
        *_who(figures, one.person_id),
        speak.moment(one.at),
        one.container,
        speak(in_unit(one.taken, unit)),
        plain(one.taken_mg),
        speak(in_unit(one.poured, unit)),
        one.by,
        speak(say(N_("taken off the record"))) if one.reversed else "",
    ]


def bottle_cells(figures: LotFigures, one: BottleOfLot, speak: Speaker) -> list[str]:
    """Return one bottle in the order of its columns."""
    return [
        *_who(figures, one.person_id),
        speak(one.issued_on),
        speak(one.covers_on),
        one.container,
        speak(in_unit(one.quantity, figures.trace.lot.unit)),
        plain(one.amount_mg),
        one.by,
        speak(became(figures, one)),
    ]


def became(figures: LotFigures, one: BottleOfLot) -> Words:
    """Return what became of a bottle, as far as anybody knows."""
    if one.fate is None:
        if one.still_full(figures.about.last):
            return say(N_("at home, not yet due"))
        return say(N_("presumed taken; bottle not brought back"))
    if one.state is None:
        return say(N_("%(fate)s, told on %(day)s"), fate=one.fate, day=one.ended_on)
    return say(N_("%(fate)s %(state)s on %(day)s"), fate=one.fate, state=one.state, day=one.ended_on)


def container_cells(figures: LotFigures, one: ContainerOfLot, speak: Speaker) -> list[str]:
    """Return one container in the order of its columns."""
    unit = figures.trace.lot.unit
    return [
        one.label,
        speak(one.came_on) if one.came_on else "–",
        " ".join(filter(None, (one.supplier, one.document_no))) or speak(say(N_("first inventory, or another site"))),
        speak(in_unit(one.size, unit)),
        speak(in_unit(one.holds, unit)),
        speak(say(N_("emptied"))) if one.emptied_at else one.window or speak(say(N_("safe"))),
    ]


def elsewhere_cells(figures: LotFigures, speak: Speaker) -> list[list[str]]:
    """Return every other way out, one row a way."""
    unit = figures.trace.lot.unit
    return [
        [speak(one.kind), speak(one.to_kind), str(one.movements), speak(in_unit(one.quantity, unit))]
        for one in figures.trace.elsewhere
    ]


def pump_cells(one: PumpOfLot, speak: Speaker) -> list[str]:
    """Return one pump in whose reservoir the lot was, in the order of its columns."""
    return [
        one.pump,
        one.serial_no,
        one.container,
        speak(Moment(one.since)),
        speak(Moment(one.until)) if one.until else speak(say(N_("in it now"))),
        speak(one.rest) if one.rest else "–",
    ]


Part = tuple[Words, Sequence[tuple[str, int, bool]], list[list[str]]]


EVERY = slice(None)


def parts(figures: LotFigures, speak: Speaker, of: slice = EVERY) -> list[Part]:
    """Return each table that has rows: its title, its columns, its rows; the same on screen and on paper.

    Args:
        of: which doses and bottles, for a screen that shows some at a time; the people to call are always all there.
    """
    trace = figures.trace
    every: list[Part] = [
        (PEOPLE, figures.people_columns, [person_cells(figures, one, speak) for one in figures.people]),
        (BOTTLES, BOTTLE_COLUMNS, [bottle_cells(figures, one, speak) for one in trace.bottles[of]]),
        (DOSES, DOSE_COLUMNS, [dose_cells(figures, one, speak) for one in trace.doses[of]]),
        (ELSEWHERE, ELSEWHERE_COLUMNS, elsewhere_cells(figures, speak)),
        (PUMPS, PUMP_COLUMNS, [pump_cells(one, speak) for one in trace.pumps]),
        (CONTAINERS, CONTAINER_COLUMNS, [container_cells(figures, one, speak) for one in trace.containers]),
    ]
    return [part for part in every if part[2]]


def as_sheet(figures: LotFigures, speak: Speaker) -> Sheet:
    """Return every dose and bottle as one table for other programs, with how to reach the person where that may be seen."""
    trace, people = figures.trace, figures.trace.by_id
    heads = ["Number", "Name", *(["Telephone", "How to reach"] if figures.may_call else [])]

    def who(person_id: int) -> list[Cell]:
        one = people[person_id]
        calling: list[Cell] = [one.phone, "; ".join(speak(words) for words in reach(one.how))]
        return [one.number, one.name, *(calling if figures.may_call else [])]

    def row(one: DoseOfLot | BottleOfLot) -> list[Cell]:
        if isinstance(one, BottleOfLot):
            mg: Mg = one.amount_mg
            said: list[Cell] = ["bottle", one.issued_on, None, one.covers_on, one.quantity, mg]
            return [*who(one.person_id), *said, one.container, one.by, speak(became(figures, one))]
        remark = "taken off the record" if one.reversed else ""
        given: list[Cell] = ["dose", one.clinic_day, one.at, None, one.taken, one.taken_mg]
        return [*who(one.person_id), *given, one.container, one.by, remark]

    columns = ["What", "Clinic day", "Time", "To be taken on", "Quantity", "mg", "Container", "By", "Remarks"]
    rows = [*(row(one) for one in trace.bottles), *(row(one) for one in trace.doses)]
    return Sheet(speak(TITLE), [*heads, *columns], rows)


def render(figures: LotFigures, *, speak: Speaker) -> bytes:
    """Return the trace as PDF, the people to call on its first page."""
    language = figures.about.language
    story: list[Flowable] = [
        Text(speak(figures.lot_words), size=12, bold=True, language=language),
        Text(speak(figures.counted), size=9, language=language, above=4),
        *(Text(f"⚠ {speak(words)}", size=9, bold=True, language=language, above=4) for words in figures.elsewhere),
    ]
    if not figures.trace.people:
        story.append(Text(speak(NOBODY), size=9, language=language, above=6))
    for title, columns, rows in parts(figures, speak):
        story.append(Text(speak(title), size=10, bold=True, language=language, above=10, with_next=True))
        heads = [Column(speak(say(name)), share, number) for name, share, number in columns]
        tall = 28.0 if title is PEOPLE and figures.may_call else 11.5
        story.append(Ledger(heads, [Row(row) for row in rows], language=language, row_height=tall))
    return page.build(story, title=TITLE, about=figures.about, speak=speak, landscape=True)


def _who(figures: LotFigures, person_id: int) -> list[str]:
    one = figures.trace.by_id[person_id]
    return [one.number, one.name]
