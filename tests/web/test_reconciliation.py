"""The reconciliation of any period, as page, sheet and files."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dispensary.queries import reconciliation as queries
from models import AuditEvent
from models.enums import AuditKind, Role
from tests import factories

CSV, PDF = "/stock/reconciliation.csv", "/stock/reconciliation.pdf"


@pytest.fixture
def dosed(session, world):
    """One person dosed."""
    who = factories.person(session)
    factories.dose(session, world, who, factories.order(session, world, who))
    session.commit()
    return world


def span(world):
    return f"from={world.day}&until={world.day}"


def test_the_page_says_that_everything_agrees(client, session, dosed):
    page = client.sign_in(session, dosed, dosed.nurse).get(f"/stock/reconciliation?{span(dosed)}").text

    assert "Everything agrees" in page
    assert "Opening balance" in page
    assert "992" in page


def test_the_page_and_the_files_say_how_far_back_lines_were_read(client, session, dosed, monkeypatch):
    session.rollback()
    monkeypatch.setattr(queries, "LINES_AT_MOST", 1)
    days = f"from={dosed.day - timedelta(days=1)}&until={dosed.day}"
    client.sign_in(session, dosed, dosed.staff[Role.CLINIC_HEAD])

    said = f"the register was read from {dosed.day} on only"
    assert said in client.get(f"/stock/reconciliation?{days}").text
    assert said in client.get(f"/stock/reconciliation.csv?{days}").data.decode("utf-8-sig")


def test_page_paper_and_files_come_from_the_same_figures(client, session, dosed):
    client.sign_in(session, dosed, dosed.staff[Role.CLINIC_HEAD])

    rows = list(csv.DictReader(io.StringIO(client.get(f"{CSV}?{span(dosed)}").data.decode("utf-8-sig"))))
    closing = [row["Balance"] for row in rows if row["What"] == "Closing balance"]
    answer = client.send(
        PDF, {"first": str(dosed.day), "last": str(dosed.day), "paper": "A4"}, page="/stock/reconciliation"
    )

    assert "992" in closing
    assert answer.data.startswith(b"%PDF")
    assert client.get(f"/stock/reconciliation.xlsx?{span(dosed)}").data.startswith(b"PK")
    session.rollback()
    printed = select(func.count()).where(AuditEvent.kind == AuditKind.REPORT_PRINTED)
    assert session.scalar(printed) == 1


@pytest.mark.parametrize("days", ["from=9999-12-31", "from=0001-01-01", "from=2026-03-02&until=2026-03-01", "from=x"])
def test_days_that_cannot_be_are_answered_in_words(client, session, world, days):
    client.sign_in(session, world, world.nurse)

    assert client.get(f"/stock/reconciliation?{days}").status_code == 422
    assert client.get(f"{CSV}?{days}").status_code == 422


def test_a_period_before_any_stock_says_so(client, session, world):
    before = world.day - timedelta(days=30)

    page = client.sign_in(session, world, world.nurse).get(f"/stock/reconciliation?from={before}&until={before}").text

    assert "No stock has moved at this site up to this day." in page


@pytest.mark.parametrize(("role", "status"), [(Role.INSPECTOR, 200), (Role.COUNSELLOR, 403), (Role.ADMINISTRATOR, 403)])
def test_who_reads_the_register_reads_its_reconciliation(client, session, world, role, status):
    client.sign_in(session, world, world.staff[role], at_window=False)

    assert client.get("/stock/reconciliation").status_code == status
