"""The nightly backup: once a night for the whole database, proved, copied, rotated; what goes wrong is kept and shown."""

import errno
import io
import os
import shutil
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from dispensary.jobs import backup as backup_job
from dispensary.jobs import tick
from dispensary.jobs.backup import BackupNotProved, NoScratchDatabase, back_up
from dispensary.jobs.verify import ChainsBroken, verify_chains
from dispensary.queries import backups as records
from dispensary.rules.job_times import Due
from dispensary.safekeeping import backups, copies, drill
from dispensary.safekeeping.vault import BackupKey
from dispensary.services import audit
from dispensary.services.sites import change_setting, create_site
from dispensary.web.database import db, unit_of_work
from models import BackupDrill, BackupRun, JobRun
from models.enums import AuditKind, DrillOutcome, JobOutcome, Role, SettingKey
from tests.conftest import POSTGRESQL
from tests.factories import PASSWORD

DAY = timedelta(days=1)
ONLY = [job for job in tick.JOBS if job.name == "backup"]


@pytest.fixture(autouse=True)
def nothing_kept(app):
    """The app's home outlives a test; its backups do not."""
    shutil.rmtree(app.extensions["home"].backups, ignore_errors=True)
    yield
    shutil.rmtree(app.extensions["home"].backups, ignore_errors=True)


@pytest.fixture
def night(app, session, world, clock):
    """The night that has just ended."""

    def run(days=0):
        session.rollback()
        with app.app_context():
            back_up(app, Due(world.site.id, "backup", clock() - timedelta(minutes=5) - days * DAY, world.day - DAY, 1))
        session.rollback()

    return run


def drills(session):
    session.rollback()
    return list(session.scalars(select(BackupDrill.outcome).order_by(BackupDrill.id)))


def files(app):
    return sorted(file.name for file in app.extensions["home"].backups.iterdir())


def test_night_is_done_once_however_often_it_runs_and_stands_for_those_before_it(app, session, night):
    night()
    night()
    night(days=3)

    assert drills(session) == [DrillOutcome.PROVED]
    assert len(files(app)) == session.scalar(select(func.count()).select_from(BackupRun)) == 1


def test_what_is_copied_is_one_moment_while_others_write(app, session, world, night):
    stop, written = threading.Event(), []

    def write():
        with app.app_context():
            while not stop.is_set():
                with unit_of_work() as work:
                    value = str(1 + len(written) % 9)
                    change_setting(
                        work, key=SettingKey.IDLE_MINUTES, value=value, effective_on=world.day, act=world.act()
                    )
                written.append(value)

    session.rollback()
    writer = threading.Thread(target=write)
    writer.start()
    try:
        night()
    finally:
        stop.set()
        writer.join()

    assert written
    assert drills(session) == [DrillOutcome.PROVED]


def test_second_folder_gets_the_same_file_and_a_stick_that_is_missing_is_told_without_a_second_backup(
    app, session, world, night, tmp_path
):
    stick = tmp_path / "stick"
    change_setting(session, key=SettingKey.BACKUP_FOLDER, value=str(stick), effective_on=world.day, act=world.act())
    session.commit()

    with pytest.raises(FileNotFoundError):
        night()
    stick.mkdir()
    night()

    assert [file.name for file in stick.iterdir()] == files(app)
    assert backups.digest_of(*stick.iterdir()) == session.scalars(select(BackupRun.digest)).one()


def test_full_disk_leaves_the_old_backup_and_a_failure_on_record_and_a_banner_until_it_is_mended(
    app, client, session, world, night, clock, monkeypatch
):
    night()
    before = files(app)
    clock.forward(hours=1)

    def full(source, target, length=0):
        target.write(source.read(10))
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr(copies.shutil, "copyfileobj", full)
        clock.forward(days=1)
        (_, outcome), *_ = tick.tick(app, ONLY)
    assert outcome is JobOutcome.FAILED
    assert files(app) == before
    assert session.scalars(select(JobRun.note)).all() == ["OSError ENOSPC"]
    assert "the disk is full" in banner(client, session, world)

    clock.forward(minutes=10)
    tick.tick(app, ONLY)

    assert banner(client, session, world) == ""


