"""`dispensary report`: the same sheets as on the pages, each PDF of the log or register sealed and noted."""

import io

import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from sqlalchemy import select

from dispensary import cli
from dispensary.safekeeping import keys
from models import AccessLog, AuditEvent, DowntimePack, Seal
from models.enums import AuditKind
from tests import factories


@pytest.fixture
def report(app, session, world):
    """Run `dispensary report` against the world's clinic."""
    home = app.extensions["home"]
    if not home.seal_key_file.exists():
        keys.create_seal_key(home)

    def command(*words):
        result = CliRunner().invoke(cli.commands(lambda: app), ["report", *words])
        session.rollback()
        session.expire_all()
        return result

    return command


@pytest.fixture
def dosed(session, world):
    who = factories.person(session, "Trần", "An")
    factories.dose(session, world, who, factories.order(session, world, who))
    session.commit()
    return who


def text_of(path):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages)


def test_log_is_written_sealed_and_noted(report, session, world, dosed, tmp_path):
    out = tmp_path / "log.pdf"

    result = report("log", "--day", "2026-03-02", "--paper", "Letter", "--out", str(out))

    assert result.exit_code == 0, result.output
    assert "1 rows; These totals equal" in result.output
    assert "Trần An" in text_of(out)
    assert "Printed by command line" in text_of(out)
    assert session.scalars(select(Seal)).first() is not None
    assert session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.REPORT_PRINTED)).one()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_log_as_a_file_seals_nothing(report, session, dosed, tmp_path, kind):
    out = tmp_path / f"log.{kind}"

    result = report("log", "--format", kind, "--out", str(out))

    assert result.exit_code == 0, result.output
    assert out.stat().st_size > 100
    assert session.scalars(select(Seal)).first() is None


def test_history_is_written_and_noted(report, session, dosed, tmp_path):
    out = tmp_path / "history.pdf"

    result = report("history", "--number", dosed.number, "--out", str(out))

    assert result.exit_code == 0, result.output
    assert dosed.number in text_of(out)
    assert session.scalars(select(AccessLog.page).where(AccessLog.person_id == dosed.id)).all() == ["history"]


@pytest.mark.parametrize(("pages", "kind"), [("1", "pdf"), ("1-1", "pdf"), (None, "csv")])
def test_register_is_written(report, world, dosed, tmp_path, pages, kind):
    out = tmp_path / f"register.{kind}"
    asked = ["--pages", pages] if pages else []

    result = report(
        "register", "--product", world.products["methadone"].name, *asked, "--format", kind, "--out", str(out)
    )

    assert result.exit_code == 0, result.output
    assert "1 pages, 2 lines" in result.output
    assert out.stat().st_size > 100


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["history", "--number", "P99999", "--out", "x.csv"], 1, "there is no person"),
        (["register", "--product", "morphine", "--out", "x.csv"], 1, "there is no product"),
        (["log", "--day", "2026-03-02", "--to", "2026-03-01", "--out", "x.csv"], 2, "--to is before --day"),
        (["log", "--day", "yesterday", "--out", "x.csv"], 2, "Invalid value"),
        (["log"], 2, "Missing option"),
        (["log", "--site", "north", "--out", "x.csv"], 2, "say which site"),
    ],
)
def test_what_cannot_be_written_is_said_in_a_sentence(report, dosed, words, code, says):
    result = report(*words)

    assert result.exit_code == code
    assert says in result.output


def test_register_page_that_is_not_there_seals_nothing(report, session, world, dosed, tmp_path):
    name = world.products["methadone"].name

    result = report("register", "--product", name, "--pages", "9", "--out", str(tmp_path / "x.pdf"))

    assert result.exit_code == 1
    assert "no such page" in result.output
    assert session.scalars(select(Seal)).first() is None


def test_downtime_pack_is_written_with_its_copies_noted(report, session, world, dosed, tmp_path):
    out = tmp_path / "pack.pdf"

    result = report("downtime-pack", "--copies", "3", "--out", str(out))

    assert result.exit_code == 0, result.output
    assert "1 people expected, 3 copies, printing 1" in result.output
    assert "Copy 3 of 3" in text_of(out)
    assert session.scalars(select(DowntimePack.copies)).one() == 3
    assert session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.DOWNTIME_PACK_PRINTED)).one()
