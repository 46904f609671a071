"""Runs of missed days in a period: what ends one, what does not, and when the person came again.

M a no-show, C came, . a day that is none of it; the bar is the end of the period. Source: clinical-rules §6 (people with a run
of 3 days or more, and what came of each).
"""

import pytest

from dispensary.rules.missed_runs import Run, runs

CASES = [
    ("CCCC|", []),
    ("MMMC|", [Run(0, 2, 3, 3)]),
    ("CMMM|", [Run(1, 3, 3, None)]),
    ("CMMM|MMC", [Run(1, 3, 3, 6)]),
    ("CMMM|...", [Run(1, 3, 3, None)]),
    ("M.MCM|C", [Run(0, 2, 2, 3), Run(4, 4, 1, 5)]),
    ("M..M.C|", [Run(0, 3, 2, 5)]),
    ("CC|MMM", []),
    ("....|", []),
    ("|", []),
]


@pytest.mark.parametrize(("days", "found"), CASES, ids=[days for days, _ in CASES])
def test_runs(days, found):
    period, _, later = days.partition("|")
    whole = period + later

    assert runs([day == "M" for day in whole], [day == "C" for day in whole], len(period)) == found
