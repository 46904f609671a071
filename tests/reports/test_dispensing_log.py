"""The log on paper, drawn from made-up figures."""

import csv
import io
import re
import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader
from reportlab.lib.pagesizes import A4, landscape, letter
from reportlab.platypus import PageBreak, SimpleDocTemplate, Table, TableStyle

from dispensary.queries.dispensing import Mistake, SpiltDose, Verified
from dispensary.queries.paper import RegisterDoses
from models.enums import DoseOutcome, ElsewhereSource, Form, IncidentKind, Medication, Origin
from models.units import mg, quantity
from reports import dispensing_log, fonts, sheet
from reports.dispensing_figures import SpiltRow
from reports.dispensing_log import as_sheets, render
from tests.reports.made_up import (
    DAY,
    METHADONE,
    OPENING,
    ROSA,
    SPEAK,
    WANDA,
    line,
    log_figures,
    made_dose,
    odd_doses,
)


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in reader(pdf).pages)


def test_every_page_says_clinic_period_zone_policy_hand_and_its_number():
    pdf = render(log_figures([made_dose(n) for n in range(1, 100)]), speak=SPEAK)

    pages = [page.extract_text() for page in reader(pdf).pages]
    assert len(pages) > 2
    for n, text in enumerate(pages, start=1):
        for part in ("Harbour Clinic", "Clinic day 2026-03-02", "Times: Europe/Berlin", "Policy: house rules",
                     "Printed by Rosa Ames, 2026-03-02 14:00", f"page {n} of {len(pages)}", "Register sealed:"):  # fmt: skip
            assert part in text


def test_same_figures_give_the_same_bytes():
    figures = log_figures()

    assert render(figures, speak=SPEAK) == render(figures, speak=SPEAK)


def test_document_is_dated_by_its_figures_and_names_nobody():
    about = reader(render(log_figures(), speak=SPEAK))

    assert about.metadata.creation_date == OPENING + timedelta(hours=6)
    assert about.metadata.title == "Dispensing log"
    assert about.root_object["/Lang"] == "en"


@pytest.mark.parametrize(("paper", "size"), [("A4", landscape(A4)), ("Letter", landscape(letter))])
def test_paper_is_the_one_asked_for(paper, size):
    box = reader(render(log_figures(paper=paper), speak=SPEAK)).pages[0].mediabox

    assert (float(box.width), float(box.height)) == pytest.approx(size, abs=0.01)


def test_outcomes_corrections_and_late_entries_are_visible():
    text = text_of(render(log_figures(), speak=SPEAK))

    for part in ("withheld: sedated", "refused: did not want it", "part given: feels unwell", "REVERSED", "LATE ENTRY",
                 "wasted 3 mL, witness WR", "wasted 8 mL, witness WR", "asked to come back at noon",
                 "reversed 2026-03-02 09:00 by RA: not swallowed", "recorded 2026-03-03 08:00 by"):  # fmt: skip
        assert part in text


def test_reversed_dose_stays_legible_under_a_line():
    plain = render(log_figures([made_dose(1)]), speak=SPEAK)
    struck = render(log_figures([odd_doses()[0]]), speak=SPEAK)

    assert "P00001" in text_of(struck)
    assert lines_drawn(struck) > lines_drawn(plain)


def lines_drawn(pdf: bytes) -> int:
    return sum(len(re.findall(rb" l S", page.get_contents().get_data())) for page in reader(pdf).pages)


def test_totals_are_the_sums_of_the_rows_shown():
    figures = log_figures([*odd_doses(), *(made_dose(n) for n in range(7, 40))])

    for total in figures.totals:
        own = [row for row in figures.rows if row.line and row.line.product == total.product]
        assert total.consumed == sum(row.line.taken for row in own if not row.reversed)
        assert total.consumed_mg == sum(row.taken_mg for row in own if not row.reversed)
        assert total.wasted == sum(row.wasted for row in own)
        assert total.consumed_mg == total.consumed * total.product.strength


def test_difference_from_the_register_is_printed():
    figures = log_figures([made_dose(1)], register={METHADONE.id: RegisterDoses(dispensed=Decimal("7.5"))})

    text = text_of(render(figures, speak=SPEAK))
    assert not figures.reconciles
    assert "THESE TOTALS DIFFER FROM THE REGISTER" in text
    assert "NO: DIFFERS" in text


def test_everyone_who_dispensed_has_a_place_to_sign():
    text = text_of(render(log_figures([made_dose(n) for n in range(1, 8)]), speak=SPEAK))

    assert "Each person who dispensed checks this log and initials it here" in text
    assert "Rosa Ames" in text
    assert "Wanda Reed" in text


def test_imported_doses_stand_apart_outside_the_totals():
    figures = log_figures([made_dose(1)])
    imported = replace(figures.rows[0], dose=replace(made_dose(9, lines=()), number="P77777"), line=None)

    figures = replace(figures, imported=(imported,))

    text = text_of(render(figures, speak=SPEAK))
    assert text.index("Imported doses") < text.index("P77777") < text.index("Totals by product")
    assert figures.totals[0].consumed == Decimal(8)


def test_day_without_doses_says_so():
    assert "No dose is on record for this period." in text_of(render(log_figures([]), speak=SPEAK))


def test_character_without_a_font_is_boxed_in_the_log():
    assert "U+2A6A5" in text_of(render(log_figures([made_dose(9)]), speak=SPEAK))


