"""The days of everyone at a site as grids, some hundred people at a time, read without an object for each row.

Whose days are simple (one record, one daily dose of one part, nothing reversed, vomited or injected) is painted from arrays;
everybody else's days are asked of the ledger, and a test holds both together. Facts after the last night are not read; of
what was told, ended, confirmed or corrected later, each night sees what was known at its close (`day_statements.THAT_NIGHT`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BindParameter, Text, and_, bindparam, case, cast, func, literal, or_, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger

from dispensary.analytics.day_grid import (
    CODE,
    DRUG_CODE,
    NOTHING,
    Events,
    Grid,
    SimpleDays,
    Span,
    paint,
)
from dispensary.queries.day_facts import EVER, days_of, known_calendar
from dispensary.queries.day_statements import THAT_NIGHT, written
from dispensary.queries.everyones_days import records_of_everyone
from dispensary.queries.written_later import close_of, of_people, of_the_clinic
from dispensary.rules.courses import course_on, first_due_of
from dispensary.rules.day_status import status_of
from dispensary.rules.depots import REACH
from dispensary.rules.person_days import DRUG_OF, ClinicDays, PersonDays, presumed_taken
from models import Bottle, BottleEnd, Dose, DoseReversal, Episode, ImportedRecord, Person, Vomiting
from models.enums import BottleState, DayStatus, DoseOutcome, Form, Medication, Origin

AT_A_TIME = 1000
"""How many people's days are held at once."""
DAYS_AT_A_TIME = 42
"""So many days of theirs are read at once: doses lie in the order of days, and SQLite keeps few pages in mind."""
A_DAY = timedelta(days=1)
OPEN = 10**6
"""A last column for what has no end."""
GIVEN, ELSEWHERE, WITHHELD, REFUSED, IMPORTED, IMPORTED_ELSEWHERE, ODD = 1, 2, 3, 4, 5, 6, 9

_DOSE, _REVERSAL, _VOMITING = Dose.__table__.c, DoseReversal.__table__.c, Vomiting.__table__.c
_BOTTLE, _END = Bottle.__table__.c, BottleEnd.__table__.c
THESE: BindParameter[list[int]] = bindparam("people", expanding=True, literal_execute=True)
"""Written into the statement: a thousand numbers handed over one by one take longer than the reading."""
_SINCE: BindParameter[date] = bindparam("since")
_UNTIL: BindParameter[date] = bindparam("until")
_SPAN = (_SINCE, _UNTIL)
_SWALLOWED = (_DOSE.part == 1) & _DOSE.claim_id.is_not(None) & or_(_DOSE.form.is_(None), _DOSE.form != Form.INJECTION)
_OF_A_HISTORY = (_DOSE.origin == Origin.IMPORT) & _DOSE.order_id.is_(None)
_KIND = case(
    (and_(_SWALLOWED, _OF_A_HISTORY, _DOSE.outcome == DoseOutcome.GIVEN), IMPORTED),
    (and_(_SWALLOWED, _OF_A_HISTORY, _DOSE.outcome == DoseOutcome.ELSEWHERE), IMPORTED_ELSEWHERE),
    (and_(_SWALLOWED, _DOSE.outcome == DoseOutcome.GIVEN), GIVEN),
    (and_(_SWALLOWED, _DOSE.outcome == DoseOutcome.ELSEWHERE), ELSEWHERE),
    (_DOSE.outcome == DoseOutcome.WITHHELD, WITHHELD),
    (_DOSE.outcome == DoseOutcome.REFUSED, REFUSED),
    else_=ODD,
)
_OF_WHAT = case(
    (_DOSE.medication == Medication.METHADONE, 1), (_DOSE.medication == Medication.BUPRENORPHINE, 2), else_=3
)
_DAY_DIGITS, _DIGITS, _MG_DIGITS = 10, 22, 9
_ONE, _A_KIND, _A_MEDICINE = (literal(10**digits, BigInteger) for digits in (11, 10, 9))
"""Typed, since PostgreSQL takes a number of ours for one of four bytes."""
_CODED = _ONE + _KIND * _A_KIND + _OF_WHAT * _A_MEDICINE + type_coerce(_DOSE.taken_mg, BigInteger)
_DOSES = (
    select(
        _DOSE.person_id,
        func.aggregate_strings(cast(type_coerce(_DOSE.clinic_day, Text), Text) + cast(_CODED, Text), ""),
    )
    .where(
        _DOSE.person_id.in_(THESE),
        _DOSE.clinic_day.between(*_SPAN),
        or_(_DOSE.outcome != DoseOutcome.ELSEWHERE, written(Dose.__table__)),
    )
    .group_by(_DOSE.person_id)
)
"""Each person's doses as one text of equal lengths, ten of the day and twelve of what it was: a row for each dose, as an object,
takes several times as long."""
_REVERSED = (
    select(_DOSE.person_id, _DOSE.clinic_day, _REVERSAL.clinic_day)
    .join(Dose.__table__, _DOSE.id == _REVERSAL.dose_id)
    .where(_DOSE.person_id.in_(THESE), _DOSE.clinic_day.between(*_SPAN), _REVERSAL.clinic_day <= _UNTIL)
)
_VOMITED = select(_VOMITING.person_id).where(_VOMITING.person_id.in_(THESE), _VOMITING.clinic_day.between(*_SPAN))
_HOME_AMOUNTS = select(_BOTTLE.person_id, _BOTTLE.covers_on, type_coerce(_BOTTLE.amount_mg, BigInteger)).where(
    _BOTTLE.person_id.in_(THESE), _BOTTLE.covers_on.between(*_SPAN)
)


