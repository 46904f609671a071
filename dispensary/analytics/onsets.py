"""When somebody stopped coming for good: the first run of so many scheduled days missed, in the grid of their days."""

import numpy as np
from numpy.typing import NDArray

from dispensary.analytics.day_grid import CODE, NEVER, Grid
from dispensary.analytics.features import CAME, NONE
from models.enums import DayStatus

GAP = 14


def first_onsets(grid: Grid, gap: int = GAP) -> NDArray[np.int32]:
    """Return for each person the column on which the first row of `gap` no-shows began; -1 where there is none in the grid.

    The row counts as the ledger counts it: days on which no dose was due neither add to it nor end it; it begins on the
    first of its missed days.
    """
    missed = grid.status == CODE[DayStatus.NO_SHOW]
    came = np.isin(grid.status, CAME)
    people, days = missed.shape
    onset = np.full(people, NONE, np.int32)
    run, begun = np.zeros(people, np.int32), np.full(people, NONE, np.int32)
    since = np.full(people, NEVER, np.int32)
    for column in range(days):
        again = (grid.since[:, column] != NEVER) & (grid.since[:, column] != since)
        new = came[:, column] | again
        since = np.where(again, grid.since[:, column], since)
        run[new] = 0
        begun[(run == 0) & missed[:, column]] = column
        run += missed[:, column]
        reached = (run >= gap) & (onset == NONE)
        onset[reached] = begun[reached]
    return onset
