"""Figures of kept papers: written down in one way, read back, and held against the books."""

from datetime import date

import pytest

from dispensary.rules.archive import canonical, differences, figures_in, month_of, month_that_ends, name_in_words
from dispensary.wording import say


def test_equal_figures_are_equal_texts_whatever_their_order():
    one, other = {"b": "1", "a": "Nguyễn"}, {"a": "Nguyễn", "b": "1"}

    assert canonical(one) == canonical(other) == '{"a":"Nguyễn","b":"1"}'
    assert figures_in(canonical(one)) == one


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '"words"'])
def test_what_cannot_be_read_has_no_figures(text):
    assert figures_in(text) == {}


def test_what_changed_came_and_went_is_a_difference_and_nothing_else():
    kept = {"Doses given": "2", "Reversed": "0", "Dose no. %(of)s|7": "80 mg"}
    now = {"Doses given": "2", "Reversed": "1", "Dose no. %(of)s|8": "60 mg"}

    found = [(one.name, one.kept, one.now) for one in differences(kept, now)]

    assert found == [
        (say("Dose no. %(of)s", of="7"), "80 mg", None),
        (say("Dose no. %(of)s", of="8"), None, "60 mg"),
        (say("Reversed"), "0", "1"),
    ]
    assert list(differences(kept, dict(kept))) == []


def test_a_name_with_a_gap_is_filled_with_all_that_stands_behind_the_first_bar():
    assert name_in_words("Consumed of %(of)s|10 mg/mL | new") == say("Consumed of %(of)s", of="10 mg/mL | new")


def test_a_month_ends_on_its_last_day_alone():
    assert month_that_ends(date(2028, 2, 29)) == (date(2028, 2, 1), date(2028, 2, 29))
    assert month_that_ends(date(2028, 2, 28)) is None
    assert month_that_ends(date(2026, 12, 31)) == month_of(date(2026, 12, 9))
