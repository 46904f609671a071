"""The register on the screen: its columns by law, and footnotes written from its page."""

import pytest
from sqlalchemy import func, select

from dispensary.policy.register_layouts import register_layouts
from dispensary.services import sites
from models import RegisterEntry, RegisterFootnote, SiteSetting
from models.enums import Role, SettingKey
from tests import factories

WORDS = {"who": "Consumed here", "us": "Dispensed", "uk": "Obtained"}


@pytest.fixture
def line(session, world):
    """A line of somebody's dose."""
    who = factories.person(session, "Nguyễn", "Hường")
    factories.dose(session, world, who, factories.order(session, world, who))
    session.commit()
    product = world.products["methadone"].id
    return session.scalars(select(RegisterEntry).where(RegisterEntry.product_id == product)).all()[-1]


def page_of(client, line, layout=""):
    asked = f"?layout={layout}" if layout else ""
    return client.get(f"/stock/register/{line.product_id}/1{asked}").get_data(as_text=True)


@pytest.mark.parametrize("layout", list(register_layouts()))
def test_register_shows_the_columns_that_are_asked_for(nurse, line, layout):
    page = page_of(nurse, line, layout)

    assert WORDS[layout] in page
    assert all(column.heading in page for column in register_layouts()[layout].columns)


def test_columns_are_the_sites_own_unless_others_are_asked_for(session, world, nurse, line):
    general = page_of(nurse, line)
    sites.change_setting(session, key=SettingKey.REGISTER_LAYOUT, value="uk", effective_on=world.day, act=world.act())
    session.commit()

    assert "Obtained" not in general
    assert "Obtained" in page_of(nurse, line)
    assert "Consumed here" in page_of(nurse, line, "who")
    assert "Obtained" in page_of(nurse, line, "atlantis")


def test_layout_that_does_not_ship_is_no_setting(client, session, world):
    client.sign_in(session, world, world.staff[Role.ADMINISTRATOR], at_window=False)

    answer = client.send("/site/settings/register_layout", {"value": "atlantis", "effective_on": world.day.isoformat()})

    assert answer.status_code == 422
    assert "who, us, uk" in answer.get_data(as_text=True)
    query = select(func.count()).where(SiteSetting.key == SettingKey.REGISTER_LAYOUT)
    assert session.scalar(query) == 0


def test_names_stand_where_the_law_asks_for_them_and_nowhere_else(nurse, line):
    assert "Nguyễn Hường" in page_of(nurse, line, "us")
    assert "Nguyễn Hường" not in page_of(nurse, line, "who")


def test_footnote_is_written_from_the_page_and_shown_with_date_and_initials(session, world, nurse, line):
    before = page_of(nurse, line)
    answer = nurse.send(f"/stock/register/lines/{line.id}/footnote", {"text": "9 mL on the paper"})

    after = page_of(nurse, line)
    assert f"/stock/register/lines/{line.id}/footnote" in before
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/stock/register/{line.product_id}/1")
    assert "9 mL on the paper" in after
    assert "FOOTNOTE of 2026-03-02" in after
    assert "RA, Rosa Ames" in after


@pytest.mark.parametrize("words", ["", "\u200b", "\u2060\u200b", "---", "x" * 600])
def test_footnote_that_says_nothing_is_refused_at_its_field(session, nurse, line, words):
    answer = nurse.send(f"/stock/register/lines/{line.id}/footnote", {"text": words})

    session.rollback()
    assert answer.status_code == 422
    assert session.scalars(select(RegisterFootnote)).all() == []


@pytest.mark.parametrize("entry", ["999999", str(2**31), str(2**63), "9" * 40])
def test_line_that_does_not_exist_has_no_footnote(nurse, entry):
    assert nurse.get(f"/stock/register/lines/{entry}/footnote").status_code == 404


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.COUNSELLOR, Role.ADMINISTRATOR])
def test_who_may_not_write_footnotes_sees_no_way_to(client, session, world, line, role):
    client.sign_in(session, world, world.staff[role], at_window=False)

    assert client.get(f"/stock/register/lines/{line.id}/footnote").status_code == 403
    if role is Role.INSPECTOR:
        assert "/footnote" not in page_of(client, line)


def test_register_of_any_days_says_which_lines_are_of_them(nurse, line):
    shown = nurse.get("/stock/register?from=2026-03-02&until=2026-03-02").get_data(as_text=True)
    empty = nurse.get("/stock/register?from=2020-03-02&until=2020-03-02").get_data(as_text=True)

    assert "from page 1" in shown
    assert "from page 1" not in empty
    assert nurse.get("/stock/register?from=9999-12-31&until=9999-12-31").status_code == 422
    assert nurse.get("/stock/register?from=0001-01-01").status_code == 422