_IMPORTED_PEOPLE = select(ImportedRecord.__table__.c.subject_id).where(
    ImportedRecord.__table__.c.subject == Person.__tablename__, ImportedRecord.__table__.c.subject_id.in_(THESE)
)
_STAY, _FIRST = Episode.__table__.c, Dose.__table__.alias()
_FIRST_OF_A_STAY = (
    select(_FIRST.c.person_id, _FIRST.c.clinic_day, _FIRST.c.medication)
    .select_from(Episode.__table__)
    .join(
        _FIRST,
        _FIRST.c.id
        == select(_DOSE.id)
        .where(
            _DOSE.person_id == _STAY.person_id,
            _DOSE.clinic_day >= _STAY.admitted_on,
            _DOSE.clinic_day < bindparam("since"),
            _DOSE.claim_id.is_not(None),
            _OF_A_HISTORY,
        )
        .order_by(_DOSE.clinic_day, _DOSE.taken_at, _DOSE.id)
        .limit(1)
        .correlate(Episode.__table__)
        .scalar_subquery(),
    )
    .where(_STAY.id.in_(bindparam("stays", expanding=True)))
)


@dataclass(frozen=True)
class Days:
    """The grid of some people, the nights that may be asked of it, and who they are."""

    records: dict[int, tuple[int, ...]]
    """By surviving record, in the order of the rows, all records that are theirs."""
    grid: Grid
    nights: tuple[date, ...]
    """The nights of which it may be asked. The same people may come again with one of them: what comes last counts."""

    @property
    def columns(self) -> NDArray[np.int32]:
        """The columns of the nights."""
        return np.array([self.grid.column(night) for night in self.nights], np.int32)


def grids(
    session: Session,
    site_id: int,
    first: date,
    nights: Sequence[date],
    people: Collection[int] | None = None,
    in_treatment_since: date | None = None,
) -> Iterator[Days]:
    """Yield the days of everyone who was in treatment at a site on at least one of some nights, some people at a time.

    Args:
        first: from which day on days are looked at.
        nights: in order; nothing dated or written down after one of them has a part in it.
        people: only these, by surviving record.
        in_treatment_since: everyone also who was in treatment from this day on; the first night if not given.
    """
    since = in_treatment_since or nights[0]
    records = records_of_everyone(session, site_id, since, nights[-1], close_of(session, site_id, nights[0]))
    wanted = sorted(records if people is None else records.keys() & set(people))
    for start in range(0, len(wanted), AT_A_TIME):
        some = {root: records[root] for root in wanted[start : start + AT_A_TIME]}
        yield from _of_nights(session, site_id, first, nights, some)


def _of_nights(
    session: Session, site_id: int, first: date, nights: Sequence[date], some: dict[int, tuple[int, ...]]
) -> Iterator[Days]:
    """Yield some people's days, and then night by night those of whom something of the night was written down later."""
    yield _days(session, site_id, first, nights, some)
    if len(nights) == 1:
        return
    root_of = {record: root for root, records in some.items() for record in records}
    of_clinic = of_the_clinic(session, site_id, nights)
    of_these = [(root_of[record], later) for record, later in of_people(session, site_id, list(root_of), nights)]
    for night in nights:
        whole = any(one.hides(night) for one in of_clinic)
        each = some if whole else {root: some[root] for root, later in of_these if later.hides(night)}
        if each:
            yield _days(session, site_id, first, [night], dict(sorted(each.items())))


