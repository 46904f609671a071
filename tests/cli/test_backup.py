"""Backups by hand: made, tried, damaged in every way, and restored where there is no clinic."""

import shutil
import stat
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from dispensary.home import Home
from dispensary.safekeeping import backups, keys
from dispensary.safekeeping.vault import BackupKey
from models import Base
from tests.cli.test_commands import founded, home, rows, run  # noqa: F401 - fixtures
from tests.conftest import MORNING, POSTGRESQL

LATER = (
    "risk_", "cohort_course", "stock_", "supplier", "receipt_match", "receipt_difference", "destruction", "consignment",
    "loss_", "register_footnote", "day_close_difference", "pump", "kit_",
    "archive", "paper_signature", "tare", "density", "count_weighing", "container_seal", "counted_seal",
)  # fmt: skip


def only(home):  # noqa: F811 - the fixture's own home
    (file,) = home.backups.glob(backups.NAMES)
    return file


def whole(url):
    """Return every row of every table but those that the backup itself and the restore write."""
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = set(inspect(connection).get_table_names())
        found = {name: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"')))) for name in tables}
    engine.dispose()
    return found


@pytest.fixture
def elsewhere(backend, request, tmp_path, founded, home):  # noqa: F811 - fixtures
    """The same home on a new machine: its keys from the safe, and no database yet."""
    folder = tmp_path / "new"
    folder.mkdir()
    for file in keys.key_files(home).values():
        shutil.copy(file, folder)
    if backend != POSTGRESQL:
        return Home(folder, f"sqlite:///{folder / 'clinic.sqlite'}")
    server = request.getfixturevalue("postgres")
    server.execute("DROP DATABASE IF EXISTS restored WITH (FORCE)")
    server.execute("CREATE DATABASE restored")
    return Home(folder, server.url("restored"))


def test_backup_is_made_encrypted_restored_on_trial_and_kept_on_record(founded, home):  # noqa: F811
    result = founded("backup")

    assert result.exit_code == 0, result.output
    assert "rows agree table by table" in result.output
    assert keys.fingerprint(home.backup_key_file) in result.output
    assert stat.S_IMODE(only(home).stat().st_mode) == 0o600
    assert b"Harbour Clinic" not in only(home).read_bytes()
    assert rows(home, "SELECT outcome FROM backup_drill") == [("proved",)]
    assert list(home.backups.iterdir()) == [only(home)]


def test_backup_goes_to_a_further_folder_and_the_copy_is_the_same(founded, home, tmp_path):  # noqa: F811
    stick = tmp_path / "stick"
    stick.mkdir()

    assert founded("backup", "--to", str(stick)).exit_code == 0

    assert (stick / only(home).name).read_bytes() == only(home).read_bytes()


def test_restored_on_a_new_machine_everything_is_as_it_was_and_the_audit_says_so(
    founded, run, home, elsewhere  # noqa: F811
):  # fmt: skip
    before = whole(home.database_url)
    founded("backup")

    result = run("restore", str(only(home)), "--by", "adam", "--yes", home=elsewhere)

    assert result.exit_code == 0, result.output
    assert "chained rows verified" in result.output
    after = whole(elsewhere.database_url)
    written = {"audit_event", "seal", "chain_head"}
    assert {k: v for k, v in after.items() if k not in written} == {k: v for k, v in before.items() if k not in written}
    assert set(before["audit_event"]) < set(after["audit_event"])
    assert len(rows(elsewhere, "SELECT 1 FROM audit_event WHERE kind = 'database.restored'")) == 1
    assert run("verify", home=elsewhere).exit_code == 0


def test_clinic_in_use_is_never_overwritten(founded, home):  # noqa: F811
    founded("backup")
    before = whole(home.database_url)

    result = founded("restore", str(only(home)), "--yes")

    assert result.exit_code == 1
    assert "never overwritten" in result.stderr
    assert whole(home.database_url) == before


def test_restored_into_a_named_place_the_clinic_stays_as_it_is(founded, home, elsewhere):  # noqa: F811
    founded("backup")
    into = str(elsewhere.folder / "look.sqlite") if home.database_url.startswith("sqlite") else "restored"

    result = founded("restore", str(only(home)), "--into", into, "--yes")

    assert result.exit_code == 0, result.output
    assert founded("restore", str(only(home)), "--into", into, "--yes").exit_code == 1


def damaged(file: Path, how: str) -> None:
    content = bytearray(file.read_bytes())
    if how == "cut":
        content = content[: len(content) // 2]
    elif how == "appended":
        content += b"\0"
    else:
        content[int(how)] ^= 1
    file.write_bytes(content)


def back_at_the_fifth_revision(home):  # noqa: F811
    """Take away what came later, which were tables alone."""
    engine = create_engine(home.database_url)
    with engine.begin() as connection:
        later = [table.name for table in reversed(Base.metadata.sorted_tables) if table.name.startswith(LATER)]
        for name in later:
            connection.execute(text(f'DROP TABLE "{name}"'))
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    engine.dispose()
    assert len(later) > 5


def test_damaged_backup_is_refused_in_one_sentence_and_leaves_nothing(
    founded, home, elsewhere, run  # noqa: F811
):  # fmt: skip
    founded("backup")
    good = only(home).read_bytes()

    for how in ("cut", "appended", "-1"):
        file = only(home)
        file.write_bytes(good)
        damaged(file, how)
        for result in (founded("backup", "drill", str(file)), run("restore", str(file), "--yes", home=elsewhere)):
            assert (result.exit_code, len(result.stderr.strip().splitlines())) == (1, 1), result.output
            assert "Traceback" not in result.output

    assert not list(elsewhere.folder.glob("*.sqlite*"))
    assert not home.database_url.startswith("postgresql") or whole(elsewhere.database_url) == {}
    assert rows(home, "SELECT outcome FROM backup_drill ORDER BY id") == [("proved",)] + 3 * [("not_readable",)]


def test_copy_on_a_stick_that_is_damaged_says_nothing_about_the_clinics_own(founded, home, tmp_path):  # noqa: F811
    founded("backup")
    copy = Path(shutil.copy(only(home), tmp_path))
    damaged(copy, "-1")

    assert founded("backup", "drill", str(copy)).exit_code == 1

    assert rows(home, "SELECT outcome FROM backup_drill") == [("proved",)]


def test_mistyped_name_of_whoever_restores_leaves_the_place_empty_for_the_next_try(
    founded, run, home, elsewhere  # noqa: F811
):  # fmt: skip
    founded("backup")

    wrong = run("restore", str(only(home)), "--by", "adma", "--yes", home=elsewhere)
    right = run("restore", str(only(home)), "--by", "adam", "--yes", home=elsewhere)

    assert (wrong.exit_code, "signs in as adma" in wrong.stderr) == (1, True)
    assert right.exit_code == 0, right.output


def test_backup_of_an_older_schema_is_restored_upgraded_and_verified(
    founded, run, home, elsewhere  # noqa: F811
):  # fmt: skip
    back_at_the_fifth_revision(home)
    made = backups.make(home, BackupKey(home.backup_key_file), MORNING)

    restored = run("restore", str(made.file), "--by", "adam", "--yes", home=elsewhere)
    upgraded = run("upgrade", home=elsewhere)

    assert restored.exit_code == 0, restored.output
    assert "`dispensary upgrade`, then" in restored.output
    assert upgraded.exit_code == 0, upgraded.output
    assert run("verify", home=elsewhere).exit_code == 0


def test_wrong_key_is_named_and_the_right_one_opens(founded, home, tmp_path):  # noqa: F811
    founded("backup")
    right = tmp_path / "from the safe"
    shutil.copy(home.backup_key_file, right)
    home.backup_key_file.unlink()
    keys.create_backup_key(home)

    wrong = founded("backup", "drill", str(only(home)))
    good = founded("backup", "drill", str(only(home)), "--key", str(right))

    assert wrong.exit_code == 1
    assert keys.fingerprint(right) in wrong.stderr and "--key" in wrong.stderr
    assert good.exit_code == 0, good.output
