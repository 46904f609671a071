"""`dispensary verify --page`: a page that left the program holds, and a changed one is named; with the database and without."""

import csv
import io
import json

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pypdf import PdfReader, PdfWriter
from sqlalchemy import select

from dispensary import cli
from dispensary.policy import register_layouts
from dispensary.rules import register_slip
from dispensary.rules.register_slip import PageText
from dispensary.safekeeping import keys
from dispensary.services import people, register_footnotes
from models import RegisterEntry
from models.enums import Sex
from reports import register, register_reading, register_sheet
from tests import factories

NAMES = ("王 秀英", "Nguyễn Thị Hường", "محمد علي", "O'Connor Siobhán")
LAYOUTS = tuple(register_layouts.register_layouts())


@pytest.fixture
def key(app):
    """The clinic's own seal key."""
    home = app.extensions["home"]
    if not home.seal_key_file.exists():
        keys.create_seal_key(home)
    return keys.read_seal_key(home)


@pytest.fixture
def run(app, session, key):
    """Run a command in the world's clinic."""

    def command(*words):
        result = CliRunner().invoke(cli.commands(lambda: app), [str(word) for word in words])
        session.rollback()
        session.expire_all()
        return result

    return command


@pytest.fixture
def lines(session, world):
    """Two pages of the methadone register: names of many scripts, a reversal, a footnote."""
    people_here = []
    for n in range(26):
        who = factories.person(session, NAMES[n % len(NAMES)], f"{n}")
        people.change_contact(session, person_id=who.id, phone="", address="1 Quay Street", act=world.act())
        dose = factories.dose(session, world, who, factories.order(session, world, who))
        people_here.append(who)
    factories.reversal(session, world, dose, poured=True)
    note(session, world, 3)
    session.commit()
    return people_here


def note(session, world, number, text="The paper says 9 mL"):
    product = world.products["methadone"].id
    entry = session.scalars(
        select(RegisterEntry).where(RegisterEntry.product_id == product, RegisterEntry.number == number)
    ).one()
    return register_footnotes.write_footnote(session, entry_id=entry.id, text=text, act=world.act())


@pytest.fixture
def printed(run, world, lines, tmp_path):
    """Print a page and return its file."""

    def write(kind="csv", layout="who", pages="2"):
        out = tmp_path / f"page.{kind}"
        name = world.products["methadone"].name
        result = run(
            "report",
            "register",
            "--product",
            name,
            "--pages",
            pages,
            "--layout",
            layout,
            "--format",
            kind,
            "--out",
            out,
        )
        assert result.exit_code == 0, result.output
        return out

    return write


@pytest.fixture
def public_key(key, tmp_path):
    file = tmp_path / "clinic.pem"
    file.write_text(keys.public_pem(key.public_key()))
    return file


@pytest.fixture(params=["with the database", "alone"])
def verify(request, run, public_key):
    """Check a page, with the database and without it."""
    alone = ["--alone", "--public-key", public_key] if request.param == "alone" else []
    return lambda file: run("verify", "--page", file, *alone)


def rows_of(file):
    return list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"))))


