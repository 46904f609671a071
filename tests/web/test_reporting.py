"""Paper over HTTP: the log, the register, a person's history and card."""

import csv
import io
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from dispensary.home import Home
from dispensary.rules.chain import breaks
from dispensary.rules.register_slip import pages_in
from dispensary.safekeeping import keys
from models import AccessLog, AuditEvent, PersonCard, Seal
from models.enums import AuditKind, DoseOutcome, RefusedReason, Role, SealOccasion
from tests import factories

DAY = "2026-03-02"
LOG = f"/paper/log?from={DAY}"


@pytest.fixture(autouse=True)
def seal_key(app):
    """A home with a seal key, as `init` would leave it."""
    home: Home = app.extensions["home"]
    if not home.seal_key_file.exists():
        keys.create_seal_key(home)


@pytest.fixture
def morning(session, world):
    """Three people dosed, one refused, one dose reversed."""
    people = [factories.person(session, "Trần", name) for name in ("An", "Bình", "Chi", "Dũng")]
    orders = [factories.order(session, world, who) for who in people]
    doses = [factories.dose(session, world, who, of) for who, of in zip(people[:3], orders, strict=False)]
    factories.no_dose(
        session,
        world,
        people[3],
        orders[3],
        outcome=DoseOutcome.REFUSED,
        withheld_reason=None,
        refused_reason=RefusedReason.NOT_WANTED,
    )
    factories.reversal(session, world, doses[2], at=world.at + timedelta(minutes=10), poured=True)
    session.commit()
    return people


def text_of(answer):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)


def test_log_on_the_screen_shows_every_dose_and_agrees_with_the_register(client, session, world, morning):
    client.sign_in(session, world, world.nurse)

    page = client.get(LOG).get_data(as_text=True)

    assert all(who.number in page for who in morning)
    assert "2 doses given, 1 withheld or refused, 1 reversed." in page
    assert "✓ These totals equal the controlled-drug register" in page
    assert '<tr class="struck">' in page


def test_printing_the_log_seals_the_heads_and_notes_who_printed(client, session, world, morning):
    client.sign_in(session, world, world.nurse)

    answer = client.send("/paper/log.pdf", {"paper": "Letter"}, page=LOG)

    session.rollback()
    printed = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.REPORT_PRINTED)).one()
    sealed = session.scalars(select(Seal).where(Seal.occasion == SealOccasion.PRINTED_PAGE)).all()
    text = text_of(answer)
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="dispensing-log-{DAY}.pdf"'
    assert printed.recorded_by_id == world.nurse.id
    assert '"sheet":"dispensing_log"' in printed.body
    assert world.products["methadone"].id in {seal.product_id for seal in sealed}
    assert f"digest {sealed[-1].digest[:16]}" in text or any(s.digest[:16] in text for s in sealed)
    assert "Printed by Rosa Ames" in text


def test_screen_paper_and_file_have_the_same_rows(client, session, world, morning):
    client.sign_in(session, world, world.nurse)

    page = client.get(LOG).get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(client.get(f"/paper/log.csv?from={DAY}").data.decode("utf-8-sig"))))
    text = text_of(client.send("/paper/log.pdf", {"paper": "A4"}, page=LOG))

    numbers = [row[4] for row in rows[1:]]
    assert sorted(numbers) == sorted(who.number for who in morning)
    for number in numbers:
        assert number in page
        assert number in text


def test_workbook_of_the_log_is_one(client, session, world, morning):
    client.sign_in(session, world, world.nurse)

    answer = client.get(f"/paper/log.xlsx?from={DAY}")

    assert answer.data[:2] == b"PK"
    assert answer.headers["Content-Disposition"].endswith('.xlsx"')


@pytest.mark.parametrize(
    "asked",
    ["from=yesterday", "from=2026-03-02&until=2026-03-01", "from=2020-01-01&until=2026-01-01", "from=2026-13-01"],
)
def test_days_that_cannot_be_printed_are_explained(client, session, world, asked):
    client.sign_in(session, world, world.nurse)

    assert client.get(f"/paper/log?{asked}").status_code == 422


def test_print_button_sent_without_days_is_refused(client, session, world):
    client.sign_in(session, world, world.nurse)

    answer = client.send("/paper/log.pdf", {"first": "", "paper": "A4"}, page=LOG)

    assert answer.status_code == 422


def test_start_page_offers_registers_to_those_who_may_see_them(client, session, world):
    client.sign_in(session, world, world.nurse)
    nurse = client.get("/paper").get_data(as_text=True)
    client.sign_in(session, world, world.prescriber)
    prescriber = client.get("/paper").get_data(as_text=True)

    assert "Controlled-drug register" in nurse
    assert "Controlled-drug register" not in prescriber


def test_register_page_prints_lines_seal_and_running_balance(client, session, world, morning):
    client.sign_in(session, world, world.nurse)
    path = f"/paper/register/{world.products['methadone'].id}.pdf"

    answer = client.send(path, {"first_page": "1", "last_page": "1", "paper": "A4", "layout": "who"}, page="/paper")

    text = text_of(answer)
    assert answer.status_code == 200
    assert "register page 1 of 1" in text
    assert "992 mL" in text
    assert "sealed to line 6" in text
    assert "TAKENBACKbyno.5" in "".join(text.split())


def test_register_page_that_is_not_there_prints_and_seals_nothing(client, session, world, morning):
    client.sign_in(session, world, world.nurse)
    path = f"/paper/register/{world.products['methadone'].id}.pdf"

    answer = client.send(path, {"first_page": "7", "last_page": "9", "paper": "A4", "layout": "who"}, page="/paper")

    session.rollback()
    assert answer.status_code == 404
    assert session.scalars(select(Seal)).all() == []