def _days(
    session: Session, site_id: int, first: date, nights: Sequence[date], some: dict[int, tuple[int, ...]]
) -> Days:
    """Return the days of some people up to the last of some nights."""
    last = nights[-1]
    closes = close_of(session, site_id, last)
    clinic = known_calendar(session, site_id, last, closes)
    grid = Grid.blank(first, len(some), (last - first).days + 1)
    facts = _Facts(session, site_id, grid, some, last, closes)
    simple = facts.simple()
    each_day = [grid.day(column) for column in range(grid.status.shape[1])]
    closed = np.array([clinic.closed_on(day) for day in each_day])
    on_paper = np.array([day in clinic.not_entered for day in each_day])
    paint(grid, facts.days_of(simple), closed, on_paper)
    facts.ask_the_ledger(set(range(len(some))) - simple, clinic)
    return Days(some, grid, tuple(nights))


@dataclass
class _Facts:
    """What is on record of some people, as rows of the grid and its columns."""

    session: Session
    site_id: int
    grid: Grid
    some: dict[int, tuple[int, ...]]
    last: date
    closes: datetime
    """When the last day was over."""
    row_of: dict[int, int] = field(init=False)
    """By any of their records."""

    def __post_init__(self) -> None:
        self.row_of = {record: row for row, records in enumerate(self.some.values()) for record in records}
        self.asked = {
            "people": list(self.row_of),
            "site_id": self.site_id,
            "since": self.grid.first,
            "until": self.last,
            "as_of": self.closes,
        }
        read = self.session.execute
        self.stays = [row for row in read(THAT_NIGHT.stays, self.asked) if row.admitted_on <= self.last]
        self.orders = [row for row in read(THAT_NIGHT.orders, self.asked) if row.starts_on <= self.last]
        self.bottles = list(read(THAT_NIGHT.bottles, self.asked))
        self.at_home = {(self.row_of[who], day): mg for who, day, mg in read(_HOME_AMOUNTS, self.asked)}
        self.kind, self.doses = self._doses()

    def _doses(self) -> tuple[NDArray[np.uint8], Events]:
        """Return the kind of each dose, and when, what and how much it was, by person and day."""
        rows = [
            (self.row_of[who], text)
            for since in range(0, self.grid.status.shape[1], DAYS_AT_A_TIME)
            for who, text in self.session.execute(_DOSES, self.asked | self._span(since))
        ]
        if not rows:
            return np.zeros(0, np.uint8), NOTHING
        many = np.array([len(text) // _DIGITS for _, text in rows])
        digits = np.frombuffer("".join(text for _, text in rows).encode(), np.uint8).reshape(-1, _DIGITS) - ord("0")
        who = np.repeat(np.array([row for row, _ in rows], np.int32), many)
        months = _number(digits[:, 0:4]) * 12 + _number(digits[:, 5:7]) - 1 - 1970 * 12
        days = months.astype("M8[M]").astype("M8[D]").astype(np.int32) + _number(digits[:, 8:10]) - 1
        column = (days - (self.grid.first - date(1970, 1, 1)).days).astype(np.int32)
        events = Events(who, column, digits[:, 12], _number(digits[:, _DIGITS - _MG_DIGITS :]))
        order = np.lexsort((column, who))
        return digits[order, 11], events.only(order)

    def _span(self, column: int) -> dict[str, date]:
        """Return some days from a column on."""
        since = self.grid.day(column)
        return {"since": since, "until": min(since + (DAYS_AT_A_TIME - 1) * A_DAY, self.last)}

    def simple(self) -> set[int]:
        """Return the rows of the people whose days are simple."""
        read, row_of = self.session.execute, self.row_of
        linked = {row for row, records in enumerate(self.some.values()) if len(records) > 1}
        rhythm = {
            row_of[order.person_id]
            for order in self.orders
            if order.every_n_days != 1 or order.weekdays or order.parts != 1 or order.form is Form.INJECTION
        }
        reversed_ = {row_of[row[0]] for row in read(_REVERSED, self.asked)}
        vomited = {row_of[who] for who in self.session.scalars(_VOMITED, self.asked)}
        odd = set(self.doses.row[self.kind == ODD].tolist())
        bottles = {
            row_of[b.person_id]
            for b in self.bottles
            if b.part != 1 or b.parts_ordered != 1 or b.every_n_days != 1 or b.weekdays or b.state is BottleState.PART
        }
        imported = set(self.doses.row[np.isin(self.kind, (IMPORTED, IMPORTED_ELSEWHERE))].tolist())
        begun_before = {row_of[stay.person_id] for stay in self.stays if stay.admitted_on < self.grid.first}
        before = self._histories_before() | (imported & begun_before)
        return set(range(len(self.some))) - linked - rhythm - reversed_ - vomited - odd - bottles - before

    def _histories_before(self) -> set[int]:
        """Return who has a stay from before the first column without an order signed here by then: perhaps imported."""
        signed: dict[int, date] = {}
        for order in self.orders:
            signed[order.episode_id] = min(order.starts_on, signed.get(order.episode_id, date.max))
        return {
            self.row_of[stay.person_id]
            for stay in self.stays
            if stay.admitted_on < self.grid.first and signed.get(stay.id, date.max) > self.grid.first
        }

    def days_of(self, rows: set[int]) -> SimpleDays:
        """Return the days of the people in some rows, which are simple."""
        column, row_of = self.grid.column, self.row_of
        orders, of_stay = [], defaultdict(list)
        for order in self.orders:
            if (row := row_of[order.person_id]) in rows:
                drug = int(DRUG_CODE[order.medication])
                orders.append(Span(row, column(order.starts_on), column(order.last_day), drug))
                of_stay[order.episode_id].append(orders[-1])
        stays, admitted, ends, of_histories = [], [], [], []
        imported = self._imported(rows)
        for stay in self.stays:
            if (row := row_of[stay.person_id]) not in rows:
                continue
            last = OPEN if stay.last_day is None else column(stay.last_day)
            before = min([last, *(span.first - 1 for span in of_stay[stay.id])])
            history = _spans_of_history(imported.get(row, ()), column(stay.admitted_on), before, row)
            of_histories += history
            if first := [span.first for span in (*history, *of_stay[stay.id])]:
                stays.append(Span(row, min(first), last))
                admitted.append(column(stay.admitted_on))
                ends.append(stay.last_day is not None)
        inside = np.isin(self.doses.row, list(rows))
        return SimpleDays(
            stays=stays,
            admitted=admitted,
            ends=ends,
            orders=[*of_histories, *orders],
            away=self._away(rows),
            observed=self.doses.only(inside & np.isin(self.kind, (GIVEN, IMPORTED))),
            elsewhere=self.doses.only(inside & np.isin(self.kind, (ELSEWHERE, IMPORTED_ELSEWHERE))),
            withheld=self.doses.only(inside & (self.kind == WITHHELD)),
            refused=self.doses.only(inside & (self.kind == REFUSED)),
            at_home=self._at_home(rows),
            told=self._told(rows),
        )

    def _imported(self, rows: set[int]) -> dict[int, list[tuple[int, int]]]:
        """Return the columns and drugs of imported doses, oldest first, by row."""
        of = np.isin(self.kind, (IMPORTED, IMPORTED_ELSEWHERE)) & np.isin(self.doses.row, list(rows))
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        one = self.doses.only(of)
        for row, column, medication in self._first_imported(rows):
            found[row].append((column, medication))
        for row, column, medication in zip(one.row.tolist(), one.column.tolist(), one.medication.tolist(), strict=True):
            found[row].append((column, medication))
        return found

    def _first_imported(self, rows: set[int]) -> list[tuple[int, int, int]]:
        """Return the first imported dose of each stay from before the first column, of people who were imported."""
        imported = set(self.session.scalars(_IMPORTED_PEOPLE, self.asked))
        begun = [
            stay.id
            for stay in self.stays
            if stay.admitted_on < self.grid.first and stay.person_id in imported and self.row_of[stay.person_id] in rows
        ]
        found = self.session.execute(_FIRST_OF_A_STAY, {"stays": begun, "since": self.grid.first}) if begun else ()
        return [(self.row_of[who], self.grid.column(day), int(DRUG_CODE[drug])) for who, day, drug in found]

    def _away(self, rows: set[int]) -> list[Span]:
        column = self.grid.column
        return [
            Span(
                self.row_of[one.person_id], column(one.from_on), OPEN if one.last_day is None else column(one.last_day)
            )
            for one in self.session.execute(THAT_NIGHT.away, self.asked)
            if self.row_of[one.person_id] in rows
        ]

    def _at_home(self, rows: set[int]) -> Events:
        taken = [b for b in self.bottles if presumed_taken(b.fate, b.state, bool(b.early))]
        return Events.of(
            [
                (row, self.grid.column(b.covers_on), int(DRUG_CODE[b.medication]), self.at_home[row, b.covers_on])
                for b in taken
                if (row := self.row_of[b.person_id]) in rows
            ]
        )

    def _told(self, rows: set[int]) -> Events:
        told = self.session.execute(THAT_NIGHT.unverified, self.asked)
        return Events.of(
            [
                (row, self.grid.column(one.clinic_day), 0, 0)
                for one in told
                if (row := self.row_of[one.person_id]) in rows
            ]
        )

    def ask_the_ledger(self, rows: set[int], clinic: ClinicDays) -> None:
        """Fill the rows of the people whose days are not simple with what the ledger says.

        Injections reach into the days from before them; of an imported history, where doses stand for orders, the first counts.
        """
        imported = {self.row_of[who] for who in self.session.scalars(_IMPORTED_PEOPLE, self.asked)}
        injected = {self.row_of[order.person_id] for order in self.orders if order.form is Form.INJECTION}
        for some, since in (
            (rows & imported, EVER),
            (rows & injected - imported, self.grid.first - REACH),
            (rows - injected - imported, self.grid.first),
        ):
            roots = [root for row, root in enumerate(self.some) if row in some]
            for start in range(0, len(roots), 50):
                records = {record: root for root in roots[start : start + 50] for record in self.some[root]}
                found = days_of(
                    self.session,
                    records,
                    self.site_id,
                    clinic,
                    since=since,
                    until=self.last,
                    as_of=self.closes,
                    read=THAT_NIGHT,
                )
                for root, days in found.items():
                    self._fill(self.row_of[root], days)

    def _fill(self, row: int, days: PersonDays) -> None:
        """Fill one row with what the ledger says."""
        grid, today = self.grid, self.last + A_DAY
        for column in range(grid.status.shape[1]):
            day = grid.day(column)
            status = status_of(days, day, today)
            grid.status[row, column] = CODE[status]
            order = days.order_on(day)
            grid.ordered[row, column] = 0 if order is None else DRUG_CODE[order.medication]
            self._amount(row, column, days, day, status)
        for stay in days.stays:
            if stay.first_due is None or stay.first_due > self.last:
                continue
            since = first_due_of(course_on(days, stay))
            end = self.last + A_DAY if stay.last_day is None else min(stay.last_day, self.last + A_DAY)
            first, until = grid.column(max(stay.first_due, stay.admitted_on)), grid.column(end)
            grid.since[row, max(first, 0) : max(until, 0)] = grid.column(since or stay.first_due)

    def _amount(self, row: int, column: int, days: PersonDays, day: date, status: DayStatus) -> None:
        """Write down what a day was covered with, where all of it was taken."""
        if status in (DayStatus.OBSERVED, DayStatus.ELSEWHERE):
            doses = [d for d in days.doses_by_day[day] if d.claimed and d.taken_mg > 0 and not d.injected]
            if doses:
                taken = sum(
                    int(d.taken_mg * 1000) for d in doses if DRUG_OF[d.medication] == DRUG_OF[doses[-1].medication]
                )
                self.grid.amount[row, column] = taken // max(d.covers_days for d in doses)
                self.grid.drug[row, column] = DRUG_CODE[doses[-1].medication]
        elif status is DayStatus.TAKE_HOME:
            bottles = [b for b in days.bottles_by_day[day] if b.presumed_whole]
            self.grid.amount[row, column] = self.at_home[row, day] // max(b.covers_days for b in bottles)
            self.grid.drug[row, column] = DRUG_CODE[bottles[-1].medication]


def _number(digits: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return the whole numbers that rows of decimal digits write."""
    weights = 10 ** np.arange(digits.shape[1] - 1, -1, -1, dtype=np.int32)
    number: NDArray[np.int32] = digits.astype(np.int32) @ weights
    return number


def _spans_of_history(doses: Sequence[tuple[int, int]], first: int, last: int, row: int) -> list[Span]:
    """Return what stands for the orders of an imported history, as queries/day_values says it of one person."""
    inside = [(column, drug) for column, drug in doses if first <= column <= last]
    firsts = [one for n, one in enumerate(inside) if n == 0 or _differs(one[1], inside[n - 1][1])]
    ends = [*(column - 1 for column, _ in firsts[1:]), last][: len(firsts)]
    return [Span(row, column, end, drug) for (column, drug), end in zip(firsts, ends, strict=True)]


def _differs(one: int, other: int) -> bool:
    """Return whether two medicines are different drugs: naloxone makes no other one of buprenorphine."""
    methadone = int(DRUG_CODE[Medication.METHADONE])
    return (one == methadone) != (other == methadone)
