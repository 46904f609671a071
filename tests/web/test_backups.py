"""The page of the backups: what stands on record, what is still kept, and whom it concerns."""

import shutil
from datetime import timedelta

import pytest

from dispensary.services.sites import change_setting
from models.enums import DrillOutcome, Role, SettingKey
from tests import factories

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def nothing_kept(app):
    """The app's home outlives a test; backups that another test left there are none of these."""
    shutil.rmtree(app.extensions["home"].backups, ignore_errors=True)


@pytest.fixture
def page(client, session, world):
    """Open the page as the clinic head."""

    def ask():
        session.commit()
        client.sign_in(session, world, world.staff[Role.CLINIC_HEAD], at_window=False)
        return client.get("/backups").text

    return ask


def test_last_drill_of_each_backup_counts(session, world, page):
    old = factories.backup(session, world, made_at=world.at - DAY)
    factories.drill(session, world, old)
    factories.drill(session, world, old, outcome=DrillOutcome.NOT_READABLE)
    new = factories.backup(session, world, rows=4711)
    factories.drill(session, world, new, chained_rows=815)

    text = page()

    assert text.count("✓ proved") == 2  # how things stand, and in the list
    assert text.count("✕ the file cannot be decrypted, or is damaged") == 1
    assert "4711 rows agree table by table, 815 chained rows verified" in text
    assert text.count("(no longer kept here)") == 2
    assert 'role="alert"' not in text


def test_backup_that_was_not_restored_yet_says_so(session, world, page):
    factories.backup(session, world)

    assert "not restored on trial yet" in page()


@pytest.mark.parametrize("there", [True, False])
def test_second_folder_on_the_same_disk_is_no_second_copy(app, session, world, page, there):
    folder = app.extensions["home"].folder / "second"
    if there:
        folder.mkdir(exist_ok=True)
    change_setting(session, key=SettingKey.BACKUP_FOLDER, value=str(folder), effective_on=world.day, act=world.act())

    assert "on the same disk as the folder above" in page()


def test_nobody_else_sees_the_page(client, session, world):
    client.sign_in(session, world, world.nurse)

    assert client.get("/backups").status_code == 403
