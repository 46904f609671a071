"""The lot trace as pages, sheet and file: telephone numbers for those who call, and every look noted."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispensary.web.stock import lots
from models import AccessLog, DoseOrder
from models.enums import Role
from tests import factories
from tests.take_homes import decide, dosed_until_yesterday, hand_over, safe

PHONE = "0901 234 567"


@pytest.fixture
def reached(session, world):
    """Somebody dosed from the lot, with a telephone."""
    who = factories.person(session, "Lê", "Bình")
    who.phone = PHONE
    factories.dose(session, world, who, factories.order(session, world, who))
    session.commit()
    return who


def path(world, end=""):
    return f"/stock/lots/{world.containers['methadone'].lot_id}{end}"


def looks(session):
    session.rollback()
    return session.execute(select(AccessLog.person_id, AccessLog.recorded_by_id, AccessLog.page)).all()


def test_the_trace_shows_whom_to_call_and_notes_the_look(client, session, world, reached):
    client.sign_in(session, world, world.nurse)

    listed = client.get("/stock/lots").text
    page = client.get(path(world)).text

    assert path(world) in listed
    assert "Lê Bình" in page
    assert PHONE in page
    assert (reached.id, world.nurse.id, "lot trace") in looks(session)


def test_the_file_for_the_calls_has_one_row_a_dose(client, session, world, reached):
    client.sign_in(session, world, world.nurse)

    rows = list(csv.DictReader(io.StringIO(client.get(path(world, ".csv")).data.decode("utf-8-sig"))))

    assert [(row["What"], row["Telephone"], row["mg"]) for row in rows] == [("dose", PHONE, "80")]
    assert (reached.id, world.nurse.id, "lot trace") in looks(session)


def test_the_sheet_for_the_calls(client, session, world, reached):
    client.sign_in(session, world, world.staff[Role.CLINIC_HEAD])

    assert client.send(path(world, ".pdf"), {"paper": "A4"}, page=path(world)).data.startswith(b"%PDF")


def test_an_inspector_sees_number_and_name_and_no_telephone(client, session, world, reached):
    client.sign_in(session, world, world.staff[Role.INSPECTOR], at_window=False)

    page = client.get(path(world)).text
    file = client.get(path(world, ".csv")).data.decode()

    assert reached.number in page
    assert PHONE not in page + file
    assert len(looks(session)) == 2


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.ADMINISTRATOR, Role.PEER])
def test_who_reads_no_register_traces_no_lot(client, session, world, role):
    client.sign_in(session, world, world.staff[role], at_window=False)

    assert client.get("/stock/lots").status_code == 403
    assert client.get(path(world)).status_code == 403


@pytest.mark.parametrize("number", [999_999, 2**31 + 1, 2**63 + 1])
def test_a_lot_that_is_not_there_is_answered_in_words(client, session, world, number):
    client.sign_in(session, world, world.nurse)

    assert client.get(f"/stock/lots/{number}").status_code == 404


def test_bottles_at_home_stand_first(client, session, world):
    who = factories.patient(session, world, starts_on=world.day - timedelta(days=7))
    dosed_until_yesterday(session, world, who)
    decide(session, world, who)
    safe(session, world, who)
    order = session.scalars(select(DoseOrder).where(DoseOrder.person_id == who.id)).one()
    factories.dose(session, world, who, order)
    session.commit()
    hand_over(session, world, who)
    session.commit()

    page = client.sign_in(session, world, world.nurse).get(path(world)).text

    assert "at home, not yet due" in page
    assert "Bottles that went home" in page


def test_a_long_trace_is_shown_page_by_page_with_everybody_to_call_on_each(
    client, session, world, reached, monkeypatch
):
    other = factories.person(session, "Trần", "An")
    factories.dose(session, world, other, factories.order(session, world, other), at=world.at + timedelta(minutes=1))
    session.commit()
    monkeypatch.setattr(lots, "SHOWN_AT_ONCE", 1)
    client.sign_in(session, world, world.nurse)

    pages = [client.get(f"{path(world)}?page={n}").text for n in (1, 2)]

    assert [(page.count("Lê Bình"), page.count("Trần An")) for page in pages] == [(2, 1), (1, 2)]
    assert "page 1 of 2" in pages[0] and "Next page" in pages[0]
    assert "Page before" in pages[1]
    rows = list(csv.DictReader(io.StringIO(client.get(path(world, ".csv")).data.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert client.get(f"{path(world)}?page=99999").status_code == 200
