"""The administrator's pages about the site."""

import html

import pytest
from sqlalchemy import func, select

from dispensary.web.site.forms import IN_WORDS
from models import SiteSetting, Terminal, Window
from models.enums import Role, SettingKey
from tests.client import HOST


def text_of(answer):
    return answer.get_data(as_text=True)


def read(session, query):
    value = session.scalar(query)
    session.rollback()
    return value


@pytest.fixture
def admin(client, session, world):
    return client.sign_in(session, world, world.staff[Role.ADMINISTRATOR], at_window=False)


def test_the_site_shows_its_settings_windows_and_terminals(admin, world):
    page = text_of(admin.get("/site"))

    assert "Harbour Clinic" in page and "Window 1" in page and "Terminal 1" in page
    assert "This computer has no name yet" in page and "house rule" in page


@pytest.mark.parametrize("key", list(SettingKey))
def test_every_setting_can_be_opened_and_says_in_words_what_it_does(admin, world, key):
    answer = admin.get(f"/site/settings/{key}")

    assert answer.status_code == 200
    assert str(IN_WORDS[key]) in html.unescape(text_of(answer))


def test_a_setting_is_changed_from_a_day_on(admin, session, world):
    answer = admin.send("/site/settings/idle_minutes", {"value": "3", "effective_on": world.day.isoformat()})

    assert answer.status_code == 303
    assert read(session, select(SiteSetting.value)) == "3"
    assert "2026-03-02" in text_of(admin.get("/site"))


@pytest.mark.parametrize(
    ("setting", "value", "day", "words"),
    [
        ("hold_from_days", "4", "2026-03-02", "from 1 to 3"),
        ("time_zone", "Hanoi", "2026-03-02", "Asia/Ho_Chi_Minh"),
        ("idle_minutes", "5", "2026-03-01", "from today on"),
        ("idle_minutes", "", "2026-03-02", "fill this in"),
        ("idle_minutes", "5", "soon", "year-month-day"),
    ],
)
def test_a_bad_value_is_told_and_kept(admin, session, world, setting, value, day, words):
    answer = admin.send(f"/site/settings/{setting}", {"value": value, "effective_on": day})

    assert answer.status_code == 422
    assert words in text_of(answer) and f'value="{value}"' in text_of(answer)
    assert read(session, select(func.count()).select_from(SiteSetting)) == 0


def test_a_setting_that_is_none_is_not_found(admin, world):
    assert admin.get("/site/settings/colour").status_code == 404


def test_a_window_is_added(admin, session, world):
    answer = admin.send("/site/windows/new", {"name": "Window 2"})
    again = admin.send("/site/windows/new", {"name": "Window 2"})

    assert (answer.status_code, again.status_code) == (303, 422)
    assert 'value="Window 2"' in text_of(again)
    assert read(session, select(func.count()).select_from(Window)) == 2


def test_this_computer_gets_its_name_and_loses_it_when_retired(admin, session, world):
    named = admin.send("/site/terminals/this", {"name": "Desk 7", "window": str(world.window.id)})
    terminal_id = read(session, select(Terminal.id).where(Terminal.name == "Desk 7"))
    shown = text_of(admin.get("/site"))
    retired = admin.send(f"/site/terminals/{terminal_id}/retire", {}, page="/site")

    assert (named.status_code, retired.status_code) == (303, 303)
    cookie = next(c for c in named.headers.getlist("Set-Cookie") if c.startswith("terminal="))
    assert "Secure" in cookie and "HttpOnly" in cookie
    assert "This computer is Desk 7" in shown
    assert "This computer has no name yet" in text_of(admin.get("/site", base_url=HOST))


@pytest.mark.parametrize(("name", "window"), [("", ""), ("Terminal 1", ""), ("Desk", "999"), ("Desk", "x")])
def test_a_computer_that_cannot_be_named_so_gets_no_cookie(admin, session, world, name, window):
    answer = admin.send("/site/terminals/this", {"name": name, "window": window})

    assert answer.status_code == 422
    assert not any(c.startswith("terminal=") for c in answer.headers.getlist("Set-Cookie"))


def test_a_terminal_that_is_none_is_not_found(admin, world):
    assert admin.send("/site/terminals/999/retire", {}, page="/site").status_code == 404


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.ADMINISTRATOR])
def test_only_an_administrator_sees_the_site(client, session, world, role):
    client.sign_in(session, world, world.staff[role], at_window=False)

    assert client.get("/site").status_code == 403
    assert client.get("/site/settings/idle_minutes").status_code == 403
