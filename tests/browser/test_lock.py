"""A terminal left alone: the page is blank, and the same nurse is back by badge and PIN with what was keyed."""

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import expect
from sqlalchemy import func, select

import models
from models import Dose
from models.enums import Role
from tests import factories
from tests.browser.test_dosing import doses, open_by_card

PIN = "482915"
NOTE = "asleep on the chair"
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PIN)
IDLE = "05:02"


def with_badge(clinic, name, role=Role.NURSE):
    """Make a member of staff with a badge and a PIN; return both."""
    who = clinic.nurse(name, role)
    badge = f"KB-{next(factories.numbers):04}".translate(str.maketrans("0189", "ABCD")).ljust(19, "Q")
    with clinic.record() as session:
        kept = session.get_one(models.Staff, who.id)
        kept.badge_code, kept.pin_hash = badge, HASH
    return who, badge


@pytest.fixture
def rosa(clinic, sit):
    """A nurse with her badge, at a terminal whose clock the test moves."""
    who, badge = with_badge(clinic, "Rosa Lund")
    hands = sit()
    hands.page.clock.install()
    return hands.sign_in(who.username), badge


def come_back(hands, badge):
    hands.sees_page("Locked")
    hands.page.wait_for_selector("#badge:focus")
    hands.scan(badge)
    hands.page.wait_for_selector("#pin:focus")
    hands.type(PIN)
    hands.press("Enter")


def body(hands):
    return hands.page.locator("body").inner_text()


def test_half_a_note_is_back_after_badge_and_pin(clinic, rosa):
    nurse, badge = rosa
    who, card = clinic.patient()
    open_by_card(nurse, card)
    nurse.type("w")
    nurse.press("Enter")
    nurse.sees_page("Withhold the dose")
    nurse.choose("sedated")
    nurse.fill("Note (may stay empty)", NOTE)

    nurse.page.clock.fast_forward(IDLE)
    nurse.sees_page("Locked")
    assert who.family_name not in nurse.page.content() and NOTE not in nurse.page.content()
    come_back(nurse, badge)

    nurse.sees_page("Withhold the dose").sees("nothing was recorded")
    expect(nurse.page.get_by_label("Note (may stay empty)")).to_have_value(NOTE)
    expect(nurse.page.get_by_role("radio", name="sedated", exact=True)).to_be_checked()
    assert doses(clinic, who) == []
    nurse.press("Enter", times=3)
    nurse.page.wait_for_load_state("networkidle")
    assert doses(clinic, who) == [], "Enter pressed once too often sends nothing"
    nurse.push("Record: withheld")
    nurse.sees_page("Window").sees("✕ No dose")


def test_an_f_that_was_typed_and_not_sent_doses_nobody_however_often_enter_is_pressed(clinic, rosa):
    nurse, badge = rosa
    who, card = clinic.patient()
    open_by_card(nurse, card)
    nurse.type("F")

    nurse.page.clock.fast_forward(IDLE)
    come_back(nurse, badge)
    nurse.sees_page("Dosing").sees("May be given").sees_field()
    nurse.press("Enter", times=3)
    nurse.page.wait_for_load_state("networkidle")

    assert doses(clinic, who) == []
    nurse.sees_field().type("F")
    nurse.press("Enter")
    nurse.sees_page("Window").sees("✓ 80\u00a0mg")
    assert len(doses(clinic, who)) == 1


def test_half_an_order_is_back(clinic, sit):
    dana, badge = with_badge(clinic, "Dana Rist", Role.PRESCRIBER)
    who, _ = clinic.patient()
    with clinic.record() as session:
        order_id = session.scalar(select(models.DoseOrder.id).where(models.DoseOrder.person_id == who.id))
    hands = sit()
    hands.page.clock.install()
    hands.sign_in(dana.username).go(f"/orders/{order_id}/change").sees_page("Change the order")
    hands.fill("Amount from the first day, mg", "85")
    hands.fill("Reason", "still in withdrawal at noon")

    hands.page.clock.fast_forward(IDLE)
    come_back(hands, badge)

    hands.sees_page("Change the order")
    expect(hands.page.get_by_label("Amount from the first day, mg", exact=True)).to_have_value("85")
    expect(hands.page.get_by_label("Reason", exact=True)).to_have_value("still in withdrawal at noon")
    hands.press("Enter", times=2)
    hands.page.wait_for_load_state("networkidle")
    with clinic.record() as session:
        orders = select(func.count()).select_from(models.DoseOrder).where(models.DoseOrder.person_id == who.id)
        assert session.scalar(orders) == 1


