"""Seconds from the scan to the record: what is measured at the window, and how it is shown."""

import csv
import io
import zipfile

import pytest
from sqlalchemy import select

import models
from models import Dose, Site, SiteSetting
from models.enums import DoseOutcome, Origin, SettingKey
from tests import factories
from tests.client import hidden_fields
from tests.factories import PASSWORD

DAY = "2026-03-02"


def people(session, world, count=1, **values):
    made = [factories.patient(session, world, **values) for _ in range(count)]
    session.commit()
    return made


def scan(nurse, text, on="/window"):
    return nurse.send(on, {"scan": text})


def open_page(nurse, who):
    page = f"/window/{who.id}"
    return hidden_fields(nurse.get(page), page)


def give(nurse, who, fields=None):
    answer = nurse.post(f"/window/{who.id}", data=(fields or open_page(nurse, who)) | {"scan": "F"})
    assert answer.status_code == 303
    return answer


def seconds(session):
    """Return what was measured, dose by dose; None where nothing was."""
    session.rollback()
    rows = session.execute(select(Dose.recorded_at, Dose.scanned_at).order_by(Dose.id))
    return [None if scanned is None else (recorded - scanned).total_seconds() for recorded, scanned in rows]


def test_from_the_card_to_the_record(nurse, session, world, clock):
    [who] = people(session, world)
    scan(nurse, who.number)
    clock.forward(seconds=4)
    fields = open_page(nurse, who)
    clock.forward(seconds=5)

    give(nurse, who, fields)

    assert seconds(session) == [9]


def test_called_up_from_the_queue(nurse, session, world, clock):
    [who] = people(session, world)
    fields = open_page(nurse, who)
    clock.forward(seconds=7)

    give(nurse, who, fields)

    assert seconds(session) == [7]


def test_a_name_that_several_have_counts_for_the_one_who_is_opened(nurse, session, world, clock):
    one, two = people(session, world, 2, family_name="Nguyen")
    scan(nurse, "nguyen")
    clock.forward(seconds=6)
    give(nurse, two)
    clock.forward(seconds=30)

    give(nurse, one)

    assert seconds(session) == [6, 0]


def test_a_second_person_scanned_meanwhile_changes_nothing_of_the_first(nurse, session, world, clock):
    one, two = people(session, world, 2)
    scan(nurse, one.number)
    first = open_page(nurse, one)
    clock.forward(seconds=10)
    scan(nurse, two.number)
    clock.forward(seconds=3)
    give(nurse, two)
    clock.forward(seconds=2)

    give(nurse, one, first)

    assert seconds(session) == [3, 15]


def test_the_card_of_the_next_on_the_page_of_the_last(nurse, session, world, clock):
    one, two = people(session, world, 2)
    open_page(nurse, one)
    clock.forward(minutes=2)
    scan(nurse, two.number, on=f"/window/{one.id}")
    clock.forward(seconds=4)

    give(nurse, two)

    assert seconds(session) == [4]


def test_going_back_and_opening_the_page_again_do_not_begin_anew(nurse, session, world, clock):
    [who] = people(session, world)
    scan(nurse, who.number)
    for _ in range(3):
        clock.forward(seconds=5)
        open_page(nurse, who)

    give(nurse, who)

    assert seconds(session) == [15]


def test_the_card_scanned_again_begins_anew(nurse, session, world, clock):
    [who] = people(session, world)
    scan(nurse, who.number)
    clock.forward(seconds=50)
    scan(nurse, who.number)
    clock.forward(seconds=5)

    give(nurse, who)

    assert seconds(session) == [5]


@pytest.mark.parametrize("minutes", [2, 40])
def test_what_waited_behind_the_lock_is_not_measured(nurse, session, world, clock, minutes):
    [who] = people(session, world)
    scan(nurse, who.number)
    fields = open_page(nurse, who)
    nurse.post("/lock", data=fields | {"back": f"/window/{who.id}"})
    clock.forward(minutes=minutes)
    nurse.send("/locked", {"password": PASSWORD})
    clock.forward(seconds=2)

    give(nurse, who)

    assert seconds(session) == [None]


def test_a_card_scanned_after_the_lock_is_measured(nurse, session, world, clock):
    [who] = people(session, world)
    open_page(nurse, who)
    nurse.post("/lock", data=open_page(nurse, who) | {"back": "/window"})
    clock.forward(minutes=1)
    nurse.send("/locked", {"password": PASSWORD})
    scan(nurse, who.number)
    clock.forward(seconds=3)

    give(nurse, who)

    assert seconds(session) == [3]


