"""What a prescriber may order by telephone. One line a case: what stands, what is asked for, and every reason against it.

The ordinary call: in treatment, no stop, nothing taken today. To continue: the order of 80 mg ran out yesterday, and 80 mg
were the last taken. To lower or release: 80 mg are ordered for today in one part; to release: they are held. Source:
product.md §4: valid one clinic day, only to continue, lower or release, and never to raise.
"""

from dataclasses import replace
from datetime import date

import pytest

from dispensary.rules.telephone_orders import CallFacts, Lapsed, amount_fault, most_mg, reasons_against
from models.enums import TelephoneOrderKind
from models.units import mg

CONTINUE, LOWER, RELEASE = TelephoneOrderKind
TODAY = date(2026, 3, 5)
LAPSED = Lapsed(1, date(2026, 3, 4), (mg("80"),), due_today=True, last_taken_mg=mg("80"))
RAN_OUT = CallFacts(
    clinic_day=TODAY,
    in_treatment=True,
    stopped=False,
    dosed_today=False,
    order_parts=None,
    due_mg=None,
    held_mg=None,
    lapsed=LAPSED,
)
ORDERED = replace(RAN_OUT, order_parts=1, due_mg=mg("80"), lapsed=None)
HELD = replace(ORDERED, held_mg=mg("80"))

REASONS = [
    ("an order that ran out yesterday is continued", CONTINUE, RAN_OUT, {}, []),
    ("one that ran out a week ago too", CONTINUE, RAN_OUT, {"lapsed": replace(LAPSED, last_day=date(2026, 2, 26))}, []),
    (
        "one that ran out longer ago is not",
        CONTINUE,
        RAN_OUT,
        {"lapsed": replace(LAPSED, last_day=date(2026, 2, 25))},
        ["nothing_lapsed"],
    ),
    ("one that was stopped did not run out", CONTINUE, RAN_OUT, {"lapsed": None}, ["nothing_lapsed"]),
    ("one that holds needs no continuing", CONTINUE, ORDERED, {}, ["order_holds"]),
    (
        "nothing taken under it: no first dose by telephone",
        CONTINUE,
        RAN_OUT,
        {"lapsed": replace(LAPSED, last_taken_mg=None)},
        ["nothing_taken"],
    ),
    (
        "in parts, and only some were taken on the last day",
        CONTINUE,
        RAN_OUT,
        {"lapsed": replace(LAPSED, amounts_mg=(mg("50"), mg("30")), last_taken_mg=mg("50"))},
        ["parts_not_all_taken"],
    ),
    (
        "every second day, and today is the day between",
        CONTINUE,
        RAN_OUT,
        {"lapsed": replace(LAPSED, due_today=False)},
        ["not_due_today"],
    ),
    ("today's dose is lowered", LOWER, ORDERED, {}, []),
    ("held, it can be lowered before it is released", LOWER, HELD, {}, []),
    ("without an order there is nothing to lower", LOWER, RAN_OUT, {}, ["no_active_order"]),
    ("a day in parts is not lowered by telephone", LOWER, ORDERED, {"order_parts": 2}, ["several_parts"]),
    ("no dose is due today", LOWER, ORDERED, {"due_mg": None}, ["not_due_today"]),
    ("a held dose is released", RELEASE, HELD, {}, []),
    ("a held day in parts too", RELEASE, HELD, {"order_parts": 2}, []),
    ("nothing is held", RELEASE, ORDERED, {}, ["nothing_held"]),
    ("without an order there is nothing to release", RELEASE, RAN_OUT, {}, ["no_active_order", "nothing_held"]),
    ("a stop is not released by telephone", RELEASE, HELD, {"stopped": True}, ["stop_stands"]),
    ("nor passed by", CONTINUE, RAN_OUT, {"stopped": True}, ["stop_stands"]),
    ("nor by a lower dose", LOWER, ORDERED, {"stopped": True}, ["stop_stands"]),
    ("after today's dose nothing further", LOWER, ORDERED, {"dosed_today": True}, ["dosed_today"]),
    ("discharged, or on a record that was linked away", LOWER, ORDERED, {"in_treatment": False}, ["not_in_treatment"]),
]


@pytest.mark.parametrize(("kind", "facts", "changes", "codes"), [c[1:] for c in REASONS], ids=[c[0] for c in REASONS])
def test_what_may_be_ordered(kind, facts, changes, codes):
    reasons = reasons_against(kind, replace(facts, **changes))

    assert [reason.code for reason in reasons] == codes
    assert all(reason.next_step.msgid for reason in reasons)


SPLIT = replace(LAPSED, amounts_mg=(mg("50"), mg("30")))
PART_TAKEN = replace(RAN_OUT, lapsed=replace(LAPSED, last_taken_mg=mg("40")))
AMOUNTS = [
    ("continued with the same amount", CONTINUE, RAN_OUT, "80", True),
    ("continued with less", CONTINUE, RAN_OUT, "60", True),
    ("continued with more", CONTINUE, RAN_OUT, "80.5", False),
    ("more than was last taken, though ordered", CONTINUE, PART_TAKEN, "80", False),
    ("as much as was last taken", CONTINUE, PART_TAKEN, "40", True),
    ("in parts, as it was", CONTINUE, replace(RAN_OUT, lapsed=SPLIT), "80", True),
    ("in parts, and less: which of them?", CONTINUE, replace(RAN_OUT, lapsed=SPLIT), "60", False),
    ("lower is lower", LOWER, ORDERED, "79.9", True),
    ("the same is not lower", LOWER, ORDERED, "80", False),
    ("more is not lower", LOWER, ORDERED, "90", False),
    ("nothing is not an amount", LOWER, ORDERED, "0", False),
    ("released as ordered", RELEASE, HELD, "80", True),
    ("released for less", RELEASE, HELD, "60", False),
    ("released for more", RELEASE, HELD, "90", False),
]


@pytest.mark.parametrize(("kind", "facts", "amount", "good"), [c[1:] for c in AMOUNTS], ids=[c[0] for c in AMOUNTS])
def test_how_much_may_be_ordered(kind, facts, amount, good):
    fault = amount_fault(kind, mg(amount), facts)

    assert (fault is None) is good
    assert mg(amount) <= most_mg(kind, facts) or not good
