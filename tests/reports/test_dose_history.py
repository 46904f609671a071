"""One person's history: figures from a small database, the chart, the sheet."""

import io
from datetime import timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from dispensary.errors import NotFound
from models.enums import Form, Medication
from reports import charts, dose_history, page
from reports.dose_history import chart, panels, render
from tests import factories
from tests.reports.made_up import SPEAK

DAY = timedelta(days=1)


@pytest.fixture
def history(session, world):
    """Ask for a person's history, printed some days after the first dose."""

    def figures(person_id: int, days: int = 0):
        session.commit()
        session.expire_all()
        last = world.day + days * DAY
        about = page.heading(session, world.site.id, last, last, printed_by="Rosa", printed_at=world.at)
        return dose_history.figures(session, person_id, world.site.id, about=about)

    return figures


@pytest.fixture
def patient(session, world):
    who = factories.person(session)
    return who, factories.order(session, world, who)


def test_every_dose_is_there_with_what_was_ordered_and_taken(session, world, history, patient):
    factories.imported_dose(session, world, patient[0], at=world.at - DAY)
    factories.dose(session, world, *patient, taken="50")
    factories.no_dose(session, world, *patient, at=world.at + DAY)

    figures = history(patient[0].id, days=1)

    assert [(r.dose.ordered_mg, r.dose.taken_mg) for r in figures.rows] == [(60, 60), (80, 50), (80, 0)]
    assert figures.about.first == world.day - DAY
    assert figures.about.last == world.day + DAY


def test_reversed_dose_stays_in_the_table_and_leaves_the_chart(session, world, history, patient):
    factories.reversal(session, world, factories.dose(session, world, *patient))
    factories.dose(session, world, *patient, at=world.at + DAY)

    figures = history(patient[0].id, days=1)

    (panel,) = panels(figures, SPEAK)
    assert [row.dose.reversal is not None for row in figures.rows] == [True, False]
    assert [day.day for day in panel.days] == [world.day + DAY]
    assert "REVERSED" in dose_history.remarks(figures.rows[0], SPEAK)
    assert "wrong row" in dose_history.notes(figures, SPEAK)[0]


def test_parts_of_a_day_are_added_up(session, world, history):
    who = factories.person(session)
    of = factories.order(session, world, who, steps={world.day: ("40", "30")})
    factories.dose(session, world, who, of, lines={"methadone": "4"})
    factories.dose(session, world, who, of, lines={"methadone": "3"}, part=2, at=world.at + timedelta(hours=6))

    (panel,) = panels(history(who.id), SPEAK)

    assert [(d.ordered_mg, d.taken_mg) for d in panel.days] == [(70, 70)]


def test_each_drug_has_a_panel_of_its_own_and_the_present_one_runs_to_today(session, world, history, patient):
    factories.dose(session, world, *patient)
    other = factories.order(
        session, world, patient[0], medication=Medication.BUPRENORPHINE_NALOXONE, form=Form.TABLET, amount="16"
    )
    factories.dose(session, world, patient[0], other, lines={"bup8": "2"}, at=world.at + DAY)

    methadone, buprenorphine = panels(history(patient[0].id, days=5), SPEAK)

    assert methadone.last == world.day
    assert buprenorphine.last == world.day + 5 * DAY
    assert buprenorphine.days[0].taken_mg == Decimal(16)


def test_chart_marks_each_day_without_a_dose(session, world, history, patient):
    factories.dose(session, world, *patient)
    without_gap = charts.svg(chart(history(patient[0].id), SPEAK))

    with_gap = charts.svg(chart(history(patient[0].id, days=3), SPEAK))

    assert with_gap.count(b"<path") > without_gap.count(b"<path")
    assert ElementTree.fromstring(with_gap).tag.endswith("svg")
    assert b"no dose on record" in with_gap


def test_history_of_many_years_charts_its_last_days_only(session, world, history, patient):
    factories.imported_dose(session, world, patient[0], at=world.at - 900 * DAY)
    factories.dose(session, world, *patient)

    (panel,) = panels(history(patient[0].id), SPEAK)

    assert (panel.last - panel.first).days == dose_history.CHART_DAYS - 1


def test_sheet_says_whose_it_is_but_its_title_does_not(session, world, history, patient):
    factories.dose(session, world, *patient, taken="50")
    figures = history(patient[0].id)

    pdf = PdfReader(io.BytesIO(render(figures, speak=SPEAK)))

    text = pdf.pages[0].extract_text()
    assert "Nguyễn Hường" in text
    assert patient[0].number in text
    assert "born 1985-05-17" in text
    assert "80 mg" in text
    assert "50 mg" in text
    assert "wasted 30 mg, witness WR" in text
    assert pdf.metadata.title == "Dosing history"
    assert render(figures, speak=SPEAK) == render(figures, speak=SPEAK)


def test_person_without_doses_has_an_empty_history(session, world, history, patient):
    figures = history(patient[0].id)

    assert figures.rows == ()
    assert "No dose is on record." in PdfReader(io.BytesIO(render(figures, speak=SPEAK))).pages[0].extract_text()


def test_nobody_has_no_history(session, world, history):
    with pytest.raises(NotFound):
        history(4711)


def test_what_was_swallowed_in_another_way_is_never_drawn_as_an_ordinary_dose(session, world, history, patient):
    came_up = factories.dose(session, world, *patient)
    factories.vomiting(session, world, came_up)
    factories.replacement(session, world, came_up)
    factories.elsewhere(session, world, patient[0], at=world.at + DAY)
    factories.dose(session, world, *patient, at=world.at + 2 * DAY)
    factories.incident(session, world, *patient, at=world.at + 2 * DAY + timedelta(hours=1))

    figures = history(patient[0].id, days=2)

    (panel,) = panels(figures, SPEAK)
    drawn = [(d.ordered_mg, d.taken_mg, d.beside_mg, d.mark) for d in panel.days]
    assert drawn == [(80, 80, 40, "v"), (None, 0, 60, ""), (80, 80, 80, "!")]
    assert len(figures.rows) == 5
    assert "dosing incident" in charts.svg(chart(figures, SPEAK)).decode()


def test_each_fact_is_one_row_with_its_own_words(session, world, history, patient):
    came_up = factories.dose(session, world, *patient)
    factories.vomiting(session, world, came_up, minutes=12)
    factories.replacement(session, world, came_up)
    factories.incident(session, world, *patient, at=world.at + timedelta(hours=2))

    figures = history(patient[0].id)

    said = [(dose_history.cells(row, SPEAK)[5], dose_history.remarks(row, SPEAK)) for row in figures.rows]
    assert [outcome for outcome, _ in said] == ["given and observed", "replacement given", "dosing incident"]
    assert "VOMITED after 12 min, seen, replaced" in said[0][1]
    assert "REPLACES the dose of 08:00" in said[1][1]
    assert "⚠ DOSING INCIDENT: twice on one day" in said[2][1]


def test_doses_of_a_linked_record_are_shown_with_its_number(session, world, history, patient):
    root = factories.person(session)
    factories.dose(session, world, *patient)
    patient[0].root_id = root.id

    (row,) = history(root.id).rows

    assert f"on record {patient[0].number}" in dose_history.remarks(row, SPEAK)
