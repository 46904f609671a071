"""The page of paper and back, the pack, the day close that names what is not entered, and the clock's own page."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

import models
from dispensary.services import downtime
from models import ClockConfirmation, Dose, DowntimeDay, DowntimeEntered, DowntimePack, PackCopyTick
from tests.client import hidden_fields
from tests.factories import PASSWORD, dose, patient

DAY = timedelta(days=1)
HOME = "/downtime"


def text_of(answer):
    return answer.get_data(as_text=True)


def seen(client, clock):
    with client.session_transaction(base_url="https://localhost") as cookie:
        cookie["seen_at"] = int(clock.at.timestamp())
    return client


def test_pack_is_printed_noted_and_its_copies_wait_to_be_ticked(nurse, session, world):
    patient(session, world)
    session.commit()

    answer = nurse.send("/downtime/pack.pdf", {"copies": "3", "clinic_day": world.day.isoformat(), "paper": "A4"},
                        page=HOME)  # fmt: skip

    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="downtime-pack-2026-03-02.pdf"'
    assert "Copy 1 of 3" in PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    assert session.scalars(select(DowntimePack.copies)).one() == 3
    assert text_of(nurse.get(HOME)).count("○ Copy") == 3


@pytest.mark.parametrize("wrong", [{"copies": "0"}, {"copies": "9" * 400}, {"copies": "two"}, {"clinic_day": "soon"}])
def test_pack_that_was_not_understood_says_so(nurse, session, world, wrong):
    sent = {"copies": "1", "clinic_day": world.day.isoformat(), "paper": "A4"} | wrong

    answer = nurse.send("/downtime/pack.pdf", sent, page=HOME)

    assert answer.status_code == 422
    assert session.scalars(select(DowntimePack)).all() == []


def test_copies_of_days_that_are_over_are_shown_red_until_ticked(nurse, session, world, clock):
    made = downtime.note_pack(session, clinic_day=world.day, copies=1, act=world.act())
    session.commit()
    assert "not accounted for" not in text_of(nurse.get(HOME))
    clock.forward(days=1)
    seen(nurse, clock)

    late = text_of(nurse.get(HOME))
    address = f"/downtime/packs/{made.id}/copies/1"
    answer = nurse.send(address, {"fate": "destroyed"}, page=HOME)

    assert "Copy 1 of 1: not accounted for" in late
    assert answer.status_code == 303
    assert session.scalars(select(PackCopyTick.fate)).one() == "destroyed"
    assert "not accounted for" not in text_of(nurse.get(HOME))


def test_day_is_declared_named_at_the_day_close_and_signed_as_entered(nurse, session, world):
    declared = {"clinic_day": world.day.isoformat(), "reason": "power cut"}
    answer = nurse.send("/downtime/days", declared, page=HOME)
    open_day = text_of(nurse.get("/day-close"))

    signed = nurse.send(f"/downtime/{world.day}/entered", {"sheets": "2"}, page=answer.headers["Location"])

    assert answer.headers["Location"] == f"/downtime/{world.day}/entry"
    assert "Not yet entered from paper" in open_day
    assert "Doses of this day are still on paper" in open_day
    assert signed.status_code == 303
    assert session.scalars(select(DowntimeEntered.sheets)).one() == 2
    assert "Not yet entered" not in text_of(nurse.get("/day-close"))


def test_window_says_that_paper_of_today_waits_until_it_is_entered(nurse, session, world):
    who = patient(session, world)
    downtime.declare_day(session, clinic_day=world.day, reason="power cut", act=world.act())
    session.commit()

    waits = text_of(nurse.get(f"/window/{who.id}"))
    downtime.sign_entered(session, clinic_day=world.day, sheets=0, act=world.act())
    session.commit()

    assert "Not all paper of today is entered" in waits
    assert "Not all paper of today" not in text_of(nurse.get(f"/window/{who.id}"))


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"clinic_day": "2027-01-01"}, {"clinic_day": ""}])
def test_day_that_cannot_be_declared_says_so_at_its_field(nurse, session, world, wrong):
    sent = {"clinic_day": world.day.isoformat(), "reason": "power cut"} | wrong

    answer = nurse.send("/downtime/days", sent, page=HOME)

    assert answer.status_code == 422
    assert session.scalars(select(DowntimeDay)).all() == []


def test_address_of_no_day_has_no_page(nurse):
    assert nurse.get("/downtime/soon/entry").status_code == 404


def test_paper_menu_leads_here(nurse):
    assert 'href="/downtime"' in text_of(nurse.get("/paper"))


@pytest.fixture
def jumped(nurse, session, world, clock):
    """Yesterday was an open day without any dose: the clock has skipped it. Return whom it holds."""
    who = patient(session, world)
    dose(session, world, who, session.scalars(select(models.DoseOrder)).one())
    session.commit()
    clock.forward(days=2)
    seen(nurse, clock)
    return who


def give(nurse, who):
    path = f"/window/{who.id}"
    return nurse.post(path, data=hidden_fields(nurse.get(path), path) | {"scan": "F"})


def test_clock_that_skipped_a_day_holds_every_dose_and_the_page_leads_to_the_confirmation(nurse, session, jumped):
    shown = text_of(nurse.get(f"/window/{jumped.id}"))
    refused = give(nurse, jumped)

    assert "the clock may be wrong" in shown
    assert 'href="/window/clock"' in shown
    assert refused.status_code == 422
    session.rollback()
    assert len(session.scalars(select(Dose)).all()) == 1


def test_two_people_confirm_date_and_time_and_dosing_goes_on(nurse, session, world, jumped):
    page = text_of(nurse.get("/window/clock"))
    second = {"witness_username": world.witness.username, "witness_password": PASSWORD}

    answer = nurse.send("/window/clock", second)
    nurse.send(f"/window/{jumped.id}/last-dose", {"as_recorded": "yes", "used_full_agonist": "no"})
    given = give(nurse, jumped)

    assert "2026-03-04" in page
    assert "2 days ago by this clock" in page
    assert answer.status_code == given.status_code == 303
    session.rollback()
    assert session.scalars(select(ClockConfirmation.witnessed_by_id)).one() == world.witness.id
    assert len(session.scalars(select(Dose)).all()) == 2
    assert 'href="/window/clock"' not in text_of(nurse.get(f"/window/{jumped.id}"))


@pytest.mark.parametrize("second", [{}, {"witness_password": "wrong"}, {"witness_username": "nobody"}])
def test_one_person_alone_confirms_nothing(nurse, session, world, jumped, second):
    proof = {"witness_username": world.witness.username, "witness_password": PASSWORD} | second
    sent = proof if second else {}

    answer = nurse.send("/window/clock", sent)

    assert answer.status_code == 422
    session.rollback()
    assert session.scalars(select(ClockConfirmation)).all() == []


def test_clock_that_stands_behind_is_shown_so(nurse, session, world, clock, jumped):
    clock.at = world.at - timedelta(minutes=10)

    assert "The clock stands 10 minutes before it" in text_of(seen(nurse, clock).get("/window/clock"))
