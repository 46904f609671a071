"""Which names could be taken for each other at a window, as a table that a clinic can read."""

import pytest

from dispensary.rules.likeness import keys_of, masked

ALIKE = [
    ("one letter more", ("Nguyễn", "Văn An"), ("Nguyễn", "Văn Anh")),
    ("one letter less", ("Holt", "Alicia"), ("Holt", "Alica")),
    ("one letter changed", ("Phạm", "Ngọc Ánh"), ("Phan", "Ngọc Ánh")),
    ("the first letter changed", ("Nguyễn", "Thị Bình"), ("Nguyễn", "Thị Vinh")),
    ("one letter that stands elsewhere", ("Holt", "Joan"), ("Holt", "Jane")),
    ("neighbours changed places", ("Kerr", "Brian"), ("Kerr", "Brain")),
    ("marks only", ("Trần", "Thị Hường"), ("Trần", "Thị Hướng")),
    ("case only", ("LOPEZ", "MARIA"), ("López", "María")),
    ("family and given name turned round", ("Smith", "John"), ("John", "Smith")),
    ("written together", ("Nguyen", "VanAn"), ("Nguyễn", "Văn An")),
    ("one syllable of three in Hangul", ("김", "민수"), ("김", "민주")),
    ("one letter in Cyrillic", ("Коваленко", "Іван"), ("Коваленко", "Івана")),
    ("the same name", ("王", "小明"), ("王", "小明")),
]
NOT_ALIKE = [
    ("another given name", ("Nguyễn", "Văn An"), ("Nguyễn", "Văn Bình")),
    ("two letters apart", ("Holt", "Joan"), ("Holt", "Jill")),
    ("another family name", ("Ames", "Carol"), ("Dunn", "Carol")),
    ("two short names", ("Li", "Na"), ("Lu", "Na")),
    ("short names that differ in one sign", ("王", "芳"), ("王", "偉")),
    ("old and new signs, which only papers and birth date tell", ("王", "伟"), ("王", "偉")),
    ("a name within a longer one", ("Lê", "An"), ("Lê", "Thị An")),
    ("nothing known", ("", ""), ("", "")),
]


@pytest.mark.parametrize(("one", "other"), [pair[1:] for pair in ALIKE], ids=[pair[0] for pair in ALIKE])
def test_names_that_could_be_taken_for_each_other(one, other):
    assert keys_of(*one) & keys_of(*other)


@pytest.mark.parametrize(("one", "other"), [pair[1:] for pair in NOT_ALIKE], ids=[pair[0] for pair in NOT_ALIKE])
def test_names_that_are_told_apart(one, other):
    assert not keys_of(*one) & keys_of(*other)


@pytest.mark.parametrize(
    ("number", "shown"), [("P00123", "P001••"), ("12", "••"), ("A1/2-7X", "A1/•-•X"), ("KM", "KM")]
)
def test_the_digits_that_are_asked_for_are_covered(number, shown):
    assert masked(number) == shown