def banner(client, session, world, role=Role.CLINIC_HEAD):
    session.rollback()
    client.sign_in(session, world, world.staff[role], at_window=False)
    page = client.get("/backups").text
    return page.split('role="alert">')[1].split("</p>")[0] if 'role="alert">' in page else ""


def test_backup_that_cannot_be_restored_is_a_banner_on_every_page_until_one_is(
    app, client, session, world, night, clock, monkeypatch
):
    with monkeypatch.context() as broken:
        broken.setattr(backups.SealedWriter, "finish", lambda self: self._frame(b"", last=True))
        with pytest.raises(BackupNotProved):
            night()
    assert drills(session) != [DrillOutcome.PROVED]
    assert "could not be restored" in banner(client, session, world)
    assert 'role="alert"' in client.get("/jobs").text
    assert "✕" in client.get("/backups").text

    clock.forward(hours=1)
    night()

    assert banner(client, session, world) == ""
    assert "✓ proved" in client.get("/backups").text


def test_banner_when_none_was_proved_for_the_hours_of_the_house_and_to_nobody_who_cannot_mend_it(
    app, client, session, world, night, clock
):
    night()
    clock.forward(hours=37)

    assert "37 hours old" in banner(client, session, world, Role.ADMINISTRATOR)
    client.send("/sign-in", {"username": world.nurse.username, "password": PASSWORD})
    assert 'role="alert"' not in client.get("/", follow_redirects=True).text


def test_clinic_whose_chains_do_not_hold_is_told_by_the_drill_and_by_the_verification(app, session, world, backend):
    change_setting(session, key=SettingKey.IDLE_MINUTES, value="9", effective_on=world.day, act=world.act())
    session.commit()
    if backend == POSTGRESQL:
        session.execute(text("SET session_replication_role = replica"))
    else:
        session.execute(text("DROP TRIGGER audit_event_no_update"))
    session.execute(text("UPDATE audit_event SET body = replace(body, 'setting', 'sitting')"))
    if backend == POSTGRESQL:
        session.execute(text("SET session_replication_role = origin"))
    session.commit()
    due = Due(world.site.id, "verify", world.at, world.day - DAY, 1)

    with app.app_context():
        with pytest.raises(ChainsBroken):
            verify_chains(app, due)
        with pytest.raises(BackupNotProved):
            back_up(app, due)

    assert drills(session) == [DrillOutcome.CHAINS_BROKEN]


def test_database_of_somebody_else_and_a_role_that_may_create_none_are_told_and_the_backup_itself_stays(
    app, session, world, backend, night, request
):
    if backend != POSTGRESQL:
        pytest.skip("an SQLite scratch is a file")
    name = f"{session.scalar(text('SELECT current_database()'))}_drill"
    session.rollback()
    server = request.getfixturevalue("postgres")
    server.execute(f"DROP DATABASE IF EXISTS {name}")
    server.execute(f"CREATE DATABASE {name}")

    try:
        with pytest.raises(NoScratchDatabase, match="no drill made"):
            night()
    finally:
        server.execute(f"DROP DATABASE {name}")
    server.execute("DROP ROLE IF EXISTS plain")
    server.execute("CREATE ROLE plain LOGIN")
    plain = copies.make_url(app.extensions["home"].database_url).set(username="plain")
    with pytest.raises(drill.NoScratchDatabase, match='ALTER ROLE "plain" CREATEDB'), drill.scratch(plain, Path()):
        raise AssertionError("never reached")

    assert drills(session) == [DrillOutcome.NO_SCRATCH_DATABASE]
    assert len(files(app)) == 1


def test_rotation_takes_away_what_is_old_and_never_the_newest_that_was_proved(app, session, world, night, clock):
    home = app.extensions["home"]
    night()
    (proved,) = files(app)
    for days in range(1, 40):
        (home.backups / (clock() + days * DAY).strftime(backups.NAMED)).write_bytes(b"none")
    (home.backups / "clinic-nobody-knows.backup").touch()

    gone = backups.rotate(home.backups, {proved}, proved)

    assert proved in files(app)
    assert gone and not set(gone) & set(files(app))
    assert "clinic-nobody-knows.backup" in files(app)


