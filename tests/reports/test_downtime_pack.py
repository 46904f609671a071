"""The downtime pack as it is printed: everyone, every stop, blanks to write in, numbered copies, no medicine in its name."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

import models
from dispensary.policy.missed_doses import MissedDoseTables
from dispensary.rules.dosing import SiteRules
from models.enums import StopKind, TreatmentPhase
from reports import downtime_pack, page
from reports.downtime_pack import FIRST_RULE, Printing
from tests.factories import depot_order, dose, order, patient, person, save, stamp
from tests.reports.made_up import SPEAK
from tests.spec.test_re_entry import table

DAY = timedelta(days=1)
RULES = SiteRules(hours_between_days=8, hold_from_days=3, hold_from_days_induction=2)
OF_2003 = MissedDoseTables((table("au-2003"),))
"""Gives after one day, only if not intoxicated after two, holds from three."""


@pytest.fixture
def printed(session, world):
    """Print the pack of today."""

    def make(copies=1, on_paper="A4", rules=RULES):
        session.flush()
        about = page.heading(session, world.site.id, world.day, world.day, printed_by="Rosa", printed_at=world.at,
                             on_paper=on_paper)  # fmt: skip
        figures = downtime_pack.figures(
            session,
            world.site.id,
            clinic_day=world.day,
            window_id=world.window.id,
            site=rules,
            printing=Printing(1, copies),
            about=about,
        )
        return downtime_pack.render(figures, speak=SPEAK)

    return make


def read(pdf):
    return PdfReader(io.BytesIO(pdf))


def texts(pdf):
    return [one.extract_text() for one in read(pdf).pages]


def test_cover_says_which_copy_it_is_whom_to_call_and_the_first_rule(session, world, printed):
    patient(session, world)
    values = {"clinic_day": world.day, "version": 1, "prescriber_id": world.prescriber.id, "phone": "555-0199"}
    save(session, models.OnCallDuty(**values, **stamp(world)))

    cover = texts(printed(copies=2))[0]

    for words in ("Harbour Clinic", "Copy 1 of 2", "2026-03-02", "Printed by Rosa", FIRST_RULE.msgid,
                  "Dana Frost, 555-0199", "1 people are expected", "page 1 of"):  # fmt: skip
        assert words in cover


def test_each_person_stands_with_what_is_due_the_last_dose_and_the_days_without(session, world, printed):
    who = patient(session, world, starts_on=world.day - 60 * DAY, number="P00777")
    dose(session, world, who, session.scalars(select(models.DoseOrder)).one(), at=world.at - 2 * DAY)

    row = texts(printed())[1]

    for words in ("P00777", "1985-05-17", "80 mg", "8 mL × 10 mg/mL", "02-28 08:00", "days without: 1"):
        assert words in row
    assert "DO NOT GIVE" not in row.replace("Do not give", "")
    assert "Ask: last dose longer ago, or not known?" in row.replace("\n", " ")


@pytest.mark.parametrize(("days", "marked"), [(0, None), (1, None), (2, "ONLY IF NOT INTOXICATED"), (3, "DO NOT GIVE")])
def test_paper_says_who_is_given_a_dose_only_if_not_intoxicated(session, world, printed, days, marked):
    patient(session, world, starts_on=world.day - days * DAY)

    listed = texts(printed(rules=replace(RULES, missed_doses=lambda day: OF_2003)))[1]

    assert [words for words in ("ONLY IF NOT INTOXICATED", "DO NOT GIVE") if words in listed] == [marked] * bool(marked)


def test_names_of_four_scripts_are_printed_whole(session, world, printed):
    names = ["Nguyễn Thị Hường", "王小明", "髙橋さくら", "Müller-Łukasiewicz Äöü"]
    for name in names:
        patient(session, world, family_name=name, given_name="")

    listed = texts(printed())[1]

    for name in names:
        assert name in listed


def test_nothing_is_given_to_whom_a_rule_holds_and_the_paper_says_why(session, world, printed):
    stopped = patient(session, world)
    stop = {"kind": StopKind.SEDATION, "decide_by": world.at, "set_at": world.at - DAY}
    save(session, models.Stop(person_id=stopped.id, **stop, **stamp(world)))
    patient(session, world, starts_on=world.day - 2 * DAY, treatment_phase=TreatmentPhase.INDUCTION)

    listed = texts(printed())[1]

    assert listed.count("DO NOT GIVE") == 2
    assert "Stop: sedation" in listed
    assert "2 days without medicine" in listed.replace("\n", " ")


def test_who_is_too_early_is_named_the_hour_to_come_back(session, world, printed):
    who = person(session)
    two_parts = order(session, world, who, steps={world.day: ("50", "30")}, hours_between_parts=6)
    dose(session, world, who, two_parts, taken="50", lines={"methadone": "5"}, at=world.at - timedelta(hours=1))

    listed = texts(printed())[1].replace("\n", " ")

    assert "come back from 13:00" in listed
    assert "hours between parts" not in listed


def test_parts_of_a_day_are_told(session, world, printed):
    order(session, world, person(session), steps={world.day: ("50", "30")}, hours_between_parts=6)

    listed = texts(printed())[1]

    assert "50 mg" in listed
    assert "part 1 of 2; day 80 mg, 6 h apart" in listed


def test_every_page_of_every_copy_is_numbered_and_blank_rows_end_it(session, world, printed):
    for _ in range(40):
        patient(session, world)

    pages = texts(printed(copies=3))

    each = len(pages) // 3
    assert each == 1 + 4
    for n, text in enumerate(pages):
        assert f"copy {n // each + 1} of 3 · page {n % each + 1} of {each}" in text
        assert FIRST_RULE.msgid in text


@pytest.mark.parametrize(("on_paper", "width"), [("A4", 842), ("Letter", 792)])
def test_paper_is_the_sites(session, world, printed, on_paper, width):
    assert round(float(read(printed(on_paper=on_paper)).pages[0].mediabox.width)) == width


def test_title_names_neither_a_person_nor_a_medicine(session, world, printed):
    patient(session, world)

    said = read(printed()).metadata

    assert said.title == said.subject == "Downtime pack"


def test_same_figures_give_the_same_bytes(session, world, printed):
    patient(session, world)

    assert printed() == printed()


def test_late_injection_is_not_to_be_given_from_paper(session, world, printed):
    who = person(session)
    of = depot_order(session, world, who, starts_on=world.day - 60 * DAY)
    dose(session, world, who, of, at=world.at - 60 * DAY)

    row = texts(printed())[1]

    assert "DO NOT GIVE" in row
    assert "The injection was due on" in row
