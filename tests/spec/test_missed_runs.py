"""Runs of missed days: what ends one, what does not, how much of one lies in a period, and when the person came again.

M a no-show, C came, . a day that is none of it. Source: clinical-rules §6 (people with a run of 3 days or more, and what came
of each).
"""

import pytest

from dispensary.rules.missed_runs import Run, runs

CASES = [
    ("CCCC", []),
    ("MMMC", [Run((0, 1, 2), 3)]),
    ("CMMM", [Run((1, 2, 3), None)]),
    ("CMMMMMC", [Run((1, 2, 3, 4, 5), 6)]),
    ("CMMM...", [Run((1, 2, 3), None)]),
    ("M.MCMC", [Run((0, 2), 3), Run((4,), 5)]),
    ("M..M.C", [Run((0, 3), 5)]),
    ("....", []),
    ("", []),
]


@pytest.mark.parametrize(("days", "found"), CASES, ids=[days for days, _ in CASES])
def test_runs(days, found):
    assert runs([day == "M" for day in days], [day == "C" for day in days]) == found


def test_so_many_of_a_run_lie_in_a_period():
    run = Run((2, 3, 5, 8), 9)

    assert [run.within(*period) for period in ((0, 1), (0, 3), (3, 5), (4, 9), (9, 20))] == [0, 2, 2, 2, 0]
