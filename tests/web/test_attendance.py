"""The pages of attendance: who misses doses, who may be lost, and a person's days as a calendar."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

import models
from dispensary.services.sites import change_setting
from models import Disclosure, enums
from models.enums import AuditKind, DisclosureBasis, SettingKey
from tests import factories
from tests.client import hidden_fields
from tests.rows import audited_kinds, one_stored

DAY = timedelta(days=1)


@pytest.fixture
def absent(session, world):
    """Somebody who was dosed ten days ago, and not since."""
    who = factories.patient(session, world, family_name="Absent", phone="0912 7", starts_on=world.day - 10 * DAY)
    of = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == who.id)).one()
    factories.dose(session, world, who, of, at=world.at - 10 * DAY)
    session.commit()
    return who


def lost_after(session, world, number):
    change_setting(
        session,
        key=SettingKey.LOST_AFTER_NO_SHOWS,
        value=str(number),
        effective_on=world.day,
        act=world.act(world.staff[enums.Role.ADMINISTRATOR]),
    )
    session.commit()


def test_list_shows_both_counts_and_leads_to_the_reason(nurse, world, absent):
    page = nurse.get("/attendance/missed").text

    assert "Days without medicine" in page
    assert "No-shows in a row" in page
    assert page.count(">9</td>") == 2
    assert "0912 7" in page
    assert f"/people/{absent.id}/missed/{(world.day - DAY).isoformat()}" in page
    assert "Absent" not in page.partition("</title>")[0]


def test_list_asks_for_the_least_days(nurse, absent):
    assert absent.number in nurse.get("/attendance/missed?least=9").text
    assert "Nobody in treatment has missed so many days." in nurse.get("/attendance/missed?least=10").text
    assert absent.number in nurse.get("/attendance/missed?least=many").text


def test_list_is_sorted_by_its_headings(nurse, session, world, absent):
    other = factories.patient(session, world, family_name="Aa", starts_on=world.day - 3 * DAY)
    session.commit()

    page = nurse.get("/attendance/missed?sort=name").text

    assert page.index(other.number) < page.index(absent.number)
    assert 'aria-sort="ascending"><a href="/attendance/missed?least=1&amp;of=all&amp;sort=name">Person</a>' in page
    assert nurse.get("/attendance/missed?sort=dose&of=those").status_code == 200


def test_noting_a_reason_leads_back_to_the_same_place_of_the_list(nurse, world, absent):
    address = f"/people/{absent.id}/missed/{(world.day - DAY).isoformat()}?back=list&least=2&sort=name&of=no_reason"
    fields = hidden_fields(nurse.get(address), address)

    answer = nurse.post(address, data=fields | {"reason": "ill", "note": ""})

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/attendance/missed?least=2&sort=name&of=no_reason#person-{absent.id}"


def test_files_and_paper_hold_the_list_and_the_print_is_noted(nurse, session, absent):
    csv, xlsx = nurse.get("/attendance/missed.csv?least=2"), nurse.get("/attendance/missed.xlsx")
    fields = hidden_fields(nurse.get("/attendance/missed"), "/attendance/missed.pdf")
    pdf = nurse.post("/attendance/missed.pdf", data=fields | {"paper": "A4"})

    assert absent.number in csv.text
    assert xlsx.data.startswith(b"PK")
    assert pdf.data.startswith(b"%PDF")
    assert "missed-doses-" in pdf.headers["Content-Disposition"]
    asks_first = "Not asked yet how they may be reached: ask first."
    printed = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf.data)).pages)
    assert asks_first in csv.text and asks_first in " ".join(printed.split())
    session.rollback()
    assert audited_kinds(session)[-1] == AuditKind.REPORT_PRINTED


def test_list_reads_as_many_statements_for_many_as_for_one(nurse, session, world, absent, app):
    from sqlalchemy import event

    from dispensary.web.database import db

    sent = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *rest: sent.append(rest[2]))
    nurse.get("/attendance/missed")
    alone = len(sent)
    for n in range(5):
        factories.patient(session, world, family_name=f"More{n}", starts_on=world.day - 5 * DAY)
    session.commit()
    sent.clear()

    nurse.get("/attendance/missed")

    assert len(sent) <= alone + 8  # people without any dose are read whole, apart from the others


def test_person_is_proposed_and_kept_and_confirmed(prescriber, session, world, absent):
    lost_after(session, world, 9)
    episode = session.scalar(select(models.Episode.id))
    assert "Confirm: lost" in prescriber.get("/attendance/lost").text

    again = (world.day + 7 * DAY).isoformat()
    prescriber.send(f"/attendance/lost/{episode}/keep-looking", {"reason": "was seen", "look_again_on": again})
    kept = prescriber.get("/attendance/lost").text
    prescriber.send(f"/attendance/lost/{episode}/end", {"note": "nobody knows"})

    assert "Still looked for" in kept
    assert "was seen" in kept
    assert "Nobody is proposed." in prescriber.get("/attendance/lost").text
    assert prescriber.get(f"/attendance/lost/{episode}/end").status_code == 404
    session.rollback()
    assert session.scalars(select(models.EpisodeEnd.reason)).all() == [enums.EpisodeEndReason.DROPPED_OUT]


def test_day_to_look_again_is_asked_for_at_its_field(prescriber, session, world, absent):
    lost_after(session, world, 9)
    episode = session.scalar(select(models.Episode.id))

    answer = prescriber.send(
        f"/attendance/lost/{episode}/keep-looking", {"reason": "was seen", "look_again_on": world.day.isoformat()}
    )

    assert answer.status_code == 422
    assert "The day to look again lies ahead" in answer.text
    assert "was seen" in answer.text


def test_nurse_sees_the_proposals_and_decides_nothing(nurse, session, world, absent):
    lost_after(session, world, 9)
    episode = session.scalar(select(models.Episode.id))

    page = nurse.get("/attendance/lost").text

    assert absent.number in page
    assert "Confirm: lost" not in page
    assert nurse.get(f"/attendance/lost/{episode}/end").status_code == 403


def test_persons_page_shows_each_day_in_words_and_both_counts(nurse, world, absent):
    page = nurse.get(f"/people/{absent.id}").text

    assert "<strong>9</strong> days without medicine" in page
    assert "<strong>9</strong> no-shows in a row" in page
    assert "What became of each day of 2026-03" in page
    assert "did not come" in page
    assert f"/people/{absent.id}/missed/2026-03-01" in page


def test_months_before_are_reached_by_their_address(nurse, absent):
    page = nurse.get(f"/people/{absent.id}?month=2026-02").text

    assert "What became of each day of 2026-02" in page
    assert "dosed</span>" in page
    assert "month=2026-01" in page


@pytest.mark.parametrize("asked", ["month=never", "month=0001-01", "as_of=yesterday", "as_of=2300-01-01", "as_of=%00"])
def test_month_or_day_that_cannot_be_shows_the_present(nurse, absent, asked):
    assert "What became of each day of 2026-03" in nurse.get(f"/people/{absent.id}?{asked}").text


def test_days_are_shown_as_they_were_known(nurse, session, world, absent):
    order = session.scalars(select(models.DoseOrder)).one()
    late = world.at - 2 * DAY
    factories.dose(session, world, absent, order, at=late, recorded_at=world.at - DAY)
    session.commit()

    now = nurse.get(f"/people/{absent.id}").text
    then = nurse.get(f"/people/{absent.id}?as_of={(world.day - 2 * DAY).isoformat()}").text

    assert "<strong>1</strong> day without medicine" in now
    assert "<strong>7</strong> days without medicine" in then
    assert "as it was known at the end of that day" in then


def test_reason_of_a_missed_day_stands_in_its_square(nurse, world, absent):
    nurse.send(f"/people/{absent.id}/missed/{(world.day - DAY).isoformat()}", {"reason": "journey", "note": ""})

    assert "away on a journey" in nurse.get(f"/people/{absent.id}").text


def test_queue_shows_both_counts_of_those_who_wait_and_have_any(nurse, session, world, absent):
    daily = factories.patient(session, world, family_name="Daily")
    session.commit()

    page = nurse.get("/window/queue").text

    assert "9 days without medicine, 9 no-shows in a row" in page
    assert page.count("without medicine") == 1
    assert daily.number in page


def test_counts_in_the_queue_are_kept_for_a_minute(nurse, session, world, absent, clock):
    order = session.scalars(select(models.DoseOrder)).one()
    nurse.get("/window/queue")
    factories.dose(session, world, absent, order, at=world.at - DAY)
    session.commit()

    assert "days without medicine" in nurse.get("/window/queue").text
    clock.forward(minutes=1)
    assert "days without medicine" not in nurse.get("/window/queue").text


def test_station_names_both_counts(nurse, absent):
    page = nurse.get(f"/window/{absent.id}").text

    assert "<strong>9</strong> days without medicine" in page
    assert "<strong>9</strong> no-shows in a row" in page


def test_own_sheet_is_printed_from_the_persons_page_and_noted(nurse, session, absent):
    page = nurse.get(f"/people/{absent.id}")
    address = f"/paper/person/{absent.id}/own-sheet.pdf"

    answer = nurse.post(address, data=hidden_fields(page, address))

    assert answer.data.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"] == 'inline; filename="my-sheet.pdf"'
    session.rollback()
    assert audited_kinds(session)[-1] == AuditKind.REPORT_PRINTED
    assert one_stored(session, Disclosure).basis is DisclosureBasis.TO_THE_PERSON
