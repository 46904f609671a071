"""An inspector's account: everything of any period in two clicks, every look noted, and nothing that writes."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.permissions import ROLES
from models import AccessLog
from models.enums import Role
from tests import factories
from tests.client import hidden_fields
from tests.house.samples import Samples
from tests.house.test_gate import needed, own_rules

INDEX = "/inspection/cross-index"
PRINTS = {
    "archive.open_it",
    "archive.print_it",
    "inspection.cross_index_pdf",
    "indicators.as_pdf",
    "month.as_pdf",
    "programme_forms.as_pdf",
    "losses.sheet",
    "reporting.day_log_pdf",
    "reporting.register_csv",
    "reporting.register_days_csv",
    "reporting.register_days_pdf",
    "reporting.register_pdf",
    "stock.consignment_pdf",
    "stock.custody_pdf",
    "stock.destruction_pdf",
    "stock.inventory_pdf",
    "stock.lot_pdf",
    "stock.pump_log_pdf",
    "stock.reconciliation_pdf",
}
"""All that an inspector may send: buttons that print, each noted in the audit."""


@pytest.fixture
def dosed(session, world):
    """Somebody with an address and a telephone, dosed today."""
    who = factories.person(session, "Lê", "Bình")
    who.address, who.phone = "12 Hàng Bông", "0901 234 567"
    factories.dose(session, world, who, factories.order(session, world, who))
    session.commit()
    return who


@pytest.fixture
def inspector(client, session, world):
    return client.sign_in(session, world, world.staff[Role.INSPECTOR], at_window=False)


def looks(session):
    session.rollback()
    return session.scalars(select(AccessLog.person_id).where(AccessLog.page == "cross-index")).all()


def test_the_cross_index_is_two_clicks_from_signing_in(inspector, session, dosed):
    menu = inspector.get("/paper").text
    overview = inspector.get("/inspection").text
    page = inspector.get(INDEX).text

    assert 'href="/inspection"' in menu
    assert f'href="{INDEX}?' in overview
    for text in (dosed.number, "Lê Bình", "12 Hàng Bông"):
        assert text in page
    assert dosed.phone not in page
    assert looks(session) == [dosed.id]


def test_the_index_as_file_and_sheet_is_noted_too(inspector, session, dosed, world):
    rows = list(csv.DictReader(io.StringIO(inspector.get(f"{INDEX}.csv").data.decode("utf-8-sig"))))
    answer = inspector.send(
        f"{INDEX}.pdf", {"first": str(world.day), "last": str(world.day), "paper": "A4"}, page=INDEX
    )

    assert [(row["Number"], row["Name"], row["Address"]) for row in rows] == [(dosed.number, "Lê Bình", "12 Hàng Bông")]
    assert answer.data.startswith(b"%PDF")
    assert looks(session) == [dosed.id] * 3  # the file, the page with the button, the sheet


def test_the_index_holds_those_who_were_given_something_in_the_period(inspector, dosed, world):
    before = world.day - timedelta(days=1)

    assert "Nobody was given a dose or a bottle" in inspector.get(f"{INDEX}?from={before}&until={before}").text


def test_the_summary_of_any_period(inspector, dosed, world):
    page = inspector.get(f"/inspection?from={world.day - timedelta(days=9)}&until={world.day}").text

    assert "Everything agrees" in page
    assert "992" in page
    assert f"/paper/log?from={world.day - timedelta(days=9)}" in page.replace("&amp;", "&")


@pytest.mark.parametrize("days", ["from=9999-12-31", "from=0001-01-01", "from=x"])
def test_days_that_cannot_be_are_answered_in_words(inspector, days):
    assert inspector.get(f"/inspection?{days}").status_code == 422
    assert inspector.get(f"{INDEX}?{days}").status_code == 422


@pytest.mark.parametrize("role", [Role.NURSE, Role.COUNSELLOR, Role.PRESCRIBER, Role.ADMINISTRATOR, Role.PEER])
def test_the_index_is_for_inspector_and_clinic_head(client, session, world, role):
    client.sign_in(session, world, world.staff[role])

    assert client.get(INDEX).status_code == 403


def test_an_inspector_may_send_nothing_but_print_buttons(app):
    own = ROLES[Role.INSPECTOR]
    may = {
        rule.endpoint
        for rule in own_rules(app, "POST")
        if needed(app, rule) is not None and needed(app, rule) <= own and needed(app, rule)
    }

    assert may == PRINTS


def test_every_form_of_the_map_is_refused_to_an_inspector(app, inspector, session, world):
    samples, sent = Samples(session, world), hidden_fields(inspector.get(INDEX), f"{INDEX}.pdf")
    for rule in own_rules(app, "POST"):
        asks = needed(app, rule)
        if asks and not asks <= ROLES[Role.INSPECTOR]:
            assert inspector.post(samples.address(rule), data=sent).status_code == 403, rule


def test_the_account_reads_until_its_last_day(client, session, world):
    over = factories.staff(session, "Olga Ende")
    factories.role(session, over, world.site, Role.INSPECTOR, until_on=world.day - timedelta(days=1))
    session.commit()

    assert client.sign_in(session, world, over, at_window=False).get(INDEX).status_code != 200