def test_what_took_longer_than_any_service_is_not_measured(nurse, session, world, clock):
    [who] = people(session, world)
    fields = open_page(nurse, who)
    for _ in range(11):
        clock.forward(minutes=3)
        nurse.get("/still-here")

    give(nurse, who, fields)

    assert seconds(session) == [None]


def test_a_part_dose_is_measured_like_a_whole_one(nurse, session, world, clock):
    [who] = people(session, world)
    scan(nurse, who.number)
    clock.forward(seconds=12)
    part = {
        "taken_mg": "50",
        "reason": "feels_unwell",
        "witness_username": world.witness.username,
        "witness_password": PASSWORD,
    }

    nurse.send(f"/window/{who.id}/part", part)

    session.rollback()
    assert session.scalars(select(Dose.outcome)).all() == [DoseOutcome.PART_GIVEN]
    assert seconds(session) == [12]


def test_the_second_part_of_a_day_is_measured_by_itself(nurse, session, world, clock):
    [who] = people(session, world, steps={world.day: ("50", "30")})
    scan(nurse, who.number)
    clock.forward(seconds=8)
    give(nurse, who)
    clock.forward(minutes=4)
    fields = open_page(nurse, who)
    clock.forward(seconds=3)

    give(nurse, who, fields)

    assert seconds(session) == [8, 3]


# The page and its files


@pytest.fixture
def measured(session, world, clock):
    """Doses at two terminals of a clinic eight hours east; one of them reversed, one from paper, one unmeasured."""
    from datetime import timedelta

    factories.save(
        session,
        SiteSetting(key=SettingKey.TIME_ZONE, value="Etc/GMT-8", effective_on=world.day, **factories.stamp(world)),
    )
    second = factories.save(
        session,
        models.Terminal(site_id=world.site.id, window_id=world.window.id, name="Terminal 2", code="terminal-2"),
    )

    def dose(minutes, took, terminal, **values):
        who = factories.person(session)
        order = factories.order(session, world, who)
        at = world.at + timedelta(minutes=minutes)
        made = {
            "terminal_id": terminal.id,
            "recorded_at": at,
            "taken_at": at,
            "scanned_at": None if took is None else at - timedelta(milliseconds=took),
            "origin": Origin.WINDOW,
        }
        return factories.dose(session, world, who, order, **made | values)

    back = dose(0, 10_000, world.terminal)
    for minutes, took in ((1, 4_000), (2, 5_150), (61, 30_000)):
        dose(minutes, took, world.terminal)
    dose(5, 7_000, second)
    dose(6, None, second)
    dose(7, 1_000, second, origin=Origin.PAPER)
    factories.reversal(session, world, back, at=world.at + timedelta(minutes=3))
    session.commit()


LINES = [
    ["Terminal 1", "15:00–16:00", "3", "5.2", "10"],
    ["Terminal 1", "16:00–17:00", "1", "30", "30"],
    ["Terminal 2", "15:00–16:00", "1", "7", "7"],
    ["Terminal 1", "all hours", "4", "7.6", "30"],
    ["Terminal 2", "all hours", "1", "7", "7"],
    ["all terminals", "all hours", "5", "7", "30"],
]


def test_seconds_stand_by_terminal_and_hour_of_the_clinic(nurse, measured):
    answer = nurse.get(f"/paper/seconds.csv?from={DAY}")

    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert rows[0][2:] == ["Doses measured", "Half within, seconds", "Nine of ten within, seconds"]
    assert rows[1:] == LINES
    assert answer.headers["Content-Disposition"] == f'attachment; filename="seconds-{DAY}.csv"'


def test_the_page_shows_what_the_files_have(nurse, measured):
    page = nurse.get(f"/paper/seconds?from={DAY}").get_data(as_text=True)
    book = nurse.get(f"/paper/seconds.xlsx?from={DAY}").data

    for line in LINES:
        assert all(f">{cell}" in page for cell in line), line
    assert "5.2 s" in page
    assert zipfile.ZipFile(io.BytesIO(book)).testzip() is None


def test_doses_of_another_site_or_day_are_not_counted(nurse, session, world, measured):
    assert session.scalars(select(Site.id)).all() == [world.site.id]

    assert "Nothing was measured" in nurse.get("/paper/seconds?from=2026-03-03").get_data(as_text=True)


@pytest.mark.parametrize("days", ["from=soon", f"from={DAY}&until=2026-03-01", f"from={DAY}&until=2028-01-01"])
def test_days_that_cannot_be_are_told(nurse, days):
    assert nurse.get(f"/paper/seconds?{days}").status_code == 422
