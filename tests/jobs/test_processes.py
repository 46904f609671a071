"""Real processes on one database: of any number exactly one runs a job, a killed one is replaced, missed nights run once each."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models import AuditEvent, BackupRun, JobRun
from models.enums import AuditKind, JobOutcome
from tests.running import ROOT

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
MANY = [f"p{n}" for n in range(6)]

PROCESS = """
import os, sys, time
from datetime import datetime, timedelta
from pathlib import Path
from app import create_app
from dispensary.home import Home
from dispensary.jobs.table import JOBS, Job
from dispensary.jobs.tick import tick
from dispensary.rules.job_times import Nightly

folder, url, marks, names, at, what = sys.argv[1:]
name = names.split()[0]
for other in names.split()[1:]:  # each is a process of its own, with connections of its own; only the imports are shared
    if os.fork() == 0:
        name = other
        break

def does(app, due):
    with Path(marks, "begun").open("a") as log:
        log.write(f"{name} {due.clinic_day}\\n")
    if what == "hang":
        time.sleep(600)

table = JOBS if what == "all" else [Job("count", Nightly(timedelta(minutes=10)), does, "", "")]
app = create_app(home=Home(Path(folder), url), now=lambda: datetime.fromisoformat(at))
Path(marks, f"{name}-ready").touch()
while not Path(marks, "go").exists():
    time.sleep(0.005)
while not Path(marks, "enough").exists():
    tick(app, table)
    time.sleep(0.05)
Path(marks, f"{name}-over").touch()
"""


@pytest.fixture
def processes(app, tmp_path):
    """Start processes that tick together at a moment; all have ended after the test."""
    started, home = [], app.extensions["home"]

    def start(at, names, what="count"):
        words = [str(home.folder), home.database_url, str(tmp_path), " ".join(names), at.isoformat(), what]
        started.append(subprocess.Popen([sys.executable, "-c", PROCESS, *words], cwd=ROOT, start_new_session=True))
        wait(lambda: all((tmp_path / f"{name}-ready").exists() for name in names))
        (tmp_path / "go").touch()
        return started[-1]

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait(for_what, patience=400):
    until = time.monotonic() + patience
    while not for_what():
        assert time.monotonic() < until
        time.sleep(0.05)


def runs(session, job="count"):
    session.rollback()
    query = select(JobRun.clinic_day, JobRun.attempt, JobRun.outcome).where(JobRun.job == job).order_by(JobRun.id)
    return [tuple(row) for row in session.execute(query)]


def lines(tmp_path, name):
    file = tmp_path / name
    return file.read_text().splitlines() if file.exists() else []


def ended(tmp_path, names):
    """Let each of them tick some times more, then end."""
    time.sleep(1)
    (tmp_path / "enough").touch()
    wait(lambda: all((tmp_path / f"{name}-over").exists() for name in names))


def test_of_six_processes_that_tick_at_once_exactly_one_runs_each_missed_night(
    app, session, world, tmp_path, processes
):
    nights = [world.day + n * DAY for n in range(-1, 4)]
    processes(world.at, ["first"])
    wait(lambda: len(runs(session)) == 1)
    ended(tmp_path, ["first"])
    for mark in ("go", "enough"):
        (tmp_path / mark).unlink()

    processes(world.at + 4 * DAY, MANY)
    wait(lambda: len(runs(session)) == len(nights))
    ended(tmp_path, MANY)

    assert runs(session) == [(night, 1, JobOutcome.DONE) for night in nights]
    assert [line.split()[1] for line in lines(tmp_path, "begun")] == [str(night) for night in nights]
    audited = select(func.count()).where(AuditEvent.kind == AuditKind.JOB_RAN)
    assert session.scalar(audited) == len(nights)


def test_of_six_the_one_that_is_at_it_is_killed_and_another_does_the_night_once(
    app, session, world, tmp_path, processes
):
    hanging = processes(world.at, ["hanging"], "hang")
    wait(lambda: lines(tmp_path, "begun"))
    processes(world.at, MANY[1:])
    time.sleep(0.5)
    assert (runs(session), len(lines(tmp_path, "begun"))) == ([], 1)

    hanging.kill()
    hanging.wait()
    wait(lambda: runs(session))
    ended(tmp_path, MANY[1:])

    assert runs(session) == [(world.day - DAY, 1, JobOutcome.DONE)]
    assert next(line.split()[0] for line in lines(tmp_path, "begun")) == "hanging"
    assert len(lines(tmp_path, "begun")) == 2


def test_every_job_of_the_house_runs_once_in_a_night_whatever_the_number_of_processes(
    app, session, world, tmp_path, processes
):
    processes(world.at, ["a", "b", "c"], "all")
    wait(lambda: runs(session, "backup"))
    ended(tmp_path, ["a", "b", "c"])
    session.rollback()

    done = [tuple(row) for row in session.execute(select(JobRun.job, JobRun.outcome))]
    assert len({job for job, _ in done}) == len(done)
    assert {outcome for _, outcome in done} == {JobOutcome.DONE}
    assert session.scalar(select(func.count()).select_from(BackupRun)) == 1
    for file in app.extensions["home"].backups.iterdir():
        file.unlink()
