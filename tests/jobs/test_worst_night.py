"""The night in real processes: a full disk, a power cut, two schedulers at once, and a clinic that is served from its backup."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from sqlalchemy import create_engine, text

from dispensary.home import HOME_VARIABLE, URL_VARIABLE, Home
from dispensary.jobs.table import JOBS
from dispensary.rules.job_times import Lane
from dispensary.safekeeping import backups, keys
from tests.cli.test_commands import FOUND
from tests.conftest import POSTGRESQL
from tests.running import ROOT, Server, Terminal

pytestmark = pytest.mark.slow

PATIENCE = 120
NIGHTS = sorted((job.name, "done") for job in JOBS if job.lane is Lane.NIGHTS)

SMALL = """
import resource, runpy, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
most = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
runpy.run_module("app", run_name="__main__")
"""
SLOW = """
import runpy, shutil, sys, time
from pathlib import Path

mark = Path(sys.argv.pop())

def hangs(source, target, length=0):
    target.write(source.read(1000))
    mark.touch()
    time.sleep(600)

shutil.copyfileobj = hangs
sys.argv.append("backup")
runpy.run_module("app", run_name="__main__")
"""


def started(home, *command):
    environment = os.environ | {HOME_VARIABLE: str(home.folder), URL_VARIABLE: home.database_url}
    return subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)  # fmt: skip


def ended(process):
    out, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, out, errors


def dispensary(home, *words):
    return ended(started(home, "-m", "app", *words))


def wait(for_what):
    until = time.monotonic() + PATIENCE
    while not for_what():
        assert time.monotonic() < until
        time.sleep(0.1)


def rows(home, statement):
    engine = create_engine(home.database_url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(statement))]
    engine.dispose()
    return found


@pytest.fixture
def place(backend, request, tmp_path):
    """Make the address of an empty place for a clinic."""

    def make(name):
        folder = tmp_path / name
        if backend != POSTGRESQL:
            return Home(folder, f"sqlite:///{folder / 'clinic.sqlite'}")
        server = request.getfixturevalue("postgres")
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}")
        return Home(folder, server.url(name))

    return make


@pytest.fixture
def home(place):
    """A clinic that was just founded."""
    made = place("founded")
    assert dispensary(made, *FOUND)[0] == 0
    return made


@pytest.fixture
def processes():
    """Processes that have ended after the test, whatever happened."""
    known = []
    yield known
    for process in known:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_of_two_schedulers_each_job_runs_once_and_both_end_when_told(home, processes):
    processes += [started(home, "-m", "app", "scheduler") for _ in range(2)]
    wait(lambda: len(rows(home, "SELECT 1 FROM job_run")) >= len(NIGHTS))
    time.sleep(2)

    for process in processes:
        process.send_signal(signal.SIGTERM)
    answers = [ended(process) for process in processes]

    assert sorted(rows(home, "SELECT job, outcome FROM job_run")) == NIGHTS
    for code, out, errors in answers:
        assert (code, errors) == (0, "")
        assert "The jobs run by themselves now" in out


def test_disk_that_is_full_halfway_leaves_what_was_there_and_one_sentence(home, backend):
    assert dispensary(home, "backup")[0] == 0
    before = [file.name for file in home.backups.iterdir()]

    code, _, errors = ended(started(home, "-c", SMALL, "20000", "backup"))

    assert (code, errors.count("\n"), "Traceback" in errors) == (1, 1, False), errors
    assert [file.name for file in home.backups.iterdir()] == before


def test_power_cut_halfway_leaves_no_file_that_looks_whole_and_the_next_backup_tidies_up(home, tmp_path, processes):
    mark = tmp_path / "copying"
    processes.append(started(home, "-c", SLOW, str(mark)))
    wait(mark.exists)
    os.killpg(processes[0].pid, signal.SIGKILL)
    assert list(home.backups.glob("*.backup")) == []
    assert list(home.backups.iterdir()) != []

    code, out, errors = dispensary(home, "backup")

    assert (code, errors) == (0, ""), errors
    (file,) = home.backups.iterdir()
    assert file.name in out


def test_two_backups_at_once_the_second_waits_for_another_minute(home, tmp_path, processes):
    mark = tmp_path / "copying"
    processes.append(started(home, "-c", SLOW, str(mark)))
    wait(mark.exists)

    code, _, errors = dispensary(home, "backup")

    assert (code, "try again in a minute" in errors) == (1, True)


def test_clinic_that_was_restored_on_another_machine_opens_and_its_people_sign_in(home, place):
    assert dispensary(home, "backup")[0] == 0
    (file,) = home.backups.glob(backups.NAMES)
    new = place("new_machine")
    new.folder.mkdir(mode=0o700)
    for key in (home.backup_key_file, home.seal_key_file, home.pack_password_file):
        shutil.copy(key, new.folder)

    code, out, errors = dispensary(new, "restore", str(file), "--by", "adam", "--yes")
    assert (code, errors) == (0, ""), errors
    assert keys.read_seal_key(new) and "chained rows verified" in out
    assert dispensary(new, "verify")[0] == 0
    server = Server(new).start()
    try:
        adam = Terminal(server.port).sign_in("adam", "three calm swans")
        page = adam.get("/backups").text
    finally:
        server.stop()

    assert "Backups" in page
    assert 'role="alert"' not in page


def test_scheduler_that_is_told_to_end_while_it_copies_ends_the_copy_first(home, processes):
    processes.append(started(home, "-m", "app", "scheduler"))
    wait(lambda: home.backups.exists() and list(home.backups.glob("work-*")))

    processes[0].send_signal(signal.SIGTERM)
    code, _, errors = ended(processes[0])

    assert (code, errors) == (0, "")
    assert rows(home, "SELECT outcome FROM job_run WHERE job = 'backup'") == [("done",)]
    assert len(list(home.backups.iterdir())) == 1