def test_the_lock_button_blanks_every_tab_and_each_is_back_with_its_own(clinic, rosa):
    nurse, badge = rosa
    one, card = clinic.patient()
    two, _ = clinic.patient()
    open_by_card(nurse, card)
    nurse.go(f"/window/{one.id}/withhold").sees_page("Withhold the dose")
    nurse.fill("Note (may stay empty)", "of the first")
    first = nurse.another_tab()
    nurse.go(f"/window/{two.id}/refuse").sees_page("Dose refused")
    nurse.fill("Note (may stay empty)", "of the second")

    nurse.push("Lock")
    nurse.sees_page("Locked")
    expect(first.get_by_role("heading", level=1, name="Locked")).to_be_attached()
    for tab in (first, nurse.page):
        assert one.family_name not in tab.content() and two.family_name not in tab.content()
    come_back(nurse, badge)
    nurse.page.wait_for_url("**/window/**")

    notes = {f"/window/{one.id}/withhold": "of the first", f"/window/{two.id}/refuse": "of the second"}
    here = nurse.page.url.removeprefix(clinic.address)
    note = nurse.page.get_by_label("Note (may stay empty)")
    expect(note).to_have_value(notes.pop(here))
    [(other, keyed)] = notes.items()
    nurse.go(other)
    expect(note).to_have_value(keyed)


def test_typing_in_one_tab_keeps_the_other_open(clinic, rosa):
    nurse, _ = rosa
    nurse.go("/window").sees_field()
    first = nurse.another_tab()
    nurse.go("/window").sees_field()
    for _ in range(3):
        nurse.page.clock.fast_forward("03:00")
        nurse.type("a")
    first.wait_for_timeout(200)

    assert first.url.endswith("/window") and nurse.page.url.endswith("/window")


def test_signing_out_in_one_tab_blanks_the_other(clinic, sit):
    nurse = sit(clinic.nurse("Nora Pell"))
    who, card = clinic.patient()
    open_by_card(nurse, card)
    first = nurse.another_tab()
    nurse.go("/window").push("Sign out")
    nurse.sees_page("Sign in")

    expect(first.get_by_role("heading", level=1, name="Sign in")).to_be_attached()
    assert who.family_name not in first.content()


def test_going_back_after_the_lock_shows_nobody(clinic, rosa):
    nurse, _ = rosa
    who, card = clinic.patient()
    open_by_card(nurse, card)
    nurse.push("Lock")
    nurse.sees_page("Locked")

    nurse.page.go_back()

    nurse.sees_page("Locked")
    assert who.family_name not in nurse.page.content()


def test_the_badge_of_somebody_else_opens_nothing(clinic, rosa):
    nurse, _ = rosa
    _, other = with_badge(clinic, "Britt Holm")
    who, card = clinic.patient()
    open_by_card(nurse, card)
    nurse.push("Lock")
    nurse.sees_page("Locked")

    nurse.scan(other)

    nurse.sees("only Rosa Lund can open it")
    assert who.family_name not in body(nurse)


def test_without_script_a_form_sent_too_late_is_back_after_unlocking(clinic, sit):
    who, _ = clinic.patient()
    nurse_staff, badge = with_badge(clinic, "Stella Marr")
    nurse = sit(nurse_staff, script=False)
    nurse.go(f"/window/{who.id}/withhold").sees_page("Withhold the dose")
    nurse.fill("Note (may stay empty)", NOTE)
    lock_as_the_clock_would(clinic, nurse_staff)

    nurse.push("Record: withheld")
    nurse.sees("What was keyed comes back after unlocking")
    come_back(nurse, badge)

    nurse.sees_page("Withhold the dose")
    expect(nurse.page.get_by_label("Note (may stay empty)")).to_have_value(NOTE)
    with clinic.record() as session:
        assert session.scalar(select(func.count()).select_from(Dose).where(Dose.person_id == who.id)) == 0


def lock_as_the_clock_would(clinic, staff):
    with clinic.record() as session:
        sitting = session.scalars(select(models.StaffSession).where(models.StaffSession.staff_id == staff.id)).one()
        sitting.locked_at = clinic.world.at
