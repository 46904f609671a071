"""Bottles on paper: their labels, and their rows and totals in the log, the register and the close of the day."""

import csv
import io
from datetime import timedelta
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from dispensary.policy.label_lines import LabelLines
from dispensary.policy.profiles import SHIPPED, load
from dispensary.queries import bottles as records
from dispensary.queries import labels as on_labels
from dispensary.queries.day_close import day_figures
from dispensary.queries.register import register_page
from dispensary.rules.bottle_returns import Looked
from dispensary.services import bottle_returns
from models import Bottle
from models.enums import BottleState, LabelLayout, Residue, SealState
from models.units import mg, quantity
from reports import bottle_labels, dispensing_log, page, sheet
from tests import factories, take_homes
from tests.reports.made_up import SPEAK
from tests.station import give
from tests.take_homes import decide, hand_over, safe

NAMES = (("Nguyễn", "Thị Hường"), ("王", "小明"), ("髙橋", "さくら"), ("Müller", "Jürgen"))


@pytest.fixture
def who(session, world):
    made = factories.patient(session, world)
    decide(session, world, made)
    safe(session, world, made)
    give(session, world, made)
    return made


def labels(session, world, issue, layout=LabelLayout.SHEET, printing=1, start=1, also=None) -> PdfReader:
    made = bottle_labels.figures(
        session, issue.id, world.site.id, also=also or LabelLines(), printing=printing, printed_at=world.at
    )
    return PdfReader(io.BytesIO(bottle_labels.render(made, layout, speak=SPEAK, start=start)))


def text_of(pdf: PdfReader) -> str:
    return "\n".join(one.extract_text() for one in pdf.pages)


def test_label_says_what_the_law_asks_and_its_title_nothing(session, world, who):
    issue = hand_over(session, world, who)

    pdf = labels(session, world, issue)

    text = text_of(pdf)
    for part in ("Harbour Clinic", "1 Quay Street", "555-0100", who.number, "methadone, oral liquid", "80 mg (8 mL)",
                 "Tuesday 2026-03-03", "Given 2026-03-02", "bottle 1 of 2", "Prescriber: Dana Frost", "KEEP LOCKED",
                 "CHILDREN'S REACH", "FATAL TO OTHERS", "Drink all of it"):  # fmt: skip
        assert part in text, part
    assert "Reprint" not in text
    assert pdf.metadata is not None and pdf.metadata.title == "Labels"


@pytest.mark.parametrize("layout", list(LabelLayout))
def test_label_carries_what_an_approved_profile_wants_on_it_whole(session, world, who, layout):
    issue = hand_over(session, world, who)
    [profile] = (one for one in load([SHIPPED]) if one.id == "us-21cfr290-labels")

    pdf = labels(session, world, issue, layout, also=LabelLines(profile.label_lines))

    text = " ".join(text_of(pdf).split())
    assert profile.label_lines[0].text in text
    assert "MAY BE FATAL TO OTHERS" in text


def test_further_printing_is_marked_on_every_label(session, world, who):
    issue = hand_over(session, world, who)

    assert text_of(labels(session, world, issue, printing=2)).count("Reprint 2") == 2


def test_roll_has_a_page_a_label_and_a_sheet_begins_where_told(session, world, who):
    issue = hand_over(session, world, who)

    assert len(labels(session, world, issue, LabelLayout.ROLL_62).pages) == 2
    assert len(labels(session, world, issue, start=24).pages) == 2


@pytest.mark.parametrize(("family_name", "given_name"), NAMES)
def test_names_print_in_their_own_script(session, world, family_name, given_name):
    made = factories.patient(session, world, family_name=family_name, given_name=given_name)
    decide(session, world, made)
    safe(session, world, made)
    give(session, world, made)
    issue = hand_over(session, world, made)

    text = text_of(labels(session, world, issue))

    assert family_name in text and given_name in text


def test_code_holds_the_number_of_the_bottle_alone(session, world, who):
    issue = hand_over(session, world, who)

    found = on_labels.label_facts(session, issue.id)

    assert all(isinstance(one.uid, UUID) for one in found)
    assert records.bottle_of_code(session, str(found[0].uid).upper(), world.site.id) == found[0].bottle_id


def figures(session, world, first=None, last=None):
    first, last = first or world.day, last or world.day
    about = page.heading(session, world.site.id, first, last, printed_by="Rosa Ames", printed_at=world.at)
    return dispensing_log.figures(session, world.site.id, first, last, about=about)


def test_log_shows_amount_form_and_days_taken_home_and_equals_the_register(session, world, who):
    hand_over(session, world, who)

    found = figures(session, world)

    assert found.reconciles
    total = found.totals[0]
    assert (total.consumed, total.taken_home) == (quantity("8"), quantity("16"))
    row = found.taken_home[0].taken
    tomorrow = world.day + timedelta(days=1)
    assert (row.bottles, row.first_on, row.last_on, row.taken_mg) == (
        2,
        tomorrow,
        tomorrow + timedelta(days=1),
        mg(160),
    )
    assert "160 mg, oral liquid" in dispensing_log.cells(found.rows[0], SPEAK)
    text = text_of(PdfReader(io.BytesIO(dispensing_log.render(found, speak=SPEAK))))
    assert "Taken home in bottles" in text
    assert "2026-03-03 – 2026-03-04" in text
    assert "2 bottles handed over to take home" in text


def test_log_shows_what_was_brought_back_with_its_witness(session, world, who):
    hand_over(session, world, who)
    bottle = session.scalars(select(Bottle).order_by(Bottle.id)).first()
    bottle_returns.take_back(
        session,
        bottle_id=bottle.id,
        looked=Looked(BottleState.FULL, SealState.INTACT, Residue.EXPECTED),
        rest={},
        witnessed_by_id=world.witness.id,
        act=world.act(),
    )

    found = figures(session, world)

    assert found.reconciles
    back = found.brought_back[0].back
    assert (back.quantity, back.witness, back.covers_on) == (quantity("8"), "WR", world.day + timedelta(days=1))
    table = sheet.to_csv(dispensing_log.as_sheets(found, SPEAK)[0], SPEAK.zone).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(r["section"], r["taken home, units"], r["brought back, units"]) for r in rows] == [
        ("dispensed", "0", ""),
        ("taken home", "16", ""),
        ("brought back", "", "8"),
    ]


def test_register_names_the_day_of_each_bottle_and_who_collected_it(session, world, who):
    sister = take_homes.collector(session, world, who)
    hand_over(session, world, who, collector_id=sister.id, identity_seen="passport")

    rows = register_page(session, world.site.id, world.products["methadone"].id).rows

    bottles = [r for r in rows if r.covers_on]
    assert [(r.covers_on - world.day).days for r in bottles] == [1, 2]
    assert {(r.person_number, r.collector) for r in bottles} == {(who.number, "Mai Nguyễn / passport")}
    assert [r.went_out for r in bottles] == [quantity("8"), quantity("8")]


def test_close_of_the_day_counts_bottles_and_what_came_after(session, world, who):
    factories.day_closed(session, world)
    hand_over(session, world, who, at=world.at + timedelta(minutes=5))

    found = day_figures(session, world.site.id, world.day)

    assert [(b.count, b.amount_mg) for b in found.bottles] == [(2, mg(160))]
    assert found.late == 1
    assert found.balances[0].product_id and any(b.went_out == quantity("24") for b in found.balances)
