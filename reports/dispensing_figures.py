"""The figures of the daily dispensing log: its rows, and its totals beside what the register says of the same days.

The totals are sums of the rows shown, what was swallowed by mistake, replaced or spilt among them. Doses given elsewhere
and imported ones stand apart, outside the totals, for no stock of ours moved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from dispensary.queries import day_close, dispensed_bottles, dispensing, downtime, paper, sites
from dispensary.queries.day_close import Closing
from dispensary.queries.dispensed_bottles import BroughtBack, TakenHome
from dispensary.queries.dispensing import DispensedDose, DispensedLine, DispensedProduct, Hand, SpiltDose
from dispensary.queries.paper import RegisterDoses, SealOnPaper
from dispensary.queries.sites import SiteSettings
from models.enums import DoseOutcome, Origin
from models.stock import amount_mg
from models.units import Mg, Quantity
from reports.dose_words import is_late, needs_note
from reports.page import Heading

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
    home: tuple[TakenHome, ...] = ()
    """What the person took home on the day of this dose; beside their first dose of the day only."""

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
        """Poured and not swallowed; all of it where a poured dose was reversed, none where nothing was poured."""
        if self.line is None:
            return NOTHING
        if self.dose.reversal is None:
            return self.line.wasted
        return self.line.poured if self.dose.reversal.poured else NOTHING


@dataclass(frozen=True)
class SpiltRow:
    """One printed row of what was spilt."""

    number: int
    spilt: SpiltDose


@dataclass(frozen=True)
class HomeRow:
    """One printed row of what went home in bottles."""

    number: int
    taken: TakenHome


@dataclass(frozen=True)
class BackRow:
    """One printed row of what was brought back in a bottle."""

    number: int
    back: BroughtBack


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
    spilt: Quantity
    register: RegisterDoses
    taken_home: Quantity = NOTHING
    """Handed over in bottles."""
    brought_back: Quantity = NOTHING
    """Left in bottles that were brought back; kept apart, no stock again."""

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
    def lost(self) -> Quantity:
        """What was poured and not swallowed: wasted, or spilt before it could be."""
        return Quantity(self.wasted + self.spilt)

    @property
    def register_lost(self) -> Quantity:
        """The same, as the register entered it."""
        return Quantity(self.register.wasted + self.register.spilt)

    @property
    def agrees(self) -> bool:
        """Whether rows and register say the same, entry by entry kind."""
        mine = RegisterDoses(self.dispensed, self.reversed, self.wasted, self.spilt, self.taken_home, self.brought_back)
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
    elsewhere: tuple[LogRow, ...]
    """Doses that others gave, and confirmed."""
    imported: tuple[LogRow, ...]
    spilt: tuple[SpiltRow, ...]
    totals: tuple[ProductTotal, ...]
    dispensers: tuple[Dispenser, ...]
    seals: dict[int, SealOnPaper] = field(default_factory=dict)
    taken_home: tuple[HomeRow, ...] = ()
    brought_back: tuple[BackRow, ...] = ()
    paper_waits: tuple[date, ...] = ()
    """Days of these whose paper nobody has signed as entered: the log is not complete."""
    closed_differing: tuple[tuple[date, Closing], ...] = ()
    """Closings of these days although the books did not agree."""

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
        nothing = (DoseOutcome.WITHHELD, DoseOutcome.REFUSED)
        return sum(1 for r in self.rows if not r.reversed and r.dose.outcome in nothing)

    @property
    def incidents(self) -> int:
        """How many of the doses that stand were dosing incidents."""
        return sum(1 for r in (*self.rows, *self.elsewhere) if not r.continued and not r.reversed and r.dose.incident)

    @property
    def came_up(self) -> int:
        """How many doses came up again."""
        return sum(1 for r in self.rows if not r.continued and r.dose.came_up_after is not None)

    @property
    def replaced(self) -> int:
        """How many doses were given to replace one that came up."""
        return sum(
            1 for r in self.rows if not r.continued and not r.reversed and r.dose.outcome is DoseOutcome.REPLACEMENT
        )

    @property
    def from_paper(self) -> int:
        """How many rows were entered from paper."""
        return sum(1 for r in self.rows if not r.continued and r.dose.origin is Origin.PAPER)

    @property
    def bottles(self) -> int:
        """How many bottles were handed over; one that holds two products stands in two rows, and counts once."""
        most: dict[int, int] = {}
        for row in self.taken_home:
            most[row.taken.issue_id] = max(row.taken.bottles, most.get(row.taken.issue_id, 0))
        return sum(most.values())

    @property
    def struck(self) -> int:
        """How many doses of these days were taken off the record."""
        return sum(1 for r in self.rows if not r.continued and r.reversed)


def figures(session: Session, site_id: int, first: date, last: date, *, about: Heading) -> DispensingLogFigures:
    """Return the log of a site's clinic days, the first and the last included."""
    settings = sites.settings(session, site_id, last)
    doses = dispensing.doses_of_days(session, site_id, first, last)
    own = [d for d in doses if _of_our_stock(d)]
    away = [d for d in doses if d.origin is not Origin.IMPORT and d.outcome is DoseOutcome.ELSEWHERE]
    earlier_doses = [d for d in dispensing.reversed_afterwards(session, site_id, first, last) if _of_our_stock(d)]
    home = dispensed_bottles.taken_home_on_days(session, site_id, first, last)
    rows = _with_home(_rows(own, settings), home)
    earlier = _rows(earlier_doses, settings, len(rows), _notes_in(rows))
    elsewhere = _rows(away, settings, len(rows) + len(earlier), _notes_in(rows) + _notes_in(earlier))
    after = len(rows) + len(earlier) + len(elsewhere)
    spilt = tuple(
        SpiltRow(n, one)
        for n, one in enumerate(dispensing.spilt_on_days(session, site_id, first, last), start=after + 1)
    )
    after += len(spilt)
    taken_home = tuple(HomeRow(n, one) for n, one in enumerate(home, start=after + 1))
    back = dispensed_bottles.brought_back_on_days(session, site_id, first, last)
    brought_back = tuple(BackRow(n, one) for n, one in enumerate(back, start=after + len(home) + 1))
    register = paper.register_of_doses(session, site_id, first, last)
    return DispensingLogFigures(
        about=about,
        rows=rows,
        earlier=earlier,
        elsewhere=elsewhere,
        imported=_rows([d for d in doses if d.origin is Origin.IMPORT], settings, marks=False),
        spilt=spilt,
        totals=totals(
            rows, earlier, spilt, register, dispensing.products_by_id(session), first, last, taken_home, brought_back
        ),
        dispensers=_dispensers(own, home),
        taken_home=taken_home,
        brought_back=brought_back,
        seals=paper.register_seals(session, site_id),
        paper_waits=tuple(downtime.not_yet_entered(session, site_id, first, last)),
        closed_differing=tuple(
            (day, one) for day, one in day_close.closings(session, site_id, first, last) if one.differences
        ),
    )


