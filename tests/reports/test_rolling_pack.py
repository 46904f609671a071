"""The rolling downtime pack: who was given what until now, everyone still due, readable with the password alone."""

import io
import os
import stat
from datetime import UTC, datetime, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

import models
from dispensary.jobs.pack import write_pack
from dispensary.jobs.tick import tick
from dispensary.queries import jobs as records
from dispensary.rules.job_times import Due
from dispensary.safekeeping import packs
from dispensary.safekeeping.keys import KeyUnreadable
from dispensary.services.calendar import announce_closed
from dispensary.services.sites import change_setting
from dispensary.services.stops import set_stop
from models import JobRun
from models.enums import ClosureKind, JobOutcome, SettingKey, StopKind
from reports.downtime_pack import FIRST_RULE
from tests import take_homes
from tests.factories import dose, patient
from tests.station import give


@pytest.fixture
def password(app):
    home = app.extensions["home"]
    home.pack_password_file.unlink(missing_ok=True)
    return packs.create_password(home)


@pytest.fixture
def folder(session, world, tmp_path):
    change_setting(session, key=SettingKey.PACK_FOLDER, value=str(tmp_path), effective_on=world.day, act=world.act())
    session.commit()
    return tmp_path


@pytest.fixture
def morning(session, world):
    """One was dosed, one has a stop, one waits."""
    dosed, stopped, waits = (
        patient(session, world, amount, family_name=name)
        for name, amount in (("Dosed", "80"), ("Stopped", "70"), ("Waits", "60"))
    )
    order = session.scalars(select(models.DoseOrder).where(models.DoseOrder.person_id == dosed.id)).one()
    dose(session, world, dosed, order)
    set_stop(session, person_id=stopped.id, kind=StopKind.SEDATION, act=world.act())
    session.commit()
    return waits


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def pages(content, password):
    reader = PdfReader(io.BytesIO(content))
    assert reader.is_encrypted
    assert reader.decrypt(password)
    return [page.extract_text() for page in reader.pages]


def test_pack_says_who_was_dosed_and_who_still_is_due(app, session, world, password, folder, morning):
    tick(app)

    (name,) = files(folder)
    given, cover, listed, *_ = pages((folder / name).read_bytes(), password)
    assert name == "main-20260302T070000Z.pdf"
    assert FIRST_RULE.msgid in given and FIRST_RULE.msgid in cover
    assert "People dosed here today: 1; expected in all: 3" in given
    assert "Dosed" in given and "80" in given and "Stopped" not in given
    assert "as things stood at 07:00" in cover
    assert "Waits" in listed and "60 mg" in listed and "Stop: " in listed
    assert session.scalars(select(JobRun.outcome).where(JobRun.job == "rolling_pack")).all() == [JobOutcome.DONE]


def test_pack_says_who_has_doses_at_home_for_the_days_after(app, session, world, password, folder):
    who = patient(session, world, family_name="Travels", starts_on=world.day - timedelta(days=7))
    take_homes.dosed_until_yesterday(session, world, who)
    take_homes.decide(session, world, who)
    take_homes.safe(session, world, who)
    give(session, world, who)
    take_homes.hand_over(session, world, who)
    session.commit()

    tick(app)

    (name,) = files(folder)
    given = pages((folder / name).read_bytes(), password)[0]
    assert "give nothing for a day that a bottle covers" in given
    assert (world.day + timedelta(days=2)).isoformat() in given


def test_pack_opens_with_its_password_alone_and_is_the_accounts_own(app, world, password, folder, morning):
    tick(app)

    (name,) = files(folder)
    content = (folder / name).read_bytes()
    reader = PdfReader(io.BytesIO(content))
    assert not reader.decrypt("another")
    assert b"/AESV3" in content
    assert b"Dosed" not in content
    assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(app.extensions["home"].pack_password_file.stat().st_mode) == 0o600


def test_last_three_packs_are_kept(app, world, clock, password, folder, morning):
    for _ in range(5):
        tick(app)
        clock.forward(minutes=5)

    assert files(folder) == [f"main-20260302T07{minute}00Z.pdf" for minute in ("10", "15", "20")]


def test_pack_just_written_is_never_the_one_taken_away_though_a_clock_ahead_left_later_names(tmp_path):
    ahead = [f"main-20260309T07{minute}00Z.pdf" for minute in ("00", "05", "10")]
    for name in (*ahead, "other-20260301T070000Z.pdf"):
        (tmp_path / name).touch()

    for minute in (0, 5):
        packs.write(tmp_path, "main", datetime(2026, 3, 2, 7, minute, tzinfo=UTC), b"pack")

    assert files(tmp_path) == ["main-20260302T070500Z.pdf", *ahead[1:], "other-20260301T070000Z.pdf"]


def test_half_a_pack_that_a_power_cut_left_is_taken_away_by_the_next(tmp_path):
    (tmp_path / "main-20260302T065500Z.part").write_bytes(b"half")

    packs.write(tmp_path, "main", datetime(2026, 3, 2, 7, tzinfo=UTC), b"pack")

    assert files(tmp_path) == ["main-20260302T070000Z.pdf"]


def test_full_disk_is_a_failure_on_record_the_packs_before_stay_and_dosing_goes_on(
    app, client, session, world, clock, password, folder, morning, monkeypatch
):
    tick(app)
    before = files(folder)
    clock.forward(minutes=5)

    def full(handle):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        tick(app)

    assert files(folder) == before
    session.rollback()
    assert [line.note for line in records.failing(session, world.site.id)] == ["OSError ENOSPC"]
    client.sign_in(session, world, world.nurse)
    assert client.send(f"/window/{morning.id}", {"scan": "F"}).status_code == 303
    clock.forward(minutes=5)
    tick(app)
    assert len(files(folder)) == 2


def test_no_pack_without_a_folder_on_a_closed_day_or_after_the_day_is_closed(
    app, session, world, clock, password, tmp_path
):
    def written():
        tick(app)
        clock.forward(minutes=5)
        return len(files(tmp_path))

    assert written() == 0
    change_setting(session, key=SettingKey.PACK_FOLDER, value=str(tmp_path), effective_on=world.day, act=world.act())
    session.commit()
    assert written() == 1
    announce_closed(
        session, first=world.day, last=world.day, kind=ClosureKind.HOLIDAY, reason="holiday", act=world.act()
    )
    session.commit()
    assert written() == 1


def test_missing_folder_and_missing_password_are_failures(app, session, world, clock, password, folder):
    app.extensions["home"].pack_password_file.unlink()
    tick(app)
    session.rollback()
    assert [line.note for line in records.failing(session, world.site.id)] == ["KeyUnreadable"]
    with pytest.raises(KeyUnreadable):
        packs.read_password(app.extensions["home"])


def test_pack_of_a_day_on_which_nothing_happened_says_so(app, session, world, password, folder):
    with app.app_context():
        write_pack(app, Due(world.site.id, "rolling_pack", world.at, world.day, 1))

    (name,) = files(folder)
    assert "Nothing is on record for today so far." in pages((folder / name).read_bytes(), password)[0]
