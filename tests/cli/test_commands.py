"""The command line: founding a clinic, accounts, verification and upgrade, each with its exit code and its sentence."""

import shutil
import socket
import stat
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask_migrate import upgrade as migrate
from sqlalchemy import DateTime, Uuid, bindparam, create_engine, text

from app import create_app
from dispensary import cli
from dispensary.cli.serve import is_loopback, trusted_hosts
from dispensary.home import Home
from dispensary.policy.profiles import SHIPPED
from dispensary.safekeeping import copies, keys
from tests.conftest import CHEAP_HASHER, MORNING, POSTGRESQL
from tests.running import free_port

FOUND = [
    "init", "--site-name", "Harbour Clinic", "--site-code", "main", "--time-zone", "Asia/Ho_Chi_Minh",
    "--admin-name", "Adam Vogt", "--admin-username", "adam", "--admin-password", "three calm swans",
]  # fmt: skip


@pytest.fixture
def home(backend, tmp_path, request):
    """A home with nothing in it, and an empty database."""
    if backend != POSTGRESQL:
        return Home(tmp_path / "home", f"sqlite:///{tmp_path / 'home' / 'clinic.sqlite'}")
    server = request.getfixturevalue("postgres")
    server.execute("DROP DATABASE IF EXISTS founded WITH (FORCE)")
    server.execute("CREATE DATABASE founded")
    return Home(tmp_path / "home", server.url("founded"))


@pytest.fixture
def run(home):
    """Run a command against this home and return its result; connections are closed afterwards."""
    apps = []

    def command(*words, home=home, **options):
        def make(**values):
            apps.append(create_app(home=home, now=lambda: MORNING, hasher=CHEAP_HASHER, **values))
            return apps[-1]

        result = CliRunner().invoke(cli.commands(make), list(words), **options)
        for app in apps:
            with app.app_context():
                app.extensions["sqlalchemy"].engine.dispose()
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return command


AS_FOUNDED: dict[str, Home] = {}
"""By backend, a home as `init` left it; a test gets a copy, since the migrations take seconds each time."""


@pytest.fixture
def founded(run, home, backend, request, tmp_path_factory):
    """The same, after `init`."""
    server = request.getfixturevalue("postgres") if backend == POSTGRESQL else None
    if backend not in AS_FOUNDED:
        folder = tmp_path_factory.mktemp("founded") / "home"
        if server:
            server.execute("CREATE DATABASE as_founded")
        first = Home(folder, server.url("as_founded") if server else f"sqlite:///{folder / 'clinic.sqlite'}")
        result = run(*FOUND, home=first)
        assert result.exit_code == 0, result.output
        AS_FOUNDED[backend] = first
    shutil.copytree(AS_FOUNDED[backend].folder, home.folder)
    if server:
        server.copy("as_founded", "founded")
    return run


def rows(home, statement):
    engine = create_engine(home.database_url)
    with engine.connect() as connection:
        found = connection.execute(text(statement)).all()
    engine.dispose()
    return found


def test_every_command_has_help(run):
    for words in (
        ["--help"], ["init", "--help"], ["serve", "--help"], ["verify", "--help"], ["upgrade", "--help"],
        ["user", "--help"], ["user", "add", "--help"], ["jobs", "--help"], ["jobs", "run", "--help"],
        ["scheduler", "--help"], ["pack", "password", "--help"],
    ):  # fmt: skip
        result = run(*words)
        assert result.exit_code == 0
        assert "Usage:" in result.output


def test_init_makes_keys_for_the_clinics_account_alone(founded, home):
    files = list(keys.key_files(home).values())

    assert [stat.S_IMODE(f.stat().st_mode) for f in files] == [0o600] * 4
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


def test_init_prints_fingerprints_and_the_public_key(run):
    result = run(*FOUND)

    assert "secret_key" in result.output
    assert "BEGIN PUBLIC KEY" in result.output
    assert "PRIVATE" not in result.output
    assert "three calm swans" not in result.output


