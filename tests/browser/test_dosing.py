"""The dosing window by keyboard alone: from the card to the recorded dose, and all that must record nothing."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

import models
from models import Dose
from models.enums import DoseOutcome, StopKind
from tests import factories
from tests.browser.conftest import SUMMARY
from tests.factories import PASSWORD


def doses(clinic, who) -> list[Dose]:
    with clinic.record() as session:
        return list(session.scalars(select(Dose).where(Dose.person_id == who.id).order_by(Dose.id)))


@pytest.fixture
def nurse(clinic, sit):
    return sit(clinic.world.nurse)


def open_by_card(nurse, card):
    nurse.sees_field().scan(card)
    return nurse.sees_page("Dosing").sees_field()


def give(nurse):
    nurse.type("F")
    nurse.press("Enter")
    return nurse.sees_page("Window")


def test_a_card_F_and_enter_record_a_dose(clinic, nurse):
    who, card = clinic.patient("85")

    nurse.sees_field()
    with nurse.counted() as taken:
        open_by_card(nurse, card).sees("May be given").sees("85\u00a0mg")
        give(nurse).sees("✓ 85\u00a0mg")
        nurse.sees_field()

    line = f"From the card to the recorded dose: {taken.seconds:.2f} s and {taken.keys} keys"
    SUMMARY.append(line)
    assert [d.outcome for d in doses(clinic, who)] == [DoseOutcome.GIVEN]
    assert taken.keys == 2


def test_a_card_F_and_enter_record_a_dose_without_script(clinic, sit):
    who, card = clinic.patient()
    nurse = sit(clinic.world.nurse, script=False)

    open_by_card(nurse, card)
    give(nurse).sees("✓ 80\u00a0mg")

    assert len(doses(clinic, who)) == 1


def test_a_scanner_faster_than_the_pages_doses_nobody(clinic, nurse):
    one, first_card = clinic.patient()
    two, second_card = clinic.patient()

    nurse.sees_field()
    nurse.page.keyboard.type(f"{first_card}\n\n{second_card}\n")
    nurse.page.wait_for_load_state("networkidle")

    assert doses(clinic, one) == []
    assert doses(clinic, two) == []


def test_enter_on_an_empty_field_records_nothing(clinic, nurse):
    who, card = clinic.patient()
    open_by_card(nurse, card)

    nurse.press("Enter", times=3)
    nurse.page.wait_for_load_state("networkidle")

    nurse.sees_page("Dosing")
    assert doses(clinic, who) == []


def test_a_small_f_is_told_what_to_type(clinic, nurse):
    who, card = clinic.patient()
    open_by_card(nurse, card)

    nurse.type("f")
    nurse.press("Enter")

    nurse.sees("type a capital F").sees_field()
    assert doses(clinic, who) == []


def test_the_second_of_two_terminals_is_told_who_and_when(clinic, sit):
    who, card = clinic.patient()
    anna, berta = clinic.nurse("Anna Ravn"), clinic.nurse("Berta Holt")
    at_one, at_two = sit(anna, name="Terminal A"), sit(berta, name="Terminal B")
    open_by_card(at_one, card)
    open_by_card(at_two, card)

    give(at_one)
    at_two.type("F")
    at_two.press("Enter")

    [dose] = doses(clinic, who)
    at_two.sees("Do not give").sees("Dosed today at").sees("by Anna Ravn").sees_field()
    assert dose.recorded_by_id == anna.id


def test_a_stop_set_while_the_page_is_open_holds_the_dose(clinic, nurse):
    who, card = clinic.patient()
    open_by_card(nurse, card)
    with clinic.record() as session:
        at = clinic.world.at
        stop = models.Stop(
            person_id=who.id, kind=StopKind.SEDATION, decide_by=at + timedelta(hours=2), set_at=at,
            **factories.stamp(clinic.world),
        )  # fmt: skip
        factories.save(session, stop)

    nurse.type("F")
    nurse.press("Enter")

    nurse.sees("Do not give").sees("sedation")
    assert doses(clinic, who) == []


def test_a_dose_is_withheld_with_its_reason(clinic, nurse):
    who, card = clinic.patient()
    open_by_card(nurse, card)

    nurse.type("w")
    nurse.press("Enter")
    nurse.sees_page("Withhold the dose")
    nurse.choose("sedated")
    nurse.push("Record: withheld")

    nurse.sees_page("Window").sees("✕ No dose").sees_field()
    assert [d.outcome for d in doses(clinic, who)] == [DoseOutcome.WITHHELD]


def test_part_of_a_dose_needs_a_witness(clinic, nurse):
    who, card = clinic.patient()
    open_by_card(nurse, card)

    nurse.type("P")
    nurse.press("Enter")
    nurse.sees_page("Part of the dose")
    nurse.fill("Swallowed", "50")
    nurse.choose("feels unwell")
    nurse.push("Record part of the dose")
    nurse.sees("A second person must sign here.")
    nurse.fill("Witness: sign-in name", clinic.world.witness.username)
    nurse.fill("Witness: password", PASSWORD)
    nurse.push("Record part of the dose")

    nurse.sees_page("Window").sees("50\u00a0mg")
    [dose] = doses(clinic, who)
    assert (dose.outcome, dose.witnessed_by_id) == (DoseOutcome.PART_GIVEN, clinic.world.witness.id)


def test_a_record_of_what_did_not_happen_is_reversed_and_the_dose_given(clinic, nurse):
    who, card = clinic.patient()
    open_by_card(nurse, card)
    give(nurse)

    nurse.follow("This did not happen: reverse")
    nurse.sees_page("Reverse a record")
    nurse.choose("keyed by mistake, nothing taken")
    nurse.fill("In your own words", "the next in line")
    nurse.push("Reverse the record")
    nurse.sees_page("Window").sees("Reversed at")
    open_by_card(nurse, card).sees("May be given")
    give(nurse).sees("✓ 80\u00a0mg")

    assert len(doses(clinic, who)) == 2


def test_a_split_dose_is_given_in_its_parts(clinic, nurse):
    who, card = clinic.patient(steps={clinic.world.day: ("50", "30")})

    open_by_card(nurse, card).sees("Part 1 of 2 today").sees("50\u00a0mg")
    give(nurse)
    open_by_card(nurse, card).sees("Part 2 of 2 today").sees("30\u00a0mg")
    give(nurse)
    open_by_card(nurse, card).sees("Do not give")

    assert [dose.part for dose in doses(clinic, who)] == [1, 2]


def test_nothing_of_the_last_nurse_is_recorded_as_the_next_ones(clinic, sit):
    who, card = clinic.patient()
    anna, berta = clinic.nurse("Anna Ravn"), clinic.nurse("Berta Holt")
    terminal = sit(anna, script=False)  # with script the old tab leaves its page: see test_lock
    open_by_card(terminal, card)
    annas_tab = terminal.another_tab()
    terminal.go("/window").push("Sign out")
    terminal.sees_page("Sign in")
    terminal.sign_in(berta.username)

    terminal.page = annas_tab
    terminal.page.bring_to_front()
    terminal.type("F")
    terminal.press("Enter")

    terminal.sees_page("This page is no longer valid").sees(
        "opened by somebody else. Nothing was recorded; open it again as Berta Holt"
    )
    assert doses(clinic, who) == []


def test_the_queue_of_another_terminal_follows_without_moving_the_focus(clinic, sit):
    who, card = clinic.patient()
    watcher, giver = sit(clinic.nurse("Anna Ravn")), sit(clinic.world.nurse)
    row = watcher.page.get_by_role("row").filter(has_text=who.number)
    watcher.go("/window").sees_field()
    watcher.type("half a na")
    expect(row).to_contain_text("expected")

    open_by_card(giver, card)
    give(giver)

    expect(row).to_contain_text("given", timeout=6_500)
    watcher.sees_field()
    assert watcher.page.get_by_label("Scan or confirm").input_value() == "half a na"


def test_a_page_left_alone_is_locked_and_comes_back_to_whoever_left_it(clinic, sit):
    who, card = clinic.patient()
    nurse = sit()
    nurse.page.clock.install()
    nurse.sign_in(clinic.world.nurse.username)
    open_by_card(nurse, card)

    nurse.page.clock.fast_forward("05:02")
    nurse.sees_page("Locked")
    assert who.family_name not in nurse.page.locator("body").inner_text()
    nurse.fill("Password", PASSWORD)
    nurse.press("Enter")

    nurse.sees_page("Dosing").sees("May be given")
