"""Every PDF of the program, printed in one made-up clinic: paper, title, language, names in four scripts, black and white.

What the page of paper lists is what is printed here; a new sheet is here at once, and fails until it is right.
"""

import io
import re
from dataclasses import dataclass

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

import models
from dispensary.services import agencies, outside_visits
from dispensary.services.outside_visits import Seen
from dispensary.web.reporting.printables import OCCASIONS, OF_A_PERSON
from models.enums import BusinessMoment, CountKind, LabelLayout, Role
from reports.page import SIZES
from tests import factories
from tests.agencies import listed_medicines
from tests.house.samples import Samples
from tests.turns import told

KEPT = "archive.print_it"
"""Answers bytes that were kept: one of the other sheets, as it was drawn on its day."""
SHEETS = [sheet.endpoint for one in OCCASIONS for sheet in one.sheets if sheet.endpoint != KEPT]
OF_A_PERSONS = {sheet.endpoint for one in OCCASIONS if one.key == OF_A_PERSON for sheet in one.sheets}
STAFF = "Rosa Đặng Hường 髙橋﨑子 欧阳娜娜"
FAMILY, GIVEN = "Nguyễn-Müller 山﨑", "Hường 王秀英"
"""One person whose name is in Latin, Vietnamese, Japanese and Chinese, and one member of staff likewise."""
DAY = "2026-03-02"
OWN_SIZE = {"reporting.card", "staff.print_badge", "bottles.print_labels"}
"""Cards, and labels on the sheet they are sold on: no frame, no page n of N, and no paper to choose."""
NUMBERED_ALONE = {"reporting.card"}
"""Names nobody at all."""
STAYS = {"reporting.history_pdf", "assessment.sheet", "orders.prescription"}
"""Sheets about one person that stay in the clinic, as tests/house/test_paper.py has them."""
LEAVES = OF_A_PERSONS - STAYS | {"disclosures.statement_pdf"}
NOT_OUTSIDE = re.compile(
    "methadon|bupren|morphin|naltrex|opioid|opiate|agonist|heroin|addict|depend|drug|substance|substitution|harbour",
    re.IGNORECASE,
)
"""Words for a medicine, the kind of clinic or a diagnosis; and the clinic's own name, which tells as much."""
ANOTHER_EACH_TIME = {
    "bottles.print_labels": "a further printing is marked as one",
    "downtime.pack": "each copy has its own number",
    "losses.sheet": "it counts what everybody with access did, printing it included",
    "privacy.print_readers": "that it was printed is in it",
}
"""Sheets of which no two printings are alike, with the reason."""
ASKED = {
    "attendance.missed_pdf": {"least": "1", "sort": "days", "of": "all"},
    "bottles.print_labels": {"layout": LabelLayout.SHEET.value, "start": "1"},
    "downtime.pack": {"clinic_day": DAY, "copies": "1"},
    "patients.letter": {"agency_id": "hand"},
    "plans.hand_out": {"agency_id": "hand"},
    "referrals.conference": {"agency_id": "hand"},
    "referrals.sheet": {"agency_id": "hand"},
    "reporting.hand_out_history": {"agency_id": "hand"},
    "reporting.register_pdf": {"first_page": "1", "last_page": "1", "layout": "who"},
    "reporting.register_days_pdf": {"layout": "who"},
    "month.as_pdf": {"reader": "outside"},
}
"""What some of the forms ask besides days and paper."""

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@dataclass(frozen=True)
class Print:
    """One sheet as it was answered."""

    content: bytes
    name: str

    @property
    def reader(self) -> PdfReader:
        return PdfReader(io.BytesIO(self.content))

    @property
    def pages(self) -> list[str]:
        return [page.extract_text() for page in self.reader.pages]


MADE: dict[tuple[str, str], Print] = {}
"""Every sheet on each paper, and once more; printed on first use."""


@pytest.fixture
def printed(request, backend) -> dict[tuple[str, str], Print]:
    """Print everything, once a process."""
    if not MADE:
        app, client, session, world = (request.getfixturevalue(name) for name in ("app", "client", "session", "world"))
        app.config["WTF_CSRF_ENABLED"] = False
        try:
            for paper, kept in (("A4", "A4"), ("A4", "again"), ("Letter", "Letter")):
                if not MADE:
                    addresses = furnished(app, session, world)
                session.get_one(models.Site, world.site.id).paper = paper
                session.commit()
                for endpoint, (method, address) in addresses.items():
                    client.sign_in(session, world, world.nurse)
                    MADE[endpoint, kept] = sent(client, world, method, address, ASKED.get(endpoint, {}), paper)
        except BaseException:
            MADE.clear()
            raise
        finally:
            app.config["WTF_CSRF_ENABLED"] = True
    return MADE


def sent(client, world, method, address, asked, paper) -> Print:
    days = {"first": DAY, "last": DAY, "paper": paper}
    fields = {"signed_in_as": str(world.nurse.id), "token": f"{len(MADE):032}", **days, **asked}
    answer = client.get(address) if method == "GET" else client.post(address, data=fields)
    words = re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]) if answer.mimetype == "text/html" else ""
    assert answer.mimetype == "application/pdf", (address, answer.status_code, words[:700])
    return Print(answer.data, answer.headers["Content-Disposition"].partition('filename="')[2].rstrip('"'))