def test_init_makes_the_site_with_settings_places_and_window(founded, home):
    settings = dict(tuple(r) for r in rows(home, "SELECT key, value FROM site_setting"))

    assert settings["time_zone"] == "Asia/Ho_Chi_Minh"
    assert settings["day_starts"] == "03:00"
    assert len(settings) == len(rows(home, "SELECT 1 FROM site_setting"))
    assert rows(home, "SELECT count(DISTINCT kind) FROM place") == [(12,)]
    assert rows(home, "SELECT name FROM dispensing_window") == [("Window 1",)]
    assert rows(home, "SELECT count(*) FROM seal") == [(1,)]


def test_the_row_that_set_up_signs_with_cannot_sign_in(founded, home):
    found = rows(home, "SELECT username FROM staff WHERE password_hash IS NULL")

    assert found == [("set-up",)]


def test_a_second_init_is_refused_and_changes_no_key(founded, home):
    before = home.seal_key_file.read_bytes()

    result = founded(*FOUND)

    assert result.exit_code == 1
    assert "already made here" in result.stderr
    assert home.seal_key_file.read_bytes() == before


def test_init_over_a_database_with_a_clinic_is_refused_and_leaves_no_key(founded, home):
    for file in keys.key_files(home).values():
        file.unlink()

    result = founded(*FOUND)

    assert result.exit_code == 1
    assert "already holds a clinic" in result.stderr
    assert not home.seal_key_file.exists()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--admin-password", "short", "at least 10 characters"),
        ("--time-zone", "Middle/Earth", "zone"),
        ("--site-code", "not plain!", "short name"),
    ],
)
def test_init_with_something_wrong_says_what_and_leaves_no_key(run, home, option, value, said):
    words = list(FOUND)
    words[words.index(option) + 1] = value

    result = run(*words)

    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert not home.secret_key_file.exists()


@pytest.mark.parametrize("words", [["serve"], ["verify"], ["upgrade"], ["user", "list"]])
def test_without_a_clinic_a_command_says_so_in_one_sentence(run, words):
    result = run(*words, *(["--port", str(free_port())] if words == ["serve"] else []))

    assert result.exit_code == 1
    assert "there is no clinic in" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_new_clinic_verifies(founded):
    result = founded("verify")

    assert result.exit_code == 0
    assert "Everything holds." in result.output


def test_a_broken_chain_is_named_and_the_command_fails(founded, home, backend):
    engine = create_engine(home.database_url)
    with engine.begin() as connection:
        if backend == POSTGRESQL:
            connection.execute(text("SET session_replication_role = replica"))
        else:
            connection.execute(text("DROP TRIGGER audit_event_no_update"))
        connection.execute(text("UPDATE audit_event SET body = replace(body, 'site', 'sight') WHERE number = 1"))
    engine.dispose()

    result = founded("verify")

    assert result.exit_code == 1
    assert "audit, row 1: its text was changed" in result.output
    assert "Traceback" not in result.output


def test_an_inspector_verifies_with_the_public_key(founded, home, tmp_path):
    from dispensary.safekeeping import keys

    file = tmp_path / "public.pem"
    file.write_text(keys.public_pem(keys.read_seal_key(home).public_key()))

    assert founded("verify", "--public-key", str(file)).exit_code == 0


def test_a_file_that_is_no_key_is_refused(founded, tmp_path):
    file = tmp_path / "public.pem"
    file.write_text("not a key")

    result = founded("verify", "--public-key", str(file))

    assert result.exit_code == 1
    assert "cannot be read" in result.stderr


def test_an_account_is_added_listed_and_ended(founded):
    added = founded("user", "add", "rosa", "--name", "Rosa Ames", "--role", "nurse", "--password", "many blue herons")
    listed = founded("user", "list")
    ended = founded("user", "end", "rosa")

    assert added.exit_code == 0, added.output
    assert "nurse at main" in listed.output
    assert "many blue herons" not in added.output
    assert ended.exit_code == 0
    assert "ended" in next(line for line in founded("user", "list").output.splitlines() if line.startswith("rosa"))


def test_the_last_administrator_cannot_be_ended(founded):
    result = founded("user", "end", "adam")

    assert result.exit_code == 1
    assert "last administrator" in result.stderr


