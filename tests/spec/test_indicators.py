"""What a clinic counts of a month: in treatment, came and left, KP_MAT, doses, missed days; and what may leave the clinic.

In treatment is what the commissioner's counts say it is; of it, the indicators count treatment with a medicine. KP_MAT: six
months of treatment without a break by the last day of the period or of the treatment. The clinic counts a dose of 60 mg of
methadone or 16 mg of buprenorphine and more; UNAIDS more than 60 mg or 12 mg. Sources: product.md §12; clinical-rules §§3, 6;
indicators.toml.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dispensary.policy.indicators import indicator_rules
from dispensary.rules.commissioners_counts import Stay, hidden, in_treatment
from dispensary.rules.indicators import (
    DailyDose,
    at_least,
    census,
    long_enough,
    months_after,
    more_than,
    on_medicine,
    presences,
)
from dispensary.rules.person_days import BUPRENORPHINE, METHADONE
from dispensary.wording import say
from models.enums import Admission, EpisodeKind
from models.enums import EpisodeEndReason as End
from models.units import mg
from reports.figures import Behind, Section, Way, drawn, number_of
from reports.small_cells import outside

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
DAY = timedelta(days=1)


def stay(person=1, admitted=-10, ended=None, reason=End.DROPPED_OUT, **values):
    """A stay that began and ended so many days after the first of March."""
    last = None if ended is None else FIRST + ended * DAY
    return Stay(person, FIRST + admitted * DAY, last, None if ended is None else reason, **values)


def counted(*stays):
    found = census(presences(stays), FIRST, LAST)
    came = {way.value: len(some) for way, some in found.came.items() if some}
    left = {reason.value: len(some) for reason, some in found.left.items() if some}
    assert found.balances
    return len(found.start), came, left, len(found.end)


@pytest.mark.parametrize(
    ("stays", "balance"),
    [
        pytest.param([stay()], (1, {}, {}, 1), id="goes on"),
        pytest.param([stay(ended=-1)], (0, {}, {}, 0), id="left on the day before"),
        pytest.param([stay(ended=0)], (1, {}, {"dropped_out": 1}, 0), id="left on the first day"),
        pytest.param(
            [stay(ended=30)], (1, {}, {"dropped_out": 1}, 0), id="left on the last day: no more there after it"
        ),
        pytest.param([stay(ended=31)], (1, {}, {}, 1), id="left on the day after"),
        pytest.param([stay(admitted=0)], (0, {"new": 1}, {}, 1), id="admitted on the first day"),
        pytest.param([stay(admitted=30)], (0, {"new": 1}, {}, 1), id="admitted on the last day"),
        pytest.param(
            [stay(admitted=3, admission=Admission.TRANSFERRED_IN)],
            (0, {"transferred_in": 1}, {}, 1),
            id="transferred in",
        ),
        pytest.param(
            [stay(ended=-5), stay(admitted=5)], (0, {"readmitted": 1}, {}, 1), id="came back, though admitted as new"
        ),
        pytest.param(
            [stay(ended=5, reason=End.CUSTODY), stay(admitted=9)],
            (1, {"readmitted": 1}, {"custody": 1}, 1),
            id="left and came back in the month",
        ),
        pytest.param(
            [stay(admitted=2, ended=5), stay(admitted=9, ended=12, reason=End.DIED)],
            (0, {"new": 1, "readmitted": 1}, {"dropped_out": 1, "died": 1}, 0),
            id="came twice and left twice",
        ),
        pytest.param([stay(ended=5), stay(admitted=6)], (1, {}, {}, 1), id="one treatment followed on the other"),
        pytest.param([stay(), stay(admitted=4, ended=6)], (1, {}, {}, 1), id="two at once are one person"),
        pytest.param([stay(kind=EpisodeKind.COUNSELLING_ONLY)], (0, {}, {}, 0), id="counselling alone"),
        pytest.param([stay(admitted=4, ended=2)], (0, {}, {}, 0), id="ended before it began"),
    ],
)
def test_census_balances(stays, balance):
    assert counted(*stays) == balance


def test_who_left_on_the_last_day_was_in_treatment_on_it_as_the_commissioner_counts():
    stays = [stay(1), stay(2, ended=30), stay(3, ended=29)]

    assert len(on_medicine(presences(stays), LAST)) == in_treatment(stays, LAST) == 2


@pytest.mark.parametrize(
    ("stays", "counts"),
    [
        pytest.param([Stay(1, date(2025, 9, 30))], True, id="six months on 30 March"),
        pytest.param([Stay(1, date(2025, 10, 1))], False, id="six months on 1 April"),
        pytest.param(
            [Stay(1, date(2025, 8, 31), date(2026, 3, 5), End.DIED)], True, id="had them, and died in the month"
        ),
        pytest.param([Stay(1, date(2025, 9, 10), date(2026, 3, 5), End.DIED)], False, id="died before"),
        pytest.param([Stay(1, date(2025, 1, 1), date(2026, 2, 28), End.DIED)], False, id="left before the month"),
        pytest.param(
            [Stay(1, date(2025, 8, 1), date(2025, 12, 1), End.DROPPED_OUT), Stay(1, date(2025, 12, 20))],
            False,
            id="a break",
        ),
        pytest.param(
            [Stay(1, date(2025, 8, 1), date(2025, 12, 1), End.COMPLETED), Stay(1, date(2025, 12, 2))],
            True,
            id="no break",
        ),
    ],
)
def test_who_is_counted_by_kp_mat(stays, counts):
    assert bool(long_enough(presences(stays), FIRST, LAST, indicator_rules().kp_mat_months)) is counts


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 9, 15), 6, date(2026, 3, 15)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_a_short_month(day, months, then):
    assert months_after(day, months) == then


@pytest.mark.parametrize(
    ("drug", "amount", "clinic", "unaids"),
    [
        pytest.param(METHADONE, "59.999", False, False, id="just under 60 mg"),
        pytest.param(METHADONE, "60", True, False, id="60 mg: enough for the clinic, not for UNAIDS"),
        pytest.param(METHADONE, "60.001", True, True, id="just over 60 mg"),
        pytest.param(BUPRENORPHINE, "12", False, False, id="12 mg"),
        pytest.param(BUPRENORPHINE, "14", False, True, id="14 mg: enough for UNAIDS, not for the clinic"),
        pytest.param(BUPRENORPHINE, "16", True, True, id="16 mg"),
    ],
)
def test_both_shares_of_dose(drug, amount, clinic, unaids):
    rules, doses = indicator_rules(), {1: DailyDose(drug, mg(amount))}

    assert bool(at_least(doses, rules.clinic_dose_mg[drug])) is clinic
    assert bool(more_than(doses, rules.unaids_dose_mg[drug])) is unaids


@pytest.mark.parametrize(
    ("way", "amounts", "number"),
    [
        (Way.ROWS, [], 0),
        (Way.SUM, [], 0),
        (Way.SUM, [3, 4], 7),
        (Way.MEAN, [], None),
        (Way.MEAN, ["40", "60", "80.5"], "60.2"),
        (Way.MEAN, ["0.1", "0.2"], "0.2"),
        (Way.MIDDLE, [], None),
        (Way.MIDDLE, [9, 1, 4], "4.0"),
        (Way.MIDDLE, [9, 1, 4, 5], "4.5"),
        (Way.NINTH, [], None),
        (Way.NINTH, [5], 5),
        (Way.NINTH, list(range(1, 11)), 9),
        (Way.NINTH, list(range(1, 12)), 10),
    ],
)
def test_how_a_number_follows_from_its_rows(way, amounts, number):
    rows = [Behind(n, None, Decimal(amount)) for n, amount in enumerate(amounts)]

    assert number_of(way, rows) == (None if number is None else Decimal(number))


def test_somebody_in_two_rows_is_one_of_people_and_two_rows():
    rows = [Behind(1), Behind(1), Behind(2), Behind()]

    assert (number_of(Way.PEOPLE, rows), number_of(Way.ROWS, rows)) == (2, 4)


@pytest.mark.parametrize(
    ("counts", "people", "also", "shown"),
    [
        pytest.param([12, 30, 9], [2, 8, 9], (), [None, 30, None], id="days of few people, and the next smallest"),
        pytest.param([40, 30, 9], [9, 8, 9], (2,), [40, None, None], id="one that would tell another"),
        pytest.param([40, 30, 9], [9, 8, 9], (), [40, 30, 9], id="all large"),
    ],
)
def test_days_are_hidden_by_how_many_people_they_are_of(counts, people, also, shown):
    assert hidden(counts, 5, people=people, also=also) == shown


def figure(key, people, **values):
    return drawn(key, say("x"), say("x"), [Behind(n) for n in people], **values)


def left(*figures):
    (section,) = outside([Section(say("x"), say("x"), figures)], 5)
    return {one.key: (one.n, one.of) for one in section.figures}


def share(key, people, of, **values):
    return figure(key, people, of=[Behind(n) for n in of], **values)


def test_a_share_leaves_only_where_nobody_on_either_side_of_it_is_one_of_few():
    ten = range(10)

    assert left(share("a", range(5), ten)) == {"a": (5, 10)}
    assert left(share("a", range(4), ten)) == {"a": (None, None)}
    assert left(share("a", range(7), ten)) == {"a": (None, None)}, "three are on the other side"
    assert left(share("a", range(0), ten)) == {"a": (0, 10)}, "nobody is nobody"


def test_a_share_goes_with_its_denominator():
    few, many = figure("on", range(3), part=True), figure("other", range(20, 40), part=True)

    found = left(few, many, share("a", range(3), range(3), of_key="on"))

    assert found == {"on": (None, None), "other": (None, None), "a": (None, None)}


def test_of_two_shares_in_each_other_the_smaller_goes_where_few_are_between():
    clinic = share("clinic", range(12), range(30), nest="dose")

    assert left(clinic, share("unaids", range(9), range(30), nest="dose"))["unaids"] == (None, None)
    assert left(clinic, share("unaids", range(6), range(30), nest="dose"))["unaids"] == (6, 30)


def test_the_end_of_the_census_does_not_tell_how_few_left_on_the_last_day():
    parts = [figure("census-start", range(20), part=True), figure("census-end", range(18), part=True)]

    found = outside(
        [Section(say("x"), say("x"), tuple(parts)), Section(say("x"), say("x"), (figure("on-medicine", range(20)),))], 5
    )

    assert [one.n for section in found for one in section.figures] == [None, None, 20]


def test_who_was_there_in_the_month_does_not_tell_how_few_left():
    came_and_went = (
        figure("census-start", range(20), part=True),
        figure("census-new", range(20, 28), part=True),
        figure("census-left-died", range(1), part=True),
        figure("census-end", range(1, 28), part=True),
    )
    others = (
        figure("in-period", range(28)),
        share("missed-people", range(14), range(28), of_key="in-period"),
    )

    sections = outside([Section(say("x"), say("x"), some) for some in (came_and_went, others)], 5)

    shown = {one.key: (one.n, one.of, one.percent) for section in sections for one in section.figures}
    assert shown["census-left-died"] == shown["census-new"] == shown["in-period"] == (None, None, None)
    assert shown["missed-people"] == (None, None, 50), "a share in percent alone tells no number of people"


def test_every_number_of_the_indicators_has_its_citation():
    assert all(indicator_rules().citations.values())
