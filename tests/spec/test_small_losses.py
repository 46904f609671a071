"""When small losses are shown to the clinic head as a pattern. One line a case.

Sources: DEA, Theft or Loss Q&A: minor variances are noted in the site's own records, a continuing pattern of them counts as
significant; who had access, whether losses look random (clinical-rules §4.1, S57, S58). No source names a number: the least
number, the multiple and the parts of the day are the house's own (house.toml, losses).
"""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from dispensary.policy.small_losses import PatternRule, Shifts
from dispensary.rules.small_losses import Cut, Hand, SmallLoss, patterns
from models.enums import Medication, Shift
from models.units import mg

RULE = PatternRule(least=4, times=2)
METHADONE, BUPRENORPHINE = Medication.METHADONE, Medication.BUPRENORPHINE
MORNING, AFTERNOON = Shift.MORNING, Shift.AFTERNOON
ANA, BO, CLEO = 1, 2, 3
EVERYBODY_ALIKE = {Hand(METHADONE, shift, who): 100 for shift in (MORNING, AFTERNOON) for who in (ANA, BO, CLEO)}
BO_MOVES_MOST = EVERYBODY_ALIKE | {Hand(METHADONE, MORNING, BO): 1000, Hand(METHADONE, AFTERNOON, BO): 1000}
numbers = count(1)


def short(times, who, shift=MORNING, drug=METHADONE, amount="2.5"):
    return [SmallLoss(next(numbers), Hand(drug, shift, who), mg(amount), over=False) for _ in range(times)]


def over(times, who, shift=MORNING, drug=METHADONE, amount="2.5"):
    return [SmallLoss(next(numbers), Hand(drug, shift, who), mg(amount), over=True) for _ in range(times)]


BOTH_SHIFTS = [*short(2, ANA), *short(2, BO, AFTERNOON)]
CASES = [
    ("nothing lost: nothing shown", [], EVERYBODY_ALIKE, set()),
    ("three losses: one fewer than the least", short(1, ANA) + short(1, BO) + short(1, CLEO), EVERYBODY_ALIKE, set()),
    ("four losses in both halves of the day, of two people: the drug alone", BOTH_SHIFTS, EVERYBODY_ALIKE, {Cut.DRUG}),
    ("four losses, all in the morning, of several people", short(2, ANA) + short(2, BO), EVERYBODY_ALIKE, {Cut.DRUG, Cut.SHIFT}),
    (
        "four losses of one person who moves a third of it, in both halves",
        short(2, BO) + short(2, BO, AFTERNOON),
        EVERYBODY_ALIKE,
        {Cut.DRUG, Cut.PERSON},
    ),
    (
        "four losses of one person who moves most of it: no more than their share",
        short(2, BO) + short(2, BO, AFTERNOON),
        BO_MOVES_MOST,
        {Cut.DRUG},
    ),
    ("as often over as short: a measure that errs both ways", BOTH_SHIFTS + over(4, ANA), EVERYBODY_ALIKE, set()),
    ("drops found hide nothing", BOTH_SHIFTS + over(6, ANA, amount="0.01"), EVERYBODY_ALIKE, {Cut.DRUG}),
    ("over once, short four times", BOTH_SHIFTS + over(1, ANA), EVERYBODY_ALIKE, {Cut.DRUG}),
    ("two of one drug, two of another: neither", short(2, ANA) + short(2, ANA, drug=BUPRENORPHINE), EVERYBODY_ALIKE, set()),
    (
        "exactly twice the share is shown: half of the losses on a quarter of the movements",
        short(4, ANA) + short(2, BO, AFTERNOON) + short(2, CLEO, AFTERNOON),
        {Hand(METHADONE, MORNING, ANA): 50, Hand(METHADONE, MORNING, BO): 50, Hand(METHADONE, AFTERNOON, CLEO): 100},
        {Cut.DRUG, Cut.PERSON},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("case", "found", "moved", "shown"), CASES, ids=[case[0] for case in CASES])
def test_what_is_shown_as_a_pattern(case, found, moved, shown):
    assert {pattern.cut for pattern in patterns(found, moved, RULE)} == shown


def test_a_pattern_says_each_share_and_how_much_and_points_at_its_rows():
    losses = [*short(2, BO, amount="2.5"), *short(2, BO, AFTERNOON, amount="10"), *over(1, BO), *short(1, ANA)]

    person = next(p for p in patterns(losses, EVERYBODY_ALIKE, RULE) if p.cut is Cut.PERSON)

    assert (person.by_id, person.losses, person.of_losses, person.over) == (BO, 4, 5, 1)
    assert (person.moved, person.of_moved, person.amount_mg) == (200, 600, Decimal(25))
    assert person.movement_ids == tuple(loss.movement_id for loss in losses[:4])


@pytest.mark.parametrize(
    ("local", "shift"),
    [
        ("04:00", Shift.MORNING), ("11:59", Shift.MORNING), ("12:00", Shift.AFTERNOON), ("17:59", Shift.AFTERNOON),
        ("18:00", Shift.EVENING), ("23:59", Shift.EVENING), ("00:30", Shift.EVENING), ("03:59", Shift.EVENING),
    ],
)  # fmt: skip
def test_parts_of_the_day_go_by_local_time(local, shift):
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    at = datetime.fromisoformat(f"2026-03-02T{local}").replace(tzinfo=zone).astimezone(UTC)

    assert Shifts(12, 18).of(at, zone) is shift
