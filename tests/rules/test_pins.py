"""Which PINs may be set."""

import pytest

from dispensary.rules import pins


@pytest.mark.parametrize("pin", ["482915", "900417", "371046", "011500"])
def test_six_digits_that_nobody_tries_first_may_be_a_pin(pin):
    assert pins.fault_of(pin) is None


@pytest.mark.parametrize("pin", ["", "48291", "4829150", "48291a", "4829 1", "४८२९१५", "４８２９１５"])
def test_anything_but_six_plain_digits_is_no_pin(pin):
    assert "exactly" in pins.fault_of(pin).msgid


@pytest.mark.parametrize(
    "pin", ["123456", "234567", "456789", "567890", "890123", "654321", "987654", "109876", "321098"]
)
def test_digits_in_a_row_are_refused_upward_and_downward(pin):
    assert "in a row" in pins.fault_of(pin).msgid


@pytest.mark.parametrize("pin", ["000000", "777777", "121212", "909090", "482482"])
def test_a_repetition_is_refused(pin):
    assert "over again" in pins.fault_of(pin).msgid


@pytest.mark.parametrize("pin", ["198507", "071985", "319301", "202947"])
def test_a_year_of_birth_is_refused_wherever_it_stands(pin):
    assert "a year" in pins.fault_of(pin).msgid