def test_name_too_long_for_its_column_is_cut_with_a_sign_and_whole_in_the_file():
    figures = log_figures([made_dose(8, name="Hohenstein " * 12)])

    assert "…" in text_of(render(figures, speak=SPEAK))
    assert "Hohenstein " * 12 in sheet.to_csv(as_sheets(figures, SPEAK)[0], SPEAK.zone).decode("utf-8-sig")


def test_file_has_the_fields_of_the_law():
    figures = log_figures()

    rows = list(csv.DictReader(io.StringIO(sheet.to_csv(as_sheets(figures, SPEAK)[0], SPEAK.zone).decode("utf-8-sig"))))

    first = rows[0]
    assert first["substance"] == "methadone"
    assert first["strength, mg per unit"] == "10"
    assert first["form"] == "oral liquid"
    assert first["clinic day"] == DAY.isoformat()
    assert (first["number"], first["name"]) == ("P00001", "Nguyễn Thị Hướng")
    assert (first["consumed, mg"], first["consumed, units"], first["unit"]) == ("80", "8", "mL")
    assert first["taken home, units"] == "0"
    assert first["dispenser's initials"] == "RA"
    assert first["reversed by"] == "RA"


def test_month_of_12000_rows_is_laid_out_in_the_time_of_bare_tables(capsys):
    figures = log_figures([made_dose(n) for n in range(12_000)])
    cells = [dispensing_log.cells(row, SPEAK) for row in figures.rows]
    fonts.ready()

    start = time.perf_counter()
    style = TableStyle([("FONT", (0, 0), (-1, -1), fonts.REGULAR, 7)])
    story = []
    for n in range(0, len(cells), 38):
        part = cells[n : n + 38]
        story += [Table(part, rowHeights=[11.5] * len(part), colWidths=[60] * 13, style=style), PageBreak()]
    SimpleDocTemplate(io.BytesIO(), pagesize=landscape(A4), invariant=1).build(story)
    bare = time.perf_counter() - start
    pdf = render(figures, speak=SPEAK)
    ours = time.perf_counter() - start - bare

    with capsys.disabled():
        print(
            f"\n12,000 rows: {ours:.1f} s, bare tables {bare:.1f} s, ratio {ours / bare:.2f}, {len(pdf) / 1e6:.1f} MB"
        )
    assert len(reader(pdf).pages) > 300


MISTAKE = Mistake(IncidentKind.WRONG_PERSON, "P00002", certain=False, note="called by the wrong name")
SPILT = SpiltRow(
    90,
    SpiltDose(
        1, DAY, OPENING, "P00005", "Đặng Văn Trường", METHADONE, "B-0012", "L77", quantity("8"), ROSA, "WR",
        "the cup tipped over", Origin.WINDOW, OPENING,
    ),
)  # fmt: skip
AWAY = made_dose(
    70, lines=(), taken_mg=mg(60), outcome=DoseOutcome.ELSEWHERE, form=None, ordered_mg=None,
    verified=Verified(ElsewhereSource.HOSPITAL, "Harbour Hospital", "ward sister"),
)  # fmt: skip


def bad_morning():
    """One dose of each kind that went wrong, with what else the log shows of such a morning."""
    return [
        *odd_doses(),
        made_dose(10, outcome=DoseOutcome.INCIDENT, incident=MISTAKE),
        made_dose(11, came_up_after=12, came_up_seen=True, replaced=True),
        made_dose(12, outcome=DoseOutcome.REPLACEMENT, lines=(line(poured="4"),), replaces_at=OPENING),
        made_dose(13, origin=Origin.PAPER, given_by=WANDA, exceptions=("stop_standing",),
                  recorded_at=OPENING + timedelta(hours=5)),
        made_dose(14, part=2, further=True, not_seen=True),
    ]  # fmt: skip


def test_page_shows_what_went_wrong_in_words_and_apart_from_ordinary_doses():
    text = text_of(render(log_figures(bad_morning(), elsewhere=(AWAY,), spilt=(SPILT,)), speak=SPEAK))

    for part in (
        "DOSING INCIDENT: wrong person", "VOMITED after 12 min, seen, replaced", "REPLACES the dose of 08:00",
        "FROM PAPER", "part 2, ordered that day", "Given elsewhere, and confirmed", "hospital Harbour Hospital",
        "Spilt before it was swallowed", "the cup tipped over", "meant for P00002", "the amount is not certain",
        "acknowledged from paper: a stop stood", "dosing incidents: 1, came up again: 1, replacements: 1, spilt: 1",
    ):  # fmt: skip
        assert part in text.replace("\n", " "), part


def test_totals_count_a_mistake_a_replacement_and_a_spill():
    figures = log_figures(bad_morning(), spilt=(SPILT,))

    total = next(t for t in figures.totals if t.product == METHADONE)
    assert figures.reconciles
    assert total.spilt == quantity("8")
    assert dispensing_log.total_cells(total, SPEAK)[9] == "19 mL"


def test_injection_is_called_injected_with_its_place_on_the_body():
    dose = made_dose(1, form=Form.INJECTION, medication=Medication.BUPRENORPHINE, note="abdomen_left")
    figures = log_figures([dose])

    rows = list(csv.DictReader(io.StringIO(sheet.to_csv(as_sheets(figures, SPEAK)[0], SPEAK.zone).decode("utf-8-sig"))))
    text = text_of(render(figures, speak=SPEAK))

    assert rows[0]["outcome"] == "injected"
    assert "injected into: abdomen, left" in text
    assert "given and observed" not in text
