"""Names are stored composed, and found however they were typed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispensary.rules.names import composed, folded, has_control_characters, is_blank, search_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Đặng Thị Hường", "dang thi huong"),
        ("ĐẶNG  THỊ   HƯỜNG ", "dang thi huong"),
        ("Müller-Strauß", "muller-strauss"),
        ("Søren Łukasz", "soren lukasz"),
        ("O’Brien", "o’brien"),
        ("王小明", "王小明"),
        ("ｱｷﾗ", "アキラ"),
        ("Ａｋｉｒａ", "akira"),
        ("髙橋", "髙橋"),
        ("𠮷田", "𠮷田"),
        ("", ""),
    ],
)
def test_names_are_folded_as_people_search_for_them(name, key):
    assert folded(name) == key


def test_family_name_comes_first_in_the_key():
    assert search_key("Nguyễn", "Văn Bình") == "nguyen van binh"


@given(st.text(max_size=40))
def test_composed_and_decomposed_forms_fold_alike(name):
    assert folded(unicodedata.normalize("NFD", name)) == folded(unicodedata.normalize("NFC", name))


@given(st.text(max_size=40))
def test_composing_twice_changes_nothing_more(name):
    assert composed(composed(name)) == composed(name)


@pytest.mark.parametrize("text", ["a\x00b", "tab\there", "\x7f", "\ud800", "line\nfeed", "\u0378"])
def test_characters_that_belong_on_no_form_are_seen(text):
    assert has_control_characters(text)


@pytest.mark.parametrize("text", ["Hường", "👪", "a\u200db", "é" * 50, ""])
def test_letters_of_any_script_are_no_control_characters(text):
    assert not has_control_characters(text)


@pytest.mark.parametrize(
    "text", ["", " ", "\u3000", "\u200b", "\u2060\u200d", "\ufeff", "\u00ad", "\u0301", "\u3164", "\u2800 ", "\ufe0f"]
)
def test_what_nobody_can_read_is_nothing(text):
    assert is_blank(text)
    assert composed(text) == ""


@pytest.mark.parametrize("text", ["0", "-", "王", "é", "👪", "ไม่", "ن"])
def test_a_single_sign_is_something(text):
    assert not is_blank(text)
    assert composed(text) == unicodedata.normalize("NFC", text)
