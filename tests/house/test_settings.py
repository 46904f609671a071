"""How the application is set up, and what it tells outsiders when something goes wrong."""

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from dispensary.web import gate
from tests.client import HOST


def test_cookies_stay_with_the_browser_and_travel_encrypted(app):
    assert app.config["SESSION_COOKIE_SECURE"] is True
    assert app.config["SESSION_COOKIE_HTTPONLY"] is True
    assert app.config["SESSION_COOKIE_SAMESITE"] in ("Lax", "Strict")


def test_every_answer_carries_its_hardening(client):
    headers = client.get("/health").headers

    assert headers["Content-Security-Policy"] == gate.POLICY
    assert "unsafe" not in gate.POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_too_large_a_request_is_refused_in_words(client, session, world):
    client.sign_in(session, world, world.nurse)

    answer = client.post("/sign-in", data={"username": "x" * (9 * 1024 * 1024)})

    assert answer.status_code == 413
    assert "too large" in answer.get_data(as_text=True)


@pytest.fixture
def failing(app: Flask):
    """Let the health page fail with an error of the test's choice, and errors become pages as in life."""
    view = app.view_functions["sign_in.health"]
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def fail_with(error: Exception) -> None:
        def broken() -> str:
            raise error

        app.view_functions["sign_in.health"] = gate.public(broken)

    yield fail_with
    app.view_functions["sign_in.health"] = view
    app.config.pop("PROPAGATE_EXCEPTIONS")


def test_a_mistake_of_ours_names_nobody_on_the_page_or_in_the_log(app, failing, caplog):
    failing(KeyError("Nguyễn Hường"))

    with caplog.at_level(logging.DEBUG):
        answer = FlaskClient(app, app.response_class).get("/health", base_url=HOST)

    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in text
    assert answer.headers["X-Request-Id"] in caplog.text
    assert "Nguyễn" not in text + caplog.text


def test_a_database_that_does_not_answer_is_busy_not_broken(app, failing, caplog):
    failing(OperationalError("SELECT 'Nguyễn Hường'", {}, Exception("database is locked")))

    with caplog.at_level(logging.DEBUG):
        answer = FlaskClient(app, app.response_class).get("/health", base_url=HOST)

    assert answer.status_code == 503
    assert "Nguyễn" not in answer.get_data(as_text=True) + caplog.text
