"""Signing in, out and being locked."""

from tests.factories import PASSWORD


def sign_in(client, username, password=PASSWORD):
    return client.send("/sign-in", {"username": username, "password": password})


def test_right_password_opens_the_first_page(client, world):
    answer = sign_in(client, world.nurse.username)

    assert answer.status_code == 303


def test_wrong_password_says_so_and_opens_nothing(client, world):
    answer = sign_in(client, world.nurse.username, "wrong")

    assert answer.status_code == 422
    assert "not right" in answer.get_data(as_text=True)
    assert client.get("/").headers["Location"] == "/sign-in"
