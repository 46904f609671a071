"""The clinic head's month by keyboard alone: read, opened, printed; and the copy kept on the first morning, signed."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from models.enums import Role
from tests import factories
from tests.browser import hands
from tests.browser.conftest import served
from tests.browser.test_backups import PATIENCE, at_the_server
from tests.browser.test_pages import faults
from tests.factories import PASSWORD

A_DAY = timedelta(days=1)


def last_month(world):
    """Return the first and the last day of the month before this one."""
    last = world.day.replace(day=1) - A_DAY
    return last.replace(day=1), last


def furnish(session, world):
    """Somebody takes 70 mg on the first five days of last month, and nothing on the last ones."""
    first, _ = last_month(world)
    who = factories.person(session, family_name="Trần", given_name="Văn Nam")
    factories.came_by_import(session, world, who)
    factories.episode(session, world, who, admitted_on=first - 90 * A_DAY)
    for n in range(5):
        noon = datetime.combine(first + n * A_DAY, datetime.min.time(), UTC) + timedelta(hours=12)
        factories.imported_dose(session, world, who, at=noon, taken="70")


@pytest.fixture
def clinic(tmp_path):
    """A clinic of its own: the figures of its month are nobody else's."""
    with served(tmp_path / "home", furnish) as made:
        yield made


def keep(clinic, last):
    """Run the job of the night after the month's last day, once the clinic's own jobs let it."""
    until = time.monotonic() + PATIENCE
    while True:
        run = at_the_server(clinic, "jobs", "run", "month_summary", "--night", last.isoformat())
        if run.returncode == 0:
            return
        assert "another process is running jobs" in run.stderr
        assert time.monotonic() < until


def test_head_reads_the_month_opens_a_figure_prints_it_and_signs_the_copy_that_was_ready(clinic, chromium):
    first, last = last_month(clinic.world)
    month = f"{first:%Y-%m}"
    keep(clinic, last)
    who = clinic.world.staff[Role.CLINIC_HEAD]
    head = hands.sit_down(chromium, clinic.address, clinic.terminal("Office")).sign_in(who.username)

    head.go("/paper").follow("Monthly summary : to its page")
    head.sees_page("Monthly summary").sees(month).sees("In treatment at the end of the month")
    assert head.page.locator("table.month-glance tbody tr").count() == 12
    chart = head.page.locator("figure img")
    assert chart.evaluate("picture => picture.complete && picture.naturalWidth > 0")
    missed = head.page.locator("table.month-glance tbody tr", has_text="missed three days in a row or more")
    head.reach(missed.get_by_role("link"))
    head.press("Enter")
    head.sees("Trần Văn Nam")
    head.page.go_back()

    sheet = head.sees_page("Monthly summary").prints("Print as PDF")
    assert sheet.shown == f'inline; filename="month-{month}.pdf"'
    assert "In treatment at the end of the month" in sheet.text
    assert "Trần" not in sheet.text

    head.go(f"/archive/months/{month}").sees_page("Archive").follow(f"summary of the month {first}")
    head.sees_page("Kept paper").sees("by itself").sees("Nothing: the books say what this paper says.")
    assert head.prints(f"Open summary of the month {first}").content.startswith(b"%PDF")
    head.fill("Your password", PASSWORD)
    head.push("Sign this paper")
    head.sees_page("Kept paper").sees(f"✓ {who.name}, clinic head").sees("opened")
    assert faults(head, "kept paper") == []
