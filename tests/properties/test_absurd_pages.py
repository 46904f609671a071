"""Whatever somebody makes of a register page's file: the check says what is wrong in a sentence, and never breaks."""

import csv
import io
import re
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from dispensary import cli
from dispensary.rules import register_slip
from reports import register_sheet
from tests.reports.made_up import SPEAK

ABSURD = (
    "", "1E999999999", "-1E-999999999", "NaN", "9" * 5000, "[" * 15_000, '{"a":' * 3000, "\x00", "\x1b[2J", "\u202e", "ﷺ" * 500,
    '{"number":1E999999999,"balance":1E999999999,"quantity":1E999999999}', '{"number":true,"balance":[],"quantity":{}}',
    '{"number":"\\ud800"}', "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31 to 0001-01-01",
    "a\nb\nc\n" * 300, "slip", "head", "=1+1", "١٢", "x" * 19_000,
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-7", "cp1252", "latin-1")


@cache
def example():
    """Return the page of the handbook, with the key that it was signed with."""
    handbook = Path("docs/verification.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"```(pem|csv|json)\n(.*?)\n```", handbook, re.S))
    return list(csv.reader(io.StringIO(blocks["csv"]))), blocks["pem"]


@cache
def as_pdf():
    (page,) = register_slip.pages_in(example()[0])
    return register_sheet.render([page], paper="A4", language="en", speak=SPEAK)


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """Check a file by the command, as an inspector would who has the public key and no database."""
    folder = tmp_path_factory.mktemp("pages")
    key, file = folder / "clinic.pem", folder / "page"
    key.write_text(example()[1])

    def run(content):
        file.write_bytes(content)
        words = ["verify", "--page", str(file), "--alone", "--public-key", str(key)]
        result = CliRunner().invoke(cli.commands(lambda: None), words)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code in (0, 1)
        assert all(letter.isprintable() for line in result.output.split("\n") for letter in line)
        return result

    return run


def test_example_holds_as_csv_and_as_pdf(check):
    assert check(written(example()[0], "utf-8")).exit_code == 0
    assert check(as_pdf()).exit_code == 0


def written(rows, encoding):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding, errors="replace")


often = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@often
@given(st.data())
def test_changed_rows_never_break_the_check(check, data):
    rows = [list(row) for row in example()[0]]
    for _ in range(data.draw(st.integers(1, 4))):
        if not rows:
            break
        row = rows[data.draw(st.integers(0, len(rows) - 1))]
        match data.draw(st.sampled_from(("cell", "cell", "cell", "longer", "gone", "twice"))):
            case "cell":
                row[data.draw(st.integers(0, len(row) - 1))] = data.draw(st.sampled_from(ABSURD) | st.text())
            case "longer":
                row.append(data.draw(st.sampled_from(ABSURD)))
            case "gone":
                rows.remove(row)
            case "twice":
                rows.insert(0, row)

    check(written(rows, data.draw(st.sampled_from(ENCODINGS))))


@often
@given(st.data())
def test_absurd_page_drawn_as_pdf_never_breaks_the_check(check, data):
    rows = [list(row) for row in example()[0]]
    row = rows[data.draw(st.integers(0, len(rows) - 1))]
    row[data.draw(st.integers(1, len(row) - 1))] = data.draw(st.sampled_from(ABSURD[1:]))
    (page,) = register_slip.pages_in(example()[0])
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(register_sheet.drawn(page, paper="A4", language="en", speak=SPEAK))))
    writer.add_attachment(register_sheet.ATTACHED, written(rows, "utf-8"))
    out = io.BytesIO()
    writer.write(out)

    assert check(out.getvalue()).exit_code == 1


@often
@given(st.data())
def test_damaged_pdf_never_breaks_the_check(check, data):
    content = bytearray(as_pdf())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    for _ in range(data.draw(st.integers(1, 20))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    check(bytes(content))


@often
@given(st.sampled_from((b"", b"%PDF-1.7\n", b"head,", b"\xff\xfe", b"\xef\xbb\xbf")), st.binary(max_size=3000))
def test_bytes_of_any_kind_never_break_the_check(check, begins, content):
    assert check(begins + content).exit_code == 1


def test_huge_file_is_refused_before_it_is_read(tmp_path):
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(10**12)

    result = CliRunner().invoke(cli.commands(lambda: None), ["verify", "--page", str(huge), "--alone"])

    assert result.exit_code == 1
    assert "This file cannot be read" in result.output