def test_what_a_crash_left_behind_is_taken_away_by_the_next_night(app, session, night):
    home = app.extensions["home"]
    (home.backups / "work-left").mkdir(parents=True)
    (home.backups / "work-left" / "copy.sqlite").write_text("plain")

    night()

    assert not (home.backups / "work-left").exists()


def test_backup_that_was_made_while_the_clock_stood_ahead_stands_for_no_night(app, session, night, clock):
    clock.forward(days=300)
    night()
    clock.forward(days=-300)

    night()

    assert drills(session) == [DrillOutcome.PROVED] * 2
    session.rollback()
    assert records.known(session, 1, clock()).proved_at == clock()


def test_backup_of_a_second_that_has_its_backup_already_overwrites_nothing(app, clock):
    home = app.extensions["home"]

    first, second = (backups.make(home, BackupKey(home.backup_key_file), clock()) for _ in range(2))

    assert [first.file.name, second.file.name] == files(app)
    assert backups.is_whole(first.file, first.digest)


def named(session, world, folder):
    folder.mkdir(exist_ok=True)
    change_setting(session, key=SettingKey.BACKUP_FOLDER, value=str(folder), effective_on=world.day, act=world.act())
    session.commit()
    return folder


def test_second_folder_is_cleared_of_what_a_power_cut_left_and_a_share_that_cannot_flush_folders_is_taken(
    app, session, world, night, tmp_path, monkeypatch
):
    stick = named(session, world, tmp_path / "stick")
    (stick / "clinic-20260101T000000Z.backup.part").write_bytes(b"half")
    flush = os.fsync

    def of_a_share(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        flush(handle)

    monkeypatch.setattr(backups.os, "fsync", of_a_share)
    night()

    assert [file.name for file in stick.iterdir()] == files(app)


def test_copy_in_the_second_folder_that_has_decayed_is_written_again(app, session, world, night, tmp_path):
    stick = named(session, world, tmp_path / "stick")
    night()
    (copy,) = stick.iterdir()
    whole = copy.read_bytes()
    copy.write_bytes(b"\0" + whole[1:])

    backup_job._mend_one(app.extensions["home"].backups, stick, {copy.name: backups.digest_of(*_kept(app))}, 0)

    assert copy.read_bytes() == whole


def _kept(app):
    return [app.extensions["home"].backups / name for name in files(app)]


def test_older_backup_that_has_decayed_is_found_when_its_turn_comes_and_stands_on_record(app, session, night, clock):
    night()
    (old,) = _kept(app)
    old.write_bytes(b"\0" + old.read_bytes()[1:])
    clock.forward(days=1)

    for days in (0, 1):
        with app.app_context():
            backup_job.back_up(app, Due(1, "backup", clock(), clock().date() - days * DAY, 1))

    assert sorted(drills(session)) == [DrillOutcome.NOT_READABLE, DrillOutcome.PROVED, DrillOutcome.PROVED]
    assert records.proved_files(session).keys() == set(files(app)) - {old.name}


@pytest.mark.parametrize("how", ["gone", "cut"])
def test_newest_proved_backup_that_is_gone_or_cut_is_a_banner_that_says_what_to_do(
    app, client, session, world, night, how, clock
):
    night()
    (file,) = _kept(app)
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-1])
    assert "not in its folder any more, or was damaged. Run `dispensary backup`" in banner(client, session, world)

    clock.forward(minutes=1)
    night()

    assert banner(client, session, world) == ""


def test_host_that_makes_no_backups_and_has_no_folder_of_them_cries_no_alarm(app, client, session, world, night):
    night()
    shutil.rmtree(app.extensions["home"].backups)

    assert banner(client, session, world) == ""