def test_a_role_is_granted_and_revoked(founded):
    granted = founded("user", "grant", "adam", "clinic_head")
    revoked = founded("user", "revoke", "adam", "clinic_head")
    again = founded("user", "revoke", "adam", "clinic_head")

    assert (granted.exit_code, revoked.exit_code, again.exit_code) == (0, 0, 1)


def test_an_inspector_needs_a_last_day(founded):
    result = founded("user", "grant", "adam", "inspector")

    assert result.exit_code == 1
    assert "last day" in result.stderr


def test_a_password_is_changed_and_never_shown(founded, home):
    before = rows(home, "SELECT password_hash FROM staff WHERE username = 'adam'")

    result = founded("user", "password", "adam", input="quiet old harbour\nquiet old harbour\n")

    assert result.exit_code == 0
    assert "quiet old harbour" not in result.output
    assert rows(home, "SELECT password_hash FROM staff WHERE username = 'adam'") != before


def test_nobody_by_that_name(founded):
    result = founded("user", "end", "nobody")

    assert result.exit_code == 1
    assert "there is no account nobody" in result.stderr


def test_an_unknown_word_is_a_mistake_of_typing(run):
    assert run("dose").exit_code == 2


def test_upgrade_at_the_newest_revision_does_nothing(founded, home):
    result = founded("upgrade")

    assert result.exit_code == 0
    assert "nothing to do" in result.output
    assert not home.backups.exists()


def set_revision(home, revision):
    engine = create_engine(home.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    engine.dispose()


def test_a_terminal_that_does_not_exist_is_not_this_computer(founded):
    result = founded("serve", "--port", str(free_port()), "--this-computer", "Terminal 9")

    assert result.exit_code == 1
    assert "no terminals are named Terminal 9" in result.output


def test_a_database_of_a_newer_program_is_neither_served_nor_upgraded(founded, home):
    set_revision(home, "9999")

    served, upgraded = founded("serve", "--port", str(free_port())), founded("upgrade")

    assert (served.exit_code, upgraded.exit_code) == (1, 1)
    assert "at revision 9999" in served.stderr
    assert "too old to know" in upgraded.stderr


def test_a_clinic_with_a_doubtful_policy_file_is_not_served(founded, home):
    home.profiles.mkdir(exist_ok=True)
    doubtful = (SHIPPED / "asam-2020.toml").read_text().replace('"known"', '"doubtful"', 1).replace("asam-2020", "mine")
    (home.profiles / "mine.toml").write_text(doubtful)

    served = founded("serve", "--port", str(free_port()))

    assert served.exit_code == 1
    assert "The policy profile mine.toml, order_limit 1 cannot be used: marked doubtful" in served.stderr


def test_a_copy_of_the_database_is_whole_and_private(founded, home, backend):
    file = copies.copy_database(home, name="trial", at=MORNING, progress=lambda done, total: None)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    if backend != POSTGRESQL:
        copy = Home(home.folder, f"sqlite:///{file}")
        assert rows(copy, "SELECT count(*) FROM audit_event") == rows(home, "SELECT count(*) FROM audit_event")
    assert [f.suffix for f in home.backups.iterdir()] == [file.suffix]


def test_a_copy_that_cannot_be_made_says_why_and_leaves_nothing(tmp_path, monkeypatch):
    home = Home(tmp_path, "postgresql+psycopg://nobody@/nothing?host=/nonexistent")
    monkeypatch.setenv("PATH", "")

    with pytest.raises(copies.CopyImpossible, match="pg_dump is not installed"):
        copies.copy_database(home, name="trial", at=MORNING, progress=lambda done, total: None)

    assert list(home.backups.iterdir()) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "clinic.example"])
def test_plain_http_is_refused_beyond_this_pc(run, host):
    result = run("serve", "--host", host)

    assert result.exit_code == 2
    assert "plain http is served on this PC only" in result.stderr


def test_a_certificate_without_its_key_is_refused(run, tmp_path):
    file = tmp_path / "cert.pem"
    file.write_text("")

    assert run("serve", "--tls-cert", str(file)).exit_code == 2


