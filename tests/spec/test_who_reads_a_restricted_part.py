"""Who reads a restricted part of a record, and how few people a count may be made of: one line a case.

Source: product.md §§2, 9; 45 CFR 164.312(a)(2)(ii); small cells, clinical-rules §5.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from dispensary.permissions import ROLES
from dispensary.rules.glass import reads
from dispensary.rules.harm_reduction import months_until, shown_count
from models.enums import RestrictedPart, Role

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NOTES, TESTS, MARKERS = RestrictedPart.CASE_NOTES, RestrictedPart.HEALTH_TESTS, RestrictedPart.MARKERS


@pytest.mark.parametrize(
    ("role", "readable"),
    [
        (Role.COUNSELLOR, {NOTES, TESTS, MARKERS}),
        (Role.PRESCRIBER, {NOTES, TESTS, MARKERS}),
        (Role.NURSE, set()),
        (Role.CLINIC_HEAD, set()),
        (Role.ADMINISTRATOR, set()),
        (Role.INSPECTOR, set()),
        (Role.PEER, set()),
    ],
)
def test_a_role_reads_without_opening_anything(role, readable):
    assert {part for part in RestrictedPart if reads(part, ROLES[role], None, NOW)} == readable


@pytest.mark.parametrize(
    ("open_until", "answer"),
    [
        pytest.param(None, False, id="never opened"),
        pytest.param(NOW + MINUTE, True, id="open for one more minute"),
        pytest.param(NOW, False, id="closed at this very moment"),
        pytest.param(NOW - MINUTE, False, id="closed a minute ago"),
    ],
)
def test_the_nurse_reads_while_it_stands_open(open_until, answer):
    assert reads(NOTES, ROLES[Role.NURSE], open_until, NOW) is answer


@pytest.mark.parametrize(("people", "shown"), [(0, 0), (1, None), (4, None), (5, 5), (31, 31)])
def test_a_count_of_few_people_is_not_a_number(people, shown):
    assert shown_count(people, 5) == shown


def test_months_are_counted_back_over_the_year():
    assert months_until(date(2026, 2, 28), 3) == [date(2026, 2, 1), date(2026, 1, 1), date(2025, 12, 1)]
