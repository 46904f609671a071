"""Register pages as they leave the program: the numbers of the screen, a running balance, digests, and the slip at the foot."""

import csv
import hashlib
import io
import json
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pypdf import PdfReader

from dispensary.errors import NotFound
from dispensary.policy.register_layouts import register_layouts
from dispensary.rules.register_slip import PAGE_ROWS, code_of, faults, pages_in
from dispensary.services import register_footnotes, seals
from models import RegisterEntry
from models.enums import SealOccasion
from reports import page, register, register_sheet
from reports.register_cells import DIGEST_SHOWN, remarks
from tests import factories
from tests.reports.made_up import SPEAK

LAYOUTS = tuple(register_layouts())


@pytest.fixture(scope="module")
def key():
    return Ed25519PrivateKey.generate()


@pytest.fixture
def ask(session, world, key):
    """Seal the register, and ask for pages of it."""

    def figures(first: int, last: int, layout: str = "who"):
        seals.seal_heads(session, occasion=SealOccasion.PRINTED_PAGE, key=key, act=world.act())
        session.commit()
        about = page.heading(session, world.site.id, world.day, world.day, printed_by="Rosa", printed_at=world.at)
        wanted = register.of_pages(world.site.id, world.products["methadone"].id, layout, first, last)
        return register.figures(session, wanted, about=about, speak=SPEAK, key=key)

    return figures


@pytest.fixture
def book(session, world, ask):
    """The same, after enough doses for two pages, one of them reversed."""
    for _ in range(PAGE_ROWS):
        who = factories.person(session)
        dose = factories.dose(session, world, who, factories.order(session, world, who))
    factories.reversal(session, world, dose, poured=True)
    session.commit()
    return ask


def pdf_of(figures):
    return register_sheet.render(figures.texts, paper="A4", language="en", speak=SPEAK)


