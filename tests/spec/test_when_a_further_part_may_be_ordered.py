"""When a further part may be ordered on an induction day, and what goes over the limit.

The ordinary case: induction with methadone, the day's one part of 30 mg taken, no stop; the approved policy allows 40 mg on
the first day. Source: product.md §4.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dispensary.policy.entries import Mark
from dispensary.policy.profiles import LimitKind, OrderLimit
from dispensary.policy.stack import Limit, OrderLimits
from dispensary.rules.supplements import InductionDay, reasons_against, reasons_over_limit
from models.enums import Medication, TreatmentPhase
from models.units import mg

DAY = InductionDay(
    medication=Medication.METHADONE,
    treatment_phase=TreatmentPhase.INDUCTION,
    due_today=True,
    parts_due=1,
    parts_taken=1,
    taken_mg=mg("30"),
    last_taken_at=datetime(2026, 3, 5, 7, tzinfo=UTC),
    stopped=False,
)
LIMITS = OrderLimits(
    (
        Limit(
            OrderLimit(
                kind=LimitKind.FIRST_DAY,
                medication=Medication.METHADONE,
                value=Decimal(40),
                unit="mg",
                citation="§2.3",
                mark=Mark.KNOWN,
                effective_from=date(2020, 1, 1),
                effective_to=None,
                checked_on=date(2026, 1, 1),
                words="At most 40 mg on the first day.",
            ),
            "example",
        ),
    )
)

CASES = [
    ("the first part was taken", {}, []),
    ("both parts of a split day were taken", {"parts_due": 2, "parts_taken": 2}, []),
    ("not in induction", {"treatment_phase": TreatmentPhase.MAINTENANCE}, ["not_induction"]),
    ("nothing was taken yet", {"parts_taken": 0, "taken_mg": mg("0"), "last_taken_at": None}, ["nothing_taken"]),
    ("a part, or a further part, still waits", {"parts_due": 2}, ["part_waits"]),
    ("the order holds no more today", {"due_today": False}, ["not_due_today"]),
    ("a stop stands", {"stopped": True}, ["stop_stands"]),
]


@pytest.mark.parametrize(("changes", "codes"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_when_a_further_part_may_be_ordered(changes, codes):
    reasons = reasons_against(replace(DAY, **changes))

    assert [reason.code for reason in reasons] == codes


@pytest.mark.parametrize(
    ("amount", "limits", "codes"),
    [
        ("10", LIMITS, []),
        ("10.1", LIMITS, ["over_first_day"]),
        ("5", OrderLimits(), ["no_approved_limit"]),
    ],
    ids=["up to the first day's total", "above it", "no approved policy says anything"],
)
def test_the_day_stays_within_the_first_days_total(amount, limits, codes):
    reasons = reasons_over_limit(mg(amount), DAY, limits)

    assert [reason.code for reason in reasons] == codes