def furnished(app, session, world) -> dict[str, tuple[str, str]]:
    """Furnish a clinic in which everything can be printed, and return where each sheet is asked for."""
    nurse = world.nurse
    nurse.name = STAFF
    for role in set(Role) - {Role.NURSE, Role.PEER}:
        factories.role(session, nurse, world.site, role)
    samples = Samples(session, world)
    person_id = samples.value("person_id")
    session.get_one(models.Person, person_id).family_name = FAMILY
    session.get_one(models.Person, person_id).given_name = GIVEN
    session.commit()
    who = session.get_one(models.Person, person_id)
    act = world.act()
    agencies.approve_statement(session, text="What you say stays.", notice="Keep it.", approved_on=world.day, act=act)
    seen = Seen(world.day, "Hill Practice", "Dr Low", "codeine", "a letter")
    outside_visits.note_visit(session, person_id=person_id, seen=seen, listed=listed_medicines(world.day), act=act)
    samples.rows.one("bottle")  # of the handover whose labels are printed
    ending = told(session, world, who)
    session.commit()
    closed = samples.rows.add("closure_list", first_on=world.day, last_on=world.day, version=99)
    samples.rows.add(
        "closure_list_line", closure_list_id=closed["id"], person_id=person_id, one_off_id=None, other_way="at the door"
    )
    samples.rows.add("contest_answer", contest_id=samples.value("contest_id"))
    party = samples.rows.add("conference_party", conference_id=samples.value("case_conference_id"))
    samples.rows.add("disclosure_scope", disclosure_id=party["disclosure_id"])
    count = samples.rows.add(
        "stock_count", kind=CountKind.BIENNIAL, business=BusinessMoment.CLOSE, witnessed_by_id=world.witness.id
    )
    samples.rows.add("stock_count_line", count_id=count["id"])
    session.commit()
    instead = {"stock.inventory_pdf": count["id"], "turns.notice_pdf": ending.id}
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in SHEETS:
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            address = samples.address(rule)
            if rule.endpoint in instead:
                address = re.sub(r"/\d+", f"/{instead[rule.endpoint]}", address, count=1)
            found[rule.endpoint] = method, address
    return found


def close(text: str) -> str:
    """Return a text without blanks and line ends, which a narrow column puts where it likes."""
    return "".join(text.split())


@pytest.mark.parametrize("paper", list(SIZES))
@pytest.mark.parametrize("endpoint", SHEETS)
def test_paper_title_language_and_numbers_of_pages(printed, endpoint, paper):
    made = printed[endpoint, paper]
    reader, wanted = made.reader, [round(side) for side in SIZES[paper]]

    assert reader.metadata.title and reader.metadata.title not in ("untitled", "anonymous")
    assert (reader.metadata.author or "") != "anonymous"
    assert reader.trailer["/Root"]["/Lang"] == "en"
    if endpoint in OWN_SIZE:
        return
    for n, page in enumerate(reader.pages, start=1):
        sides = [round(float(side)) for side in page.mediabox[2:]]
        assert sorted(sides) == wanted, endpoint
        assert close(f"page {n} of {len(reader.pages)}") in close(page.extract_text())


@pytest.mark.parametrize("endpoint", SHEETS)
def test_names_are_found_whole_and_the_page_is_read_from_its_title_down(printed, endpoint):
    made = printed[endpoint, "A4"]
    text = close("".join(made.pages))

    if endpoint not in NUMBERED_ALONE:
        assert close(STAFF) in text or close(FAMILY) in text
    if endpoint in OF_A_PERSONS - NUMBERED_ALONE:
        assert close(FAMILY) in text and close(GIVEN) in text
    if endpoint not in OWN_SIZE | {"downtime.pack"}:  # the pack has its numbers in its head
        lines = [line for line in made.pages[0].splitlines() if line.strip()]
        assert close(made.reader.metadata.title).startswith(close(lines[0])[:8]), lines[:3]
        assert re.search(r"page \d+ of \d+", " ".join(lines[-3:])), lines[-3:]


@pytest.mark.parametrize("endpoint", SHEETS)
def test_everything_is_black_white_or_grey(printed, endpoint):
    reader = printed[endpoint, "A4"].reader
    for page in reader.pages:
        for drawn in streams(page, reader):
            for numbers, operator in drawn.operations:
                if operator in (b"rg", b"RG"):
                    assert len({str(number) for number in numbers}) == 1, (endpoint, numbers)
                assert operator not in (b"k", b"K", b"sc", b"SC", b"scn", b"SCN", b"sh"), (endpoint, operator, numbers)


@pytest.mark.parametrize("endpoint", SHEETS)
def test_every_font_is_in_the_file(printed, endpoint):
    reader = printed[endpoint, "A4"].reader
    for page in reader.pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            assert "/FontFile2" in font.get_object()["/FontDescriptor"], (endpoint, font.get_object()["/BaseFont"])


@pytest.mark.parametrize("endpoint", SHEETS)
def test_the_same_figures_give_the_same_bytes(printed, endpoint):
    alike = printed[endpoint, "A4"].content == printed[endpoint, "again"].content

    assert alike == (endpoint not in ANOTHER_EACH_TIME)


@pytest.mark.parametrize("endpoint", sorted(LEAVES))
def test_nothing_outside_tells_what_it_is_about(printed, endpoint):
    made = printed[endpoint, "A4"]
    told_outside = " ".join([made.name, *(str(value) for value in (made.reader.metadata or {}).values())])

    assert not NOT_OUTSIDE.search(told_outside), told_outside
    assert not re.search(f"{FAMILY}|{GIVEN}", told_outside)


def streams(page, reader) -> list[ContentStream]:
    """Return what draws a page, and the drawings it calls."""
    found = [ContentStream(page.get_contents(), reader)]
    for called in (page["/Resources"].get("/XObject") or {}).values():
        if called.get_object()["/Subtype"] == "/Form":
            found.append(ContentStream(called.get_object(), reader))
        else:
            assert called.get_object()["/ColorSpace"] == "/DeviceGray"
    return found
