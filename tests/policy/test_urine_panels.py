"""What a urine is looked at for: read hard, cited, and known to the translators."""

import tomllib
from copy import deepcopy

import pytest

from dispensary.labels.urine import PHRASES
from dispensary.policy.urine import FILE, NUMBERS, read, urine_policy
from models.enums import Medication


@pytest.fixture
def data():
    with FILE.open("rb") as file:
        return deepcopy(tomllib.load(file))


def test_translators_find_every_substance_and_panel():
    policy = urine_policy()
    said = [*policy.substances.values(), *policy.panels.values()]

    assert {one.words for one in said} | {one.short for one in policy.substances.values()} == set(PHRASES)


def test_every_medicine_can_be_shown_by_some_panel_and_confirmed():
    shown = {m for panel in urine_policy().panels.values() for one in panel.substances for m in one.medications}

    assert shown == set(Medication)


def test_what_the_body_makes_of_a_medicine_belongs_to_one():
    assert all(one.medications for one in urine_policy().substances.values() if one.made_by_body)


def test_what_an_import_or_an_older_list_knows_is_said_as_it_was_written():
    policy = urine_policy()

    assert policy.words_of("spice").values == {"name": "spice"}
    assert policy.short_words_of("spice").values == {"name": "spice"}
    assert policy.panel_words("strip_9").values == {"key": "strip_9"}


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("part", ["citation", "words", "unit"])
def test_a_number_without_its_source_is_not_used(data, number, part):
    data[number][part] = ""

    with pytest.raises(ValueError, match=number):
        read(data)


@pytest.mark.parametrize(
    ("table", "key", "part", "value", "says"),
    [
        ("substances", "eddp", "colour", "blue", "nobody reads"),
        ("substances", "eddp", "medications", ["aspirin"], "aspirin"),
        ("panels", "strip_4", "substances", ["spice"], "not listed"),
        ("panels", "strip_4", "citation", "", "citation"),
        ("panels", "strip_4", "method", "nose", "nose"),
    ],
)
def test_an_entry_that_cannot_be_is_not_used(data, table, key, part, value, says):
    data[table][key][part] = value

    with pytest.raises(ValueError, match=says):
        read(data)
