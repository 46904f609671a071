"""The tick: what is due runs once whatever the number of processes, failures are kept, and nothing is in create_app."""

import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select

from dispensary.errors import Conflict
from dispensary.jobs import scheduler, tick
from dispensary.jobs.lock import only_one
from dispensary.jobs.table import JOBS, Job
from dispensary.queries import jobs as records
from dispensary.rules.job_times import Due, Lane, Nightly, WhileOpen
from dispensary.services import jobs as verbs
from dispensary.services.sites import change_setting
from dispensary.web.database import db, unit_of_work
from models import AuditEvent, JobRun
from models.enums import AuditKind, JobOutcome, SettingKey
from tests.running import ROOT

DAY = timedelta(days=1)
DONE, FAILED = JobOutcome.DONE, JobOutcome.FAILED


def night_job(does, name="count"):
    return Job(name, Nightly(timedelta(minutes=10)), does, "A count", "Counts.")


def runs(session):
    session.rollback()
    return [(run.job, run.clinic_day, run.attempt, run.outcome, run.note) for run in session.scalars(
        select(JobRun).order_by(JobRun.id))]  # fmt: skip


def audited(session):
    return list(session.scalars(select(AuditEvent.kind).where(AuditEvent.kind == AuditKind.JOB_RAN)))


def test_night_runs_once_and_stands_on_record_and_audit(app, session, world):
    asked = []
    table = [night_job(lambda app, due: asked.append(due.clinic_day))]

    tick.tick(app, table)
    tick.tick(app, table)

    assert asked == [world.day - DAY]
    assert runs(session) == [("count", world.day - DAY, 1, DONE, "")]
    assert len(audited(session)) == 1


def test_nights_missed_are_caught_up_when_the_computer_is_on_again(app, session, world, clock):
    asked = []
    table = [night_job(lambda app, due: asked.append(due.clinic_day))]
    tick.tick(app, table)
    clock.forward(days=4)

    tick.tick(app, table)

    assert asked == [world.day + n * DAY for n in range(-1, 4)]


def test_failure_is_kept_by_its_kind_alone_tried_again_and_shown_until_it_is_mended(app, session, world, clock):
    broken = [True]

    def does(app, due):
        if broken:
            raise OSError(28, "No space left on /media/Nguyen Huong")

    table = [night_job(does)]
    assert [outcome for _, outcome in tick.tick(app, table)] == [FAILED]
    assert tick.tick(app, table) == []
    assert [line.note for line in records.failing(session, world.site.id)] == ["OSError ENOSPC"]

    clock.forward(minutes=10)
    broken.clear()
    tick.tick(app, table)

    assert [(attempt, outcome) for _, _, attempt, outcome, _ in runs(session)] == [(1, FAILED), (2, DONE)]
    assert records.failing(session, world.site.id) == []


def test_what_one_job_breaks_the_next_still_does(app, session, world):
    def broken(app, due):
        with unit_of_work() as work:
            change_setting(work, key=SettingKey.IDLE_MINUTES, value="9", effective_on=world.day, act=world.act())
            raise ValueError

    asked = []
    table = [night_job(broken, "first"), night_job(lambda app, due: asked.append(due), "second")]

    tick.tick(app, table)

    assert [(job, outcome) for job, _, _, outcome, _ in runs(session)] == [("first", FAILED), ("second", DONE)]
    assert asked


def test_row_of_another_host_that_was_faster_is_the_wall(app, session, world):
    table = [night_job(lambda app, due: None)]
    ((due, _),) = tick.tick(app, table)

    with app.app_context():
        assert tick.run(app, due, table) is DONE
        with pytest.raises(Conflict), unit_of_work() as work:
            act = verbs.act_of_job(work, world.site.id, world.at)
            values = {"job": due.job, "due_at": due.due_at, "clinic_day": due.clinic_day, "started_at": world.at}
            verbs.note_run(work, attempt=2, outcome=DONE, act=act, **values)

    assert len(runs(session)) == 1


def test_what_runs_every_few_minutes_stands_on_the_audit_only_when_it_begins_or_ceases_to_fail(
    app, session, world, clock
):
    change_setting(session, key=SettingKey.PACK_FOLDER, value="/nowhere", effective_on=world.day, act=world.act())
    session.commit()
    broken = []

    def does(app, due):
        if broken:
            raise OSError(28, "")

    table = [Job("often", WhileOpen(), does, "Often", "Again and again.")]
    for failing in (False, False, True, True, False):
        broken[:] = [True] if failing else []
        tick.tick(app, table)
        clock.forward(minutes=5)

    assert [outcome for *_, outcome, _ in runs(session)] == [DONE, DONE, FAILED, FAILED, DONE]
    assert len(audited(session)) == 2


