"""What a new password must be."""

import pytest

from dispensary.rules.passwords import LONGEST, SHORTEST, fault_of


@pytest.mark.parametrize(
    "password", ["four quiet birds", "x7" + "abcdefgh", "пароль клиники", "ada.min and much more besides"]
)
def test_a_long_password_of_different_characters_may_be_used(password):
    assert fault_of(password, "ada.min") is None


@pytest.mark.parametrize(
    ("password", "because"),
    [
        ("nine char", "at least"),
        ("", "at least"),
        ("ab cd ef gh " * 20, "at most"),
        ("Rosa.Amesbury", "sign-in name"),
        ("rosa.amesbury1", "sign-in name"),
        ("abababababab", "over and over"),
    ],
)
def test_a_password_that_is_soon_guessed_is_refused_with_the_reason(password, because):
    found = fault_of(password, "rosa.amesbury")

    assert found is not None
    assert because in found.msgid


def test_the_shortest_and_the_longest_are_just_right():
    letters = "abcdefghij" * (LONGEST // 10)

    assert fault_of(letters[:SHORTEST], "ada") is None
    assert fault_of(letters[: SHORTEST - 1], "ada") is not None
    assert fault_of(letters[:LONGEST], "ada") is None
    assert fault_of(letters[:LONGEST] + "a", "ada") is not None
