"""The middle and the slow end of many times, counted by hand."""

from decimal import Decimal

import pytest

from dispensary.rules.seconds import median, ninth_of_ten


@pytest.mark.parametrize(
    ("times", "middle"),
    [
        ([4000], "4.0"),
        ([9000, 1000, 2000], "2.0"),
        ([1000, 2000], "1.5"),
        ([1000, 1101], "1.1"),  # 1.0505 s
        ([1000, 1100], "1.1"),  # 1.05 s, rounded up
        ([1049, 1049], "1.0"),
    ],
)
def test_the_median_is_exact_and_rounded_to_tenths(times, middle):
    assert median(times) == Decimal(middle)


@pytest.mark.parametrize(
    ("times", "slow_end"),
    [
        ([4000], "4.0"),
        ([1000, 2000], "2.0"),
        ([n * 1000 for n in range(1, 11)], "9.0"),
        ([n * 1000 for n in range(1, 12)], "10.0"),
        ([n * 1000 for n in range(20, 0, -1)], "18.0"),
    ],
)
def test_nine_of_ten_is_a_time_that_was_measured(times, slow_end):
    assert ninth_of_ten(times) == Decimal(slow_end)
