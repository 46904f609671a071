"""Everyone's clinic days as one grid: a row a person, a column a day, in it what the day ledger says.

The grid of people whose days are simple is painted here, span over span, in the order of the ledger; everybody else's is filled
in from the ledger itself. That both say the same is tested. Nothing here is read and nothing judged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.enums import DayStatus, Medication

STATUSES = tuple(DayStatus)
CODE = {status: np.uint8(n) for n, status in enumerate(STATUSES)}
MEDICATIONS = (None, *Medication)
DRUG_CODE = {medication: np.uint8(n) for n, medication in enumerate(MEDICATIONS)}
NEVER = np.iinfo(np.int32).min
"""Stands in `since` for a day outside treatment."""


class Span(NamedTuple):
    """From one column to another, both included, of one row."""

    row: int
    first: int
    last: int
    medication: int = 0


class Events(NamedTuple):
    """Something on single days: rows, columns, and, where they carry one, a code or an amount each."""

    row: NDArray[np.int32]
    column: NDArray[np.int32]
    medication: NDArray[np.uint8]
    amount: NDArray[np.int32]
    """Thousandths of a mg; 0 where nothing was taken."""

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> "Events":
        """Return events from rows of row, column, medication and amount."""
        table = np.asarray(rows, dtype=np.int64).reshape(-1, 4)
        return cls(
            table[:, 0].astype(np.int32),
            table[:, 1].astype(np.int32),
            table[:, 2].astype(np.uint8),
            table[:, 3].astype(np.int32),
        )

    def only(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> "Events":
        """Return some of them, in this order."""
        return Events(self.row[keep], self.column[keep], self.medication[keep], self.amount[keep])


NOTHING = Events.of(())


@dataclass(frozen=True)
class Grid:
    """The days of some people, a row each, from the day of column 0."""

    first: date
    status: NDArray[np.uint8]
    """Place of the status in `STATUSES`."""
    since: NDArray[np.int32]
    """The column from which everything counts for who is in treatment at the close of the day, perhaps before column 0;
    `NEVER` outside treatment, and on its last day."""
    amount: NDArray[np.int32]
    """What was taken for the day, in thousandths of a mg; 0 where nothing was, or nobody knows how much."""
    drug: NDArray[np.uint8]
    """Place in `MEDICATIONS` of what was taken."""
    ordered: NDArray[np.uint8]
    """The same of the order in force."""

    @classmethod
    def blank(cls, first: date, people: int, days: int) -> "Grid":
        """Return the days of people of whom nothing is on record."""
        shape = (people, days)
        return cls(
            first,
            np.full(shape, CODE[DayStatus.OUTSIDE_TREATMENT], np.uint8),
            np.full(shape, NEVER, np.int32),
            np.zeros(shape, np.int32),
            np.zeros(shape, np.uint8),
            np.zeros(shape, np.uint8),
        )

    def column(self, day: date) -> int:
        """Return the column of a day."""
        return (day - self.first).days

    def day(self, column: int) -> date:
        """Return the day of a column."""
        return self.first + timedelta(days=column)


@dataclass(frozen=True)
class SimpleDays:
    """What is on record of people whose days are simple: one daily dose of one part, whatever became of it."""

    stays: Sequence[Span]
    """From the first day with an order, by admission."""
    admitted: Sequence[int]
    """The column of the admission of each: nobody is in treatment before it."""
    ends: Sequence[bool]
    """Whether each has ended on its last column."""
    orders: Sequence[Span]
    """By id: of several that hold on a day the newest counts."""
    away: Sequence[Span]
    observed: Events = NOTHING
    elsewhere: Events = NOTHING
    at_home: Events = NOTHING
    told: Events = NOTHING
    """Doses elsewhere that were told of and not confirmed."""
    withheld: Events = NOTHING
    refused: Events = NOTHING


def paint(grid: Grid, days: SimpleDays, closed: NDArray[np.bool_], on_paper: NDArray[np.bool_]) -> None:
    """Paint the days of people whose days are simple into their rows: what comes first in the ledger is painted last.

    Args:
        closed: for each column whether the clinic gave no doses.
        on_paper: for each column whether its paper is not entered yet.
    """
    in_treatment = np.zeros(grid.status.shape, np.bool_)
    for stay, admitted, ended in zip(days.stays, days.admitted, days.ends, strict=True):
        in_treatment[stay.row, _columns(stay)] = True
        grid.since[stay.row, max(stay.first, admitted, 0) : max(stay.last + (not ended), 0)] = stay.first
    for order in days.orders:
        grid.ordered[order.row, _columns(order)] = order.medication
    due = in_treatment & (grid.ordered > 0)
    grid.status[in_treatment] = CODE[DayStatus.NOT_SCHEDULED]
    grid.status[due] = CODE[DayStatus.NO_SHOW]
    grid.status[due & closed] = CODE[DayStatus.CLOSED_UNCOVERED]
    grid.status[in_treatment & on_paper] = CODE[DayStatus.NOT_YET_ENTERED]
    for away in days.away:
        grid.status[away.row, _columns(away)] = CODE[DayStatus.AWAY_UNKNOWN]
    for events, status in (
        (days.refused, DayStatus.REFUSED),
        (days.withheld, DayStatus.WITHHELD),
        (days.told, DayStatus.ELSEWHERE_UNVERIFIED),
        (days.at_home, DayStatus.TAKE_HOME),
        (days.elsewhere, DayStatus.ELSEWHERE),
        (days.observed, DayStatus.OBSERVED),
    ):
        grid.status[events.row, events.column] = CODE[status]
    paint_amounts(grid, (days.at_home, days.elsewhere, days.observed))


def paint_amounts(grid: Grid, taken: Iterable[Events]) -> None:
    """Write down what was taken on each day, and of what; the later events count."""
    for events in taken:
        grid.amount[events.row, events.column] = events.amount
        grid.drug[events.row, events.column] = events.medication


def _columns(span: Span) -> slice:
    return slice(max(span.first, 0), max(span.last + 1, 0))
