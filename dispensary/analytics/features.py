"""What is counted of everyone at the close of a clinic day, for one night or for many at once: an array of nights by people.

Every figure of a night comes from the columns of that day and the days before it, and from urines taken before it: nothing that
lies after a night can change it. Definitions: retention-evidence §2a (CTN-0027).
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispensary.analytics.day_grid import CODE, DRUG_CODE, NEVER, Grid
from models.enums import DayStatus, Medication

CAME = np.array(
    [
        CODE[status]
        for status in (
            DayStatus.OBSERVED,
            DayStatus.ELSEWHERE,
            DayStatus.INJECTION_COVERS,
            DayStatus.TAKE_HOME,
            DayStatus.PART,
            DayStatus.WITHHELD,
            DayStatus.REFUSED,
        )
    ],
    np.uint8,
)
"""What ends no-shows in a row, as in rules/ledger; a test holds both together."""
WEEK, FORTNIGHT, MONTH = 7, 14, 28
NONE = -1
"""Stands for what is not known in arrays of whole numbers."""
BUPRENORPHINE = (DRUG_CODE[Medication.BUPRENORPHINE], DRUG_CODE[Medication.BUPRENORPHINE_NALOXONE])

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Urines:
    """Urines that were taken and read, in any order; `column` is the first day on which the result was known."""

    row: Ints
    taken: Ints
    """The column of the day it was taken on."""
    column: Ints
    opioid: NDArray[np.int8]
    """1 positive, 0 looked for and not found, -1 not looked for."""
    stimulant: NDArray[np.int8]
    benzodiazepine: NDArray[np.int8]

    @classmethod
    def of(cls, rows: Any) -> "Urines":
        """Return urines from rows of row, taken, column, opioid, stimulant and benzodiazepine, sorted by when they were taken."""
        table = np.asarray(rows, np.int32).reshape(-1, 6)
        table = table[np.lexsort((table[:, 1], table[:, 0]))]
        kinds = (table[:, n].astype(np.int8) for n in (3, 4, 5))
        return cls(table[:, 0], table[:, 1], table[:, 2], *kinds)


@dataclass(frozen=True)
class Features:
    """Arrays of nights by people; the first axis is the night. -1 or NaN stands for what is not known."""

    active: Bools
    """In treatment at the close of the night, with a medicine; of whoever is not, nothing else here means anything."""
    no_shows: Ints
    """In a row."""
    other_missed: Ints
    """In the last 14 days, without those in the row of no-shows."""
    missed_7: Ints
    missed_14: Ints
    missed_28: Ints
    due_7: Ints
    """Scheduled days among the last 7: missed, or taken, or come to without."""
    due_14: Ints
    due_28: Ints
    gaps_28: Ints
    """Runs of missed days that began in the last 28."""
    longest_gap_28: Ints
    missed_share: Floats
    """Of the scheduled days since admission, a year back at most."""
    days_in_treatment: Ints
    medication: NDArray[np.uint8]
    """Last taken in this treatment, or last ordered while nothing was taken: place in `MEDICATIONS`."""
    amount: Ints
    """A day, last taken, in thousandths of a mg."""
    amount_before: Ints
    """As it was 14 days before, of the same drug."""
    below_own_most: Floats
    """By what share the amount lies below the most that was taken in this treatment, a year back at most."""
    opioid: Ints
    """Of the last urine that was tested for opioids: 1 positive, 0 negative."""
    opioid_age: Ints
    urine_age: Ints
    opioid_rate_28: Floats
    """Share positive of the urines of the last 28 days that were tested for it."""
    stimulant_rate_28: Floats
    benzodiazepine_rate_28: Floats

    def people(self, rows: NDArray[Any]) -> "Features":
        """Return the same of some people."""
        return Features(*(getattr(self, one.name)[:, rows] for one in fields(self)))


def features(grid: Grid, urines: Urines, nights: Ints, before: int = FORTNIGHT) -> Features:
    """Return what is counted at the close of some nights.

    Args:
        nights: columns of the grid.
        before: against how many days ago the amount is compared.
    """
    counted = _Counted(grid, nights)
    amount, was, most, medication = counted.amounts(before)
    return Features(
        active=counted.active & (medication > 0),
        no_shows=counted.no_shows,
        other_missed=counted.other_missed(FORTNIGHT),
        missed_7=counted.missed_in(WEEK),
        missed_14=counted.missed_in(FORTNIGHT),
        missed_28=counted.missed_in(MONTH),
        due_7=counted.due_in(WEEK),
        due_14=counted.due_in(FORTNIGHT),
        due_28=counted.due_in(MONTH),
        gaps_28=counted.gaps_in(MONTH),
        longest_gap_28=counted.longest_gap_in(MONTH),
        missed_share=counted.missed_share(),
        days_in_treatment=np.where(counted.active, counted.night - counted.since, NONE),
        medication=medication,
        amount=amount,
        amount_before=was,
        below_own_most=np.where(most > 0, 1 - amount / np.maximum(most, 1), np.nan),
        **_of_urines(urines, counted),
    )


class _Counted:
    """Running counts over a grid, looked up at nights; every answer is an array of nights by people."""

    def __init__(self, grid: Grid, nights: Ints) -> None:
        self.grid, self.nights = grid, np.asarray(nights, np.int32)
        self.people, self.days = grid.status.shape
        self.night = self.nights[:, None]
        self.since = grid.since[:, self.nights].T
        self.active = self.since != NEVER
        missed = grid.status == CODE[DayStatus.NO_SHOW]
        self.came = np.isin(grid.status, CAME)
        self.missed = _running(missed)
        self.due = _running(missed | self.came)
        self.start = np.where(self.active, np.maximum(self.since, 0), self.night)
        last = np.where(self.came, np.arange(self.days, dtype=np.int32), np.int32(-1))
        self.last_came = np.maximum.accumulate(last, axis=1)
        self.ended = np.maximum(self.last_came[:, self.nights].T, self.start - 1)
        self.no_shows = self._since(self.missed, self.ended + 1)

    def missed_in(self, days: int) -> Ints:
        return self._since(self.missed, np.maximum(self.start, self.night - days + 1))

    def due_in(self, days: int) -> Ints:
        return self._since(self.due, np.maximum(self.start, self.night - days + 1))

    def other_missed(self, days: int) -> Ints:
        """Missed in the last days, up to the last day on which somebody came."""
        first = np.maximum(self.start, self.night - days + 1)
        others: Ints = self._since(self.missed, first) - self._since(self.missed, np.maximum(first, self.ended + 1))
        return np.where(others > 0, others, 0)

    def missed_share(self) -> Floats:
        missed, due = (self._since(count, self.start) for count in (self.missed, self.due))
        return np.where(due > 0, missed / np.maximum(due, 1), np.nan)

    def gaps_in(self, days: int) -> Ints:
        """Runs of missed days whose first day lies in the last days: missed, and the scheduled day before was not."""
        count: Ints = np.zeros(self.no_shows.shape, np.int32)
        for back in range(days):
            count += self._run_at(back) == 1
        return count

    def longest_gap_in(self, days: int) -> Ints:
        """The longest run of missed days that stood on one of the last days, no longer than these days."""
        longest = np.zeros(self.no_shows.shape, np.int32)
        for back in range(days):
            longest = np.maximum(longest, np.minimum(self._run_at(back), days - back))
        return longest

    def _run_at(self, back: int) -> Ints:
        """Return how many no-shows in a row stood on a missed day so many days ago; 0 where none was missed on it."""
        at = self.night - back
        inside = self.active & (at >= self.start)
        column = np.maximum(self.nights - back, 0)
        ended = np.maximum(self.last_came[:, column].T, self.start - 1)
        run = self.missed[:, column + 1].T - _look(self.missed, ended + 1)
        on_it = self.missed[:, column + 1].T > self.missed[:, column].T
        return np.where(inside & on_it, run, 0)

    def amounts(self, before: int) -> tuple[Ints, Ints, Ints, NDArray[np.uint8]]:
        """Return the amount now, the amount before, the most of this treatment, all of the same drug, and the medicine."""
        grid, columns = self.grid, np.arange(self.days, dtype=np.int32)
        at = np.maximum.accumulate(np.where(grid.amount > 0, columns, np.int32(-1)), axis=1)
        now = at[:, self.nights].T
        known = self.active & (now >= self.start)
        then = np.where(self.night >= before, at[:, np.maximum(self.nights - before, 0)].T, -1)
        known_then = known & (then >= self.start)
        taken, taken_then = (_look(grid.drug, np.maximum(one, 0)) for one in (now, then))
        amount = np.where(known, _look(grid.amount, np.maximum(now, 0)), NONE)
        was = np.where(known_then & (_drug(taken) == _drug(taken_then)), _look(grid.amount, np.maximum(then, 0)), NONE)
        held = np.maximum.accumulate(np.where(grid.ordered > 0, columns, np.int32(-1)), axis=1)[:, self.nights].T
        ordered = np.where(self.active & (held >= self.start), _look(grid.ordered, np.maximum(held, 0)), 0)
        medication = np.where(known, taken, ordered)
        return amount, was, self._most(_drug(taken), known), medication.astype(np.uint8)

    def _most(self, drug: NDArray[Any], known: Bools) -> Ints:
        """Return the most of a drug taken since the start: the highest of the running highest, where treatment began in view."""
        grid = self.grid
        most = np.full(known.shape, 0, np.int32)
        for of in (True, False):
            wanted = np.isin(grid.drug, BUPRENORPHINE) == of
            amounts = np.where(wanted, grid.amount, 0)
            running = np.maximum.accumulate(amounts, axis=1)
            found = running[:, self.nights].T.copy()
            earlier = (self.start > 0) & (_look(running, np.maximum(self.start - 1, 0)) > 0) & known
            for n, row in np.argwhere(earlier):
                found[n, row] = amounts[row, self.start[n, row] : self.nights[n] + 1].max()
            most = np.where(known & (drug == of), found, most)
        return most

    def _since(self, count: Ints, first: Ints) -> Ints:
        """Return how many were counted from a column to the night, both included."""
        found = count[:, self.nights + 1].T - _look(count, np.minimum(first, self.night + 1))
        return np.where(self.active, found, 0)


def _running(what: Bools) -> Ints:
    """Return how many stand before each column, and at the end of all."""
    counts = np.zeros((what.shape[0], what.shape[1] + 1), np.int32)
    np.cumsum(what, axis=1, out=counts[:, 1:])
    return counts


def _look(table: NDArray[Any], column: NDArray[Any]) -> NDArray[Any]:
    """Return what stands in the rows of people at columns given as nights by people."""
    found: NDArray[Any] = table[np.arange(table.shape[0])[None, :], column]
    return found


def _drug(medication: NDArray[Any]) -> Bools:
    """Return whether it is buprenorphine, with or without naloxone, as against methadone."""
    return np.isin(medication, BUPRENORPHINE)


def _of_urines(urines: Urines, counted: _Counted) -> dict[str, NDArray[Any]]:
    """Return what urines say; those of the four weeks before treatment, which were taken on the way in, count too."""
    shape = counted.no_shows.shape
    found: dict[str, NDArray[Any]] = {
        name: np.full(shape, NONE, np.int32) for name in ("opioid", "opioid_age", "urine_age")
    }
    rates = {"opioid": "opioid_rate_28", "stimulant": "stimulant_rate_28", "benzodiazepine": "benzodiazepine_rate_28"}
    found |= {name: np.full(shape, np.nan) for name in rates.values()}
    for n, night in enumerate(counted.nights):
        since = np.where(counted.active[n], counted.since[n], 0)[urines.row]
        seen = (urines.column <= night) & (urines.taken >= since - MONTH) & counted.active[n, urines.row]
        _last(found["urine_age"][n], urines, seen, night - urines.taken)
        tested = seen & (urines.opioid >= 0)
        _last(found["opioid_age"][n], urines, tested, night - urines.taken)
        _last(found["opioid"][n], urines, tested, urines.opioid)
        recent = seen & (night - urines.taken < MONTH)
        for kind, name in rates.items():
            result = getattr(urines, kind)
            looked = recent & (result >= 0)
            tests = np.bincount(urines.row[looked], minlength=counted.people)
            positive = np.bincount(urines.row[looked], weights=result[looked], minlength=counted.people)
            found[name][n] = np.where(tests > 0, positive / np.maximum(tests, 1), np.nan)
    return found


def _last(into: NDArray[Any], urines: Urines, seen: Bools, value: NDArray[Any]) -> None:
    """Write the value of each person's last urine that was seen; they are sorted by day, and the last written counts."""
    into[urines.row[seen]] = value[seen]
