"""Closing the day, and the audit as it is read."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from dispensary.labels import LABELS
from dispensary.queries.audit import AuditLine
from dispensary.queries.day_close import day_figures
from dispensary.queries.verification import verify
from dispensary.safekeeping import keys
from dispensary.services import audit
from dispensary.web.register.presenters import FIELDS, REASONS, SENTENCES, sentence
from dispensary.wording import Speaker
from models import AuditEvent, DayClose, Seal
from models.enums import AuditKind, Origin, Role, WasteReason
from models.units import quantity
from tests import factories
from tests.client import hidden_fields
from tests.conftest import MORNING


@pytest.fixture
def dosed(session, world):
    """Three people dosed, one of them only in part."""
    for number, taken in enumerate((None, None, "50")):
        who = factories.person(session, "Lê", f"Bình {number}")
        factories.dose(session, world, who, factories.order(session, world, who), taken=taken)
    session.commit()
    return world


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_the_day_shows_its_doses_and_what_the_site_holds(client, session, dosed):
    page = text_of(client.sign_in(session, dosed, dosed.nurse).get("/day-close"))

    assert "methadone given and observed 2 160 mg" in page
    assert "methadone part given 1 50 mg" in page
    assert "976 mL" in page
    assert "This day has not been closed." in page


def test_the_day_counts_what_went_wrong_and_what_came_from_paper(client, session, dosed):
    who, late = factories.person(session), factories.person(session)
    of = factories.order(session, dosed, who)
    factories.spill(session, dosed, who, of)
    factories.incident(session, dosed, who, of)
    on_paper = {"origin": Origin.PAPER, "given_by_id": dosed.witness.id}
    factories.dose(session, dosed, late, factories.order(session, dosed, late), **on_paper)
    session.commit()

    page = text_of(client.sign_in(session, dosed, dosed.nurse).get("/day-close"))

    assert "methadone dosing incident 1 80 mg" in page
    assert "Spilt before it was swallowed, and in no row above: 1" in page
    assert "Entered from paper, and counted above: 1" in page


def test_a_spill_after_the_closing_is_late_as_well(session, dosed):
    who = factories.person(session)
    of = factories.order(session, dosed, who)
    factories.day_closed(session, dosed)
    factories.spill(session, dosed, who, of, at=dosed.at + timedelta(minutes=20))
    session.commit()

    assert day_figures(session, dosed.site.id, dosed.day).late == 1


def test_what_came_in_and_went_out_adds_up(session, dosed):
    day = day_figures(session, dosed.site.id, dosed.day)
    next_day = day_figures(session, dosed.site.id, dosed.day + timedelta(days=1))

    methadone = next(b for b in day.balances if b.product_id == dosed.products["methadone"].id)
    after = next(b for b in next_day.balances if b.product_id == dosed.products["methadone"].id)
    assert (methadone.before, methadone.came_in, methadone.went_out) == (0, 1000, 24)
    assert after.before == methadone.after == quantity("976")


def test_closing_seals_every_chain(client, session, dosed, app):
    client.sign_in(session, dosed, dosed.nurse)

    answer = client.send("/day-close", {})

    assert answer.status_code == 303
    session.rollback()
    key = keys.read_seal_key(app.extensions["home"]).public_key()
    found = verify(session, dosed.site.id, key)
    assert found.sound
    assert [c.unproven for c in found.chains] == [None] * len(found.chains)
    assert "Turn 1" in text_of(client.get(answer.headers["Location"]))


def test_the_same_form_sent_twice_closes_once(client, session, dosed):
    client.sign_in(session, dosed, dosed.nurse)
    page = client.get("/day-close")

    fields = hidden_fields(page, "/day-close")
    first = client.post("/day-close", data=fields)
    second = client.post("/day-close", data=fields)

    assert (first.status_code, second.status_code) == (303, 303)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(DayClose)) == 1


def test_what_comes_after_closing_is_counted_and_asks_for_another_turn(client, session, dosed, clock):
    client.sign_in(session, dosed, dosed.nurse).send("/day-close", {})
    session.rollback()
    who = factories.person(session, "Late", "Comer")
    order = factories.order(session, dosed, who)
    factories.dose(session, dosed, who, order, recorded_at=clock() + timedelta(minutes=1))
    session.commit()

    page = text_of(client.get("/day-close"))

    assert "Entries that came after the last closing: 1." in page


def test_a_day_left_open_is_offered(client, session, dosed, clock):
    clock.forward(days=1)
    page = client.sign_in(session, dosed, dosed.nurse).get("/day-close")

    assert f'href="/day-close?day={dosed.day.isoformat()}"' in page.get_data(as_text=True)


def test_a_day_to_come_cannot_be_closed(client, session, dosed):
    client.sign_in(session, dosed, dosed.nurse)

    answer = client.send("/day-close", {"clinic_day": "2026-03-09"})

    assert answer.status_code == 422
    assert "has not begun yet" in text_of(answer)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Seal)) == 0


@pytest.mark.parametrize("day", ["", "yesterday", "2026-13-01", "9999-12-31"])
def test_no_day_or_a_strange_one_shows_today(client, session, dosed, day):
    answer = client.sign_in(session, dosed, dosed.nurse).get(f"/day-close?day={day}")

    assert answer.status_code == 200
    assert "Mon 2026-03-02" in text_of(answer)


def test_the_audit_is_read_newest_first(client, session, dosed):
    page = client.sign_in(session, dosed, dosed.staff[Role.CLINIC_HEAD]).get("/audit")

    numbers = [int(n) for n in re.findall(r'<th scope="row" class="num">(\d+)</th>', page.get_data(as_text=True))]
    assert numbers == sorted(numbers, reverse=True)
    assert "50 mg taken, 30 mg wasted." in text_of(page)


def test_the_audit_names_no_person(client, session, dosed):
    page = text_of(client.sign_in(session, dosed, dosed.staff[Role.INSPECTOR]).get("/audit"))

    assert "Bình" not in page
    assert dosed.nurse.name in page


@pytest.mark.parametrize("page", ["0", "-3", "999999999999999999999", "x"])
def test_a_page_of_the_audit_that_is_not_there_is_the_nearest(client, session, dosed, page):
    answer = client.sign_in(session, dosed, dosed.staff[Role.CLINIC_HEAD]).get(f"/audit?page={page}")

    assert answer.status_code == 200


def test_many_rows_go_on_further_pages(client, session, world):
    for _ in range(60):
        audit.record(session, AuditKind.SITE_CREATED, world.site, world.act())
    session.commit()

    client.sign_in(session, world, world.staff[Role.CLINIC_HEAD])
    second = text_of(client.get("/audit?page=2"))

    assert "page 2 of 2" in second
    assert session.scalar(select(func.count()).select_from(AuditEvent)) >= 60


def test_every_kind_of_row_has_a_sentence():
    assert set(SENTENCES) == set(AuditKind)


@pytest.mark.parametrize("kind", list(AuditKind))
def test_every_sentence_can_be_said_even_of_a_row_without_its_fields(kind):
    line = AuditLine(1, kind, MORNING, "Rosa Ames", "", Origin.DESK, "dose", 7, {}, "")
    speak = Speaker(lambda text: text, ZoneInfo("UTC"))

    said = speak(sentence(line))

    assert "%" not in said
    assert said.endswith(".")


def test_a_reason_is_said_in_words():
    line = AuditLine(
        1, AuditKind.STOCK_WASTED, MORNING, "", "", Origin.DESK, "movement", 7,
        {"container": 3, "reason": "left_over"}, "",
    )  # fmt: skip

    assert sentence(line).values["reason"] is WasteReason.LEFT_OVER


def test_every_word_that_a_sentence_may_hold_has_a_label():
    vocabularies = [v for v in (*REASONS.values(), *FIELDS.values()) if isinstance(v, type)]

    assert [word for words in vocabularies for word in words if word not in LABELS[type(word)]] == []