def test_scheduler_fires_in_its_own_thread_and_catches_up_at_once(app, session, world, monkeypatch):
    asked = threading.Event()
    monkeypatch.setattr(tick, "JOBS", (night_job(lambda app, due: asked.set()),))
    monkeypatch.setattr(tick.tick, "__defaults__", (tick.JOBS, *tick.tick.__defaults__[1:]))
    monkeypatch.setattr(tick.run, "__defaults__", (tick.JOBS,))

    running = scheduler.started(BackgroundScheduler(daemon=True), lambda lane: tick.safe_tick(app, lane), seconds=0.2)
    fired = asked.wait(10)
    time.sleep(0.5)
    running.shutdown(wait=True)

    assert fired
    assert [outcome for *_, outcome, _ in runs(session)] == [DONE]


def test_lock_lets_one_in_and_ends_with_its_holder(app, backend):
    with app.app_context():
        with only_one(db.engine, Lane.NIGHTS) as first, only_one(db.engine, Lane.NIGHTS) as second:
            assert (first, second) == (True, False)
        with only_one(db.engine, Lane.NIGHTS) as third:
            assert third


def test_long_night_does_not_delay_what_the_open_clinic_needs(app, session, world):
    change_setting(session, key=SettingKey.PACK_FOLDER, value="/nowhere", effective_on=world.day, act=world.act())
    session.commit()
    asked = []
    table = [
        night_job(lambda app, due: asked.append("night")),
        Job("often", WhileOpen(), lambda app, due: asked.append("pack"), "", ""),
    ]

    with app.app_context(), only_one(db.engine, Lane.NIGHTS):
        tick.tick(app, table)

    assert asked == ["pack"]


PROCESS = """
import sys, time
from pathlib import Path
from app import create_app
from dispensary.home import Home
from dispensary.jobs.table import Job
from dispensary.jobs.tick import tick
from dispensary.rules.job_times import Nightly
from datetime import timedelta

folder, url, marks, name, hang = sys.argv[1:]
def does(app, due):
    Path(marks, f"{name}-{due.clinic_day}").touch()
    time.sleep(600 if hang == "hang" else 1.5)
app = create_app(home=Home(Path(folder), url))
Path(marks, f"{name}-ready").touch()
while not Path(marks, "go").exists():
    time.sleep(0.01)
while not Path(marks, "enough").exists():
    tick(app, [Job("count", Nightly(timedelta(minutes=10)), does, "", "")])
    time.sleep(0.05)
"""


@pytest.mark.slow
@pytest.mark.parametrize("killed", [False, True], ids=["both live", "the one at it is killed"])
def test_of_two_processes_one_runs_a_job_and_the_other_takes_over_when_it_is_killed(
    app, session, world, tmp_path, killed
):
    home = app.extensions["home"]
    started = {
        name: subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(home.folder), home.database_url, str(tmp_path), name,
             "hang" if killed and name == "a" else "no"],
            cwd=ROOT,
        )
        for name in ("a", "b")
    }  # fmt: skip
    try:
        _wait(lambda: all((tmp_path / f"{name}-ready").exists() for name in started))
        if killed:
            started["b"].send_signal(signal.SIGSTOP)
        (tmp_path / "go").touch()
        if killed:
            _wait(lambda: list(tmp_path.glob("a-2*")))
            started["b"].send_signal(signal.SIGCONT)
            time.sleep(0.5)
            assert not list(tmp_path.glob("b-2*"))
            started["a"].kill()
        _wait(lambda: runs(session))
        time.sleep(1)
        (tmp_path / "enough").touch()
        started["b"].wait(30)
    finally:
        for process in started.values():
            process.kill()
            process.wait()

    assert [outcome for *_, outcome, _ in runs(session)] == [DONE]
    assert len(list(tmp_path.glob("?-2*"))) == (2 if killed else 1)


def _wait(for_what, patience=30):
    until = time.monotonic() + patience
    while not for_what():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_app_alone_runs_no_jobs(app):
    assert not [thread for thread in threading.enumerate() if "APScheduler" in thread.name]


def test_every_job_is_safe_to_run_twice(app, session, world):
    with app.app_context():
        for _ in range(2):
            for job in JOBS:
                if isinstance(job.when, Nightly):
                    job.does(app, Due(world.site.id, job.name, world.at, world.day - DAY, 1))
