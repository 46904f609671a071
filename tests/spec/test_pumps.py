"""How a dispensing pump stands. One line a case.

Out of service before all else; then the newest calibration since the pump came into service counts alone. A failed one stays
until one passes. One that passed on day D holds while the site's rule of N days has not run out: on day D + N the next is
due, from the day after it is overdue. A calibration passes if every measured volume lies within the tolerance, the edge
included. No national figure is known: both numbers are the site's. Source: product.md §8; capabilities 12.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dispensary.rules.pumps import (
    Calibrated,
    PumpState,
    fault_of_measures,
    fault_of_primed,
    fault_of_rule,
    is_within,
    off_by,
    passes,
    poured_in_all,
    standing_of,
)
from models.units import Percent, quantity

TODAY = date(2026, 3, 2)
IN_SERVICE = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
FIT, DUE, FAILED, NEVER, OUT = PumpState
PASSED, DID_NOT = True, False
LATE = True
WEEKLY = 7


def calibrated(days_ago, passed, hour=7):
    day = TODAY - timedelta(days=days_ago)
    return Calibrated(datetime(day.year, day.month, day.day, hour, tzinfo=UTC), day, passed)


CASES = [
    ("never calibrated", [], {}, (NEVER, False)),
    ("calibrated today", [(0, PASSED)], {}, (FIT, False)),
    ("the day before it is due", [(6, PASSED)], {}, (FIT, False)),
    ("on the day it is due", [(7, PASSED)], {}, (DUE, False)),
    ("a day late", [(8, PASSED)], {}, (DUE, LATE)),
    ("failed today", [(0, DID_NOT)], {}, (FAILED, False)),
    ("failed long ago, and nothing since", [(40, DID_NOT)], {}, (FAILED, False)),
    ("passed before, failed today", [(3, PASSED), (0, DID_NOT)], {}, (FAILED, False)),
    ("passes again on the same day", [(0, DID_NOT), (0, PASSED, 9)], {}, (FIT, False)),
    ("two at the same moment: the one recorded later counts", [(0, DID_NOT), (0, PASSED)], {}, (FIT, False)),
    ("the one that was done later counts, whichever was recorded first", [(0, PASSED), (1, DID_NOT)], {}, (FIT, False)),
    ("a pass after a failure counts from its own day", [(8, DID_NOT), (7, PASSED)], {}, (DUE, False)),
    ("out of service, though calibrated today", [(0, PASSED)], {"out_of_service": True}, (OUT, False)),
    ("out of service, though it failed", [(0, DID_NOT)], {"out_of_service": True}, (OUT, False)),
    (
        "what was before it came back into service counts no more",
        [(3, PASSED)],
        {"in_service_at": datetime(2026, 3, 1, 6, 0, tzinfo=UTC)},
        (NEVER, False),
    ),
    (
        "a failure before it came back either",
        [(3, DID_NOT)],
        {"in_service_at": datetime(2026, 3, 1, 6, 0, tzinfo=UTC)},
        (NEVER, False),
    ),
    (
        "calibrated at the very moment it came into service",
        [(1, PASSED, 6)],
        {"in_service_at": datetime(2026, 3, 1, 6, 0, tzinfo=UTC)},
        (FIT, False),
    ),
    ("every day: yesterday's is due today", [(1, PASSED)], {"every_days": 1}, (DUE, False)),
    ("every day: today's holds today", [(0, PASSED)], {"every_days": 1}, (FIT, False)),
    ("no rule: nothing can be judged", [(0, PASSED)], {"every_days": None}, (NEVER, False)),
]


@pytest.mark.parametrize(("done", "how", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_how_a_pump_stands(done, how, expected):
    given = {"in_service_at": IN_SERVICE, "out_of_service": False, "every_days": WEEKLY} | how

    found = standing_of(calibrations=[calibrated(*one) for one in done], today=TODAY, **given)

    assert (found.state, found.late) == expected
    assert found.asks == (found.state in (DUE, FAILED, NEVER))


@pytest.mark.parametrize(
    ("measured", "within", "off"),
    [
        ("10", True, "0"),
        ("10.2", True, "2"),
        ("9.8", True, "-2"),
        ("10.201", False, "2.01"),
        ("9.799", False, "-2.01"),
        ("0", False, "-100"),
    ],
)
def test_a_volume_is_within_two_percent_of_ten(measured, within, off):
    asked, found = quantity("10"), quantity(measured)

    assert is_within(asked, found, Percent(Decimal(2))) is within
    assert off_by(asked, found) == Decimal(off)


@pytest.mark.parametrize(
    ("measured", "verdict", "because"),
    [
        (["10", "10.1", "9.9"], True, "each is within"),
        (["10.3", "9.7"], False, "their mean is exact, and neither is within"),
        (["10", "10", "10.201"], False, "one is not"),
        ([], False, "nothing was measured"),
    ],
)
def test_every_volume_counts_and_not_the_mean(measured, verdict, because):
    assert passes(quantity("10"), [quantity(one) for one in measured], Percent(Decimal(2))) is verdict, because


@pytest.mark.parametrize(
    ("measured", "poured"),
    [(["10.01", "9.98", "10.02"], "30"), (["0.04"], "0"), (["0.05"], "0.1"), (["9.96", "9.98"], "19.9"), (["0"], "0")],
)
def test_what_was_poured_is_counted_in_parts_of_the_product(measured, poured):
    assert poured_in_all([quantity(one) for one in measured], quantity("0.1")) == Decimal(poured)


@pytest.mark.parametrize(
    ("amount", "good"), [("0.1", True), ("500", True), ("500.1", False), ("0", False), ("-1", False), ("0.05", False)]
)
def test_what_a_prime_may_say(amount, good):
    assert (fault_of_primed(quantity(amount), quantity("0.1"), quantity("500")) is None) is good


@pytest.mark.parametrize(
    ("asked", "measured", "field"),
    [
        ("10", ["10"], None),
        ("10", ["0", "20"], None),
        ("10", ["500"], None),
        ("10", ["500.001"], "measured"),
        ("10", ["-0.1"], "measured"),
        ("10", [], "measured"),
        ("10", ["10"] * 7, "measured"),
        ("0", ["0"], "asked"),
        ("10.05", ["10"], "asked"),
        ("500.1", ["500"], "asked"),
    ],
)
def test_what_a_calibration_may_say(asked, measured, field):
    fault = fault_of_measures(quantity(asked), [quantity(m) for m in measured], quantity("0.1"), quantity("500"))

    assert (fault[0] if fault else None) == field


@pytest.mark.parametrize(
    ("tolerance", "days", "field"),
    [("0.1", 1, None), ("10", 366, None), ("0", 7, "tolerance"), ("10.1", 7, "tolerance"), ("2", 0, "every_days"),
     ("2", 367, "every_days")],
)  # fmt: skip
def test_what_a_rule_may_say(tolerance, days, field):
    fault = fault_of_rule(Percent(Decimal(tolerance)), days)

    assert (fault[0] if fault else None) == field