def test_copy_that_was_damaged_when_it_was_made_could_not_be_restored(app, session, backend, night, monkeypatch):
    if backend == POSTGRESQL:
        pytest.skip("pg_restore says so itself")
    squeeze = copies._squeeze

    def cut(copy, out):
        held = io.BytesIO()
        squeeze(copy, held)
        out.write(held.getvalue()[:-9])

    monkeypatch.setattr(copies, "_squeeze", cut)
    with pytest.raises(BackupNotProved, match="damaged when it was made"):
        night()

    assert drills(session) == [DrillOutcome.NOT_RESTORED]


def test_database_that_is_damaged_itself_is_said_in_one_sentence(tmp_path):
    (tmp_path / "clinic.sqlite").write_bytes(b"no database at all" * 1000)

    with pytest.raises(copies.CopyImpossible, match="SQLite cannot copy the database"):
        copies.copy_sqlite(tmp_path / "clinic.sqlite", tmp_path / "copy")


def test_missing_key_fails_the_night_by_that_name_and_leaves_nothing(app, session, world, clock):
    file = app.extensions["home"].backup_key_file
    kept = file.read_bytes()
    file.unlink()
    try:
        tick.tick(app, ONLY)
    finally:
        file.write_bytes(kept)

    assert session.scalars(select(JobRun.note)).all() == ["BackupKeyUnreadable"]
    assert not app.extensions["home"].backups.exists()


def test_missing_programs_of_postgresql_fail_the_night_and_leave_nothing_half_done(
    app, session, backend, world, monkeypatch
):
    if backend != POSTGRESQL:
        pytest.skip("SQLite starts no program")
    monkeypatch.setenv("PATH", "/nowhere")

    tick.tick(app, ONLY)

    assert session.scalars(select(JobRun.note)).all() == ["CopyImpossible"]
    assert files(app) == []


def test_nothing_about_people_or_secrets_stands_in_the_command_line(app, session, world, backend, monkeypatch):
    if backend != POSTGRESQL:
        pytest.skip("SQLite starts no program")
    seen = []
    begin = copies.subprocess.Popen

    def popen(command, **options):
        seen.append((command, options["env"].get("PGPASSWORD")))
        return begin(command, **options)

    monkeypatch.setattr(copies.subprocess, "Popen", popen)
    url = copies.make_url(app.extensions["home"].database_url).set(password="swans")
    with copies.snapshot(url, Path("/nonexistent")) as held, Path(os.devnull).open("wb") as out:
        held.pour(out)

    ((command, password),) = seen
    assert password == "swans"
    assert "swans" not in " ".join(command)


def test_second_site_of_the_database_needs_no_backup_of_its_own(app, session, world, clock):
    other = create_site(session, code="second", name="Second", time_zone="UTC", by_id=world.nurse.id, at=world.at)
    session.commit()
    with app.app_context():
        for site_id in (world.site.id, other.id):
            back_up(app, Due(site_id, "backup", clock() - timedelta(minutes=1), world.day - DAY, 1))
        db.session.remove()

    assert drills(session) == [DrillOutcome.PROVED]


def test_new_clinic_is_told_calmly_when_its_first_backup_is_made_and_of_none_missing(
    app, client, session, world, clock
):
    assert banner(client, session, world) == ""
    page = client.get("/backups").text
    assert "none yet: the first one is made by itself" in page
    assert "has been due since" in page

    tick.tick(app, ONLY)

    page = client.get("/backups").text
    assert "✓ Nothing stands against the backups." in page
    assert ", by itself" in page


@pytest.mark.parametrize("made_up", [False, True])
def test_made_up_clinic_has_been_here_since_it_was_made_and_not_since_its_first_day(session, world, clock, made_up):
    change_setting(session, key=SettingKey.IDLE_MINUTES, value="9", effective_on=world.day, act=world.act())
    clock.forward(days=300)
    if made_up:
        audit.record(session, AuditKind.DEMO_MADE, world.site, world.act(at=clock()), seed=1, days=300)

    begun_at = records.known(session, world.site.id, clock()).begun_at

    assert begun_at == (clock() if made_up else world.at)
