"""The clinic head sees by a glance whether the clinic could be brought back, and what to do when it could not."""

import os
import subprocess
import sys
import time

import pytest

from dispensary.home import HOME_VARIABLE, URL_VARIABLE
from dispensary.safekeeping import backups
from models.enums import Role
from tests.browser import hands
from tests.browser.conftest import served
from tests.running import ROOT

PATIENCE = 120


@pytest.fixture
def clinic(tmp_path):
    """A clinic of its own: what is damaged here concerns no other journey."""
    with served(tmp_path / "home") as made:
        yield made


def at_the_server(clinic, *words):
    environment = os.environ | {HOME_VARIABLE: str(clinic.home.folder), URL_VARIABLE: clinic.home.database_url}
    command = [sys.executable, "-m", "app", *words]
    return subprocess.run(
        command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )


def wait_for_proof(head):
    until = time.monotonic() + PATIENCE
    while "rows agree table by table" not in head.go("/backups").page.content():
        assert time.monotonic() < until
        time.sleep(1)


def test_head_sees_the_first_backup_come_is_told_in_red_of_a_damaged_one_and_calm_again_after_another(clinic, chromium):
    who = clinic.world.staff[Role.CLINIC_HEAD]
    head = hands.sit_down(chromium, clinic.address, clinic.terminal("Office")).sign_in(who.username)
    alarm = head.page.get_by_role("alert")
    head.go("/backups").sees_page("Backups")
    assert alarm.count() == 0

    wait_for_proof(head)
    head.sees("✓ Nothing stands against the backups.").sees("chained rows verified")
    (file,) = clinic.home.backups.glob(backups.NAMES)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert at_the_server(clinic, "backup", "drill", str(file)).returncode == 1

    head.go("/jobs").sees_page("Jobs").sees("The last backup could not be restored when it was tried")
    assert "run `dispensary backup` on the server" in alarm.inner_text()
    head.go("/backups").sees_page("Backups").sees("✕ the file cannot be decrypted, or is damaged")

    assert at_the_server(clinic, "backup").returncode == 0
    head.go("/backups").sees_page("Backups").sees("✓ Nothing stands against the backups.")
    assert alarm.count() == 0
    assert head.page.get_by_role("row").filter(has_text=".backup").count() == 2
    head.context.close()
    assert head.complaints == []
