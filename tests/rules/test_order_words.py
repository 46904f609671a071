"""An order read aloud."""

from zoneinfo import ZoneInfo

import pytest

from dispensary.rules.order_words import in_parts, in_words
from dispensary.wording import Speaker
from models.units import mg
from tests.spec.test_order_steps import order

SPEAK = Speaker(lambda text: text, ZoneInfo("UTC"))


def read(*args):
    return [SPEAK(words) for words in in_words(order(*args))]


def test_a_day_in_parts_says_the_total_each_part_and_the_hours_between():
    first, parts = read("day 1: 50+30")

    assert "80 mg (50 mg + 30 mg) every day" in first
    assert parts.startswith("In 2 parts a day, at least ")
    assert parts.endswith(" hours apart.")


def test_an_order_not_for_every_day_says_for_which():
    (only,) = read("day 1: 32", 2)

    assert "32 mg every 2 days" in only


def test_every_step_is_read_with_its_day():
    first, *steps = read("day 1: 40, day 4: 35, day 8: 30.5")

    assert "40 mg" in first
    assert [step.split(": ")[1] for step in steps] == ["35 mg.", "30.5 mg."]


@pytest.mark.parametrize(
    ("amounts", "text"),
    [(["80"], "80 mg"), (["50", "30"], "80 mg (50 mg + 30 mg)"), (["0.5", "2.5"], "3 mg (0.5 mg + 2.5 mg)")],
)
def test_amounts_are_written_exactly_with_their_unit(amounts, text):
    assert in_parts(tuple(mg(amount) for amount in amounts)) == text
