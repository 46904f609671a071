"""The page on which the nightly scan is looked back on: figures, rules and versions, for the clinic head alone."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader

from dispensary.rules.risk_watch import Trip
from dispensary.services import risk, risk_models, risk_watch
from models.enums import AuditKind, RiskTripKind, Role
from tests import factories
from tests.jobs.test_risk_scan import came
from tests.rows import audited_kinds
from tests.services.test_risk_models import keep

DAY = timedelta(days=1)


def sign_in(client, session, world, role):
    client.sign_in(session, world, world.staff[role], at_window=False)


def test_page_shows_every_table_with_how_it_is_counted(session, world, client):
    for n in range(4):
        came(session, world, ago=1 + 2 * (n % 2))
    version = keep(session, world)
    risk_models.promote(session, version=version, reason="It comes true here.", act=world.act())
    session.commit()
    sign_in(client, session, world, Role.CLINIC_HEAD)
    asked = f"?from={world.day - 60 * DAY}&until={world.day - 28 * DAY}"

    page = client.get(f"/risk/evaluation{asked}").get_data(as_text=True)

    for name in ("definitions", "alerts", "by_drug", "by_site", "months", "fifths", "versions"):
        assert f'id="{name}"' in page
    assert "the run begins within 14 days" in page
    assert "95 % intervals" in page
    assert version in page and "It comes true here." in page


def test_paper_and_files_say_the_same_and_nothing_of_few(session, world, client):
    for _ in range(6):
        who = factories.person(session)
        factories.episode(session, world, who, admitted_on=world.day - 90 * DAY)
        for back in range(90):
            factories.imported_dose(session, world, who, at=world.at - back * DAY)
    session.commit()
    sign_in(client, session, world, Role.CLINIC_HEAD)
    asked = f"?from={world.day - 60 * DAY}&until={world.day - 28 * DAY}"

    page = client.get(f"/risk/evaluation{asked}").text
    listed = client.get(f"/risk/evaluation.csv{asked}&of=definitions").text
    book = client.get(f"/risk/evaluation.xlsx{asked}").data
    days = {"paper": "A4", "first": str(world.day - 60 * DAY), "last": str(world.day - 28 * DAY)}
    printed = client.send("/risk/evaluation.pdf", days, page=f"/risk/evaluation{asked}").data
    words = " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(printed)).pages).split())

    nights = list(csv.reader(listed.splitlines()))[1][2]
    assert f'<td class="num">{nights}</td>' in page and f" {nights} 6 " in words
    assert 'id="watched"' in page and "Missed days (%)" in page
    assert book.startswith(b"PK")
    assert "Drift is written down" in words
    assert client.get(f"/risk/evaluation.csv{asked}&of=weather").status_code == 404
    session.rollback()
    assert audited_kinds(session)[-1] is AuditKind.REPORT_PRINTED


def test_of_few_people_nothing_leaves_the_clinic(session, world, client):
    came(session, world, ago=1)
    session.commit()
    sign_in(client, session, world, Role.CLINIC_HEAD)
    asked = f"?from={world.day - 60 * DAY}&until={world.day - 28 * DAY}"

    days = {"paper": "A4", "first": str(world.day - 60 * DAY), "last": str(world.day - 28 * DAY)}
    printed = client.send("/risk/evaluation.pdf", days, page=f"/risk/evaluation{asked}").data

    assert client.get(f"/risk/evaluation.csv{asked}").text.count("\n") == 1
    assert "no figure of them leaves the clinic" in PdfReader(io.BytesIO(printed)).pages[0].extract_text()


def test_drift_that_was_written_down_is_shown(session, world, client):
    trip = Trip(RiskTripKind.LOAD, world.day - 28 * DAY, world.day - DAY, 56, Decimal(28))
    risk_watch.note(session, trip, world.act())
    session.commit()
    sign_in(client, session, world, Role.CLINIC_HEAD)

    page = client.get("/risk/evaluation").text

    assert "more raised as AMBER than can be followed up" in page
    assert "2.00" in page


def test_days_without_nights_say_so(session, world, client):
    session.commit()
    sign_in(client, session, world, Role.CLINIC_HEAD)

    page = client.get("/risk/evaluation?from=2001-01-01&until=2001-02-01")

    assert page.status_code == 200
    assert "There are no nights in these days" in page.get_data(as_text=True)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_of_no_clinics_time_are_answered_in_words(session, world, client, day):
    session.commit()
    sign_in(client, session, world, Role.CLINIC_HEAD)

    assert client.get(f"/risk/evaluation?from={day}&until={day}").status_code == 422
    assert client.get(f"/risk/evaluation.csv?from={day}&until={day}").status_code == 422


def test_it_is_for_the_clinic_head(session, world, client):
    session.commit()
    for role in (Role.COUNSELLOR, Role.NURSE):
        sign_in(client, session, world, role)
        assert client.get("/risk/evaluation").status_code == 403
        client.post("/sign-out")


def test_list_says_a_probability_only_once_somebody_put_it_into_use(session, world, client):
    came(session, world, ago=3)
    for one in risk.to_raise(session, world.site.id, world.day):
        risk.raise_flag(session, one, world.act())
    version = keep(session, world)
    session.commit()
    sign_in(client, session, world, Role.COUNSELLOR)

    before = client.get("/risk").get_data(as_text=True)
    risk_models.promote(session, version=version, reason="It comes true here.", act=world.act())
    session.commit()
    after = client.get("/risk").get_data(as_text=True)

    assert version not in before
    assert version in after
