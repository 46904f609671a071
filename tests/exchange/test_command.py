"""`dispensary import` and `dispensary demo`: exit codes, sentences, and what is there afterwards."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from app import create_app
from dispensary import cli
from dispensary.demo import setting
from dispensary.home import Home
from dispensary.safekeeping import keys
from tests.conftest import CHEAP_HASHER, MORNING
from tests.exchange.test_import import FILES, add

FOUND = [
    "init", "--site-name", "Harbour Clinic", "--site-code", "main", "--time-zone", "UTC",
    "--admin-name", "Adam Vogt", "--admin-username", "adam", "--admin-password", "three calm swans",
]  # fmt: skip


class Clinic:
    """Commands against one home, and a look at its database."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder, f"sqlite:///{folder / 'clinic.sqlite'}")

    def run(self, *words: str) -> Result:
        apps = []

        def make(**options):
            apps.append(create_app(home=self.home, now=lambda: MORNING, hasher=CHEAP_HASHER, **options))
            return apps[-1]

        result = CliRunner().invoke(cli.commands(make), list(words))
        for app in apps:
            with app.app_context():
                app.extensions["sqlalchemy"].engine.dispose()
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def value(self, statement: str) -> object:
        engine = create_engine(self.home.database_url)
        with engine.connect() as connection:
            found = connection.execute(text(statement)).scalar()
        engine.dispose()
        return found


@pytest.fixture(scope="module")
def as_founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as `init` left it, to copy: the migrations take seconds each time."""
    made = Clinic(tmp_path_factory.mktemp("founded") / "home")
    assert made.run(*FOUND).exit_code == 0
    return made.home.folder


@pytest.fixture
def clinic(as_founded: Path, tmp_path: Path) -> Clinic:
    return Clinic(Path(shutil.copytree(as_founded, tmp_path / "home")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "old-system"
    target.mkdir()
    for name, content in FILES.items():
        (target / name).write_text(content, encoding="utf-8")
    return target


def test_a_dry_run_writes_nothing_an_import_writes_once_and_verifies(clinic, folder):
    dry = clinic.run("import", str(folder), "--dry-run")
    before = clinic.value("SELECT count(*) FROM person")
    done = clinic.run("import", str(folder))
    again = clinic.run("import", str(folder))
    verified = clinic.run("verify")

    assert (dry.exit_code, before) == (0, 0)
    assert "9 records are new" in dry.output
    assert done.exit_code == 0
    assert "Imported into Harbour Clinic: 2 people, 2 episodes, 1 orders, 2 doses, 2 urine tests" in done.output
    assert clinic.value("SELECT source FROM import_run") == "old-system"
    assert again.exit_code == 0
    assert "Nothing new: all 9 records are here already." in again.output
    assert clinic.value("SELECT count(*) FROM dose") == 2
    assert verified.exit_code == 0
    assert "Everything holds." in verified.output


def test_bad_rows_are_listed_and_end_with_exit_code_1(clinic, folder):
    for number in range(120):
        add(folder, "doses.csv", f"17,2025-02-{number % 28 + 1:02},-80,methadone,")

    result = clinic.run("import", str(folder))

    assert result.exit_code == 1
    assert "bad: doses.csv:4 mg: is negative" in result.stderr
    assert "bad: and 20 more" in result.stderr
    assert "Error: nothing was imported: 120 bad rows, listed above" in result.stderr
    assert clinic.value("SELECT count(*) FROM import_run") == 0


def test_a_dose_changed_behind_the_programs_back_is_found_by_verify(clinic, folder):
    clinic.run("import", str(folder))
    clinic.value("SELECT 1")
    engine = create_engine(clinic.home.database_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER dose_no_update"))
        connection.execute(text("UPDATE dose SET taken_mg = 90000 WHERE taken_mg = 80000"))
    engine.dispose()

    result = clinic.run("verify")

    assert result.exit_code == 1
    assert "its doses are not those that were imported" in result.output


def test_a_wrong_site_and_a_missing_folder_end_with_exit_code_2(clinic, folder):
    assert clinic.run("import", str(folder), "--site", "north").exit_code == 2
    assert clinic.run("import", str(folder / "nowhere")).exit_code == 2


def test_the_demo_names_a_sign_in_for_each_role_and_never_overwrites_a_clinic(tmp_path):
    clinic = Clinic(tmp_path / "demo")

    made = clinic.run("demo", "--patients", "8", "--days", "6")
    second = clinic.run("demo")
    kept = clinic.run("demo", "--home-if-empty")
    verified = clinic.run("verify")

    assert made.exit_code == 0
    assert all(username in made.output for username, *_ in setting.STAFF)
    assert setting.PASSWORD in made.output
    assert clinic.value("SELECT count(DISTINCT person_id) FROM episode") == 8
    assert (second.exit_code, kept.exit_code, verified.exit_code) == (1, 0, 0)


def test_a_demo_in_an_unknown_zone_is_a_mistyped_command(tmp_path):
    assert Clinic(tmp_path / "demo").run("demo", "--time-zone", "Nowhere/Land").exit_code == 2


def test_a_demo_over_a_database_that_holds_a_clinic_is_refused_and_leaves_no_keys_behind(clinic):
    files = keys.key_files(clinic.home).values()
    for file in files:
        file.unlink()

    result = clinic.run("demo", "--patients", "8", "--days", "6")

    assert result.exit_code == 1
    assert "already holds a clinic" in result.stderr
    assert [file for file in files if file.exists()] == []
    assert clinic.value("SELECT count(*) FROM person") == 0