def test_register_file_can_be_checked_by_anyone(client, session, world, morning):
    client.sign_in(session, world, world.nurse)
    path = f"/paper/register/{world.products['methadone'].id}.csv"
    answer = client.send(path, {"first_page": "1", "last_page": "1", "paper": "A4", "layout": "us"}, page="/paper")

    (page,) = pages_in(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(page.links) == 6
    assert list(breaks(page.links)) == []
    assert page.slip["layout"] == "us"


def days_of(client, world, kind="csv", **values):
    path = f"/paper/register/{world.products['methadone'].id}/days.{kind}"
    asked = {"first": DAY, "last": DAY, "paper": "A4", "layout": "uk"} | values
    return client.send(path, asked, page="/stock/register")


def test_register_of_days_is_printed_from_the_page_that_shows_them(client, session, world, morning):
    client.sign_in(session, world, world.nurse)

    shown = client.get(f"/stock/register?from={DAY}&until={DAY}").get_data(as_text=True)
    pdf, file = days_of(client, world, "pdf"), days_of(client, world)

    assert "1 to 6" in shown
    assert "lines 1 to 6 (of 1 to 6 asked for)" in " ".join(text_of(pdf).split())
    (page,) = pages_in(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert (page.slip["layout"], page.slip["last"]) == ("uk", "6")


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"first": "2020-01-01", "last": "2020-01-01"}, 404),
        ({"first": "9999-12-31", "last": "9999-12-31"}, 422),
        ({"first": "0001-01-01", "last": "0001-01-01"}, 422),
        ({"first": "2026-03-03"}, 422),
        ({"first": "tomorrow"}, 422),
        ({"layout": "atlantis"}, 422),
    ],
)
def test_days_that_cannot_be_printed_print_and_seal_nothing(client, session, world, morning, values, status):
    client.sign_in(session, world, world.nurse)

    answer = days_of(client, world, **values)

    session.rollback()
    assert answer.status_code == status
    assert session.scalars(select(Seal)).all() == []


@pytest.mark.parametrize("product", ["99", str(2**31), str(2**63), "9" * 40])
def test_register_of_a_product_that_is_not_here_is_not_printed(client, session, world, morning, product):
    client.sign_in(session, world, world.nurse)
    asked = {"first_page": "1", "last_page": "1", "paper": "A4", "layout": "who"}

    assert client.send(f"/paper/register/{product}.pdf", asked, page="/paper").status_code == 404


def test_history_shows_every_dose_with_its_chart_and_is_noted(client, session, world, morning):
    client.sign_in(session, world, world.staff[Role.COUNSELLOR])
    who = morning[2]

    page = client.get(f"/paper/person/{who.id}/history").get_data(as_text=True)
    chart = client.get(f"/paper/person/{who.id}/dose-chart.svg")

    session.rollback()
    seen = session.scalars(select(AccessLog.page).where(AccessLog.person_id == who.id)).all()
    assert "REVERSED" in page
    assert "Trần Chi" not in re.search("<title>(.*)</title>", page)[1]
    assert chart.mimetype == "image/svg+xml"
    assert set(seen) == {"history", "dose_chart"}


def test_history_on_paper_is_audited_and_its_file_names_nobody(client, session, world, morning):
    client.sign_in(session, world, world.nurse)
    path = f"/paper/person/{morning[0].id}/history"

    answer = client.send(f"{path}.pdf", {"paper": "A4"}, page=path)

    session.rollback()
    printed = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.REPORT_PRINTED)).one()
    assert "Trần An" in text_of(answer)
    assert answer.headers["Content-Disposition"] == f'inline; filename="history-{morning[0].number}.pdf"'
    assert f'"person":{morning[0].id}' in printed.body


def test_history_as_a_file_has_a_row_a_dose(client, session, world, morning):
    client.sign_in(session, world, world.nurse)

    answer = client.get(f"/paper/person/{morning[0].id}/history.csv")

    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[1][6:8] == ["80", "80"]
    assert "Trần" not in answer.data.decode()


def test_history_of_nobody_is_not_found(client, session, world):
    client.sign_in(session, world, world.nurse)

    assert client.get("/paper/person/4711/history").status_code == 404


def test_card_prints_the_code_in_use(client, session, world, morning):
    who = morning[0]
    session.add(PersonCard(person_id=who.id, code="DTKM4XQ2", issued_at=world.at, issued_by_id=world.nurse.id))
    session.commit()
    client.sign_in(session, world, world.nurse)

    answer = client.get(f"/paper/person/{who.id}/card.pdf")

    assert who.number in text_of(answer)
    assert answer.headers["Content-Disposition"] == 'inline; filename="card.pdf"'


def test_card_that_was_never_issued_is_not_printed(client, session, world, morning):
    client.sign_in(session, world, world.nurse)

    assert client.get(f"/paper/person/{morning[0].id}/card.pdf").status_code == 404


def test_long_log_is_shown_in_pages(client, session, world, monkeypatch, morning):
    from dispensary.web.reporting import log

    monkeypatch.setattr(log, "SHOWN_AT_ONCE", 2)
    client.sign_in(session, world, world.nurse)

    first = client.get(LOG).get_data(as_text=True)
    second = client.get(f"{LOG}&page=2").get_data(as_text=True)

    assert "page 1 of 2" in first
    assert morning[0].number in first
    assert morning[0].number not in second