def test_a_certificate_that_is_none_is_refused_before_the_clinic_is_called_open(run, tmp_path):
    file = tmp_path / "cert.pem"
    file.write_text("not a certificate")

    result = run("serve", "--tls-cert", str(file), "--tls-key", str(file))

    assert result.exit_code == 1
    assert "not a PEM certificate and its own private key" in result.stderr


def test_an_address_in_use_is_said_in_one_sentence(run):
    with socket.create_server(("127.0.0.1", 0)) as other:
        result = run("serve", "--port", str(other.getsockname()[1]))

    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "cannot be listened on: Address already in use" in result.stderr


def test_what_is_loopback():
    assert [is_loopback(h) for h in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "10.0.0.1", "example.org")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_on_this_pc_only_its_own_names_are_trusted():
    assert trusted_hosts("127.0.0.1", ()) == ["127.0.0.1", "[::1]", "localhost"]


def test_a_listening_address_is_no_name():
    names = trusted_hosts("0.0.0.0", ("clinic.example",))

    assert "clinic.example" in names
    assert "0.0.0.0" not in names


@pytest.mark.parametrize("url", ["no address", "mysql://nobody:secret@host/clinic", "oddity+driver://x"])
def test_an_address_that_no_database_has_is_said_in_one_sentence_without_its_password(monkeypatch, tmp_path, url):
    monkeypatch.setenv("DISPENSARY_HOME", str(tmp_path))
    monkeypatch.setenv("DISPENSARY_DATABASE_URL", url)

    result = CliRunner().invoke(cli.commands(create_app), ["verify"])

    assert result.exit_code == 1
    assert "DISPENSARY_DATABASE_URL" in result.output
    assert "secret" not in result.output


def test_the_demonstration_says_each_time_who_signs_in_and_how_a_window_is_made(run):
    first = run("demo", "--patients", "2", "--days", "2")

    again = run("demo", "--home-if-empty")

    assert (first.exit_code, again.exit_code) == (0, 0)
    for said in (first.output, again.output):
        assert "harbour demo" in said
        assert "Name this computer" in said


def test_a_real_clinic_is_not_taken_for_the_demonstration(founded):
    said = founded("demo", "--home-if-empty")

    assert said.exit_code == 0
    assert "harbour demo" not in said.output


def test_a_file_that_cannot_be_written_is_named_in_one_sentence(founded, tmp_path):
    result = founded("report", "log", "--out", str(tmp_path / "nowhere" / "log.pdf"))

    assert result.exit_code == 1
    assert result.stderr.splitlines() == [f"Error: {tmp_path / 'nowhere' / 'log.pdf'}: No such file or directory"]


def test_a_home_inside_the_environment_is_refused(monkeypatch):
    import sys

    monkeypatch.setenv("DISPENSARY_HOME", str(Path(sys.prefix) / "home"))

    result = CliRunner().invoke(cli.commands(create_app), ["verify"])

    assert result.exit_code == 1
    assert "must not lie inside the Python environment" in result.stderr


def test_an_upgrade_lets_people_registered_before_be_found_by_like_names(run, home):
    home.folder.mkdir()
    keys.create_keys(home)
    app = create_app(home=home, now=lambda: MORNING, hasher=CHEAP_HASHER)
    with app.app_context():
        migrate(revision="0001")
        engine = app.extensions["sqlalchemy"].engine
        with engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO person (uid, number, family_name, given_name, search_key, sex, phone, address, created_at)"
                    " VALUES (:uid, 'P00001', 'Nguyễn', 'Văn An', 'nguyen van an', 'unknown', '', '', :at)"
                ).bindparams(bindparam("at", type_=DateTime(timezone=True)), bindparam("uid", type_=Uuid())),
                {"uid": UUID(int=1), "at": MORNING},
            )
        engine.dispose()

    result = run("upgrade", "--no-backup")

    assert result.exit_code == 0, result.output
    assert rows(home, "SELECT count(*) FROM name_key WHERE key = 'annguyenvan'") == [(1,)]