def pages_of(pdf):
    return [one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_register_page_stands_on_its_sheets_with_balances_digests_and_slip(book, layout):
    figures = book(1, 2, layout)

    sheets = pages_of(pdf_of(figures))

    text = "".join(sheets)
    squeezed = "".join(text.split())
    assert "register page 1 of 2" in text
    assert "Brought forward: 0 mL. Carried on: 808 mL." in text
    assert "register page 2 of 2" in text
    assert "Brought forward: 808 mL." in text
    assert "takesbackno.26" in squeezed
    for row in figures.rows:
        assert row.digest[:DIGEST_SHOWN] in squeezed
    for sheet in sheets:
        assert "Verification slip 2" in sheet
        assert any(text.slip["signature"] in "".join(sheet.split()) for text in figures.texts)


def test_every_layout_heads_the_page_with_drug_form_and_strength(book):
    for layout in LAYOUTS:
        head = dict(book(1, 1, layout).texts[0].head)
        assert {"methadone", "oral liquid", "10 mg/mL"} <= set(head.values())


def columns(figures, *names):
    shown = figures.texts[0].columns
    return [tuple(line[shown.index(name)] for name in names) for text in figures.texts for line in text.lines]


def test_us_columns_tell_received_dispensed_and_the_rest_apart(session, world, book):
    lines = columns(book(1, 2, "us"), "Received: Quantity", "Dispensed: Consumed", "Other: Quantity", "Initials")

    assert lines[0] == ("1000 mL", "", "", "RA")
    assert lines[1] == ("", "8 mL · 80 mg", "", "RA")
    assert [bool(other) for *_, other, _ in lines[-2:]] == [True, True]


def test_uk_columns_tell_obtained_and_supplied_apart_with_their_authority(book):
    figures = book(1, 1, "uk")
    lines = columns(
        figures, "Obtained: Quantity", "Supplied: Quantity", "Supplied: Authority", "Supplied: Collected by"
    )

    assert lines[0] == ("1000 mL", "", "", "")
    assert lines[1][:2] == ("", "8 mL")
    assert lines[1][2].startswith("Dana Frost · order ")
    assert lines[1][3] == "the person"


def test_general_columns_have_people_by_number_alone(session, world, book):
    text = "".join(cell for text in book(1, 2, "who").texts for line in text.lines for cell in line)
    named = "".join(cell for text in book(1, 2, "us").texts for line in text.lines for cell in line)

    family = factories.person(session).family_name
    assert family in named
    assert family not in text


def test_footnote_stands_at_its_line_and_at_the_foot_with_date_and_initials(session, world, book):
    entry = session.query(RegisterEntry).filter_by(product_id=world.products["methadone"].id, number=2).one()
    register_footnotes.write_footnote(session, entry_id=entry.id, text="9 mL on the paper", act=world.act())
    figures = book(1, 1)

    (line,) = [line for line in figures.texts[0].lines if line[0] == "2"]
    sheet = " ".join("".join(pages_of(pdf_of(figures))).split())
    assert any("FOOTNOTE of 2026-03-02" in cell for cell in line)
    assert figures.texts[0].footnotes == (("2", "9 mL on the paper", "2026-03-02 07:00", "RA, Rosa Ames"),)
    assert "Footnote to line 2, 2026-03-02 07:00, RA, Rosa Ames: 9 mL on the paper" in sheet


def test_register_that_was_never_sealed_is_not_printed(session, world, key):
    who = factories.person(session)
    factories.dose(session, world, who, factories.order(session, world, who))
    about = page.heading(session, world.site.id, world.day, world.day, printed_by="Rosa", printed_at=world.at)
    wanted = register.of_pages(world.site.id, world.products["methadone"].id, "who", 1, 1)

    with pytest.raises(NotFound):
        register.figures(session, wanted, about=about, speak=SPEAK, key=key)


def test_page_ends_with_the_line_that_was_sealed(session, world, book, key):
    sealed = book(2, 2)
    who = factories.person(session)
    factories.dose(session, world, who, factories.order(session, world, who))
    session.commit()
    about, product = sealed.about, world.products["methadone"].id

    after = register.figures(
        session, register.of_pages(world.site.id, product, "who", 2, 2), about=about, speak=SPEAK, key=key
    )

    assert after.texts[0].slip["last"] == sealed.texts[0].slip["last"] == "28"


def test_page_that_does_not_exist_is_not_found(book):
    with pytest.raises(NotFound):
        book(3, 4)


def test_file_has_each_line_with_its_chained_text(book):
    figures = book(1, 2)

    rows = list(csv.reader(io.StringIO(register.as_csv(figures.texts).decode("utf-8-sig"))))

    lines = [row for row in rows if row and row[0] == "line"]
    headings = next(row for row in rows if row and row[0] == "columns")
    assert [int(row[1]) for row in lines] == list(range(1, len(lines) + 1))
    assert lines[0][headings.index("In")] == "1000 mL · 10000 mg"
    assert lines[1][headings.index("Out")] == "8 mL · 80 mg"
    assert lines[1][headings.index("Balance")] == "992 mL"
    assert lines[-1][headings.index("Movement")] == "wasted"
    assert json.loads(lines[-1][-3])["number"] == len(lines)


def test_digest_can_be_computed_by_anybody(book, key):
    """As docs/verification.md says it: JSON lists of the rows' cells, a row a line, without the slip's own rows."""
    figures = book(1, 1)
    rows = csv.reader(io.StringIO(register.as_csv(figures.texts).decode("utf-8-sig")))
    covered, slip = [], {}
    for row in rows:
        while row and not row[-1]:
            row.pop()
        if row[0] == "slip":
            slip[row[1]] = row[2]
        else:
            covered.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")))

    assert hashlib.sha256("\n".join(covered).encode()).hexdigest() == slip["digest"]
    signed = {name: value for name, value in slip.items() if name != "signature"}
    text = json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    key.public_key().verify(bytes.fromhex(slip["signature"]), text.encode())
    assert code_of(slip).split()[:2] == ["register-slip", "2"]


def test_same_lines_give_the_same_bytes(book):
    assert pdf_of(book(1, 2)) == pdf_of(book(1, 2))


def test_lines_of_a_mistake_a_replacement_and_a_spill_say_so(session, world, ask):
    who = factories.person(session)
    of = factories.order(session, world, who)
    factories.spill(session, world, who, of)
    came_up = factories.dose(session, world, who, of)
    factories.vomiting(session, world, came_up)
    factories.replacement(session, world, came_up)
    factories.incident(session, world, who, of)

    figures = ask(1, 1)

    said = [", ".join(SPEAK(words) for words in remarks(row)) for row in figures.rows]
    assert said == ["", "spilt, the cup tipped over", "", "replacement given", "⚠ DOSING INCIDENT"]
    assert [row.person_number for row in figures.rows] == ["", *[who.number] * 4]
    assert [row.witness_initials for row in figures.rows] == ["WR", "WR", "", "", ""]


def test_worked_example_of_the_handbook_holds_and_is_computed_as_it_says():
    handbook = Path("docs/verification.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"```(pem|csv|json)\n(.*?)\n```", handbook, re.S))
    public = serialization.load_pem_public_key(blocks["pem"].encode())
    covered, slip = [], {}
    for row in csv.reader(io.StringIO(blocks["csv"])):
        while row and not row[-1]:
            row.pop()
        if row[0] == "slip":
            slip[row[1]] = row[2]
        else:
            covered.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
    signature = slip.pop("signature")
    signed = json.dumps(slip, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    assert hashlib.sha256("\n".join(covered).encode()).hexdigest() == slip["digest"]
    assert f"```\n{slip['digest']}\n```" in handbook
    assert signed == blocks["json"]
    public.verify(bytes.fromhex(signature), signed.encode())
    (example,) = pages_in(csv.reader(io.StringIO(blocks["csv"])))
    assert faults(example, public) == []


def test_page_with_a_slip_of_the_first_version_is_read_and_holds():
    """As it was signed before slips said the version of their layout; never to be changed."""
    golden = Path(__file__).with_name("golden")
    public = serialization.load_pem_public_key((golden / "register_page_slip_1.pem").read_bytes())
    rows = csv.reader(io.StringIO((golden / "register_page_slip_1.csv").read_text(encoding="utf-8")))

    (page,) = pages_in(rows)

    assert faults(page, public) == []
    assert page.layout is not None and register.headings(page.layout) == page.columns[:-3]
    assert code_of(page.slip).split()[:4] == ["register-slip", "1", "1/register/1", "uk"]


def test_no_heading_and_no_day_is_broken(book):
    for layout in LAYOUTS:
        sheets = " ".join(pages_of(pdf_of(book(1, 1, layout)))).split()
        words = {
            word for head in register.headings(register_layouts()[layout]) for word in head.split(": ")[-1].split()
        }
        assert words - set(sheets) == set(), layout
        assert "2026-03-02" in sheets


def test_columns_are_as_wide_as_they_must_be_while_there_is_room():
    assert register_sheet.fitted([1, 1, 2], [0, 0, 0], 100) == [25, 25, 50]
    assert register_sheet.fitted([1, 1, 2], [40, 0, 0], 100) == [40, 20, 40]
    assert register_sheet.fitted([1, 1], [80, 80], 100) == [50, 50]