def write_rows(file, rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    file.write_bytes(out.getvalue().encode("utf-8-sig"))


def with_new_digest(file):
    """Give a changed page the digest that it should have now, as a forger without the key would."""
    (page,) = register_slip.pages_in(rows_of(file))
    slip = dict(page.slip) | {"digest": register_slip.page_digest(page)}
    file.write_bytes(register.as_csv([PageText(page.head, page.columns, page.lines, page.footnotes, slip)]))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", ["pdf", "csv"])
def test_page_holds_as_it_was_printed_whatever_came_after(session, world, printed, verify, lines, kind, layout):
    file = printed(kind, layout, "1-2")
    factories.dose(session, world, who := factories.person(session), factories.order(session, world, who))
    note(session, world, 5)
    people.change_identity(
        session, person_id=lines[1].id, family_name="Another", given_name="Name", birth_date=lines[1].birth_date,
        sex=Sex.UNKNOWN, identity_number="", reason="married", act=world.act(at=world.at.replace(hour=20)),
    )  # fmt: skip
    session.commit()

    result = verify(file)

    assert result.exit_code == 0, result.output
    assert result.output.endswith("The page holds.\n")


def test_line_taken_back_after_printing_does_not_make_the_page_bad(session, world, printed, verify):
    who = factories.person(session)
    dose = factories.dose(session, world, who, factories.order(session, world, who))
    session.commit()
    file = printed(pages="1-2")
    factories.reversal(session, world, dose, poured=True)
    session.commit()

    assert verify(file).exit_code == 0


def test_changed_address_is_said_and_is_no_fault(session, world, printed, run, lines):
    file = printed(layout="uk", pages="1")
    people.change_contact(session, person_id=lines[0].id, phone="", address="9 Elsewhere", act=world.act())
    session.commit()

    result = run("verify", "--page", file)

    assert result.exit_code == 0, result.output
    assert "Line 2, “Supplied: Address”: the page says “1 Quay Street”, the record “9 Elsewhere”" in result.output


def a_line(rows, n=0):
    return [row for row in rows if row and row[0] == "line"][n]


def change_digit(rows):
    line = a_line(rows)
    n = next(n for n, cell in enumerate(line) if cell.startswith("8 mL"))
    line[n] = line[n].replace("8 mL", "7 mL")


def change_balance(rows):
    line = a_line(rows)
    line[rows_columns(rows).index("Balance")] = "1 mL"


def rows_columns(rows):
    return next(row for row in rows if row and row[0] == "columns")


def change_name(rows):
    line = a_line(rows)
    n = next(n for n, cell in enumerate(line) if "P0" in cell)
    line[n] = "P99999"


def swap(rows):
    one, other = (rows.index(a_line(rows, n)) for n in (0, 1))
    rows[one], rows[other] = rows[other], rows[one]


def cut_tail(rows):
    rows.remove(a_line(rows, -1))


def cut_tail_and_say_so(rows):
    """Cut the last line, and let the slip speak of the one before, as well as its balance."""
    cut_tail(rows)
    last = a_line(rows, -1)
    said = json.loads(last[-3])
    for row in rows:
        if row and row[:2] in (["slip", "last"], ["slip", "asked_until"], ["slip", "head"]):
            row[2] = last[1]
        if row and row[:2] == ["slip", "carried_on"]:
            row[2] = f"{said['balance'] // 1000} mL"
        if row and row[:2] == ["slip", "head_digest"]:
            row[2] = last[-1]


def add(rows):
    last = a_line(rows, -1)
    rows.insert(rows.index(last) + 1, [last[0], str(int(last[1]) + 1), *last[2:]])


def change_head(rows):
    next(row for row in rows if row[:2] == ["head", "strength"])[2] = "1 mg/mL"


def change_chained(rows):
    line = a_line(rows)
    line[-3] = line[-3].replace('"quantity":8000', '"quantity":7000')


@pytest.mark.parametrize("forged", [False, True], ids=["as it is", "with the digest made anew"])
@pytest.mark.parametrize(
    "change",
    [change_digit, change_balance, change_name, swap, cut_tail, cut_tail_and_say_so, add, change_head, change_chained],
)
def test_changed_page_does_not_hold(printed, verify, change, forged):
    file = printed()
    rows = rows_of(file)
    change(rows)
    write_rows(file, rows)
    if forged:
        with_new_digest(file)

    result = verify(file)

    assert result.exit_code == 1
    assert "things do not hold" in result.output


def test_first_changed_cell_is_named(printed, verify):
    file = printed()
    rows = rows_of(file)
    change_balance(rows)
    write_rows(file, rows)

    assert "Line 26, “Balance”: the page says “1" in verify(file).output


def test_changed_name_is_named_against_the_record(printed, run):
    file = printed(layout="us")
    rows = rows_of(file)
    change_name(rows)
    write_rows(file, rows)

    assert "Line 26, “Dispensed: Person”: the page says “P99999”" in run("verify", "--page", file).output


def test_footnote_cannot_be_taken_off_or_changed(printed, verify):
    file = printed(pages="1")
    rows = rows_of(file)
    footnote = next(row for row in rows if row and row[0] == "footnote")
    assert footnote[1:3] == ["3", "The paper says 9 mL"]

    footnote[2] = "Nothing is wrong"
    write_rows(file, rows)
    changed = verify(file)
    rows.remove(footnote)
    write_rows(file, rows)
    taken_off = verify(file)

    assert changed.exit_code == taken_off.exit_code == 1


def test_slip_of_another_page_does_not_hold(printed, verify):
    other = [row for row in rows_of(printed(pages="1")) if row and row[0] == "slip"]
    file = printed(pages="2")
    write_rows(file, [row for row in rows_of(file) if row and row[0] != "slip"] + other)

    assert verify(file).exit_code == 1


def test_file_without_its_last_page_says_what_is_missing(printed, verify):
    file = printed(pages="1-2")
    rows = rows_of(file)
    write_rows(file, rows[: rows.index([])])

    result = verify(file)

    assert result.exit_code == 1
    assert "Lines 26 to 29 were printed with this file and are not in it." in result.output


def test_page_of_another_clinic_is_not_this_ones(printed, verify):
    file = printed()
    (page,) = register_slip.pages_in(rows_of(file))
    file.write_bytes(register.as_csv([register_slip.sealed(page, Ed25519PrivateKey.generate())]))

    result = verify(file)

    assert result.exit_code == 1
    assert "another clinic's page, or a forged one" in result.output


def test_page_is_of_its_own_site(printed, run, key):
    """The key is the clinic's; a page that names another of its sites does not hold there, though it is signed."""
    file = printed()
    (page,) = register_slip.pages_in(rows_of(file))
    slip = dict(page.slip) | {"chain": "2/register/1"}
    moved = PageText(page.head, page.columns, page.lines, page.footnotes, slip)
    file.write_bytes(register.as_csv([register_slip.sealed(moved, key)]))

    result = run("verify", "--page", file)

    assert result.exit_code == 1
    assert "The record has no such page" in result.output


@pytest.mark.parametrize(
    "content",
    [
        b"", b"garbage", b"\xff\xfe\x00\x00", b"%PDF-1.4\ngarbage", b"line,1\n", b"head,a,b\nslip,version,1\n",
        b"slip,version,1\n" * 30, b"columns,No.\nline,1\nslip,page,9999999999999999999999\n", b"\x00" * 5000,
        "line,１２,٣\n".encode(), b'head,"' + b"x" * 200_000, b"=1+1,2\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["csv", "pdf"])
def test_garbage_is_refused_in_a_sentence(verify, tmp_path, content, ending):
    file = tmp_path / f"x.{ending}"
    file.write_bytes(content)

    result = verify(file)

    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "Error: " in result.output


NONSENSE = (
    "", "9" * 30, "-1", "../../etc", "0", "1e5", "wörter", "1E999999999", "x" * 5000, "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
)  # fmt: skip


def test_nonsense_on_the_slip_never_holds_and_never_breaks_the_check(printed, run):
    file = printed()
    good = rows_of(file)
    for field in register_slip.FIELDS:
        for value in NONSENSE:
            write_rows(file, [[*row[:2], value] if row[:2] == ["slip", field] else row for row in good])

            result = run("verify", "--page", file)

            assert result.exit_code == 1, (field, value)
            assert isinstance(result.exception, SystemExit), (field, value, result.exception)


def changed_pdf(file, before, after):
    """Change what is drawn on the first sheet, leaving what it carries as it is."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(file.read_bytes())))
    contents = writer.pages[0].get_contents()
    data = contents.get_data()
    assert before in data
    contents.set_data(data.replace(before, after, 1))
    writer.pages[0].replace_contents(contents)
    out = io.BytesIO()
    writer.write(out)
    file.write_bytes(out.getvalue())


def test_rewritten_pdf_that_shows_the_same_holds(printed, verify):
    file = printed("pdf")
    changed_pdf(file, b"BT", b"BT")

    assert verify(file).exit_code == 0


@pytest.mark.parametrize("layout", LAYOUTS)
def test_changed_drawing_of_a_pdf_is_seen(printed, verify, layout):
    file = printed("pdf", layout)
    text = PdfReader(io.BytesIO(file.read_bytes())).pages[0].get_contents().get_data()
    shown = [line for line in text.splitlines() if b"Tj" in line]
    changed_pdf(file, shown[-8], shown[10])

    result = verify(file)

    assert result.exit_code == 1
    assert "Sheet 1" in result.output


def test_something_painted_over_a_pdf_is_seen(printed, verify):
    file = printed("pdf")
    text = PdfReader(io.BytesIO(file.read_bytes())).pages[0].get_contents().get_data()
    changed_pdf(file, text, text + b"\n1 1 1 rg 100 100 200 200 re f\n")

    assert "something may be laid over it" in verify(file).output


def test_pdf_with_the_text_of_another_page_does_not_hold(session, world, printed, verify):
    other = printed("csv", pages="1").read_bytes()
    file = printed("pdf", pages="2")
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(file.read_bytes())))
    writer.add_attachment(register_sheet.ATTACHED, other)
    out = io.BytesIO()
    writer.write(out)
    file.write_bytes(out.getvalue())

    assert verify(file).exit_code == 1


def test_pdf_without_its_text_says_what_is_needed(printed, verify):
    file = printed("pdf")
    writer = PdfWriter()
    for sheet in PdfReader(io.BytesIO(file.read_bytes())).pages:
        writer.add_page(sheet)
    out = io.BytesIO()
    writer.write(out)
    file.write_bytes(out.getvalue())

    result = verify(file)

    assert result.exit_code == 1
    assert "does not carry the text of its pages" in result.output


def test_alone_without_a_key_is_refused(printed, run):
    result = run("verify", "--page", printed(), "--alone")

    assert result.exit_code == 1
    assert "--public-key" in result.output


def test_spreadsheet_may_pad_rows_and_use_semicolons(printed, verify):
    file = printed()
    rows = rows_of(file)
    widest = max(map(len, rows))
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(row + [""] * (widest - len(row)) for row in rows)
    file.write_bytes(out.getvalue().encode())

    result = verify(file)

    assert result.exit_code == 0, result.output


def test_days_are_printed_with_a_slip_that_holds(run, world, lines, tmp_path, verify):
    out, name = tmp_path / "days.csv", world.products["methadone"].name
    result = run("report", "register", "--product", name, "--from", world.day, "--format", "csv", "--out", out)

    assert result.exit_code == 0, result.output
    assert verify(out).exit_code == 0


def absurd(text):
    """Put a chained text of somebody's own on the first line."""

    def change(rows):
        a_line(rows)[-3] = text

    return change


@pytest.mark.parametrize(
    "text",
    [
        "[" * 15_000,
        '{"number":' * 1500,
        '{"number":1E999999999,"balance":1E999999999,"quantity":-1E999999999}',
        '{"number":"1E999999999","balance":"1E999999999","quantity":"1E999999999"}',
        '{"number":26,"balance":NaN,"quantity":Infinity}',
        '{"number":26,"balance":' + "9" * 4000 + ',"quantity":' + "9" * 5000 + "}",
        '{"number":"\\ud800","balance":{"a":[]},"quantity":true}',
        '"26"',
        "",
    ],
)
def test_absurd_chained_text_is_a_fault_with_its_line(printed, verify, text):
    file = printed()
    rows = rows_of(file)
    absurd(text)(rows)
    a_line(rows, -1)[-3] = text
    write_rows(file, rows)
    with_new_digest(file)

    result = verify(file)

    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    assert "Line 26" in result.output


@pytest.fixture
def next_version(monkeypatch, tmp_path):
    """Let the British layout have a second version, in which a column is called otherwise and another is gone."""

    def change():
        now = register_layouts.FILE.read_text(encoding="utf-8")
        begins = now.index("[uk]")
        was = now[begins:].replace("[uk]\nversion = 1\n", "[uk.1]\n").replace("[[uk.columns]]", "[[uk.1.columns]]")
        uk = now[begins:].replace("version = 1", "version = 2").replace('"Authority"', '"By whose order"')
        gone = uk.index("[[uk.columns]]", uk.index("Identity shown") - 80)
        uk = uk[:gone] + uk[uk.index("[[uk.columns]]", gone + 10) :]
        for name, text in (("FILE", now[:begins] + uk), ("BEFORE", was)):
            file = tmp_path / f"{name}.toml"
            file.write_text(text, encoding="utf-8")
            monkeypatch.setattr(register_layouts, name, file)
        forget()

    def forget():
        register_layouts.register_layouts.cache_clear()
        register_layouts._layouts_before.cache_clear()

    yield change
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize("kind", ["pdf", "csv"])
def test_page_from_before_the_columns_changed_still_holds_and_a_new_one_too(printed, verify, next_version, kind):
    file = printed(kind, "uk", "1-2")
    before = tuple(register_reading.read(file.read_bytes())[0].columns)
    next_version()

    old = verify(file)
    file = printed(kind, "uk", "1-2")
    new = verify(file)

    (after, *_) = (page.columns for page in register_reading.read(file.read_bytes()))
    assert "Supplied: Authority" in before and "Supplied: By whose order" in after and len(before) == len(after) + 1
    assert old.exit_code == 0, old.output
    assert "layout uk v1" in old.output
    assert new.exit_code == 0, new.output
    assert "layout uk v2" in new.output


def test_changed_cell_of_a_page_from_before_the_columns_changed_is_named(printed, run, next_version):
    file = printed("csv", "uk")
    rows = rows_of(file)
    line = a_line(rows)
    line[rows_columns(rows).index("Supplied: Authority")] = "Dr Nobody"
    write_rows(file, rows)
    next_version()

    assert "Line 26, “Supplied: Authority”: the page says “Dr Nobody”" in run("verify", "--page", file).output


def test_version_of_a_layout_that_is_not_known_is_said(printed, run, key):
    file = printed()
    (page,) = register_slip.pages_in(rows_of(file))
    slip = dict(page.slip) | {"layout_version": "9"}
    later = PageText(page.head, page.columns, page.lines, page.footnotes, slip)
    file.write_bytes(register.as_csv([register_slip.sealed(later, key)]))

    result = run("verify", "--page", file)

    assert result.exit_code == 1
    assert "It stands in version 9 of the layout who, which this program does not know." in result.output


def test_slip_of_the_first_version_holds(session, printed, run, key):
    """Printed before slips said the version of their layout."""
    file = printed()
    (page,) = register_slip.pages_in(rows_of(file))
    slip = {name: value for name, value in page.slip.items() if name != "layout_version"} | {"version": "1"}
    older = PageText(page.head, page.columns, page.lines, page.footnotes, slip)
    file.write_bytes(register.as_csv([register_slip.sealed(older, key)]))

    result = run("verify", "--page", file)

    assert result.exit_code == 0, result.output