def _of_our_stock(dose: DispensedDose) -> bool:
    return dose.origin is not Origin.IMPORT and dose.outcome is not DoseOutcome.ELSEWHERE


def _notes_in(rows: Iterable[LogRow]) -> int:
    return sum(1 for row in rows if row.note is not None)


def _rows(
    doses: Iterable[DispensedDose], settings: SiteSettings, after: int = 0, notes: int = 0, *, marks: bool = True
) -> tuple[LogRow, ...]:
    rows: list[LogRow] = []
    for dose in doses:
        late = marks and _of_our_stock(dose) and is_late(dose, settings)
        noted = marks and needs_note(dose, late)
        notes += noted
        lines: Sequence[DispensedLine | None] = dose.lines or (None,)
        for n, line in enumerate(lines):
            number = after + len(rows) + 1
            rows.append(LogRow(number, dose, line, n > 0, late, notes if noted and n == 0 else None))
    return tuple(rows)


def totals(
    rows: Iterable[LogRow],
    earlier: Iterable[LogRow],
    spilt: Iterable[SpiltRow],
    register: dict[int, RegisterDoses],
    products: dict[int, DispensedProduct],
    first: date,
    last: date,
    taken_home: Iterable[HomeRow] = (),
    brought_back: Iterable[BackRow] = (),
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
    lost: dict[int, list[SpiltDose]] = {}
    for one in spilt:
        lost.setdefault(one.spilt.product.id, []).append(one.spilt)
    home, returned = _by_product(r.taken for r in taken_home), _by_product(r.back for r in brought_back)
    known = sorted(
        dispensed.keys() | back.keys() | lost.keys() | home.keys() | returned.keys() | register.keys(),
        key=lambda i: _product_order(products[i]),
    )
    return tuple(
        ProductTotal(
            product=products[i],
            doses=len(_taken_in(dispensed.get(i, [])) - _taken_in(back.get(i, []))),
            dispensed=_sum(r.line.taken for r in dispensed.get(i, []) if r.line),
            reversed=_sum(r.line.taken for r in back.get(i, []) if r.line),
            wasted=Quantity(
                _sum(r.line.wasted for r in dispensed.get(i, []) if r.line)
                + _sum(_wasted_by_reversal(r) for r in back.get(i, []))
            ),
            spilt=_sum(one.quantity for one in lost.get(i, [])),
            register=register.get(i, RegisterDoses()),
            taken_home=home.get(i, NOTHING),
            brought_back=returned.get(i, NOTHING),
        )
        for i in known
    )


def _with_home(rows: Sequence[LogRow], home: Iterable[TakenHome]) -> tuple[LogRow, ...]:
    """Say beside somebody's first dose of a day that stands what they took home on it."""
    left: dict[tuple[int, date], list[TakenHome]] = {}
    for one in home:
        left.setdefault((one.person_id, one.clinic_day), []).append(one)
    said = []
    for row in rows:
        own = () if row.reversed else tuple(left.pop((row.dose.person_id, row.dose.clinic_day), ()))
        said.append(replace(row, home=own) if own else row)
    return tuple(said)


def _by_product(moved: Iterable[TakenHome | BroughtBack]) -> dict[int, Quantity]:
    sums: dict[int, Quantity] = {}
    for one in moved:
        sums[one.product.id] = Quantity(sums.get(one.product.id, NOTHING) + one.quantity)
    return sums


def _wasted_by_reversal(row: LogRow) -> Quantity:
    """Return what the reversal of a row wasted; below zero where the waste itself did not happen either."""
    if row.line is None or row.dose.reversal is None:
        return NOTHING
    return row.line.taken if row.dose.reversal.poured else Quantity(-row.line.wasted)


def _taken_in(rows: Iterable[LogRow]) -> set[int]:
    return {row.dose.id for row in rows if row.line and row.line.taken > 0}


def _product_order(product: DispensedProduct) -> tuple[str, str, Decimal]:
    return product.medication.value, product.form.value, product.strength


def _sum(quantities: Iterable[Quantity]) -> Quantity:
    return Quantity(sum(quantities, NOTHING))


def _dispensers(doses: Iterable[DispensedDose], home: Iterable[TakenHome]) -> tuple[Dispenser, ...]:
    """Return everybody who gave a dose or handed bottles over, with how many doses."""
    counted: dict[Hand, int] = dict.fromkeys((one.by for one in home), 0)
    for dose in doses:
        counted[dose.dispenser] = counted.get(dose.dispenser, 0) + 1
    return tuple(Dispenser(hand, n) for hand, n in sorted(counted.items(), key=lambda c: (c[0].initials, c[0].id)))
