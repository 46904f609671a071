"""`dispensary serve` as a process of its own: it opens, answers under its own names only, and ends when told."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from dispensary.jobs.table import JOBS
from dispensary.rules.job_times import Lane
from tests.cli.test_commands import FOUND

ROOT = Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def dispensary(home, *words):
    environment = {"PATH": os.environ["PATH"], "DISPENSARY_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    return [sys.executable, str(ROOT / "app.py"), *words], {"env": environment, "cwd": str(home.parent)}


@pytest.fixture
def served(tmp_path):
    """The address of a running clinic, and its process."""
    home = tmp_path / "home"
    command, options = dispensary(home, *FOUND)
    subprocess.run(command, check=True, capture_output=True, **options)
    port = free_port()
    command, options = dispensary(home, "serve", "--port", str(port))
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **options
    )
    yield f"http://127.0.0.1:{port}", process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def answer(address, headers=None, patience=30.0):
    """Return status and text, waiting until the server listens."""
    request = urllib.request.Request(address, headers=headers or {})
    end = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except urllib.error.URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@pytest.mark.slow
def test_it_opens_answers_and_ends_gracefully(served):
    address, process = served

    assert answer(f"{address}/health") == (200, "ok")
    assert "Sign in" in answer(f"{address}/sign-in")[1]
    assert answer(f"{address}/health", {"Host": "evil.example"})[0] == 400

    os.kill(process.pid, signal.SIGTERM)
    out, errors = process.communicate(timeout=40)

    assert process.returncode == 0
    assert f"The clinic is open at {address}" in out.decode()
    assert "Traceback" not in errors.decode()


def runs_on_record(home):
    database = sqlite3.connect(home / "clinic.sqlite")
    try:
        return database.execute("SELECT job, outcome FROM job_run").fetchall()
    finally:
        database.close()


@pytest.mark.slow
def test_it_runs_what_is_due_by_itself_from_its_start_and_ends_with_it(served, tmp_path):
    address, process = served
    answer(f"{address}/health")

    nights = sorted((job.name, "done") for job in JOBS if job.lane is Lane.NIGHTS)
    until = time.monotonic() + 90
    while len(runs_on_record(tmp_path / "home")) < len(nights) and time.monotonic() < until:
        time.sleep(0.1)

    assert sorted(runs_on_record(tmp_path / "home")) == nights
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=40)
    assert process.returncode == 0
