"""A month as it may leave the clinic, attacked by subtraction: across its sections, and with what the months beside it tell."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from dispensary.policy.indicators import indicator_rules
from dispensary.queries.indicators import DaysTold, Indicators
from dispensary.queries.month import MonthRows, Raised, StopTold
from dispensary.queries.risk_nights import Who
from dispensary.rules.commissioners_counts import Stay
from dispensary.rules.indicators import DailyDose, census, on_medicine, presences
from dispensary.rules.person_days import BUPRENORPHINE, METHADONE
from dispensary.rules.reconciliation import Reconciliation
from models.enums import EpisodeEndReason as End
from models.enums import HealthTestKind, RiskLane, StopKind
from models.units import mg
from reports.figures import denominator
from reports.month_figures import MonthFacts, parts
from reports.small_cells import outside

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
DAY = timedelta(days=1)
LEAST = 5


def month(*, there=30, came=0, left=None, methadone=(), buprenorphine=(), stops=(), raised=()):
    """Return a month of a clinic where some were before, came, and left on the tenth; with doses of those who are there."""
    stays = [Stay(n, FIRST - 100 * DAY) for n in range(there)]
    stays += [Stay(n, FIRST + DAY) for n in range(there, there + came)]
    who = 0
    for reason, n in (left or {}).items():
        for _ in range(n):
            stays[who] = Stay(who, stays[who].admitted_on, FIRST + 9 * DAY, reason)
            who += 1
    times = presences(stays)
    at_end = sorted(on_medicine(times, LAST))
    doses = [DailyDose(METHADONE, mg(one)) for one in methadone]
    doses += [DailyDose(BUPRENORPHINE, mg(one)) for one in buprenorphine]
    told = DaysTold(doses=dict(zip(at_end, doses, strict=False)))
    found = Indicators(
        first=FIRST,
        last=LAST,
        known_until=LAST,
        census=census(times, FIRST, LAST),
        on_medicine=frozenset(at_end),
        in_period=frozenset(one.person_id for one in stays),
        counselling_only=frozenset(),
        long_enough=frozenset(),
        who=dict[int, Who](),
        days=told,
        steps={},
        urines=(),
        sessions=(),
        counselled=frozenset(),
        offered={kind: {} for kind in HealthTestKind},
    )
    nothing = dict.fromkeys(MonthRows.__dataclass_fields__, ())
    rows = MonthRows(**{**nothing, "stops": tuple(stops), "raised": tuple(raised)})
    facts = MonthFacts(FIRST, LAST, found, rows, (), Reconciliation(FIRST, LAST, ()), tuple(stays))
    return parts(facts)


def equations(keys):
    """What whoever reads two papers knows: written down here by hand, not taken from the program."""
    ways = ["census-new", "census-transferred_in", "census-readmitted"]
    reasons = [key for key in keys if key.startswith("census-left-")]
    yield {"census-start": 1, **dict.fromkeys(ways, 1), **dict.fromkeys(reasons, -1), "census-end": -1}
    yield {"on-medicine": 1, "census-end": -1}
    yield {"came": 1, **dict.fromkeys(ways, -1)}
    yield {"left": 1, **dict.fromkeys(reasons, -1)}
    yield {"exits-planned": 1, "census-left-completed": -1, "census-left-transferred_out": -1}
    yield {"exits-planned of": 1, **dict.fromkeys([one for one in reasons if one != "census-left-died"], -1)}
    yield {
        "on-medicine": 1,
        **dict.fromkeys(["dose-methadone", "dose-buprenorphine", "dose-injection"], -1),
        "dose-unknown": -1,
    }
    rules = indicator_rules()
    for drug in (METHADONE, BUPRENORPHINE):
        bounds = [Decimal(0), *rules.band_bounds_mg[drug]]
        yield {f"dose-{drug}": 1, **{f"dose-{drug}-from-{lower}": -1 for lower in bounds}}
        above = [lower for lower in bounds if lower >= rules.clinic_dose_mg[drug]]
        yield {f"dose-{drug}-clinic": 1, **{f"dose-{drug}-from-{lower}": -1 for lower in above}}
        yield {f"dose-{drug}-clinic of": 1, f"dose-{drug}": -1}
        yield {f"dose-{drug}-unaids of": 1, f"dose-{drug}": -1}
    yield {"stops": 1, "stops-standing": -1, "decision-late of": -1}
    yield {"flags-closed of": 1, "flags-red": -1, "flags-amber": -1}


def attacked(whole):
    """Return which small counts the month as it leaves gives away to whoever knows start and end from the months beside it."""
    before = {one.key: one for section in whole for one in section.figures}
    told = {one.key: one for section in outside(whole, LEAST) for one in section.figures}
    small, hidden = {}, []
    for key, one in before.items():
        for name, people, number in (
            (key, one.people, told[key].n),
            (denominator(key), one.of_people or (), told[key].of),
        ):
            small[name] = 0 < len(people) < LEAST
            if number is None and not (key in ("census-start", "census-end", "on-medicine") and not small[name]):
                hidden.append(name)
    known = [*equations(before)]
    for key, one in told.items():
        if one.percent is not None and one.n is None:
            known.append({key: before[key].of, denominator(key): -before[key].n})
    lines = np.array([[line.get(name, 0) for name in hidden] for line in known])
    rank = np.linalg.matrix_rank(lines)
    alone = np.eye(len(hidden), dtype=int)
    found = [
        name
        for n, name in enumerate(hidden)
        if small[name] and np.linalg.matrix_rank(np.vstack([lines, alone[n]])) == rank
    ]
    shown = [name for name, few in small.items() if few and name not in hidden]
    return found + shown


def stopped(n, minutes):
    return [StopTold(FIRST + DAY, who, StopKind.SEDATION, minutes, False) for who in range(n)]


def flagged(n, lane):
    return [Raised(FIRST + DAY, who, lane, False, None) for who in range(n)]


@pytest.mark.parametrize(
    "clinic",
    [
        pytest.param({"left": {End.DIED: 1}}, id="one death, nobody else moved: start and end tell it"),
        pytest.param({"came": 12, "left": {End.COMPLETED: 2, End.DROPPED_OUT: 2}}, id="few left, and who came is told"),
        pytest.param(
            {"came": 10, "left": {End.TRANSFERRED_OUT: 6, End.DROPPED_OUT: 8, End.DIED: 1}},
            id="one death beside the exits that the commissioner counts",
        ),
        pytest.param(
            {"methadone": ["30", "30", *["50"] * 8, *["70"] * 9, "110", *["90"] * 10]}, id="a band each side of 60 mg"
        ),
        pytest.param(
            {"methadone": ["50"] * 12 + ["70"] * 15, "buprenorphine": ["16"] * 3}, id="three on buprenorphine"
        ),
        pytest.param(
            {"methadone": ["70"] * 27, "buprenorphine": ["16"] * 3}, id="three on buprenorphine, all others alike"
        ),
        pytest.param({"stops": [*stopped(9, 30), *stopped(2, None)]}, id="few stops that stand"),
        pytest.param({"raised": [*flagged(3, RiskLane.RED), *flagged(9, RiskLane.AMBER)]}, id="few red flags"),
        pytest.param({"there": 3, "came": 3}, id="the first month of a clinic"),
        pytest.param({"there": 0}, id="nobody at all"),
    ],
)
def test_no_small_count_follows_from_what_is_told(clinic):
    assert attacked(month(**clinic)) == []


def test_no_small_count_follows_in_any_of_many_clinics():
    drawn = np.random.default_rng(8)
    for _ in range(60):
        there, came = int(drawn.integers(15, 60)), int(drawn.choice([0, 0, 2, 7, 12]))
        reasons = drawn.permutation(
            np.array([End.DIED, End.TRANSFERRED_OUT, End.DROPPED_OUT, End.COMPLETED], dtype=object)
        )
        left = {reason: int(drawn.choice([0, 0, 1, 3, 5, 6])) for reason in reasons[:3]}
        there += sum(left.values())
        many = there + came - sum(left.values())
        few = int(drawn.choice([0, 2, 6]))
        amounts = drawn.choice(
            [10, 30, 50, 60, 70, 90, 110, 130], many - few, p=[0.04, 0.06, 0.3, 0.1, 0.3, 0.1, 0.06, 0.04]
        )
        clinic = {
            "there": there,
            "came": came,
            "left": left,
            "methadone": [str(one) for one in amounts],
            "buprenorphine": [str(one) for one in drawn.choice([6, 8, 12, 16, 24], few)],
        }
        assert attacked(month(**clinic)) == [], clinic


def test_who_is_there_at_the_end_is_told_though_somebody_died():
    told = {one.key: one for section in outside(month(left={End.DIED: 1}), LEAST) for one in section.figures}

    assert (told["census-start"].n, told["census-end"].n) == (30, 29), "the months beside it tell them anyway"
    assert told["left"].n is None and told["came"].n is None
