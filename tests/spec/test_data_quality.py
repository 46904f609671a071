"""What on record cannot be right: doses outside of treatment, and days on which an open clinic gave none.

Source: product.md §12, capability 79.
"""

from datetime import date, timedelta

import pytest

from dispensary.rules.data_quality import Fault, Span, days_without_any, outside_treatment
from dispensary.rules.person_days import ClinicDays
from reports import data_quality

MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)
WEEK = [MONDAY + n * DAY for n in range(7)]


@pytest.mark.parametrize(
    ("day", "spans", "fault"),
    [
        pytest.param(WEEK[2], [Span(WEEK[1], WEEK[3])], None, id="within"),
        pytest.param(WEEK[1], [Span(WEEK[1], WEEK[3])], None, id="on the day of admission"),
        pytest.param(WEEK[3], [Span(WEEK[1], WEEK[3])], None, id="on the last day"),
        pytest.param(WEEK[4], [Span(WEEK[1], None)], None, id="goes on"),
        pytest.param(WEEK[0], [Span(WEEK[1], WEEK[3])], Fault.DOSE_BEFORE_ADMISSION, id="before"),
        pytest.param(WEEK[4], [Span(WEEK[1], WEEK[3])], Fault.DOSE_AFTER_EXIT, id="after"),
        pytest.param(WEEK[4], [Span(WEEK[1], WEEK[3]), Span(WEEK[6], None)], Fault.DOSE_AFTER_EXIT, id="between two"),
        pytest.param(WEEK[4], [], Fault.DOSE_BEFORE_ADMISSION, id="never admitted here"),
    ],
)
def test_a_dose_lies_in_a_treatment(day, spans, fault):
    assert outside_treatment(day, spans) is fault


def test_an_open_day_without_any_dose_is_a_gap():
    clinic = ClinicDays(
        opening=((date.min, frozenset(range(1, 7))),), closed=frozenset({WEEK[1]}), not_entered=frozenset({WEEK[2]})
    )

    found = list(days_without_any(WEEK[0], WEEK[6], {WEEK[0], WEEK[4]}, clinic))

    assert found == [WEEK[3], WEEK[5]], "Tuesday is closed, Wednesday on paper, Sunday no day of the clinic"


def test_every_fault_has_a_name_and_a_reason():
    assert set(data_quality.NAMES) == set(data_quality.REASONS) == set(Fault)
